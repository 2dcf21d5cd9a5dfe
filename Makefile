# netrec and netanalyze. One non-recursive Makefile.
#
#   make            build both programs into build/
#   make demo       record and explain real traffic in two network namespaces (root), or a sample
#   make check      every test that runs on this machine, sanitizers included
#   make bench      cost and size, beside perf and bpftrace (ROUNDS=5)
#   make bench-lab  what each profile adds to a request, in instructions, in a virtual machine with real Open vSwitch
#                   (WHAT="'-p host' groups perf"; fails on 3 % more than tests/bench/baseline.json has, UPDATE=1 rewrites it)
#   make check-lab  test with real Open vSwitch, KVM and vhost-net in a virtual machine (SCENARIO=, KERNEL=6.1)
#   make causes     judge the labelled recordings: the cause found first beside the one that was injected (tests/CAUSES.md)
#   make compare-power  how often `netanalyze compare` is wrong, and what it finds (SEED=1, PART=1000; tests/COMPARE.md)
#   make compare-live   what it makes of the same traffic on this machine, recorded twice (RECORDINGS=24, of each load; root)
#   make lab-shell  a shell in that machine
#   make fuzz       fuzz everything that reads foreign bytes (FUZZ_SECONDS=60, each)
#   make static     both programs into build/static/, each in one file that needs nothing else to run
#   make install    into $(DESTDIR)$(PREFIX); make install-static: those of make static
#   make deps       install the Debian packages all this needs
#
# V=1 shows the commands. SAN=address,undefined builds with sanitizers, in a tree of its own; FUZZ=1 for libFuzzer.

VERSION := 0.1.0
PREFIX  ?= /usr/local
CLANG   ?= clang
CC      := $(if $(FUZZ),$(CLANG),gcc)
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
ARCH    := $(shell uname -m)
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)

BUILD := build$(if $(FUZZ),/fuzz,$(if $(SAN),/san))
ifeq ($(V),1)
  Q :=
  msg :=
else
  Q := @
  msg = @printf '  %-8s %s\n' $(1) $(2);
endif

WARN   := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=gnu11 $(WARN) $(CFLAGS) -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -I. -I$(BUILD) -MMD -MP -pthread
# Production builds leave assertions out; sanitizer builds are the ones that check them.
ALL_CFLAGS += $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer,-DNDEBUG)
LDFLAGS_ALL := -pthread $(LDFLAGS) $(if $(SAN),-fsanitize=$(SAN))

# Of libpcap only its compiler of filters and its reader of files are wanted. Linked in whole it would bring D-Bus and
# systemd along, for a device that nobody opens: its table of devices ends where that one would be.
PCAP_LIBS     := -Wl,--defsym=dbus_create=0,--defsym=dbus_findalldevs=0 -l:libpcap.a
FORMAT_LIBS   := -lelf -lzstd -lz
RECORDER_LIBS := -lbpf $(PCAP_LIBS) $(FORMAT_LIBS)
# A few kilobytes, which few hosts have.
PROTOBUF_LIBS := -l:libprotobuf-c.a
ANALYZER_LIBS := -lsqlite3 $(PCAP_LIBS) $(PROTOBUF_LIBS) -l:libnettle.a -lm $(FORMAT_LIBS)

BPF_ARCH   := $(patsubst x86_64,x86,$(patsubst aarch64,arm64,$(ARCH)))
BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$(BPF_ARCH) -Wall -Wextra -Werror -I. -I/usr/include/$(MULTIARCH)

objs = $(patsubst %.c,$(BUILD)/%.o,$(1))
FORMAT   := $(wildcard format/*.c format/host/*.c)
RECORDER := $(wildcard recorder/*.c)
ANALYZER := $(wildcard analyzer/*.c analyzer/*/*.c)
BPF      := $(wildcard bpf/*.bpf.c)
SKELS    := $(patsubst bpf/%.bpf.c,$(BUILD)/bpf/%.skel.h,$(BPF))
SQL      := $(sort $(wildcard schema/*.sql schema/*/*.sql))
MIGRATIONS := $(sort $(wildcard schema/*.sql))
FORMAT_O   := $(call objs,$(FORMAT))
RECORDER_O := $(call objs,$(filter-out recorder/main.c,$(RECORDER)))
PERFETTO   := $(BUILD)/analyzer/replay/perfetto.pb-c
ANALYZER_O := $(call objs,$(filter-out analyzer/main.c,$(ANALYZER))) $(BUILD)/schema/embedded.o $(PERFETTO).o

all: $(BUILD)/netrec $(BUILD)/netanalyze

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all static tests deps demo check check-fast causes compare-power compare-live bench bench-lab fuzz fuzzers install install-static clean help

help:
	@sed -n '2,/^$$/s/^# \{0,1\}//p' Makefile

# ---- what Debian must provide ------------------------------------------------------------------

PACKAGES := gcc make clang llvm bpftool pkg-config libbpf-dev libelf-dev zlib1g-dev libzstd-dev libpcap-dev \
            libsqlite3-dev nettle-dev libprotobuf-c-dev protobuf-c-compiler protobuf-compiler libcmocka-dev sqlite3 jq python3 \
            iproute2 iputils-ping nftables tcpdump mandoc
BENCH_PACKAGES := linux-perf bpftrace time trace-cmd
LAB_PACKAGES := qemu-system-x86 busybox-static kmod cpio openvswitch-switch openvswitch-common conntrack ethtool iproute2 \
                iputils-ping procps util-linux
FUZZ_PACKAGES := libclang-rt-14-dev

deps:
	@tests/deps.sh $(PACKAGES)

# ---- programs ----------------------------------------------------------------------------------

static: $(BUILD)/static/netrec $(BUILD)/static/netanalyze

# The linker warns of what libc and SQLite could load when they run. Nothing is: names are looked up by what is linked
# (expression__keep_lookups_inside()), and no extension of SQLite is asked for.
$(BUILD)/static/%: LDFLAGS_ALL += -static-pie -s -Wl,--no-warnings

$(BUILD)/netrec $(BUILD)/static/netrec: $(BUILD)/recorder/main.o $(RECORDER_O) $(FORMAT_O)
	$(call msg,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) $(RECORDER_LIBS) -o $@

$(BUILD)/netanalyze $(BUILD)/static/netanalyze: $(BUILD)/analyzer/main.o $(ANALYZER_O) $(FORMAT_O)
	$(call msg,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) $(ANALYZER_LIBS) -o $@

$(BUILD)/%.o: %.c Makefile
	$(call msg,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c $< -o $@

$(BUILD)/%.bpf.o: %.bpf.c Makefile
	$(call msg,BPF,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MT $@ -MF $(@:.o=.d) -c $< -o $@.tmp
	$(Q)$(BPFTOOL) gen object $@ $@.tmp && rm $@.tmp

$(BUILD)/%.skel.h: $(BUILD)/%.bpf.o
	$(call msg,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $(notdir $*)_bpf > $@

$(call objs,$(RECORDER)): | $(SKELS)

# What all migrations lead to, in one: a new database does not go through them, of which each reads all tables again.
$(BUILD)/schema/new.sql: $(MIGRATIONS) schema/ Makefile
	$(call msg,SQL,$@)
	@mkdir -p $(@D)
	$(Q){ cat $(MIGRATIONS) && echo .dump; } | sqlite3 -batch -bail :memory: > $@.tmp
	$(Q)echo 'PRAGMA user_version = $(firstword $(subst _, ,$(notdir $(lastword $(MIGRATIONS)))));' >> $@.tmp
	$(Q)mv $@.tmp $@

# Every .sql file under schema/, embedded: analyzer/store/sql.h declares the table. A folder is newer than what was made
# of it when a file has gone.
$(BUILD)/schema/embedded.c: $(SQL) $(BUILD)/schema/new.sql $(sort $(dir $(SQL))) schema/embed.sh Makefile
	$(call msg,SQL,$@)
	@mkdir -p $(@D)
	$(Q)sh schema/embed.sh $(SQL) $(BUILD)/schema/new.sql > $@

$(BUILD)/schema/embedded.o: $(BUILD)/schema/embedded.c
	$(Q)$(CC) $(ALL_CFLAGS) -c $< -o $@

# Messages of Perfetto's traces.
$(PERFETTO).c $(PERFETTO).h &: analyzer/replay/perfetto.proto
	$(call msg,PROTO,$<)
	@mkdir -p $(@D)
	$(Q)protoc-c --c_out=$(@D) -I $(<D) $<

$(PERFETTO).o: $(PERFETTO).c
	$(Q)$(CC) $(ALL_CFLAGS) -c $< -o $@

$(BUILD)/analyzer/replay/perfetto_file.o: | $(PERFETTO).h

# ---- tests -------------------------------------------------------------------------------------

comma := ,
C_TESTS := $(wildcard tests/unit/*/*.c tests/property/*.c)
C_TEST_BINS := $(patsubst %.c,$(BUILD)/%,$(C_TESTS))
SH_TESTS := $(sort $(wildcard tests/cli/*.sh tests/live/*.sh))

$(BUILD)/tests/unit/format/% $(BUILD)/tests/property/%: TEST_LIBS = $(FORMAT_LIBS)
$(BUILD)/tests/unit/recorder/%: TEST_LIBS = $(RECORDER_LIBS)
$(BUILD)/tests/unit/analyzer/%: TEST_LIBS = $(ANALYZER_LIBS)

$(BUILD)/tests/unit/format/%: $(BUILD)/tests/unit/format/%.o $(FORMAT_O)
	$(call msg,LINK,$@)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) $(TEST_LIBS) -lcmocka -o $@
$(BUILD)/tests/property/%: $(BUILD)/tests/property/%.o $(FORMAT_O)
	$(call msg,LINK,$@)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) $(TEST_LIBS) -lcmocka -o $@
$(BUILD)/tests/unit/recorder/%: $(BUILD)/tests/unit/recorder/%.o $(RECORDER_O) $(FORMAT_O)
	$(call msg,LINK,$@)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) $(TEST_LIBS) -lcmocka -o $@
$(BUILD)/tests/unit/analyzer/%: $(BUILD)/tests/unit/analyzer/%.o $(ANALYZER_O) $(FORMAT_O)
	$(call msg,LINK,$@)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) $(TEST_LIBS) -lcmocka -o $@

# In which order record_cmd.c stops: these only note that they were called.
$(BUILD)/tests/unit/recorder/test_stop: LDFLAGS_ALL += $(patsubst %,-Wl$(comma)--wrap=%,attach__stop attach__settle \
	sampler__stop sampler__finish drain__stop command__stop)

# Whose sockets the test makes.
$(BUILD)/tests/unit/recorder/test_vswitchd: LDFLAGS_ALL += -Wl,--wrap=glob

# Whose allocations the test can make fail.
$(BUILD)/tests/unit/analyzer/test_no_memory: LDFLAGS_ALL += $(patsubst %,-Wl$(comma)--wrap=%,malloc calloc realloc \
	ZSTD_createDCtx)

# Which can forget what it knows of events, and sees who waits.
$(BUILD)/tests/unit/analyzer/test_replay: LDFLAGS_ALL += $(patsubst %,-Wl$(comma)--wrap=%,schema__record clock_nanosleep)

$(BUILD)/tests/traffic: $(call objs,$(wildcard tests/traffic*.c))
	$(call msg,LINK,$@)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) -o $@

# What the tests of netanalyze's command line need besides the programs.
$(BUILD)/tests/cli/make_trace: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/cli/make_trace*.c))
$(BUILD)/tests/cli/recut: $(BUILD)/tests/cli/recut.o
$(BUILD)/tests/cli/mutate: $(BUILD)/tests/cli/mutate.o
CLI_TOOLS := $(patsubst %,$(BUILD)/tests/cli/%,make_trace recut mutate)
$(CLI_TOOLS): $(FORMAT_O)
	$(call msg,LINK,$@)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) $(FORMAT_LIBS) -o $@

$(BUILD)/tests/live/%: $(BUILD)/tests/live/%.o $(FORMAT_O)
	$(call msg,LINK,$@)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) $(FORMAT_LIBS) -o $@

# The capture filter as the kernel runs it, beside libpcap's interpreter.
$(BUILD)/tests/live/filter_equivalence.o: $(BUILD)/tests/live/filter_verdict.skel.h
$(BUILD)/tests/live/filter_equivalence: $(BUILD)/tests/live/filter_equivalence.o $(RECORDER_O) $(FORMAT_O)
	$(call msg,LINK,$@)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) $(RECORDER_LIBS) -o $@

# All of netrec, whose allocations can be made to fail; not those of libpcap, which crashes then.
$(BUILD)/tests/live/no_memory: LDFLAGS_ALL += $(patsubst %,-Wl$(comma)--wrap=%,main malloc calloc realloc reallocarray \
	aligned_alloc strdup strndup asprintf ZSTD_createCCtx)
$(BUILD)/tests/live/no_memory: $(BUILD)/tests/live/no_memory.o $(BUILD)/recorder/main.o $(RECORDER_O) $(FORMAT_O)
	$(call msg,LINK,$@)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) $(subst $(PCAP_LIBS),-lpcap,$(RECORDER_LIBS)) -o $@

LIVE_TOOLS := $(patsubst %.c,$(BUILD)/%,$(filter-out %.bpf.c,$(wildcard tests/live/*.c)))

tests: all $(if $(SAN),,static) $(LIVE_TOOLS) $(BUILD)/tests/traffic $(CLI_TOOLS) $(BUILD)/tests/power/power $(C_TEST_BINS) \
       $(if $(SAN),fuzzers)

# The whole suite: production build, then unit and property tests again under the sanitizers.
check: deps
	$(Q)$(MAKE) --no-print-directory -j2 tests
	$(Q)$(MAKE) --no-print-directory -j2 SAN=address,undefined tests
	$(Q)tests/run.sh $(C_TESTS:%.c=build/%) $(C_TESTS:%.c=build/san/%) $(SH_TESTS)

# One pass without the sanitizers: for the edit-compile-test loop.
check-fast: tests
	$(Q)tests/run.sh $(C_TEST_BINS) $(SH_TESTS)

# ---- the lab: tests/README.md --------------------------------------------------------------------

# With frame pointers, so that stacks lead through it into the program.
$(BUILD)/tests/lab/%.so: tests/lab/preload/%.c Makefile
	$(call msg,SO,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) -O2 -g -fno-omit-frame-pointer -D_GNU_SOURCE -fPIC -shared -pthread $< -ldl -o $@

lab-programs: all static $(BUILD)/tests/traffic $(patsubst tests/lab/preload/%.c,$(BUILD)/tests/lab/%.so,$(wildcard tests/lab/preload/*.c))

check-lab lab-shell: deps
	@tests/deps.sh $(LAB_PACKAGES)
	$(Q)$(MAKE) --no-print-directory -j2 lab-programs
	$(Q)tests/lab/$@ $(if $(filter lab-shell,$@),"$(COMMAND)",$(SCENARIO))

causes: all
	$(Q)sh tests/causes.sh --write

# How often `netanalyze compare` is wrong, and what it finds.
$(BUILD)/tests/power/power: $(BUILD)/tests/power/power.o $(ANALYZER_O) $(FORMAT_O)
	$(call msg,LINK,$@)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) $(ANALYZER_LIBS) -o $@

compare-power: all $(BUILD)/tests/power/power
	$(Q)SEED=$(SEED) PART=$(PART) sh tests/power.sh --write

compare-live: all $(BUILD)/tests/traffic
	$(Q)sh tests/recorded_apart.sh $(RECORDINGS)

# ---- cost, and hostile input --------------------------------------------------------------------

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(FORMAT_O)
	$(call msg,LINK,$@)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) $(FORMAT_LIBS) -o $@

bench: deps
	@tests/deps.sh $(BENCH_PACKAGES)
	$(Q)$(MAKE) --no-print-directory -j2 all build/tests/traffic build/tests/bench/codec
	$(Q)tests/bench/added.sh
	$(Q)tests/bench/bench.sh

# What recording adds to a request in the lab's VM, in instructions, compared with tests/bench/baseline.json.
bench-lab: deps
	@tests/deps.sh $(LAB_PACKAGES) $(BENCH_PACKAGES)
	$(Q)$(MAKE) --no-print-directory -j2 lab-programs
	$(Q)tests/bench/requests.sh $(or $(WHAT),profiles groups perf trace-cmd count empty)

# The fuzzers: with libFuzzer in build/fuzz (FUZZ=1), with tests/fuzz/driver.c elsewhere.
FUZZERS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_O  := $(BUILD)/tests/fuzz/traces.o $(if $(FUZZ),,$(BUILD)/tests/fuzz/driver.o)

$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(FUZZ_O) $(ANALYZER_O) $(FORMAT_O)
	$(call msg,LINK,$@)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) $(if $(FUZZ),-fsanitize=fuzzer) $(ANALYZER_LIBS) -o $@

$(BUILD)/tests/fuzz/cut: $(BUILD)/tests/fuzz/cut.o $(BUILD)/tests/fuzz/traces.o $(FORMAT_O)
	$(call msg,LINK,$@)
	$(Q)$(CC) $^ $(LDFLAGS_ALL) $(FORMAT_LIBS) -o $@

fuzzers: $(FUZZERS) $(BUILD)/tests/fuzz/cut

FUZZ_SECONDS ?= 60

# Each fuzzer for FUZZ_SECONDS, from the seeds that tests/fuzz/seeds.sh makes.
fuzz: deps
	@tests/deps.sh $(FUZZ_PACKAGES)
	$(Q)$(MAKE) --no-print-directory -j2 build/tests/fuzz/cut
	$(Q)$(MAKE) --no-print-directory -j2 FUZZ=1 SAN=address,undefined,fuzzer-no-link fuzzers
	$(Q)tests/fuzz/fuzz.sh $(FUZZ_SECONDS) $(patsubst tests/fuzz/%.c,build/fuzz/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

demo: deps
	$(Q)$(MAKE) --no-print-directory -j2 all build/tests/traffic
	$(Q)tests/demo.sh

# ---- installing --------------------------------------------------------------------------------

install: all
install-static: static
install-static: LINKED := static/
install install-static:
	install -D -m 755 $(BUILD)/$(LINKED)netrec $(DESTDIR)$(PREFIX)/sbin/netrec
	install -D -m 755 $(BUILD)/$(LINKED)netanalyze $(DESTDIR)$(PREFIX)/bin/netanalyze
	install -D -m 644 recorder/netrec.1 $(DESTDIR)$(PREFIX)/share/man/man1/netrec.1
	install -D -m 644 analyzer/netanalyze.1 $(DESTDIR)$(PREFIX)/share/man/man1/netanalyze.1
	install -D -m 644 recorder/netrec.bash-completion $(DESTDIR)$(PREFIX)/share/bash-completion/completions/netrec
	install -D -m 644 analyzer/netanalyze.bash-completion $(DESTDIR)$(PREFIX)/share/bash-completion/completions/netanalyze

clean:
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
