#!/bin/sh
# exports.sh LIBRARY MAP BUILD_INCLUDE SOURCE_INCLUDE CC...: what the shared library
# exports, what the map lists and what the headers declare are the same.
set -eu
library=$1
map=$2
build_include=$3
source_include=$4
shift 4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/exported"

sed -n 's/^\t\(vmx_[a-z0-9_]*\);$/\1/p' "$map" | sort >"$work/mapped"

for header in "$source_include"/vmxkit/*.h "$build_include"/vmxkit/*.h; do
	echo "#include <vmxkit/${header##*/}>"
done >"$work/all.c"
# one declaration on a line; the attribute is what VMX_API stands for
"$@" -E -P -I "$source_include" -I "$build_include" "$work/all.c" | tr '\n;' ' \n' |
	sed -n 's/.*visibility("default")))//p' |
	sed -n 's/[^(]*[ *]\(vmx_[a-z0-9_]*\)(.*/\1/p' | sort >"$work/declared"

status=0
echo "the map (-) and the library (+):"
diff -u "$work/mapped" "$work/exported" || status=1
echo "the headers (-) and the library (+):"
diff -u "$work/declared" "$work/exported" || status=1
echo "$(wc -l <"$work/exported") functions"
test -s "$work/exported"
exit $status
