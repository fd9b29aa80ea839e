# profilefs: builds into build/, the program is build/profilefs.
#
#   make                      the program
#   make test                 unit and end-to-end tests
#   make unit | e2e           one of the two
#   make check                include rule, formatting, static analysis, manual page
#   make bench                ratios against other ways to do the job
#   make install DESTDIR= PREFIX=/usr/local
#
#   DEVELOPER=1               every warning, as an error
#   SANITIZE=address,undefined
#   BUILD=build-asan          another folder for the output

VERSION := 0.1.0
PREFIX  ?= /usr/local
BUILD   ?= build
CC      ?= cc
PKG_CONFIG ?= pkg-config

ROOMS := plist/base sign plist plist/schema fs/tree fs/fuse fs/cmd
PACKAGES := fuse3 libplist-2.0 expat libcrypto

CFLAGS ?= -O2 -g
override CFLAGS += -std=c11 -Wall -Wextra
override CPPFLAGS += -I. -D_FILE_OFFSET_BITS=64 -D_GNU_SOURCE -DPROFILEFS_VERSION='"$(VERSION)"' \
	-DFUSE_USE_VERSION=312 -DHASH_NONFATAL_OOM=1 $(shell $(PKG_CONFIG) --cflags $(PACKAGES))
LDLIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES))

ifdef DEVELOPER
override CFLAGS += -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wnull-dereference
endif
ifdef SANITIZE
override CFLAGS += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
override LDFLAGS += -fsanitize=$(SANITIZE)
endif

SOURCES := $(foreach room,$(ROOMS),$(wildcard $(room)/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
MAIN    := $(BUILD)/fs/cmd/main.o
LIBRARY := $(BUILD)/libprofilefs.a
UNIT    := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*_test.c))

all: $(BUILD)/profilefs

$(BUILD)/profilefs: $(MAIN) $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIBRARY): $(filter-out $(MAIN),$(OBJECTS))
	rm -f $@
	ar rcs $@ $^

# A change of compiler or flags rebuilds everything.
FLAGS := $(CC) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS)
$(BUILD)/flags: FORCE
	@mkdir -p $(BUILD)
	@echo '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || echo '$(subst ','\'',$(FLAGS))' > $@

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(shell $(PKG_CONFIG) --libs cmocka)

.SECONDARY:

test: unit e2e

unit: $(UNIT)
	tests/unit/run $(UNIT)

e2e: $(BUILD)/profilefs
	PROFILEFS='$(abspath $(BUILD)/profilefs)' tests/e2e/run

check: $(BUILD)/profilefs
	scripts/check-includes
	scripts/check-source

bench: $(BUILD)/profilefs
	PROFILEFS='$(abspath $(BUILD)/profilefs)' tests/bench/run

install: $(BUILD)/profilefs
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)/sbin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(BUILD)/profilefs $(DESTDIR)$(PREFIX)/bin/profilefs
	ln -sf $(PREFIX)/bin/profilefs $(DESTDIR)/sbin/mount.fuse.profilefs
	ln -sf $(PREFIX)/bin/profilefs $(DESTDIR)/sbin/umount.fuse.profilefs
	install -m 644 docs/profilefs.1 $(DESTDIR)$(PREFIX)/share/man/man1/profilefs.1

clean:
	rm -rf $(BUILD)

FORCE:
.PHONY: all test unit e2e check bench install clean FORCE

-include $(OBJECTS:.o=.d) $(UNIT:=.d)
