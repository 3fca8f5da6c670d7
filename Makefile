# Short names for what meson does; see README.md.
BUILD = build

# the compilation is not part of what a demonstration shows
QUIET_BUILD = meson compile -C $(BUILD) >$(BUILD)/compile.log 2>&1 || { cat $(BUILD)/compile.log; exit 1; }

.PHONY: all demo check install bench fuzz asan valgrind packages clean help

all: $(BUILD)/build.ninja
	meson compile -C $(BUILD)

help:
	@echo 'make             build into $(BUILD)/'
	@echo 'make demo        install what is needed, build, and convert a machine'
	@echo 'make check       install what is needed, build, and run all tests'
	@echo 'make install     install the library and the tools (DESTDIR is obeyed)'
	@echo 'make bench       run the benchmarks'
	@echo 'make asan        run all tests with the address and undefined-behaviour sanitizers'
	@echo 'make valgrind    run all tests under valgrind'
	@echo 'make fuzz        run each fuzz target for FUZZ_SECONDS (default 60); needs clang'
	@echo 'make clean       remove all build directories'

packages:
	@.ci/install-packages

$(BUILD)/build.ninja: | packages
	@meson setup $(BUILD) >$(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
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

build-asan/build.ninja: | packages
	meson setup build-asan -Db_sanitize=address,undefined

# some tests ask for more memory than there can be, and want NULL
asan: packages build-asan/build.ninja
	ASAN_OPTIONS=allocator_may_return_null=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
		meson test -C build-asan --print-errorlogs

valgrind: packages $(BUILD)/build.ninja
	meson test -C $(BUILD) --setup=valgrind --print-errorlogs

build-fuzz/build.ninja: | packages
	CC=clang CFLAGS=-fsanitize=fuzzer-no-link meson setup build-fuzz -Dfuzz=true \
		-Db_sanitize=address,undefined -Db_lundef=false

# what a fuzzer finds stays in build-fuzz/, and stops the run
FUZZ_SECONDS = 60
fuzz: packages build-fuzz/build.ninja
	meson compile -C build-fuzz
	@for fuzzer in build-fuzz/fuzz/fuzz_*; do \
		test -f $$fuzzer || continue; \
		name=$${fuzzer##*/fuzz_}; mkdir -p build-fuzz/corpus/$$name; \
		echo "$$name: $(FUZZ_SECONDS) seconds"; \
		$$fuzzer -dict=fuzz/vmx.dict -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 \
			-artifact_prefix=build-fuzz/$$name- build-fuzz/corpus/$$name fuzz/seeds/$$name || exit 1; \
	done

clean:
	rm -rf build build-asan build-fuzz
