# The vDSO: a shared object of its own, compiled for user space, embedded by arch/x86_64/vdso_image.S.
# The same one for all builds.
VDSO       := $(GEN)/arch/x86_64/vdso/vdso.so
VDSO_SRC   := $(wildcard arch/x86_64/vdso/*.[cS])
VDSO_OBJ   := $(patsubst %,$(GEN)/%.o,$(VDSO_SRC))
VDSO_FLAGS := -std=gnu17 -ffreestanding -O2 -fPIC -fvisibility=hidden -mno-red-zone -mgeneral-regs-only \
              -fno-stack-protector -fasynchronous-unwind-tables -fomit-frame-pointer -fcf-protection=none \
              -nostdinc -isystem $(CCINC) -I. $(WARN)

$(GEN)/arch/x86_64/vdso/%.o: arch/x86_64/vdso/%
	$(call say,VDSO,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(VDSO_FLAGS) -MMD -MP -c $< -o $@

$(VDSO): $(VDSO_OBJ) arch/x86_64/vdso/vdso.lds
	$(call say,LD,$@)
	$(Q)$(LD) -shared -soname linux-vdso.so.1 --hash-style=both -Bsymbolic --eh-frame-hdr --build-id=none \
		-z max-page-size=4096 -z noexecstack -z now --no-undefined -T arch/x86_64/vdso/vdso.lds \
		-o $@ $(VDSO_OBJ)

$(BUILDS:%=build/%/arch/x86_64/vdso_image.S.o): $(VDSO)
$(BUILDS:%=build/%/arch/x86_64/vdso_image.S.o): KFLAGS_FILE := -Wa,-I$(GEN)

-include $(VDSO_OBJ:.o=.d)
