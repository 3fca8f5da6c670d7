# Short names for what meson does; see README.md.
BUILD = build
# added to each configuration: .ci/run makes errors of warnings with it
SETUP_FLAGS =
SETUP = meson setup $(SETUP_FLAGS)

# the compilation is not part of what a demonstration shows
QUIET_BUILD = meson compile -C $(BUILD) >$(BUILD)/compile.log 2>&1 || { cat $(BUILD)/compile.log; exit 1; }

.PHONY: all demo check install bench fuzz fuzz-afl fuzz-smoke asan tsan valgrind valgrind-unit \
	lint coverage coverage-html packages packages-ci clean help

all: $(BUILD)/build.ninja
	meson compile -C $(BUILD)

help:
	@echo 'make             build into $(BUILD)/'
	@echo 'make demo        install what is needed, build, and convert a machine'
	@echo 'make check       install what is needed, build, and run all tests'
	@echo 'make install     install the library and the tools (DESTDIR is obeyed)'
	@echo 'make bench       run the benchmarks'
	@echo 'make asan        run all tests, built by clang, with the address and undefined-behaviour sanitizers'
	@echo 'make tsan        run the tests that have threads with the thread sanitizer'
	@echo 'make valgrind    run the tests under valgrind, but those of packages, faults and peers; valgrind-unit: those of the library'
	@echo 'make lint        run cppcheck and clang-tidy'
	@echo 'make coverage    run the tests, and print what they reach; coverage-html: as pages'
	@echo 'make fuzz        run the fuzz targets (FUZZ_TARGETS) for FUZZ_SECONDS each; needs clang'
	@echo 'make fuzz-afl    the same with AFL++'
	@echo 'make fuzz-smoke  all fuzz targets and their regressions for a minute each, two at once'
	@echo 'make clean       remove all build directories'

# who has seen to the packages sets it to ':'
INSTALL_PACKAGES = .ci/install-packages

packages:
	@$(INSTALL_PACKAGES)

packages-ci:
	@$(INSTALL_PACKAGES) needed optional ci

$(BUILD)/build.ninja: | packages
	@$(SETUP) $(BUILD) >$(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log

demo: packages $(BUILD)/build.ninja
	@$(QUIET_BUILD)
	@docs/demo/run $(BUILD)

# the numbers stand last, whether or not the tests pass
check: packages $(BUILD)/build.ninja
	@rm -f $(BUILD)/meson-logs/testlog.json
	@meson compile -C $(BUILD)
	@meson test -C $(BUILD) --print-errorlogs; status=$$?; .ci/summary $(BUILD); exit $$status

install: $(BUILD)/build.ninja
	meson install -C $(BUILD)

bench: $(BUILD)/build.ninja
	meson test -C $(BUILD) --benchmark --verbose

# for builds with which all takes a few times as long
SLOWER = --timeout-multiplier 4

# The other compiler, where it is there: so all is compiled by both.  gcc is not held to its
# warnings here: it has some about what the sanitizers add.
CONFIGURE_ASAN = setup build-asan -Db_sanitize=address,undefined -Db_lundef=false

build-asan/build.ninja: | packages-ci
	@if command -v clang >/dev/null; then \
		CC=clang meson $(CONFIGURE_ASAN) $(SETUP_FLAGS); \
	else \
		echo 'skipped: what clang says, as it is not there; gcc takes its place'; \
		meson $(CONFIGURE_ASAN); \
	fi

# Some tests ask for more memory than there can be, and want NULL; others measure memory, so
# little of what was freed is kept.
asan: packages-ci build-asan/build.ninja
	ASAN_OPTIONS=allocator_may_return_null=1:quarantine_size_mb=16:detect_stack_use_after_return=1 \
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
		meson test -C build-asan --print-errorlogs $(SLOWER)

build-tsan/build.ninja: | packages
	$(SETUP) build-tsan -Db_sanitize=thread -Db_lundef=false

tsan: packages build-tsan/build.ninja
	meson test -C build-tsan --print-errorlogs $(SLOWER) batch tools_output

NEED_VALGRIND = command -v valgrind >/dev/null || { echo 'skipped: there is no valgrind'; exit 0; };

valgrind: packages-ci $(BUILD)/build.ninja
	@$(NEED_VALGRIND) meson test -C $(BUILD) --setup=valgrind --print-errorlogs

valgrind-unit: packages-ci $(BUILD)/build.ninja
	@$(NEED_VALGRIND) meson test -C $(BUILD) --setup=valgrind --print-errorlogs --suite unit --suite fuzz

# what is generated has to be there
lint: packages-ci all
	@.ci/lint $(BUILD)

# threads count as well
build-coverage/build.ninja: | packages-ci
	$(SETUP) build-coverage -Db_coverage=true -Dbuildtype=debug -Dpeer_data=none \
		-Dc_args=-fprofile-update=atomic

coverage: packages-ci build-coverage/build.ninja
	@.ci/coverage build-coverage

coverage-html: coverage
	@mkdir -p build-coverage/html
	gcovr --html-details build-coverage/html/index.html build-coverage/lib build-coverage/tools

# Fuzzing: FUZZ_TARGETS (all of fuzz/) for FUZZ_SECONDS each, FUZZ_JOBS at once.  What is
# found stays in FUZZ_BUILD: build-fuzz has sanitizers, build-fuzz-fast does without them and
# without the tracing of comparisons, which together cost nine tenths of the speed.
FUZZ_SECONDS = 60
FUZZ_JOBS = 1
FUZZ_TARGETS =
FUZZ_BUILD = build-fuzz
FUZZ_RUN = fuzz/run --seconds $(FUZZ_SECONDS) --jobs $(FUZZ_JOBS)

build-fuzz/build.ninja: | packages-ci
	CC=clang CFLAGS=-fsanitize=fuzzer-no-link $(SETUP) build-fuzz -Dfuzz=true -Dtests=false \
		-Db_sanitize=address,undefined -Db_lundef=false

build-fuzz-fast/build.ninja: | packages-ci
	CC=clang CFLAGS='-fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp,indirect-calls' \
		$(SETUP) build-fuzz-fast -Dfuzz=true -Dtests=false -Dbuildtype=release -Db_lundef=false

build-fuzz-afl/build.ninja: | packages-ci
	CC=afl-clang-fast $(SETUP) build-fuzz-afl -Dfuzz=true -Dtests=false \
		-Dbuildtype=release -Db_lundef=false

fuzz: packages-ci $(FUZZ_BUILD)/build.ninja
	@ninja -C $(FUZZ_BUILD) fuzzers
	@$(FUZZ_RUN) $(FUZZ_BUILD) $(FUZZ_TARGETS)

fuzz-afl: packages-ci build-fuzz-afl/build.ninja
	@ninja -C build-fuzz-afl fuzzers
	@$(FUZZ_RUN) --afl build-fuzz-afl $(FUZZ_TARGETS)

# all seeds and regressions and a minute of each target, with sanitizers
fuzz-smoke: packages-ci
	@command -v clang >/dev/null || { echo 'skipped: there is no clang'; exit 0; }; \
		$(MAKE) --no-print-directory fuzz FUZZ_JOBS=2

clean:
	rm -rf build build-asan build-tsan build-coverage build-fuzz build-fuzz-fast build-fuzz-afl
