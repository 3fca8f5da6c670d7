#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# vmxname from the outside: usage: vmxname.sh TOOL
# Each check prints what it expected and got, if that differs; all of them run.

tool=$1
failed=0
count=0
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
nl='
'

# check NAME STATUS STDOUT STDERR ARGUMENT...: STDERR is a pattern of grep, and
# "" stands for no error output at all; standard input comes from $dir/in.
check() {
	name=$1 status=$2 out=$3 err=$4
	shift 4
	count=$((count + 1))
	"$tool" "$@" <"$dir/in" >"$dir/out" 2>"$dir/err"
	got=$?
	if [ "$got" -ne "$status" ]; then
		echo "FAIL: $name: exit status $got, not $status"
		failed=$((failed + 1))
	fi
	printf '%s' "$out" >"$dir/expected"
	if ! cmp -s "$dir/expected" "$dir/out"; then
		echo "FAIL: $name: standard output is"
		od -c "$dir/out" | head -n 20
		failed=$((failed + 1))
	fi
	if [ -z "$err" ] && [ -s "$dir/err" ] || ! grep -q -- "$err" "$dir/err" && [ -n "$err" ]; then
		echo "FAIL: $name: standard error is"
		cat "$dir/err"
		failed=$((failed + 1))
	fi
}

input() {
	printf "$1" >"$dir/in"
}

input ''
check 'each argument is escaped' 0 "a%2fb${nl}${nl}%25${nl}" '' \
	escape --scheme=percent a/b '' %
check 'a scheme has a letter, and -- ends the options' 0 "K+JQ-25U+JQ-2fH+JQ-5cZ${nl}-a${nl}" '' \
	escape -s datastore-item -- 'K%U/H\Z' -a
check 'each argument is unescaped' 0 "aA${nl}标${nl}" '' \
	unescape --scheme=display-name a%7c41 标
check 'a bad argument does not keep the others from being done' 1 "a${nl}b${nl}" \
	'^vmxname: argument 2:4: error: offset 3: .*\[invalid-escape\]$' \
	unescape --scheme=percent a 100% b
check 'base64 has an error of its own' 1 '' '^vmxname: argument 1:2: error: .*\[invalid-base64\]$' \
	unescape --scheme=base64 +A
check 'an unknown scheme is wrong usage' 2 '' "option '--scheme': the schemes are percent, " \
	escape --scheme=rot13 a
check 'escaping needs a scheme' 2 '' '--scheme=NAME' escape a
check 'parsing takes no scheme' 2 '' '--scheme is for' parse --scheme=pipe '[a] b'
check 'escaping takes no form' 2 '' '--to is for' escape --scheme=pipe --to=url b
check 'escaping knows no paths' 2 '' '--libvirt' escape --scheme=pipe --libvirt b
check 'converting needs a form' 2 '' '--to=FORM' convert '[a] b'
check 'an unknown form is wrong usage' 2 '' 'the forms are' convert --to=nfs '[a] b'
check 'only a URL has a base' 2 '' '--url-base' convert --to=vmfs --url-base=https://h '[a] b'
check 'nothing to do is wrong usage' 2 '' 'say what to do'
check 'an unknown action is wrong usage' 2 '' 'say what to do' frobnicate
check 'an unknown option is wrong usage' 2 '' 'no option' escape --frobnicate

input 'a/b\n\nlast'
check 'standard input has a text on each line' 0 "a%2fb${nl}${nl}last${nl}" '' escape --scheme=percent
input 'a\n%%zz\nb\n'
check 'the place in standard input is line and column' 1 "a${nl}b${nl}" \
	'^<stdin>:2:1: error: .*\[invalid-escape\]$' unescape --scheme=api-name
input ''
check 'no input gives no output' 0 '' '' escape --scheme=percent

input ''
check 'a path is taken apart' 0 \
	"datastore: a [b]${nl}path: d/e/f${nl}directory: d/e${nl}file: f${nl}${nl}" '' \
	parse '[a [b]] d/e/f'
check 'a path is taken apart as libvirt does it' 0 \
	"datastore: a [b${nl}path: ] f${nl}directory: ] f${nl}file: ] f${nl}${nl}" '' \
	parse --libvirt '[a [b]] f'
check 'a URL has more parts' 0 \
	"datastore: d+s${nl}path: f g${nl}directory: ${nl}file: f g${nl}datacenter: dc${nl}base: https://h:1${nl}${nl}" '' \
	parse 'https://h:1/folder/f%20g?dcPath=dc&dsName=d%2Bs'
check 'paths may not leave the datastore' 1 '' \
	'^vmxname: argument 1:10: error: .*\[path-leaves-datastore\]$' parse '[a] b/../../c' '[a] ../b'
check 'what is no path is refused' 1 '' '\[invalid-datastore-path\]' parse 'a/b'
check 'a URL without a datastore is refused' 1 '' '\[invalid-url\]' parse 'https://h/folder/x'

check 'all forms are converted to a path below /vmfs' 0 \
	"/vmfs/volumes/a/b c${nl}/vmfs/volumes/a/b c${nl}/vmfs/volumes/a/b c${nl}" '' \
	convert --to=vmfs '[a] b c' '/vmfs/volumes/a/b c' 'https://h/folder/b%20c?dsName=a'
check 'all forms are converted to brackets' 0 "[a] b c${nl}[a] b c${nl}[a] b c${nl}" '' \
	convert -t datastore '[a] b c' '/vmfs/volumes/a/b c' 'https://h/folder/b%20c?dsName=a'
check 'a path becomes a URL' 0 "https://h/folder/b%20c?dcPath=f%2Fdc&dsName=a%2B${nl}" '' \
	convert --to=url --url-base https://h --datacenter f/dc '[a+] b c'
check 'names are encoded twice on demand' 0 "https://h/folder/b%20c?dcPath=f%252Fdc&dsName=a%252B${nl}" '' \
	convert --to=url --url-base https://h --datacenter f/dc --encode-twice '[a+] b c'
check 'a URL needs a base' 2 '' '\[invalid-argument\]' convert --to=url '[a] b'

check 'the version is printed' 0 "$("$tool" --version)$nl" '' -V
"$tool" --version | grep -q '^vmxname (vmxkit) [0-9]' || { echo 'FAIL: --version'; failed=$((failed + 1)); }

# every option is in the help, and the help fits a screen
"$tool" --help >"$dir/help" || failed=$((failed + 1))
"$tool" --long-options >"$dir/long" || failed=$((failed + 1))
[ "$(wc -l <"$dir/long")" -eq 10 ] || { echo 'FAIL: --long-options'; failed=$((failed + 1)); }
while read -r option; do
	grep -q -- " $option" "$dir/help" || { echo "FAIL: $option is not in the help"; failed=$((failed + 1)); }
done <"$dir/long"
if [ "$(wc -l <"$dir/help")" -gt 24 ] || grep -q '^.\{81\}' "$dir/help"; then
	echo 'FAIL: the help does not fit a screen'
	failed=$((failed + 1))
fi

# NULs as separators: newlines are part of the text
printf 'a\nb\0|\0' | "$tool" escape -0 --scheme=annotation >"$dir/out" || failed=$((failed + 1))
printf 'a|0ab\0|7c\0' >"$dir/expected"
cmp "$dir/expected" "$dir/out" || { echo 'FAIL: -0 of escape'; failed=$((failed + 1)); }
printf '[a] b\nc\0' | "$tool" parse --null >"$dir/out" || failed=$((failed + 1))
printf 'datastore: a\0path: b\nc\0directory: \0file: b\nc\0\0' >"$dir/expected"
cmp "$dir/expected" "$dir/out" || { echo 'FAIL: -0 of parse'; failed=$((failed + 1)); }
# a NUL inside a line is no end of a string
printf 'a/\0/b\n' | "$tool" escape --scheme=percent >"$dir/out" || failed=$((failed + 1))
printf 'a%%2f\0%%2fb\n' >"$dir/expected"
cmp "$dir/expected" "$dir/out" || { echo 'FAIL: a NUL in a line'; failed=$((failed + 1)); }
# %00 comes out as the byte
"$tool" unescape --scheme=percent a%00b >"$dir/out" || failed=$((failed + 1))
printf 'a\0b\n' >"$dir/expected"
cmp "$dir/expected" "$dir/out" || { echo 'FAIL: %00'; failed=$((failed + 1)); }

# a full disk is an error
if [ -c /dev/full ]; then
	"$tool" escape --scheme=percent a >/dev/full 2>"$dir/err"
	if [ $? -ne 3 ] || ! grep -q "can't write" "$dir/err"; then
		echo 'FAIL: a full disk goes unnoticed'
		failed=$((failed + 1))
	fi
fi
# and so is input that can't be read
"$tool" escape --scheme=percent <"$dir" >/dev/null 2>"$dir/err"
if [ $? -ne 3 ] || ! grep -q "can't read" "$dir/err"; then
	echo 'FAIL: unreadable input goes unnoticed'
	failed=$((failed + 1))
fi

# an error message is harmless on a terminal
"$tool" parse "$(printf '[\033/\007y] z')" 2>"$dir/err"
if LC_ALL=C grep -q "$(printf '[\033\007]')" "$dir/err"; then
	echo 'FAIL: control characters get into error messages'
	failed=$((failed + 1))
fi

if [ "$count" -lt 30 ]; then
	echo "FAIL: only $count checks were run"
	failed=$((failed + 1))
fi
[ "$failed" -eq 0 ] || exit 1
