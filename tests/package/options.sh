#!/bin/sh
# options.sh TOOL MAN_PAGE: the parser, --help, --long-options and the man page know
# the same options, and the help fits a screen; so does each further page of it.
set -eu
tool=$1
page=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$tool" --help >"$work/help-1"
# a word that --help takes is a page
for word in $(sed -n 's/.* --help\[=\([a-z|]*\)\].*/\1/p' "$work/help-1" | tr '|' ' '); do
	"$tool" "--help=$word" >"$work/help-$word"
done
"$tool" --long-options | sort >"$work/options"
sed -n 's/^\(  -[a-zA-Z0-9], \|      \)\(--[a-z0-9-]*\).*/\2/p' "$work"/help-* | sort >"$work/help"
sed -n '/^\.It .*Fl -/s/.*Fl -\([a-z0-9-]*\).*/--\1/p' "$page" | sort >"$work/page"
# options that a man page explains a second time, in a list of levels
sort -u -o "$work/page" "$work/page"

status=0
echo "--long-options (-) and --help (+):"
diff -u "$work/options" "$work/help" || status=1
echo "--long-options (-) and the man page (+):"
diff -u "$work/options" "$work/page" || status=1

while read -r option; do
	if "$tool" "$option" --no-such-option </dev/null 2>&1 | grep -q "no option '$option'"; then
		echo "$option is listed, but not taken"
		status=1
	fi
done <"$work/options"

for text in "$work"/help-*; do
	lines=$(wc -l <"$text")
	columns=$(wc -L <"$text")
	echo "${text##*/} has $lines lines and $columns columns"
	test "$lines" -le 24 && test "$columns" -le 80 || status=1
	grep -q "man ${tool##*/}" "$text" || status=1
done
exit $status
