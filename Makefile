# Everything a newcomer types. `make help` explains it.

SWIFT   ?= swift
PREFIX  ?= /usr/local
SYSCONF ?= /etc
UNITS   ?= $(PREFIX)/lib/systemd/system
PYTHON  := .build/python
# A folder with real embeddings and the script `make_sets.py` that makes vector sets of them.
EMBEDDINGS ?= ../shared/bench

.DEFAULT_GOAL := help
.PHONY: help run test tsan fuzz lint bench vector-sets format install packages test-packages bench-packages
.NOTPARALLEL:

help:
	@echo "make run      build Tintype and serve it with sample photos already analysed"
	@echo "make test     lint and test everything"
	@echo "make tsan     run what is concurrent in vector search under the thread sanitizer"
	@echo "make bench    measure everything that has a figure to reach"
	@echo "make format   format the sources"
	@echo "make install  install binary, units and sample configuration (DESTDIR, PREFIX=$(PREFIX))"
	@echo
	@echo "Missing Debian packages are installed by apt-get, as root or through sudo."

run: packages
	$(SWIFT) build -c release --product tintype
	.build/release/tintype demo

test: test-packages $(PYTHON)/tests-installed
	$(SWIFT) build -c release --build-tests
	$(MAKE) --no-print-directory lint
	$(SWIFT) test -c release --skip-build
	@$(MAKE) --no-print-directory fuzz

# Searches beside insertions, removals and a graph that takes over, under the thread sanitizer.
tsan: packages
	$(SWIFT) test --sanitize=thread --scratch-path .build/tsan --filter VectorsTests.ConcurrencyTests

fuzz:
	@SWIFT="$(SWIFT)" config/fuzz 10

lint:
	$(SWIFT) format lint -s -p -r Package.swift Sources Tests

bench: bench-packages $(PYTHON)/bench-installed
	$(SWIFT) build -c release --product tintype
	$(SWIFT) build -c release --product tintype-bench
	@$(MAKE) --no-print-directory .build/bench/bench-12mp.jpg vector-sets
	.build/release/tintype-bench all

# Drawn once; without Python's packages a sample of the same size stands in for it.
.build/bench/bench-12mp.jpg:
	@mkdir -p $(@D)
	-@test ! -x $(PYTHON)/bin/python || $(PYTHON)/bin/python Fixtures/draw.py --bench $(@D)

# Without embeddings or Python, the bench draws a set of its own and says so.
vector-sets:
	@mkdir -p .build/bench
	@if ls .build/bench/*.base.f32 >/dev/null 2>&1; then :; \
	elif test -f $(EMBEDDINGS)/make_sets.py && test -x $(PYTHON)/bin/python; \
	then $(PYTHON)/bin/python $(EMBEDDINGS)/make_sets.py .build/bench; \
	else echo "No embeddings in $(EMBEDDINGS): make bench EMBEDDINGS=FOLDER names them." >&2; fi

format:
	$(SWIFT) format -i -p -r Package.swift Sources Tests

# The Swift libraries go into the binary, so that the machine it runs on needs no toolchain.
install: packages
	$(SWIFT) build -c release --product tintype --static-swift-stdlib --scratch-path .build/static
	install -D -m 755 .build/static/release/tintype $(DESTDIR)$(PREFIX)/bin/tintype
	-strip --strip-debug $(DESTDIR)$(PREFIX)/bin/tintype
	install -d $(DESTDIR)$(UNITS)
	sed 's|/usr/local/bin|$(PREFIX)/bin|' systemd/tintype.service > $(DESTDIR)$(UNITS)/tintype.service
	install -m 644 systemd/tintype.socket $(DESTDIR)$(UNITS)/tintype.socket
	install -D -m 644 config/tintype.conf.sample $(DESTDIR)$(SYSCONF)/tintype/tintype.conf.sample
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	.build/static/release/tintype completion bash \
		> $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tintype
	@du -h $(DESTDIR)$(PREFIX)/bin/tintype

packages:
	@config/install-packages config/apt-packages.txt

test-packages:
	@config/install-packages config/apt-packages.txt config/test-apt-packages.txt

bench-packages:
	@config/install-packages config/apt-packages.txt $(wildcard config/bench-apt-packages.txt)

# Only comparisons with Python's libraries need these; without the network those comparisons are left out.
$(PYTHON)/tests-installed: $(wildcard config/pip-packages.txt) | packages
	@$(call install-python,$<)

$(PYTHON)/bench-installed: $(wildcard config/pip-packages.txt config/bench-pip-packages.txt) | bench-packages
	@$(call install-python,$^)

define install-python
mkdir -p .build; \
if test -z "$(1)"; then exit 0; fi; \
if { test -x $(PYTHON)/bin/python || python3 -m venv $(PYTHON); } \
	&& $(PYTHON)/bin/python -m pip install -q --disable-pip-version-check $(foreach list,$(1),-r $(list)); \
then touch $@; \
else echo "The Python packages of $(1) could not be installed; comparisons with them are left out." >&2; fi
endef
