# Parley's one makefile: wildcard per folder, objects under build/$(BUILD), dependencies by -MMD.
# `make help` lists the targets.

BUILD ?= release
V     ?= 0
O     := build/$(BUILD)
Q     := $(if $(filter 1,$(V)),,@)
say    = $(if $(filter 1,$(V)),,@printf '  %-5s %s\n' $(1) $(2))
PY    := $(shell test -x /usr/bin/python3 && echo /usr/bin/python3 || echo python3)
MAKEFLAGS += --no-builtin-rules

# A cross compiler is taken when CROSS_COMPILE names one or x86_64-elf-gcc is there.
CROSS_COMPILE ?= $(shell command -v x86_64-elf-gcc >/dev/null 2>&1 && echo x86_64-elf-)
CC      := $(CROSS_COMPILE)gcc
LD      := $(CROSS_COMPILE)ld
AR      := $(CROSS_COMPILE)ar
NM      := $(CROSS_COMPILE)nm
OBJCOPY := $(CROSS_COMPILE)objcopy
CCINC   := $(shell $(CC) -print-file-name=include)

.PHONY: all help deps run test test-host test-linux test-unit test-debian iso debug bench check fmt fmt-check clean kernel user
all: kernel user

# --- kernel -------------------------------------------------------------------------------------
WARN    := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla -Werror \
           -Wno-sign-compare -Wno-unused-parameter
KFLAGS  := -std=gnu17 -ffreestanding -O2 -g -mno-red-zone -mcmodel=kernel -fno-pic -fno-pie \
           -mgeneral-regs-only -fno-omit-frame-pointer -fno-stack-protector -fno-strict-aliasing \
           -fno-asynchronous-unwind-tables -nostdinc -isystem $(CCINC) -D__KERNEL__ -I. $(WARN)
KFLAGS_release :=
KFLAGS_debug   := -DDEBUG -DDEBUG_LOCKS -DDEBUG_SLAB
KFLAGS += $(KFLAGS_$(BUILD))
KDIRS   := boot arch/x86_64 kernel kernel/lib kernel/core kernel/proc kernel/dev mm fs ipc net
KSRC    := $(foreach d,$(KDIRS),$(wildcard $(d)/*.c $(d)/*.S))
KOBJ    := $(patsubst %,$(O)/%.o,$(KSRC))

kernel: $(O)/parley.elf

$(O)/%.c.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KFLAGS) -MMD -MP -c $< -o $@

$(O)/%.S.o: %.S
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KFLAGS) -D__ASSEMBLER__ -MMD -MP -c $< -o $@

$(O)/parley.elf: $(KOBJ) linker.ld
	$(call say,LD,$@)
	$(Q)$(LD) -n -z noexecstack --no-warn-rwx-segments -T linker.ld -o $@ $(KOBJ)

-include $(KOBJ:.o=.d)
