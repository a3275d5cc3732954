# A thin front for Meson: see README.md. Each target does the set-up it needs.
BUILD ?= build
export STDLIB ?=
FILE ?= examples/hello.py
ARGS ?=
NINJA = ninja -C $(BUILD)
CLEAN_ENV = env $$(env | sed -n 's/^\(PYTHON[A-Z0-9_]*\)=.*/-u \1/p')

all: $(BUILD)/build.ninja
	@$(NINJA) --quiet >&2

$(BUILD)/.stdlib-ready: tools/setup
	@ADDER_STDLIB="$(STDLIB)" tools/setup $(BUILD)
	@touch $@

$(BUILD)/build.ninja: | $(BUILD)/.stdlib-ready
	@meson setup $(BUILD) -Dstdlib="$(STDLIB)" >$(BUILD)/setup.log 2>&1 || { cat $(BUILD)/setup.log; exit 1; }

run: all
	@$(CLEAN_ENV) $(BUILD)/bin/adder $(FILE) $(ARGS)

test: all
	@$(CLEAN_ENV) python3 tools/test --build $(BUILD) $(TESTS)

test-cpython: all
	@$(CLEAN_ENV) python3 tools/test --build $(BUILD) cpython

lint: all
	@python3 tools/lint/lint.py --build $(BUILD)

clean:
	rm -rf $(BUILD)

.PHONY: all run test test-cpython lint clean
