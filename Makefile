# A thin front for Meson: see README.md. Each target does the set-up it needs.
BUILD ?= build
export STDLIB ?=
FILE ?= examples/hello.py
ARGS ?=
RELEASE ?= build-release
PYTHONS ?= python3.13
PARTS ?= start memory micro frontend border cases
ONLY ?=
BENCHMARKS ?=
PACKAGES ?=
NINJA = ninja -C $(BUILD)
CLEAN_ENV = env $$(env | sed -n 's/^\(PYTHON[A-Z0-9_]*\)=.*/-u \1/p')

all: $(BUILD)/build.ninja $(BUILD)/.sysconfig-ready
	@$(NINJA) --quiet >&2
	@tools/compile-library $(BUILD)/bin/adder $(BUILD)

$(BUILD)/.stdlib-ready: tools/setup
	@ADDER_STDLIB="$(STDLIB)" tools/setup $(BUILD)
	@touch $@

$(BUILD)/build.ninja: | $(BUILD)/.stdlib-ready
	@meson setup $(BUILD) -Dstdlib="$(STDLIB)" >$(BUILD)/setup.log 2>&1 || { cat $(BUILD)/setup.log; exit 1; }

# What sysconfig tells comes from what Meson found.
$(BUILD)/.sysconfig-ready: tools/gen/sysconfigdata.py include/pyconfig.h $(BUILD)/.stdlib-ready $(BUILD)/build.ninja
	@python3 tools/gen/sysconfigdata.py $(BUILD)
	@touch $@

run: all
	@$(CLEAN_ENV) $(BUILD)/bin/adder $(FILE) $(ARGS)

test: all
	@$(CLEAN_ENV) python3 tools/test --build $(BUILD) $(TESTS)

test-cpython: all
	@$(CLEAN_ENV) python3 tools/test --build $(BUILD) cpython

# The extensions of examples/extension/, also by pip, Cython, pybind11 and cffi: those from the package index, or
# from a folder of wheels, ADDER_WHEELS=DIR.
test-extensions: all
	@$(CLEAN_ENV) python3 tests/extensions/run.py --build $(BUILD) tutorial pip cython pybind11 cffi

# libpython3.13.so and libpython3.so in $(BUILD)/lib: a second, position-independent compilation.
libpython: all
	@tools/libpython $(BUILD)

# A normal prefix, which may be moved: PREFIX=DIR, DESTDIR= for packagers; BUILD=build-release installs the fast program.
PREFIX ?= /usr/local

install: libpython
	@python3 tools/install --build $(BUILD) $(PREFIX)

# The prefix, libpython and embedding: a test of what the two targets above make, without network.
test-install: libpython
	@$(CLEAN_ENV) python3 tests/install/run.py --build $(BUILD)

# Published wheels in a venv: installed, used, and the suites of some. SUITES: a regular expression for the suites to run (SUITES=none:
# only installing and using); REFERENCE: a CPython 3.13 to count its passes anew; ADDER_WHEELS: a folder with everything downloaded before.
SUITES ?=
REFERENCE ?=

test-wheels: all
	@$(CLEAN_ENV) python3 tools/wheels --build $(BUILD) $(if $(SUITES),--suites "$(SUITES)") $(if $(REFERENCE),--python "$(REFERENCE)")

# Fuzzing, in a build folder of its own: clang's libFuzzer under AddressSanitizer and UndefinedBehaviorSanitizer.
# FUZZ_SECONDS for each target, FUZZ_TARGET for one of them only. What is found lands in $(FUZZ_BUILD)/found/.
FUZZ_BUILD ?= $(BUILD)-fuzz
FUZZ_SECONDS ?= 600
FUZZ_TARGET ?=

fuzz: all
	@tools/fuzz --build $(FUZZ_BUILD) --share $(BUILD) --seconds $(FUZZ_SECONDS) $(FUZZ_TARGET)

# The must-pass modules of CPython's suite, run by a build with both sanitizers, and by one whose assertions are on.
test-sanitize: all
	@$(CLEAN_ENV) tools/sanitize --build $(BUILD)-sanitize --share $(BUILD) $(TESTS)

# Everything again with each loop compiled at once: CPython's suite and the programs. JIT=stress-eval: by the evaluator; JIT=stress,exit=3:
# each third guard fails although it holds; other ways to make it hard: `adder --help-xoptions`.
JIT ?= stress

test-jit-stress: all
	@$(CLEAN_ENV) tools/test --build $(BUILD) --jit $(JIT) --patience 2 lang cpython

# The same in one mode after the other; hours.
JIT_ALL ?= stress stress-eval stress-registers stress,exit=1 stress,exit=3,seed=11 stress-eval,exit=2 stress-registers,exit=13,seed=7 \
	stress,without=fold stress,without=cse stress,without=peel stress,without=ranges stress,without=dead \
	stress,evict=1 stress-eval,evict=3 stress,poison=1 stress-registers,poison=3,exit=17,seed=5 stress,oom=3 stress-eval,oom=17 stress,check=1000 stress-eval,check=1000,seed=3

test-jit-stress-all: all
	@failed=; for mode in $(JIT_ALL); do echo "== PYTHON_JIT=$$mode"; \
		$(CLEAN_ENV) tools/test --build $(BUILD) --jit $$mode --patience 2 lang cpython || failed="$$failed $$mode"; done; \
		[ -z "$$failed" ] || { echo "failed:$$failed"; exit 1; }

# Counts from a training run, and optimisation at link time: two builds, several minutes. See tools/release.
release:
	@STDLIB="$(STDLIB)" tools/release $(RELEASE)

# PYTHONS: programs or quoted commands with arguments; the first one is the base.
bench: release
	@python3 tools/bench/bench.py --adder $(RELEASE)/bin/adder --only "$(ONLY)" --parts "$(PARTS)" \
		$(if $(BENCHMARKS),--benchmarks "$(BENCHMARKS)") $(if $(PACKAGES),--packages "$(PACKAGES)") $(if $(PAGE),--page "$(PAGE)") $(PYTHONS)

lint: all
	@python3 tools/lint/lint.py --build $(BUILD)

clean:
	rm -rf $(BUILD) $(RELEASE) $(RELEASE)-train $(FUZZ_BUILD) $(BUILD)-sanitize $(BUILD)-libpython $(RELEASE)-libpython

.PHONY: all run test test-cpython test-extensions test-wheels libpython install test-install fuzz test-sanitize test-jit-stress test-jit-stress-all release bench lint clean
