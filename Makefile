# The front door of the build; CMakeLists.txt is the build itself. `make help` lists what there is.

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= $(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
# For example: make CMAKE_FLAGS=-DPAIRALIGN_WERROR=ON
CMAKE_FLAGS ?=
# Options of the script behind `make eval` and `make bench`, for example: make bench ARGS='search index'
ARGS ?=
# Of `make test-long`: all, unless some are named; and how long it runs each fuzzing harness.
ROWS ?=
FUZZ_SECONDS ?= 3600
ifneq ($(shell command -v ninja),)
export CMAKE_GENERATOR ?= Ninja
endif
VERSION = $(shell cat VERSION)

SOURCES = $(shell git ls-files -co --exclude-standard '*.cpp' '*.hpp')

.PHONY: all
all: ## build everything (the default)
	cmake -S . -B $(BUILD) -DCMAKE_BUILD_TYPE=Release $(CMAKE_FLAGS)
	cmake --build $(BUILD) --parallel $(JOBS)

.PHONY: check
check: all ## run the tests of library and tools; needs compiler, libraries, Python; skips what other programs are missing for
	ctest --test-dir $(BUILD) --output-on-failure --parallel $(JOBS) --tests-regex '^(unit|cli|formats|fuzz)\.'

.PHONY: deps
deps: ## install the Debian packages that are missing
	scripts/install-deps.sh build

.PHONY: demo
demo: deps-demo ## from a bare machine to a spoken query and its answer
	@echo 'building the tools; this takes a few minutes the first time'
	cmake -S . -B $(BUILD) -DCMAKE_BUILD_TYPE=Release $(CMAKE_FLAGS)
	cmake --build $(BUILD) --parallel $(JOBS) --target pa-tokenize pa-index pa-search pa-rerank
	scripts/demo.sh $(BUILD)/bin

.PHONY: deps-demo
deps-demo:
	scripts/install-deps.sh build demo

.PHONY: deps-test
deps-test:
	scripts/install-deps.sh build examples

.PHONY: test
test: deps-test ## build and run all tests
	$(MAKE) --no-print-directory all
	ctest --test-dir $(BUILD) --output-on-failure --parallel $(JOBS) --label-exclude long

.PHONY: deps-check
deps-check:
	scripts/install-deps.sh build examples check

.PHONY: test-long
test-long: deps-check ## sanitizers, all faults, fuzzing, load, soak: hours; rows in ROWS, table in BUILD/test-long.txt
	$(MAKE) --no-print-directory all
	python3 tests/long/run.py --build $(BUILD) --jobs $(JOBS) --fuzz-seconds $(FUZZ_SECONDS) $(ROWS)

.PHONY: sanitize
sanitize: ## tests under ASan and UBSan, then under TSan
	$(MAKE) --no-print-directory test-long ROWS='address thread'

.PHONY: fuzz
fuzz: ## fuzz every harness for FUZZ_SECONDS
	$(MAKE) --no-print-directory test-long ROWS=fuzz

.PHONY: lint
lint: deps-check ## clang-tidy and cppcheck
	cmake -S . -B $(BUILD) -DCMAKE_BUILD_TYPE=Release $(CMAKE_FLAGS) >/dev/null
	scripts/lint.sh $(BUILD)

.PHONY: coverage
coverage: deps-check ## which lines the tests run; pages in BUILD-coverage/html
	cmake -S . -B $(BUILD)-coverage -DPAIRALIGN_COVERAGE=ON
	cmake --build $(BUILD)-coverage --parallel $(JOBS)
	ctest --test-dir $(BUILD)-coverage --parallel $(JOBS) --tests-regex '^((unit|cli|fuzz|formats)\.|manual\.generated)'
	mkdir -p $(BUILD)-coverage/html
	gcovr --root . --filter lib/ --filter cmd/ --exclude-throw-branches -j $(JOBS) --print-summary \
	  --html-details $(BUILD)-coverage/html/index.html $(BUILD)-coverage

.PHONY: test-mpi
test-mpi: ## build pa-train for mpirun, in BUILD-mpi, and test it on two processes
	scripts/install-deps.sh build mpi
	cmake -S . -B $(BUILD)-mpi -DCMAKE_BUILD_TYPE=Release -DPAIRALIGN_MPI=ON $(CMAKE_FLAGS)
	cmake --build $(BUILD)-mpi --parallel $(JOBS) --target pa-train
	ctest --test-dir $(BUILD)-mpi --output-on-failure -R mpi

.PHONY: bench-tools
bench-tools:
	scripts/install-deps.sh build eval
	$(MAKE) --no-print-directory all CMAKE_FLAGS='$(CMAKE_FLAGS) -DPAIRALIGN_BENCH=ON'

.PHONY: test-cluster
test-cluster: ## try examples/cluster under a Slurm and an sshd of its own; needs root
	scripts/install-deps.sh build examples cluster
	$(MAKE) --no-print-directory all
	ctest --test-dir $(BUILD) --output-on-failure -R '^examples\.(parallel|slurm)$$'

.PHONY: eval
eval: bench-tools ## measure quality on a folder of speech, of the shipped model or of MODEL=FILE; options in ARGS
	python3 tests/bench/evaluate.py --bin $(BUILD)/bin $(if $(MODEL),--model $(MODEL)) \
	  --dtw -o $(BUILD)/eval.json $(ARGS)

.PHONY: discover
discover: all ## train on words that recur in the recordings of DIR, without labels; result in OUT
	@test -n '$(DIR)' || { echo 'usage: make discover DIR=recordings [OUT=folder] [ARGS=...]' >&2; exit 2; }
	PATH="$(abspath $(BUILD))/bin:$$PATH" examples/discover/discover.sh $(ARGS) '$(DIR)' '$(or $(OUT),$(BUILD)/discover)'

.PHONY: bench
bench: bench-tools ## measure speed, size and memory; options in ARGS
	python3 tests/bench/bench.py --bin $(BUILD)/bin -o $(BUILD)/bench.json $(ARGS)

.PHONY: record
record: ## record the last `make eval` and `make bench` in docs/results.json, which figures in documents must match
	python3 tests/bench/record.py $(BUILD)/eval.json $(wildcard $(BUILD)/bench.json) >docs/results.json

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

.PHONY: dist
dist: ## pack the committed source in BUILD/pairalign-VERSION.tar.gz
	mkdir -p $(BUILD)
	git archive --format=tar.gz --prefix=pairalign-$(VERSION)/ -o $(BUILD)/pairalign-$(VERSION).tar.gz HEAD

.PHONY: tag
tag: ## tag the commit as vVERSION, once all places that name the version agree
	scripts/check-version.sh
	git diff --quiet HEAD
	git tag -a v$(VERSION) -m 'pairalign $(VERSION)'

.PHONY: test-clang
test-clang: deps-check ## build with clang, warnings as errors, in BUILD-clang, and run the unit tests
	cmake -S . -B $(BUILD)-clang -DCMAKE_BUILD_TYPE=Release -DPAIRALIGN_WERROR=ON \
	  -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ $(CMAKE_FLAGS)
	cmake --build $(BUILD)-clang --parallel $(JOBS)
	ctest --test-dir $(BUILD)-clang --output-on-failure --parallel $(JOBS) --tests-regex '^unit\.'

.PHONY: test-arm64
test-arm64: ## cross-build for aarch64, in BUILD-arm64, and run unit and command tests under emulation
	scripts/install-deps.sh build examples arm64
	scripts/arm64-sysroot.sh $(BUILD)-arm64/sysroot
	cmake -S . -B $(BUILD)-arm64 -DCMAKE_BUILD_TYPE=Release -DPAIRALIGN_SHARED=OFF \
	  -DCMAKE_TOOLCHAIN_FILE=$(CURDIR)/cmake/arm64.cmake \
	  -DPAIRALIGN_SYSROOT=$(abspath $(BUILD)-arm64/sysroot) $(CMAKE_FLAGS)
	cmake --build $(BUILD)-arm64 --parallel $(JOBS)
	ctest --test-dir $(BUILD)-arm64 --output-on-failure --parallel $(JOBS) \
	  --tests-regex '^(unit|cli)\.' --timeout 3600

.PHONY: manual
manual: deps ## make man/ and completions/ again, from the option tables and docs/
	$(MAKE) --no-print-directory all
	scripts/make-manual.sh $(BUILD)/bin .

.PHONY: format
format: ## format the source
	scripts/install-deps.sh format
	clang-format -i $(SOURCES)

.PHONY: clean
clean: ## remove the build folder
	rm -rf $(BUILD)

.PHONY: help
help: ## print this list
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
