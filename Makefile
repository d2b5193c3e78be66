# Postroom. Needs a Rust toolchain, make and a C compiler.
#
#   make            the executable, target/release/postroom
#   make demo       a desk with a dozen mails, in target/demo
#   make test       all tests; as root also those against a real mail system
#   make mutations  real mail that was damaged, 10,000 times
#   make fuzz       a minute of each fuzz target; FUZZ_SECONDS=600 gives each ten
#   make corpus     how well real mail is understood, where ../shared/corpus is there
#   make bench      how fast it is, against a plain delivery and the mail indexers
#   make install    into DESTDIR/PREFIX
#
# Linked statically at a fixed place the program starts in half the time, which is a fifth of a
# delivery: no libraries to find, no 20,000 pointers to relocate. A static libc comes with
# Debian's libc6-dev; where there is none, and with LINK= (for a package that wants PIE and the
# libc of the system), it is linked as Cargo does by itself.

CARGO   = cargo
CC      = cc
PREFIX  = /usr/local
DESTDIR =
PROFILE = dev

release = target/release/postroom
tested  = target/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))/postroom
prefix  = $(DESTDIR)$(PREFIX)

.PHONY: all demo test mutations fuzz corpus bench install clean $(release)

all: $(release)

empty  = echo 'int main(void) { return 0; }'
linked = $(shell $(empty) | $(CC) -static -no-pie -x c -o /dev/null - 2>/dev/null && echo statically)
LINK  := $(if $(linked),-C target-feature=+crt-static -C relocation-model=static)

$(release):
	$(CARGO) rustc --release --locked --bin postroom -- $(LINK)

demo: $(release)
	@POSTROOM=$(CURDIR)/$(release) examples/demo/run

test:
	@.ci/e2e root
	$(CARGO) test --locked --profile $(PROFILE)
	@POSTROOM=$(CURDIR)/$(tested) .ci/e2e run

MUTATIONS = 10000

mutations:
	MUTATIONS=$(MUTATIONS) $(CARGO) test --locked --profile $(PROFILE) --test mutations -- --nocapture

FUZZ_SECONDS = 60

fuzz:
	@fuzz/run $(FUZZ_SECONDS)

CORPUS = ../shared/corpus

corpus: $(release)
	@tests/score $(release) $(CORPUS) $(SCORE)

bench: $(release)
	@POSTROOM=$(CURDIR)/$(release) benches/run

# One executable under many names; the links are relative, so that a package
# can be moved as a whole.
install: $(release)
	install -d $(prefix)/bin $(prefix)/share/man/man1 $(prefix)/share/man/man5 $(prefix)/share/man/man7
	install -m 755 $(release) $(prefix)/bin/postroom
	for page in man/postroom-*.1; do \
	    verb=$${page#man/postroom-}; \
	    ln -sf postroom $(prefix)/bin/postroom-$${verb%.1} || exit 1; \
	done
	for section in 1 5 7; do \
	    for page in man/*.$$section; do \
	        test ! -e $$page || install -m 644 $$page $(prefix)/share/man/man$$section/ || exit 1; \
	    done; \
	done
	install -d $(prefix)/share/bash-completion/completions $(prefix)/share/zsh/site-functions \
	    $(prefix)/share/fish/vendor_completions.d $(prefix)/share/doc/postroom
	install -m 644 completions/postroom.bash $(prefix)/share/bash-completion/completions/postroom
	install -m 644 completions/_postroom $(prefix)/share/zsh/site-functions/_postroom
	install -m 644 completions/postroom.fish $(prefix)/share/fish/vendor_completions.d/postroom.fish
	cp -R rules examples README.md NEWS.md LICENSE-* $(prefix)/share/doc/postroom/
	chmod -R a+rX $(prefix)/share/doc/postroom

clean:
	$(CARGO) clean
