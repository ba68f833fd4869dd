# tinbao: make, make run, make test, make check, make bench, make fuzz, make faults,
# make leaks, make install, make deb.
# V=1 shows the commands. SAN=1 builds with ASan and UBSan into build/san; CC=clang works; WERROR=1 is for CI.

V        ?=
Q         = $(if $(V),,@)
say       = $(if $(V),,@echo "  $(1)" $@)
BUILD    ?= build/$(if $(SAN),san,rel)
CSTD      = -std=gnu11
WARN      = -Wall -Wextra -Wconversion -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes
OPT       = $(if $(SAN),-O1 -fno-omit-frame-pointer -fsanitize=address$(,)undefined -fno-sanitize-recover=undefined,-O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
,        := ,
CPPFLAGS += -I. -I$(BUILD)/gen -D_GNU_SOURCE
CFLAGS   += $(CSTD) $(WARN) $(if $(WERROR),-Werror) -g $(OPT) -MMD -MP
LDFLAGS  += $(if $(SAN),-fsanitize=address$(,)undefined) -rdynamic
# where the shipped config files are: only these two are told
SHARE_DEF = -DTINBAO_SHARE='"$(CURDIR)/config"'
# where make install puts things; settings are in /etc/tinbao and state in /var/lib/tinbao always
PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
SHAREDIR ?= $(PREFIX)/share/tinbao
MANDIR   ?= $(PREFIX)/share/man
DOCDIR   ?= $(PREFIX)/share/doc/tinbao
UNITDIR  ?= $(PREFIX)/lib/systemd/system
USERSDIR ?= $(PREFIX)/lib/sysusers.d
UDEVDIR  ?= $(PREFIX)/lib/udev/rules.d
INST      = $(BUILD)/install
LIBS      = -lGammu -lsqlite3 -lpcre2-8 -lconfig -levent_core -levent_extra -lutf8proc -lsodium -ljansson -lseccomp -lutil -lpthread
# all cores, unless the caller said how many
JOBS      = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))
GAMMU_INC = -isystem /usr/include/gammu

ROOMS     = gateway/base gateway/confine gateway/line gateway/courier gateway/front gateway/plan gateway/desk gateway/serve gateway/play \
            parsers store config
LIB_SRC   = $(foreach r,$(ROOMS),$(wildcard $(r)/*.c))
CMD_SRC   = $(wildcard gateway/cmd/*.c)
LIB_OBJ   = $(LIB_SRC:%.c=$(BUILD)/%.o)
CMD_OBJ   = $(CMD_SRC:%.c=$(BUILD)/%.o)
LIB       = $(BUILD)/libtinbao.a
UNIT_SRC  = $(wildcard tests/unit/test_*.c)
UNIT_BIN  = $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/unit/%)
TOOL_SRC  = $(wildcard tests/faults/*.c tests/bench/*.c)
TOOL_BIN  = $(TOOL_SRC:%.c=$(BUILD)/%)
FUZZ_SRC  = $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_OBJ  = $(FUZZ_SRC:%.c=$(BUILD)/%.o)
FUZZ_BIN  = $(BUILD)/tests/fuzz/replay
SQL       = $(sort $(wildcard store/sql/*.sql))

.PHONY: all run test check print-warn bench fuzz faults leaks clean setup unit scenarios front courier tools built install deb force
.SECONDARY:

$(BUILD)/config/load.o $(BUILD)/tests/unit/test_config_load: CPPFLAGS += $(SHARE_DEF)

all: $(BUILD)/tinbao

$(BUILD)/tinbao: $(CMD_OBJ) $(LIB)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(LIB): $(LIB_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/%.o: %.c | $(BUILD)/gen/sql_gen.h
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(if $(findstring gateway/line/gammu,$<),$(GAMMU_INC)) $(CFLAGS) -c -o $@ $<

$(BUILD)/gen/sql_gen.h: $(SQL) scripts/embed-sql
	@mkdir -p $(@D)
	scripts/embed-sql $(SQL) > $@.tmp && mv $@.tmp $@

$(BUILD)/tests/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIB) -lcmocka $(LIBS)

$(BUILD)/tests/faults/%: tests/faults/%.c $(LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CPPFLAGS) $(GAMMU_INC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIB) $(LIBS)

# what storage_faults loads before libc: the disk refuses
$(BUILD)/tests/faults/refuse.so: tests/faults/preload/refuse.c tests/faults/preload/refuse.h
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -I. -D_GNU_SOURCE $(CSTD) $(WARN) $(if $(WERROR),-Werror) -g -O2 -fPIC -shared -o $@ $<

$(BUILD)/tests/faults/storage_faults: | $(BUILD)/tests/faults/refuse.so

$(BUILD)/tests/bench/%: tests/bench/%.c $(LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CPPFLAGS) $(GAMMU_INC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIB) $(LIBS)

# all fuzz targets as one program without a fuzzer: each has a name of its own then
$(FUZZ_OBJ): $(BUILD)/%.o: %.c | $(BUILD)/gen/sql_gen.h
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(SHARE_DEF) $(CFLAGS) -DLLVMFuzzerTestOneInput=fuzz_one_$(patsubst fuzz_%,%,$(notdir $*)) -c -o $@ $<

$(BUILD)/gen/fuzz_list.h: $(FUZZ_SRC)
	@mkdir -p $(@D)
	@echo '#define TARGETS(X) $(patsubst fuzz_%,X(%),$(basename $(notdir $(FUZZ_SRC))))' > $@

$(FUZZ_BIN): tests/fuzz/replay.c $(FUZZ_OBJ) $(LIB) $(BUILD)/gen/fuzz_list.h
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(FUZZ_OBJ) $(LIB) $(LIBS)

# the same program, but it looks for its shipped files where they are installed
$(INST)/share: force
	@mkdir -p $(@D)
	@echo '$(SHAREDIR)' | cmp -s - $@ || echo '$(SHAREDIR)' > $@

$(INST)/load.o: config/load.c $(INST)/share $(BUILD)/config/load.o
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) -DTINBAO_SHARE='"$(SHAREDIR)"' $(CFLAGS) -c -o $@ $<

$(INST)/tinbao: $(CMD_OBJ) $(INST)/load.o $(LIB)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

install: $(INST)/tinbao $(BUILD)/tinbao
	$(Q)scripts/install $(INST)/tinbao $(BUILD)/tinbao '$(DESTDIR)' BINDIR='$(BINDIR)' SHAREDIR='$(SHAREDIR)' MANDIR='$(MANDIR)' \
	  DOCDIR='$(DOCDIR)' UNITDIR='$(UNITDIR)' USERSDIR='$(USERSDIR)' UDEVDIR='$(UDEVDIR)'

deb:
	@scripts/setup deb
	@scripts/deb/build

tools: $(TOOL_BIN)

built: all tools $(UNIT_BIN) $(FUZZ_BIN)

setup:
	@scripts/setup

run: setup
	@$(MAKE) --no-print-directory $(JOBS) all
	@scripts/demo $(BUILD)/tinbao

test: setup
	@$(MAKE) --no-print-directory $(JOBS) SAN=1 built
	@$(MAKE) --no-print-directory SAN=1 unit scenarios front courier

unit: $(UNIT_BIN) $(FUZZ_BIN)
	@scripts/run-unit $(UNIT_BIN) $(FUZZ_BIN)

scenarios: $(BUILD)/tinbao tools
	@scripts/run-scenarios $(BUILD)/tinbao
	@scripts/month $(BUILD)

front: $(BUILD)/tinbao tools
	@tests/faults/front.sh $(BUILD)/tinbao quick

courier: $(BUILD)/tinbao
	@tests/faults/courier.py $(BUILD)/tinbao quick

check: setup
	@scripts/check

bench: setup
	@$(MAKE) --no-print-directory all tools
	@scripts/bench $(BUILD)

faults: setup
	@$(MAKE) --no-print-directory all tools
	@scripts/faults $(BUILD)

leaks:
	@scripts/setup check
	@$(MAKE) --no-print-directory all tools
	@scripts/leaks $(BUILD)

print-warn:
	@echo $(WARN)

fuzz: setup
	@scripts/fuzz

clean:
	rm -rf build

-include $(LIB_OBJ:.o=.d) $(CMD_OBJ:.o=.d) $(UNIT_BIN:=.d) $(TOOL_BIN:=.d) $(FUZZ_OBJ:.o=.d) $(FUZZ_BIN).d
