#!/bin/sh
# transports.sh SOURCE LIBRARY_DIR BUILD_INCLUDE VMXREMOTE CC...: the module that
# docs/transports.md shows compiles without warnings, and vmxremote works with it.
set -eu
source=$1
libraries=$2
build_include=$3
vmxremote=$4
shift 4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# the block behind ```c
awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$source/docs/transports.md" \
	>"$work/folder.c"
test -s "$work/folder.c" || { echo "docs/transports.md has no example"; exit 1; }
"$@" -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Wall -Wextra -Wshadow -Wconversion -Werror -fPIC -shared \
	-fvisibility=hidden -o "$work/folder.so" "$work/folder.c" \
	-I "$source/include" -I "$build_include" -L "$libraries" -lvmxkit

mkdir "$work/the machines"
cp "$source/docs/demo/ledger.vmx" "$work/the machines/ledger 1.vmx"
cp "$source/docs/demo/ledger.vmx" "$work/the machines/x.vmx"
echo other >"$work/the machines/notes.txt"
export VMX_PLUGIN_PATH="$work" VMX_URI="folder://localhost$work/the%20machines"

"$vmxremote" list | sort >"$work/listed"
cat >"$work/expected" <<END
ledger 1.vmx unknown          ledger 1
x.vmx        unknown          x
END
diff -u "$work/expected" "$work/listed"
"$vmxremote" pull 'ledger 1' | cmp - "$source/docs/demo/ledger.vmx"
"$vmxremote" get '[folder] ledger 1.vmx' | cmp - "$source/docs/demo/ledger.vmx"
"$vmxremote" info x >"$work/info"
grep -q '^vmx *\[folder\] x.vmx$' "$work/info"

# fails ARGUMENTS, CODE
fails() {
	# shellcheck disable=SC2086 # words
	if "$vmxremote" $1 2>"$work/error"; then
		echo "vmxremote $1 has not failed"
		exit 1
	fi
	grep -qF "[$2]" "$work/error" || { cat "$work/error"; exit 1; }
}
fails 'info y' not-found
fails 'start x' not-supported
fails 'browse [folder]' not-supported
fails 'pull x --max-size=10' file-too-large
VMX_URI=folder://localhost/no/such/folder fails list unreachable
ln -s folder.so "$work/copies.so"
VMX_URI=copies://localhost/ fails list unfit-module
echo "compiled, loaded and used"
