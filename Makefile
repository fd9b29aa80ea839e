# profilefs: builds into build/, the program is build/profilefs.
#
#   make                      the program
#   make test                 unit and end-to-end tests
#   make unit | e2e           one of the two
#   make stress               random operations on mounts, with other lots until stopped, or STRESS_MINUTES=60 are over
#   make kills                kills the daemon at KILLS=1000 seeded moments and before each system call of a save and
#                             of the journal, and counts what is lost
#   make faults               makes every system call of a save and of the journal fail, or kills the process there
#   make tsan                 what has threads, under ThreadSanitizer
#   make fuse-no              builds without FUSE, and runs some end-to-end tests with that
#   make check                all of it: lint, unit, e2e
#   make lint                 include rule, formatting, static analysis, manual page, scripts, the schema
#   make fuzz                 searches for inputs that break it: FUZZ_SECONDS=60 for each target, with clang
#   make fuzz-short           the same for a second each, always in the same way, and as soon built as can be
#   make bench                ratios against other ways to do the job; BENCH='operations growth' are parts of it
#   make install              DESTDIR= PREFIX=/usr/local SBINDIR=/sbin
#   make uninstall            the same variables
#   make deb                  a Debian package, into $(BUILD)/deb; needs debhelper
#
#   FUSE=no                   without libfuse: all but mounting; into build-no-fuse
#   DEVELOPER=1               every warning, as an error
#   SANITIZE=address,undefined
#   BUILD=build-asan          another folder for the output
#   CC=clang                  another compiler
#
# `scripts/setup` installs what is needed.

VERSION := 0.1.0
FUSE    ?= yes
ifeq ($(FUSE),no)
BUILD   ?= build-no-fuse
else
BUILD   ?= build
endif
CC      ?= cc
PKG_CONFIG ?= pkg-config

# mount(8) and umount(8) look for their helpers in /sbin, whatever the prefix.
PREFIX  ?= /usr/local
SBINDIR ?= /sbin
BINDIR   = $(PREFIX)/bin
MANDIR   = $(PREFIX)/share/man
DOCDIR   = $(PREFIX)/share/doc/profilefs
UNITDIR  = $(PREFIX)/lib/systemd/user
BASHDIR  = $(PREFIX)/share/bash-completion/completions
FISHDIR  = $(PREFIX)/share/fish/vendor_completions.d
ZSHDIR   = $(PREFIX)/share/zsh/site-functions

ROOMS    := plist/base sign plist plist/schema fs/tree fs/fuse fs/cmd
# OpenSSL first: names are looked up in this order at each start, and four of five are its own.
PACKAGES := libcrypto fuse3 libplist-2.0 expat libpcre2-8 yaml-0.1 jansson

# What mounts, and what stands in its place in a program that cannot.
MOUNTING := $(addprefix fs/cmd/,background.c edit.c edit_end.c edit_shell.c exec.c holders.c mount.c mounted.c \
	mountpoint.c notify.c private_folder.c private_mount.c result.c umount.c)
INSTEAD  := fs/cmd/no_fuse.c
ifeq ($(FUSE),no)
ROOMS    := $(filter-out fs/fuse,$(ROOMS))
PACKAGES := $(filter-out fuse3,$(PACKAGES))
LEFT_OUT := $(MOUNTING)
else
LEFT_OUT := $(INSTEAD)
endif

# Asked once; a missing library is named by pkg-config itself.
PACKAGE_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES))
PACKAGE_LIBS   := $(shell $(PKG_CONFIG) --libs $(PACKAGES))

CFLAGS ?= -O2 -g
override CFLAGS   += -std=c11 -Wall -Wextra
override CPPFLAGS += -I. -D_FILE_OFFSET_BITS=64 -D_GNU_SOURCE -DPROFILEFS_VERSION='"$(VERSION)"' \
	-DPROFILEFS_FUSE=$(if $(filter no,$(FUSE)),0,1) -DFUSE_USE_VERSION=312 -DHASH_NONFATAL_OOM=1 $(PACKAGE_CFLAGS)
override LDLIBS   += $(PACKAGE_LIBS) -lm
# Everything is bound at the start: binding at the first call leaves registers, and so what memcpy(3) copied last, on
# the stack, where nobody wipes it; and nothing can change what was bound.
ifneq ($(shell uname),Darwin)
override LDFLAGS  += -Wl,-z,relro,-z,now
endif

ifdef DEVELOPER
override CFLAGS += -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wnull-dereference
endif
ifdef SANITIZE
override CFLAGS  += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
override LDFLAGS += -fsanitize=$(SANITIZE)
endif

SOURCES := $(filter-out $(LEFT_OUT),$(sort $(foreach room,$(ROOMS),$(wildcard $(room)/*.c))))
SCHEMAS := $(wildcard plist/schema/*.schema)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(SCHEMAS:%=$(BUILD)/%.o) $(BUILD)/plist/schema/schema_ready.o
MAIN    := $(BUILD)/fs/cmd/main.o
LIBRARY := $(BUILD)/libprofilefs.a
UNIT    := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*_test.c))

all: $(BUILD)/profilefs

$(BUILD)/profilefs: $(MAIN) $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(MAIN) $(LIBRARY) $(LDLIBS)

$(LIBRARY): $(filter-out $(MAIN),$(OBJECTS)) $(BUILD)/objects
	rm -f $@
	ar rcs $@ $(filter-out $(MAIN),$(OBJECTS))

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(TEST_CFLAGS) -MMD -MP -c -o $@ $<

# A schema is compiled in as a string: plist/schema/mdm.schema is schema_text_mdm.
$(BUILD)/%.schema.c: %.schema
	@mkdir -p $(@D)
	@{ echo 'extern const char schema_text_$(basename $(notdir $*))[];'; \
	echo 'const char schema_text_$(basename $(notdir $*))[] ='; \
	sed -e 's/[\\"?]/\\&/g' -e 's/^/"/' -e 's/$$/\\n"/' $<; echo '"";'; } > $@

$(BUILD)/%.schema.o: $(BUILD)/%.schema.c $(BUILD)/flags
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# Where their sections stand.
$(BUILD)/plist/schema/schema_ready.c: scripts/index-schema plist/schema/mdm.schema plist/schema/rules.schema
	@mkdir -p $(@D)
	scripts/index-schema plist/schema/mdm.schema plist/schema/rules.schema > $@

$(BUILD)/plist/schema/schema_ready.o: $(BUILD)/plist/schema/schema_ready.c $(BUILD)/flags
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Half of the time to compile goes into these, and none of them needs to be fast.
$(UNIT:=.o): TEST_CFLAGS = -O0

$(UNIT): %: %.o $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIBRARY) $(LDLIBS) $$($(PKG_CONFIG) --libs cmocka)

BENCHES := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/*.c))

$(BENCHES): %: %.o $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIBRARY) $(LDLIBS)

FUZZ := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/*_fuzz.c))

$(FUZZ): %: %.o $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $< $(LIBRARY) $(LDLIBS)

# Another compiler or other flags rebuild everything; a file that is gone leaves the library. Both files
# change only when what they hold does.
$(BUILD)/flags: REMEMBERED = $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)
$(BUILD)/objects: REMEMBERED = $(OBJECTS)
$(BUILD)/flags $(BUILD)/objects: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(REMEMBERED))' | cmp -s - $@ || echo '$(subst ','\'',$(REMEMBERED))' > $@

test: unit e2e

unit-programs: $(UNIT)

unit: unit-programs
	tests/unit/run $(UNIT)

e2e: $(BUILD)/profilefs
	PROFILEFS='$(abspath $(BUILD)/profilefs)' tests/e2e/run

fuzz-programs: $(FUZZ)

# In a folder of its own: everything is compiled so that libFuzzer sees which ways an input takes. No target reaches
# the rooms above the trees.
FUZZ_BUILD    ?= build-fuzz
FUZZ_SANITIZE ?= address,undefined
FUZZ_CFLAGS   ?= -O1 -g
FUZZ_ROOMS    := $(filter-out fs/fuse fs/cmd,$(ROOMS))

fuzz:
	@if ! echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | \
		clang -fsanitize=fuzzer,address,undefined -x c -o /dev/null - 2>/dev/null; then \
		echo 'no fuzzing: clang or its libFuzzer is missing, scripts/setup --tests installs both'; \
		echo '0 passed, 0 failed, 1 skipped'; \
	else \
		$(MAKE) -s BUILD=$(FUZZ_BUILD) CC=clang SANITIZE=fuzzer-no-link,$(FUZZ_SANITIZE) \
			CFLAGS='$(FUZZ_CFLAGS)' ROOMS='$(FUZZ_ROOMS)' fuzz-programs && \
			tests/fuzz/run $(FUZZ:$(BUILD)/%=$(FUZZ_BUILD)/%); \
	fi

# UndefinedBehaviorSanitizer and what debuggers need would add half to the time to build.
fuzz-short:
	FUZZ_SECONDS=1 FUZZ_SEED=1 FUZZ_JOBS=2 $(MAKE) -s -j2 FUZZ_BUILD=build-fuzz-short FUZZ_SANITIZE=address \
		FUZZ_CFLAGS=-O1 fuzz

STRESS_MINUTES ?= 60

stress: $(BUILD)/profilefs
	PROFILEFS='$(abspath $(BUILD)/profilefs)' tests/stress/run $(STRESS_MINUTES)

KILLS ?= 1000

kills: $(BUILD)/profilefs
	@PROFILEFS='$(abspath $(BUILD)/profilefs)' KILLS=$(KILLS) FAULTS_ONLY=kill FAULTS_SHARE=1 \
		tests/e2e/run tests/e2e/kill_test.sh tests/e2e/faults_test.sh | awk ' \
		{ print } \
		/^ *\| .*[0-9] kills / { for (i = 2; i <= NF; i++) if ($$i == "kills") kills += $$(i - 1) } \
		/^[0-9]+ passed, / { well = / 0 failed, / } \
		END { print kills + 0 " kills in all, " (well ? "nothing lost" : "not all is well"); exit !well }'

faults: $(BUILD)/profilefs
	PROFILEFS='$(abspath $(BUILD)/profilefs)' E2E_FULL=1 tests/e2e/run tests/e2e/faults_test.sh

# What has threads: the pool of check, the batch of implode.
tsan:
	$(MAKE) -s BUILD=build-tsan SANITIZE=thread CFLAGS='-O1 -g' all
	PROFILEFS='$(abspath build-tsan/profilefs)' tests/e2e/run tests/e2e/check_test.sh tests/e2e/implode_test.sh

# The build without FUSE, as soon built as can be, and some of what is in it.
fuse-no:
	@$(MAKE) -s -j2 FUSE=no BUILD=build-no-fuse CFLAGS=-O0 all
	@PROFILEFS='$(abspath build-no-fuse/profilefs)' tests/e2e/run \
		$(patsubst %,tests/e2e/%_test.sh,no_fuse explode)

check: lint test

lint: check-includes check-source check-schema

check-includes check-source check-schema:
	scripts/$@

bench: $(BUILD)/profilefs $(BENCHES)
	PROFILEFS='$(abspath $(BUILD)/profilefs)' tests/bench/run

# What is installed beside the program, by what is there. Documents keep their places, so that links between them hold.
PAGES     := $(wildcard docs/man/*.[1-8])
DOCUMENTS := README.md CHANGELOG.md LICENSE $(wildcard docs/*.md docs/*.svg docs/guides/*.md docs/guides/*.svg)
HELPERS   := mount.profilefs umount.profilefs mount.fuse.profilefs umount.fuse.profilefs

# The other names have the page of the first, once there is one.
SAME_PAGE := $(if $(wildcard docs/man/mount.profilefs.8),$(filter-out mount.profilefs,$(HELPERS)))

# Pairs of a file and the place where it is installed, under $(DESTDIR).
PLACED     = $(foreach page,$(PAGES),$(page) $(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
	$(foreach document,$(DOCUMENTS),$(document) $(DOCDIR)/$(document)) \
	$(foreach file,$(wildcard completions/profilefs.bash),$(file) $(BASHDIR)/profilefs) \
	$(foreach file,$(wildcard completions/profilefs.fish),$(file) $(FISHDIR)/profilefs.fish) \
	$(foreach file,$(wildcard completions/_profilefs),$(file) $(ZSHDIR)/_profilefs)

install: $(BUILD)/profilefs
	install -d '$(DESTDIR)$(BINDIR)'
	install -m 755 $(BUILD)/profilefs '$(DESTDIR)$(BINDIR)/profilefs'
	@set -e -- $(PLACED); while [ $$# -gt 0 ]; do \
		install -d "$(DESTDIR)$$(dirname "$$2")"; \
		install -m 644 "$$1" "$(DESTDIR)$$2"; \
		shift 2; \
	done
ifneq ($(FUSE),no)
	install -d '$(DESTDIR)$(SBINDIR)' '$(DESTDIR)$(UNITDIR)'
	for helper in $(HELPERS); do ln -sf $(BINDIR)/profilefs "$(DESTDIR)$(SBINDIR)/$$helper" || exit; done
	sed 's|@BINDIR@|$(BINDIR)|' packaging/profilefs@.service >'$(DESTDIR)$(UNITDIR)/profilefs@.service'
	chmod 644 '$(DESTDIR)$(UNITDIR)/profilefs@.service'
	@for helper in $(SAME_PAGE); do \
		echo '.so man8/mount.profilefs.8' >"$(DESTDIR)$(MANDIR)/man8/$$helper.8" || exit; \
	done
endif

# Folders that are the program's own go, too.
uninstall:
	rm -f '$(DESTDIR)$(BINDIR)/profilefs'
	@set -e -- $(PLACED); while [ $$# -gt 0 ]; do rm -f "$(DESTDIR)$$2"; shift 2; done
	rm -rf '$(DESTDIR)$(DOCDIR)'
ifneq ($(FUSE),no)
	rm -f $(HELPERS:%='$(DESTDIR)$(SBINDIR)/%') '$(DESTDIR)$(UNITDIR)/profilefs@.service'
	rm -f $(SAME_PAGE:%='$(DESTDIR)$(MANDIR)/man8/%.8')
endif

# What the package is built from is copied, so that nothing of it comes here; what is installed is the program that is
# built there, or DEB_PROGRAM.
deb:
	packaging/build-deb '$(BUILD)/deb' $(DEB_PROGRAM)

clean:
	rm -rf $(BUILD)

FORCE:
.PHONY: all test unit-programs unit e2e fuzz-programs fuzz fuzz-short stress kills faults tsan fuse-no check lint check-includes check-source check-schema bench install uninstall deb clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:

-include $(OBJECTS:.o=.d) $(UNIT:=.d) $(BENCHES:=.d) $(FUZZ:=.d)
