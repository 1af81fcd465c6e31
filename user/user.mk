# The user side: the C library, our programs, and the test programs that are built with them.
# The root makefile includes this; its variables O, Q, say, CC, AR, CCINC and WARN are used.
# None of it depends on BUILD, hence one copy under build/, where tests/harness looks for it.
#
#   USER_PROGRAMS   build/user/bin/NAME, of user/bin/NAME.c or of a folder user/bin/NAME/
#   TEST_PROGRAMS   build/tests/abi/MECHANISM/NAME, of tests/abi/MECHANISM/NAME.c with tests/lib/tap.c
#   Targets: user, test-programs, and test-user: our shell beside dash, our library beside the host's.

UO        ?= build
USER_OBJ  := $(UO)/user/obj
USER_LIBC := $(UO)/user/libc.a
USER_TOOL := $(UO)/user/tool.a
USER_CRT  := $(USER_OBJ)/user/libc/start.S.o
HOSTCC    ?= gcc
STRIP     ?= $(CROSS_COMPILE)strip

UFLAGS := -std=gnu17 -O2 -g $(WARN) -nostdinc -isystem $(CCINC) -Iuser/include -I. \
          -fno-pie -fno-stack-protector -ffunction-sections -fdata-sections \
          -fno-asynchronous-unwind-tables
ULINK  := -static -no-pie -nostdlib -Wl,--gc-sections -Wl,-z,noexecstack -Wl,--build-id=none

ULIBC_SRC     := $(filter-out user/libc/start.S,$(wildcard user/libc/*.c user/libc/*.S))
ULIBC_OBJ     := $(patsubst %,$(USER_OBJ)/%.o,$(ULIBC_SRC))
UTOOL_OBJ     := $(patsubst %,$(USER_OBJ)/%.o,$(wildcard user/lib/*.c))
UBIN_NAMES    := $(patsubst user/bin/%.c,%,$(wildcard user/bin/*.c))
UBIN_FOLDERS  := $(patsubst user/bin/%/,%,$(sort $(dir $(wildcard user/bin/*/*.c))))
USER_PROGRAMS := $(addprefix $(UO)/user/bin/,$(UBIN_NAMES) $(UBIN_FOLDERS))
TEST_SRC      := $(wildcard tests/abi/*/*.c)
TEST_PROGRAMS := $(patsubst %.c,$(UO)/%,$(TEST_SRC))
UALL_OBJ      := $(ULIBC_OBJ) $(UTOOL_OBJ) $(USER_CRT) $(USER_OBJ)/tests/lib/tap.c.o $(USER_OBJ)/tests/user/libc.c.o \
                 $(patsubst %,$(USER_OBJ)/%.o,$(TEST_SRC) $(wildcard user/bin/*.c user/bin/*/*.c))

.PHONY: user test-programs test-user
.SECONDARY: $(UALL_OBJ)
user: $(USER_PROGRAMS)
test-programs: $(TEST_PROGRAMS) $(UO)/tests/fuzz/replay $(UO)/tests/explore/explore

# All programs, also those that are only looked up in the shell's folder.
test-user: $(UO)/user/bin/sh $(UO)/tests/user/libc $(UO)/tests/user/libc-host | $(USER_PROGRAMS)
	@$(PY) tests/user/run.py $^

$(UO)/tests/user/libc: $(USER_OBJ)/tests/user/libc.c.o $(USER_CRT) $(USER_LIBC)
	$(ulink)
$(UO)/tests/user/libc-host: tests/user/libc.c
	$(call say,HCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -O1 -w -o $@ $<

# Without these the compiler would turn the loop in strlen() into a call of strlen().
$(USER_OBJ)/user/libc/%.o: UFLAGS += -fno-builtin -fno-tree-loop-distribute-patterns
# That program calls with formats and sizes that any compiler would warn of.
$(USER_OBJ)/tests/user/libc.c.o: UFLAGS += -w

$(USER_OBJ)/%.c.o: %.c
	$(call say,UCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UFLAGS) -MMD -MP -c $< -o $@

$(USER_OBJ)/%.S.o: %.S
	$(call say,UAS,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UFLAGS) -MMD -MP -c $< -o $@

$(USER_LIBC): $(ULIBC_OBJ)
$(USER_TOOL): $(UTOOL_OBJ)
$(USER_LIBC) $(USER_TOOL):
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

# Programs are stripped; what gdb wants to see stays in the objects.
define ulink
	$(call say,ULD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ULINK) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lgcc
	$(Q)$(STRIP) $@
endef

$(addprefix $(UO)/user/bin/,$(UBIN_NAMES)): $(UO)/user/bin/%: \
		$(USER_OBJ)/user/bin/%.c.o $(USER_CRT) $(USER_TOOL) $(USER_LIBC)
	$(ulink)

define ufolder
$(UO)/user/bin/$(1): $(patsubst %,$(USER_OBJ)/%.o,$(wildcard user/bin/$(1)/*.c)) \
		$(USER_CRT) $(USER_TOOL) $(USER_LIBC)
	$$(ulink)
endef
$(foreach f,$(UBIN_FOLDERS),$(eval $(call ufolder,$(f))))

# The fuzzer: its parts are in a program of tests, and in one that prints (tests/fuzz/README.md).
FUZZ_OBJ := $(patsubst %,$(USER_OBJ)/tests/fuzz/%.c.o,caller fill values world)
$(UO)/tests/abi/hostile/fuzz: $(FUZZ_OBJ)
$(UO)/tests/fuzz/replay: $(USER_OBJ)/tests/fuzz/replay.c.o $(FUZZ_OBJ) $(USER_CRT) $(USER_LIBC)
	$(ulink)
# The walk through every failing allocation: its tables.
FAIL_OBJ := $(patsubst tests/fail/%.c,$(USER_OBJ)/tests/fail/%.c.o,$(wildcard tests/fail/*.c))
$(UO)/tests/abi/fail/walk: $(FAIL_OBJ)

-include $(FAIL_OBJ:.o=.d) $(FUZZ_OBJ:.o=.d) $(USER_OBJ)/tests/fuzz/replay.c.d

$(TEST_PROGRAMS): $(UO)/%: $(USER_OBJ)/%.c.o $(USER_OBJ)/tests/lib/tap.c.o $(USER_CRT) $(USER_LIBC)
	$(ulink)

-include $(UALL_OBJ:.o=.d)

# Explorations: one program, which is process 1 of a machine (tests/explore/README.md).
EXPLORE_OBJ := $(patsubst %,$(USER_OBJ)/%.o,$(wildcard tests/explore/*.c))
$(UO)/tests/explore/explore: $(EXPLORE_OBJ) $(USER_CRT) $(USER_LIBC)
	$(ulink)
-include $(EXPLORE_OBJ:.o=.d)
