#!/bin/sh
# headers.sh BUILD_INCLUDE SOURCE_INCLUDE CC...: each public header compiles on its
# own, as C99 and as C++11, with all warnings.
set -eu
build_include=$1
source_include=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

checked=0
for header in "$source_include"/vmxkit/*.h "$build_include"/vmxkit/*.h; do
	name=vmxkit/${header##*/}
	printf '#include <%s>\n#include <%s>\nint test_unit(void);\nint test_unit(void) { return 0; }\n' \
		"$name" "$name" >"$work/unit.c"
	"$@" -std=c99 -pedantic-errors -Wall -Wextra -Wundef -Wstrict-prototypes -Werror \
		-fsyntax-only -I "$source_include" -I "$build_include" "$work/unit.c"
	checked=$((checked + 1))
	for cxx in c++ g++ clang++; do
		command -v "$cxx" >/dev/null || continue
		"$cxx" -x c++ -std=c++11 -pedantic-errors -Wall -Wextra -Wundef -Werror \
			-fsyntax-only -I "$source_include" -I "$build_include" "$work/unit.c"
		break
	done || true
done
command -v c++ >/dev/null || echo "there is no C++ compiler: only C was tried"
echo "$checked headers"
test "$checked" -gt 5
