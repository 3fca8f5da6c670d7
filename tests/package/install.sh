#!/bin/sh
# install.sh SOURCE BUILD PREFIX LIBDIR MESON CC...: what 'meson install' puts down is
# enough to build and run the example of README.md, with the shared and with the
# static library.
set -eu
source=$1
build=$2
prefix=$3
libdir=$4
meson=$5
shift 5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

DESTDIR=$work/root $meson install -C "$build" --no-rebuild --quiet
installed=$work/root$prefix

for file in bin/vmx2xml share/man/man1/vmx2xml.1 bin/vmxremote share/man/man1/vmxremote.1 \
	include/vmxkit/vmxkit.h include/vmxkit/connection.h include/vmxkit/transport.h \
	include/vmxkit/version.h "$libdir/libvmxkit.so" "$libdir/libvmxkit.a" \
	"$libdir/pkgconfig/vmxkit.pc"; do
	test -e "$installed/$file" || { echo "$file is not installed"; exit 1; }
done

# the block behind ```c
awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$source/README.md" >example.c
test -s example.c || { echo "README.md has no example"; exit 1; }

flags() {
	PKG_CONFIG_PATH="$installed/$libdir/pkgconfig" \
		pkg-config --define-variable=prefix="$installed" "$@" vmxkit
}

# shellcheck disable=SC2046 # flags are words
"$@" -Wall -Wextra -Werror -o shared example.c $(flags --cflags --libs)
# Only this library statically: what it needs itself comes as it does for the
# others (the static flags of libxml2 want packages that it works without).
# shellcheck disable=SC2046
"$@" -Wall -Wextra -Werror -o static example.c $(flags --cflags) \
	$(flags --libs | sed 's/-lvmxkit/-l:libvmxkit.a/') \
	$(pkg-config --libs $(flags --print-requires-private))
if nm -D static | grep -q ' U vmx_'; then
	echo "the static program needs the shared library"
	exit 1
fi

sample=$source/docs/demo/ledger.vmx
LD_LIBRARY_PATH=$installed/$libdir ./shared "$sample" >shared.xml
./static "$sample" >static.xml
LD_LIBRARY_PATH=$installed/$libdir "$installed/bin/vmx2xml" -q "$sample" >tool.xml
cmp shared.xml tool.xml
cmp static.xml tool.xml
echo "installed, compiled, linked and run: shared and static"
