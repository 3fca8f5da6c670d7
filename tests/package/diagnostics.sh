#!/bin/sh
# diagnostics.sh CODES_H DIAGNOSTICS_MD: the registry and its documentation have the
# same codes, with the same numbers and names, in ascending order, each with an example.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sed -n 's/^\tX(\([0-9]*\), [A-Z0-9_]*, "\([a-z0-9-]*\)".*/\1 \2/p' "$1" >"$work/registry"
sed -n 's/^| \([0-9]*\) | `\([a-z0-9-]*\)` | .* | .* |$/\1 \2/p' "$2" >"$work/documented"

status=0
echo "the registry (-) and docs/diagnostics.md (+):"
diff -u "$work/registry" "$work/documented" || status=1
sort -n -u "$work/registry" | diff - "$work/registry" || { echo "the registry is not in order"; status=1; }
grep -n '^| [0-9].*|  *|' "$2" && { echo "a code has no meaning or no example"; status=1; }
echo "$(wc -l <"$work/registry") codes"
test -s "$work/registry"
exit $status
