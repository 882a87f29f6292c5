# The front door of the build; CMakeLists.txt is the build itself. `make help` lists what there is.

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= $(shell nproc)
# For example: make CMAKE_FLAGS=-DPAIRALIGN_WERROR=ON
CMAKE_FLAGS ?=
# Options of the script behind `make eval` and `make bench`, for example: make bench ARGS='search index'
ARGS ?=
export CMAKE_GENERATOR ?= Ninja

SOURCES = $(shell git ls-files -co --exclude-standard '*.cpp' '*.hpp')

.PHONY: all
all: ## build everything (the default)
	cmake -S . -B $(BUILD) -DCMAKE_BUILD_TYPE=Release $(CMAKE_FLAGS)
	cmake --build $(BUILD) --parallel $(JOBS)

.PHONY: deps
deps: ## install the Debian packages that are missing
	scripts/install-deps.sh build

.PHONY: demo
demo: deps ## from a bare machine to a spoken question and its answer
	@echo 'building; this takes a few minutes the first time'
	$(MAKE) --no-print-directory all
	scripts/demo.sh $(BUILD)/bin

.PHONY: test
test: deps ## build and run all tests
	$(MAKE) --no-print-directory all
	ctest --test-dir $(BUILD) --output-on-failure --parallel $(JOBS)

.PHONY: bench-tools
bench-tools:
	scripts/install-deps.sh build eval
	$(MAKE) --no-print-directory all CMAKE_FLAGS='$(CMAKE_FLAGS) -DPAIRALIGN_BENCH=ON'

.PHONY: eval
eval: bench-tools ## measure quality on a folder of speech, of the shipped model or of MODEL=FILE; options in ARGS
	python3 tests/bench/evaluate.py --bin $(BUILD)/bin $(if $(MODEL),--model $(MODEL)) \
	  --dtw $(BUILD)/mfcc-dtw.json -o $(BUILD)/eval.json $(ARGS)

.PHONY: bench
bench: bench-tools ## measure speed, size and memory; options in ARGS
	python3 tests/bench/bench.py --bin $(BUILD)/bin -o $(BUILD)/bench.json $(ARGS)

.PHONY: install
install: ## install into PREFIX (default /usr/local), below DESTDIR
	@test -e $(BUILD)/cmake_install.cmake || \
	  { $(MAKE) --no-print-directory deps && $(MAKE) --no-print-directory all; }
	@DESTDIR='$(DESTDIR)' scripts/install.sh install '$(PREFIX)' $(BUILD)

.PHONY: uninstall
uninstall: ## remove what `make install` installed there
	@DESTDIR='$(DESTDIR)' scripts/install.sh uninstall '$(PREFIX)'

.PHONY: deps-deb
deps-deb: ## install the Debian packages that packaging needs
	scripts/install-deps.sh build deb

.PHONY: deb
deb: deps-deb ## make Debian packages in BUILD/deb
	$(MAKE) --no-print-directory all
	rm -rf $(BUILD)/deb
	umask 022 && cd $(BUILD) && cpack
	lintian --fail-on error $(BUILD)/deb/*.deb

.PHONY: deb-check
deb-check: deb ## install the packages in a fresh Debian made for that, and use them; needs root
	tests/install/clean-root.sh $(BUILD)/deb

.PHONY: format
format: ## format the source
	scripts/install-deps.sh format
	clang-format -i $(SOURCES)

.PHONY: clean
clean: ## remove the build folder
	rm -rf $(BUILD)

.PHONY: help
help: ## print this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
