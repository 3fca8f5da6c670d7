#!/bin/sh
# diagnostics.sh CODES_H DIAGNOSTICS_MD VMX2XML: the registry and its documentation have
# the same codes, with the same numbers and names, in ascending order; and the examples
# that are lines of a VMX file cause the diagnostic that they stand for.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# shellcheck disable=SC2016 # backticks of Markdown
row='^| \([0-9]*\) | `\([a-z0-9-]*\)` | .* | \(.*\) |$'

sed -n 's/^\tX(\([0-9]*\), [A-Z0-9_]*, "\([a-z0-9-]*\)".*/\1 \2/p' "$1" >"$work/registry"
sed -n "s/$row/\1 \2/p" "$2" >"$work/documented"

status=0
echo "the registry (-) and docs/diagnostics.md (+):"
diff -u "$work/registry" "$work/documented" || status=1
sort -n -u "$work/registry" | diff - "$work/registry" || { echo "the registry is not in order"; status=1; }
grep -n '^| [0-9].*|  *|' "$2" && { echo "a code has no meaning or no example"; status=1; }

# the example's lines stand first: of duplicate keys the first one counts
examples=0
sed -n "s/$row/\2 \3/p" "$2" | grep '^[a-z0-9-]* `.*=' >"$work/examples"
while read -r name example; do
	{
		printf '%s\n' "$example" | grep -o '`[^`]*`' | tr -d '`' | grep -v '^--'
		printf '%s = "%s"\n' config.version 8 virtualHW.version 14 displayName x \
			memsize 64 uuid.bios '56 4d 3a 10 7c 5e 91 b2-04 6f d8 2b 9a c1 17 e3'
	} >"$work/in.vmx"
	for level in --color=never --full --strict --compat=libvirt; do
		"$3" "$level" "$work/in.vmx" 2>&1 >"$work/out" || true
	done >"$work/said"
	examples=$((examples + 1))
	grep -qF "[$name]" "$work/said" && continue
	echo "the example of $name does not cause it:"
	cat "$work/in.vmx" "$work/said"
	status=1
done <"$work/examples"

echo "$(wc -l <"$work/registry") codes, $examples examples tried"
test -s "$work/registry"
exit $status
