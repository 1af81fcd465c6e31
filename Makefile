# Parley's one makefile: wildcard per folder, objects under build/BUILD, dependencies by -MMD.
# Both builds can be made in one run: tests need both. What `make help` prints:
#
#: make              the kernel and the programs; BUILD=debug for the one with all checks, BUILD=kasan: and
#:                   the address sanitizer
#: make run          boots it: a shell on this terminal (Ctrl-A X ends)       CPUS=N MEMORY=MIB
#: ./run -- COMMAND  runs a command of this system on it; ./run --help tells more
#: make test         all tests; T=pipe CPUS=2 BUILD=debug REPEAT=3 choose
#: make test-all     all tests in all builds, hours of them
#: make test-host    the ABI tests on this Linux; test-linux: on Debian's Linux in QEMU
#: make test-unit    the kernel's library on the host
#: make test-debian  programs of Debian packages; SLOW=1: the long ones, too
#: make test-user    our shell beside dash, our programs beside Debian's, our C library beside the host's
#: make fuzz         random system calls: SECONDS=300 SEED=N CPUS=4; in QEMU only, as all of this is
#: make storm        signals at random between processes: SECONDS=300 SEED=N CPUS=4; nothing may be lost
#: make fuzz-diff    the calls of a seed on Debian's Linux and here, and which answers differ  SEED=N
#: make soak         twenty processes change shared memory at random and check each byte of it: SECONDS=600 SEED=N
#:                   CPUS=4 BUILD=kasan; WHERE=host runs it on this Linux
#: make explore      races under many schedules: T=pipe_thief SEEDS=1000 SEED=1, BREAK=rearm breaks an order
#: make check        layers, style, formatting, clang, cppcheck, system call numbers
#: make bench        instructions per operation, beside Linux's
#: make iso          build/BUILD/parley.iso, for BIOS and UEFI
#: make screenshots  iso/screen-*.png, the pictures in README.md, from a machine that boots the ISO
#: make debug        as run, but waits for gdb (tests/gdb.py)
#: make fmt          formats the C files, or FILES=...
#: make deps         installs the Debian packages that all this needs; the targets above do it, too
#: make clean        removes build/ but for what was downloaded
#:
#: V=1 shows the commands, -jN sets the number of jobs, CROSS_COMPILE=PREFIX the compiler.

BUILD ?= release
BUILDS := release debug kasan
O     := build/$(BUILD)
V     ?= 0
Q     := $(if $(filter 1,$(V)),,@)
say    = $(if $(filter 1,$(V)),,@printf '  %-5s %s\n' $(1) $(2))
PY    := $(shell test -x /usr/bin/python3 && echo /usr/bin/python3 || echo python3)
$(if $(filter $(BUILD),$(BUILDS)),,$(error BUILD=$(BUILD): one of $(BUILDS)))

# As many jobs as there are processors, unless -j says otherwise.
ifeq ($(filter -j% --jobserver%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: all help kernel iso screenshots run debug test test-all test-host test-linux test-unit test-debian fuzz fuzz-diff \
        explore storm soak bench \
        check fmt fmt-check deps clean FORCE

# The tools come first, even before the compiler is asked where its headers are: tests/deps.sh
# installs what is missing. A goal is also the name of the group of packages that it needs.
GOALS := $(or $(MAKECMDGOALS),all)
NEEDS := $(filter-out clean help fmt%,$(GOALS))
ifneq ($(NEEDS),)
GROUPS := build $(filter run test iso debug check,$(subst -, ,$(NEEDS))) \
          $(if $(filter bench soak storm explore fuzz%,$(NEEDS)),run) $(if $(filter screenshots,$(NEEDS)),iso run) $(if $(filter deps,$(NEEDS)),all)
ifneq ($(shell sh tests/deps.sh $(GROUPS) >&2 && echo ok),ok)
$(error what is listed above is needed for: make $(GOALS))
endif
endif

# A cross compiler is taken when CROSS_COMPILE names one or x86_64-elf-gcc is there.
CROSS_COMPILE ?= $(shell command -v x86_64-elf-gcc >/dev/null 2>&1 && echo x86_64-elf-)
CC      := $(CROSS_COMPILE)gcc
LD      := $(CROSS_COMPILE)ld
AR      := $(CROSS_COMPILE)ar
NM      := $(CROSS_COMPILE)nm
OBJCOPY := $(CROSS_COMPILE)objcopy
OBJDUMP := $(CROSS_COMPILE)objdump
HOSTCC  := gcc
CLANG   := $(shell command -v clang || echo clang-14)
CLANG_FORMAT := $(shell command -v clang-format || echo clang-format-14)
CCINC   := $(shell $(CC) -print-file-name=include)

all: kernel user test-programs compile_commands.json

# --- kernel -------------------------------------------------------------------------------------
WARN    := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla -Werror \
           -Wno-sign-compare -Wno-unused-parameter
KFLAGS  := -std=gnu17 -ffreestanding -O2 -g -mno-red-zone -mcmodel=kernel -fno-pic -fno-pie \
           -mgeneral-regs-only -fno-omit-frame-pointer -fno-stack-protector -fno-strict-aliasing \
           -fno-asynchronous-unwind-tables -nostdinc -isystem $(CCINC) -D__KERNEL__ -I. $(WARN)
KFLAGS_release :=
# User pointers may be unaligned, and NULL, which the address of a member of theirs is made of. The sanitizer's own code makes the two warnings cry wolf; release has them.
KFLAGS_debug   := -DDEBUG -DDEBUG_LOCKS -DDEBUG_SLAB -fsanitize=undefined -fno-sanitize=alignment,null \
                  -Wno-array-bounds -Wno-maybe-uninitialized
# The address sanitizer, with a call for each access (mm/kasan.c says why).
KASAN_OFFSET := 0xdffffc0000000000
KASAN_CHECKS := -fsanitize=kernel-address -fasan-shadow-offset=$(KASAN_OFFSET) --param=asan-stack=1 \
                --param=asan-globals=1 --param=asan-instrumentation-with-call-threshold=0
KFLAGS_kasan := $(KFLAGS_debug) -DKASAN -DKASAN_OFFSET=$(KASAN_OFFSET)ul $(KASAN_CHECKS)
# Not checked: the sanitizer, what works on freed memory, and what is checked as a whole by mm/kasan_calls.c.
KPLAIN  := $(wildcard mm/kasan*.c) mm/slab.c mm/page_debug.c kernel/lib/string.c kernel/core/ubsan.c \
           arch/x86_64/backtrace.c
KWRAPPED := memcpy memmove memset memcmp memchr strlen strnlen strcmp strncmp strchr strrchr strlcpy strscpy \
            $(addprefix arch_,copy_from_user copy_to_user strncpy_from_user get_user_8 get_user_32 get_user_64 \
              cmpxchg_user_32)
KDIRS   := boot arch/x86_64 kernel kernel/lib kernel/core kernel/proc kernel/dev mm fs ipc net
KSRC    := $(foreach d,$(KDIRS),$(wildcard $(d)/*.c $(d)/*.S))
KONLY_debug := kernel/core/ubsan.c
KTESTS  := $(wildcard tests/kernel/*.c)

kernel: $(O)/parley.elf

# What programs of ours make for every build: the image of the vDSO, the console's font.
GEN := build/gen
include arch/x86_64/vdso/vdso.mk kernel/dev/font.mk
KCHECKED := $(filter %.c,$(KSRC))
KSRC += $(FONT_C)

# Objects of the build $(1). A change of the flags makes them all anew.
define build_rules
KOBJ_$(1)  := $$(patsubst %,build/$(1)/%.o,$$(filter-out $$(if $$(filter $(1),debug kasan),,$$(KONLY_debug)),$$(KSRC)))
KTEST_$(1) := $$(patsubst %,build/$(1)/%.o,$$(KTESTS))

build/$(1)/flags: FORCE
	@mkdir -p $$(@D)
	@echo '$$(CC) $$(KFLAGS) $$(KFLAGS_$(1))' | cmp -s - $$@ || \
		echo '$$(CC) $$(KFLAGS) $$(KFLAGS_$(1))' >$$@

build/$(1)/%.c.o: %.c build/$(1)/flags
	$$(call say,CC,$$<)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(KFLAGS) $$(filter-out $$(KFLAGS_NOT),$$(KFLAGS_$(1))) $$(KFLAGS_FILE) -MMD -MP -c $$< -o $$@

build/$(1)/%.S.o: %.S build/$(1)/flags
	$$(call say,AS,$$<)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(KFLAGS) $$(filter -D%,$$(KFLAGS_$(1))) $$(KFLAGS_FILE) -D__ASSEMBLER__ -MMD -MP -c $$< -o $$@

# The tests inside the kernel are linked into an image of their own.
build/$(1)/parley.elf: $$(KOBJ_$(1))
build/$(1)/parley-test.elf: $$(KOBJ_$(1)) $$(KTEST_$(1))
build/$(1)/kernel/core/ubsan.c.o: KFLAGS_FILE := -fno-sanitize=all
-include $$(KOBJ_$(1):.o=.d) $$(KTEST_$(1):.o=.d)
endef
$(foreach b,$(BUILDS),$(eval $(call build_rules,$(b))))
$(KPLAIN:%=build/kasan/%.o): KFLAGS_NOT := $(KASAN_CHECKS)
build/kasan/%.elf: KWRAPS := $(KWRAPPED:%=--wrap=%)

# Twice: the table of symbols is made from the first link, and moves no function in the second.
KLINK = $(LD) -n -z noexecstack --no-warn-rwx-segments -T linker.ld
$(foreach b,$(BUILDS),build/$(b)/parley.elf build/$(b)/parley-test.elf): linker.ld kernel/mksyms.py
	$(call say,LD,$@)
	$(Q)$(KLINK) $(KWRAPS) -o $@.1 $(filter %.o,$^)
	$(Q)$(PY) kernel/mksyms.py $(NM) $@.1 >$@.S
	$(Q)$(CC) -c $@.S -o $@.o
	$(Q)$(KLINK) $(KWRAPS) -o $@ $(filter %.o,$^) $@.o
	$(Q)$(PY) kernel/mksyms.py $(NM) $@ | cmp - $@.S

# --- programs, images ---------------------------------------------------------------------------
include user/user.mk

# Two archives, the second for test runs: the kernel unpacks one after the other.
build/initrd.cpio: $(USER_PROGRAMS) tests/harness/pack.py tests/harness/cpio.py
	$(call say,PACK,$@)
	$(Q)$(PY) tests/harness/pack.py programs $@
build/tests.cpio: $(TEST_PROGRAMS) tests/harness/pack.py tests/harness/cpio.py
	$(call say,PACK,$@)
	$(Q)$(PY) tests/harness/pack.py tests $@

iso: $(O)/parley.iso
screenshots: build/release/parley.iso
	@$(PY) tests/screenshots.py
GRUB_MODULES := normal multiboot2 part_gpt part_msdos iso9660 fat serial terminal all_video \
                gfxterm boot echo configfile search test sleep
$(BUILDS:%=build/%/parley.iso): build/%/parley.iso: build/%/parley.elf build/%/parley-test.elf \
		build/initrd.cpio build/tests.cpio iso/grub.cfg
	$(call say,ISO,$@)
	$(Q)rm -rf $(@D)/iso && mkdir -p $(@D)/iso/boot/grub
	$(Q)cp iso/grub.cfg $(@D)/iso/boot/grub/
	$(Q)cp $(filter %.elf %.cpio,$^) $(@D)/iso/boot/
	$(Q)strip --strip-debug $(@D)/iso/boot/*.elf
	$(Q)grub-mkrescue -o $@ $(@D)/iso --install-modules="$(GRUB_MODULES)" --locales= --fonts= \
		--themes= --compress=xz -- -volid PARLEY >$(@D)/iso.log 2>&1 || (cat $(@D)/iso.log; false)

# --- running ------------------------------------------------------------------------------------
RUN_OPTIONS = --build $(BUILD) $(if $(CPUS),--cpus $(CPUS)) $(if $(MEMORY),--memory $(MEMORY))

run: kernel build/initrd.cpio
	@$(PY) ./run --boot $(RUN_OPTIONS)
debug: kernel build/initrd.cpio
	@$(PY) ./run --boot --gdb $(RUN_OPTIONS)

# --- tests --------------------------------------------------------------------------------------
# T=pipe, T='pipe/atomic*', T=unit, T=kernel/wait, T=debian/dash; by commas. BUILD counts only when
# it is given: the whole suite has both.
UNIT_TESTS   := $(patsubst %.c,build/%,$(wildcard tests/unit/test_*.c))
UNIT_FLAGS   := -std=gnu17 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined \
                -ffreestanding -nostdinc -isystem $(shell $(HOSTCC) -print-file-name=include) -I. $(WARN)
# What they test: the kernel's library, and other files that need no kernel.
UNIT_LIB     := $(patsubst %.c,build/tests/unit/%.o,$(wildcard kernel/lib/*.c) fs/cpio_stream.c \
                  kernel/dev/keymap.c kernel/dev/screen.c)
TEST_OPTIONS  = $(if $(SLOW),--slow) $(if $(T),--test '$(T)') $(if $(CPUS),--cpus $(CPUS)) \
                $(if $(MEMORY),--memory $(MEMORY)) $(if $(REPEAT),--repeat $(REPEAT)) \
                $(if $(filter-out file,$(origin BUILD)),--build $(BUILD))
TEST_KERNELS := $(foreach b,$(BUILDS),build/$(b)/parley.elf build/$(b)/parley-test.elf)

test test-all: $(TEST_KERNELS) build/release/parley.iso user test-programs $(UNIT_TESTS) build/initrd.cpio
	@$(PY) tests/run.py $(if $(filter test-all,$@),--all) $(TEST_OPTIONS)
test-host: test-programs $(if $(T)$(REPEAT),,test-user)
	@$(PY) tests/run.py --host $(TEST_OPTIONS)
test-linux: user test-programs
	@$(PY) tests/run.py --linux $(TEST_OPTIONS)
test-unit: $(UNIT_TESTS)
	@$(PY) tests/run.py --unit $(TEST_OPTIONS)
test-debian: $(O)/parley.elf user
	@$(PY) tests/run.py --debian $(TEST_OPTIONS)

build/tests/unit/%.o: %.c
	$(call say,HCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(if $(filter %/test_wait.c %/test_futex.c,$<),-Itests/unit/model -D__KERNEL__) $(UNIT_FLAGS) -MMD -MP -c $< -o $@
	$(Q)$(if $(findstring string.c,$<),objcopy --redefine-syms=tests/unit/string.syms $@)
build/tests/unit/lib.a: $(UNIT_LIB)
	$(Q)rm -f $@ && ar rcs $@ $^
$(UNIT_TESTS): build/%: build/tests/unit/%.o build/tests/unit/lib.a
	$(call say,HLD,$@)
	$(Q)$(HOSTCC) $(UNIT_FLAGS) -o $@ $^
.SECONDARY: $(UNIT_TESTS:build/%=build/tests/unit/%.o)
-include $(UNIT_LIB:.o=.d) $(UNIT_TESTS:build/%=build/tests/unit/%.d)

BENCH_OBJ := $(patsubst %,$(USER_OBJ)/%.o,$(wildcard tests/bench/*.c))
SEED    ?= 1
SECONDS ?= 300
BATCHES ?= 800
fuzz: build/debug/parley.elf user test-programs
	@$(PY) tests/run.py --test hostile/fuzz --build debug --cpus $(or $(CPUS),4) --timeout $$((4 * $(SECONDS) + 600)) \
		--append 'fuzz.seconds=$(SECONDS) fuzz.seed=$(SEED) test.timeout=$(shell echo $$((2 * $(SECONDS) + 120)))'
explore: build/debug/parley.elf build/tests/explore/explore
	@$(PY) tests/explore/run.py --seed $(SEED) --seeds $(or $(SEEDS),1000) $(if $(BREAK),--break $(BREAK)) $(T)
storm: build/debug/parley.elf user test-programs
	@$(PY) tests/run.py --test storm --build debug --cpus $(or $(CPUS),4) --timeout $$((4 * $(SECONDS) + 600)) \
		--append 'storm.processes=32 storm.seconds=$(SECONDS) storm.seed=$(SEED) test.timeout=$(shell echo $$((2 * $(SECONDS) + 120)))'
fuzz-diff: build/release/parley.elf user test-programs
	@$(PY) tests/fuzz/diff.py --seed $(SEED) --batches $(BATCHES)

# The build is kasan unless another is named.
SOAK_BUILD := $(if $(filter file,$(origin BUILD)),kasan,$(BUILD))
SOAK_CASE  := soak.seconds=$(SECONDS) soak.seed=$(SEED)
ifeq ($(WHERE),host)
soak: test-programs
	@env $(SOAK_CASE) TAP_SLOW=$$(($(SECONDS) / 10 + 2)) build/tests/abi/soak/memory
else
soak: build/$(SOAK_BUILD)/parley.elf user test-programs
	@$(PY) tests/run.py --test soak/memory --build $(SOAK_BUILD) --cpus $(or $(CPUS),4) \
		--timeout $$((2 * $(SECONDS) + 600)) \
		--append '$(SOAK_CASE) test.timeout=$(shell echo $$((2 * $(SECONDS) + 300))) test.slow=$(shell echo $$(($(SECONDS) / 10 + 30)))'
endif

bench: build/release/parley.elf user build/bench/bench
	@$(PY) tests/bench/run.py $(BENCH_OPTIONS)
-include $(BENCH_OBJ:.o=.d)
build/bench/bench: $(BENCH_OBJ) $(USER_CRT) $(USER_LIBC)
	$(ulink)

# --- checks -------------------------------------------------------------------------------------
CHECKS := layers style numbers links fmt-check clang cppcheck user-space
.PHONY: $(CHECKS:%=check-%)
check: $(CHECKS:%=check-%)
	@echo "check: all passed"
check-layers:
	@$(PY) tests/lint/layers.py
check-style:
	@$(PY) tests/lint/style.py
check-numbers:
	@$(PY) tests/lint/numbers.py
check-links:
	@$(PY) tests/lint/links.py
check-fmt-check: fmt-check
check-clang:
	@$(PY) tests/lint/second.py clang $(CLANG) -- $(KFLAGS) -- $(KCHECKED) $(KTESTS)
check-cppcheck:
	@$(PY) tests/lint/second.py cppcheck cppcheck -- -- $(KCHECKED) $(KTESTS)
# User memory is reached through %fs, so that a mistake shows in the code of the objects.
check-user-space: $(KOBJ_$(BUILD))
	@$(PY) tests/lint/userspace.py $(OBJDUMP) $^

fmt fmt-check:
	@$(PY) tests/lint/format.py $(CLANG_FORMAT) $(if $(filter fmt,$@),--write) $(FILES)

compile_commands.json: Makefile user/user.mk $(wildcard $(KDIRS:%=%/.) user/libc/. user/bin/. tests/abi/.)
	@$(PY) tests/lint/compdb.py '$(CC) $(KFLAGS)' $(KCHECKED) $(KTESTS) -- \
		'$(CC) $(UFLAGS)' $(TEST_SRC) $(ULIBC_SRC) $(wildcard user/bin/*.c user/bin/*/*.c) >$@

# --- the rest -----------------------------------------------------------------------------------
deps:
	@echo "deps: nothing is missing"
clean:
	rm -rf $(filter-out build/cache,$(wildcard build/*)) compile_commands.json
help:
	@sed -n 's/^#: \{0,1\}//p' Makefile
