#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# vmxedit.sh TOOL SOURCE: what vmxedit promises whatever the file, and what it does
# to files that are not quite plain.  All checks run; each failure prints a line.

tool=$(realpath "$1")
source=$(realpath "$2")
failed=0
count=0
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 99
nl='
'

# ok NAME COMMAND...: the command has to succeed
ok() {
	name=$1
	shift
	count=$((count + 1))
	"$@" && return
	echo "FAIL: $name"
	failed=$((failed + 1))
}

# status NUMBER COMMAND...: the command has to end with that status
status() {
	wanted=$1
	shift
	"$@" >out 2>err
	got=$?
	[ "$got" -eq "$wanted" ] && return
	echo "exit status $got, not $wanted: $*"
	cat err
	return 1
}

same() {
	printf '%s' "$1" >expected && cmp expected "$2"
}

mode() {
	[ "$(stat -c %a "$1")" = "$2" ]
}

# one_line_differs A B: as diff(1) sees it
one_line_differs() {
	diff -a "$1" "$2" >difference
	[ "$(grep -a -c '^<' difference)" -eq 1 ] && [ "$(grep -a -c '^>' difference)" -eq 1 ]
}

#
# Properties, on files of all kinds
#
find "$source/docs/demo" "$source/tests/data" -name '*.vmx' -size -100k ! -path '*/cli/vmxedit/*/files/*' |
	sort >files
ok 'there are files to try' test "$(wc -l <files)" -gt 10

editable=0
while read -r file; do
	# of empty files there is nothing to set, and those with a NUL are not edited
	"$tool" list -q0r "$file" >values 2>/dev/null && [ -s values ] || continue
	tr -d '\0' <"$file" | cmp -s - "$file" || continue
	xargs -0 "$tool" set -qr "$file" <values >after
	editable=$((editable + 1))
	ok "setting what is there changes nothing: $file" cmp "$file" after

	"$tool" fmt -q "$file" >once
	"$tool" fmt -q - <once >twice
	ok "the normal form is its own normal form: $file" cmp once twice
	ok "the normal form says the same: $file" status 0 "$tool" diff -q "$file" once
	"$tool" list -q0r once >values_once
	ok "the normal form has the same values: $file" cmp values values_once
done <files
ok 'most files can be edited' test "$editable" -gt 10

#
# A file behind standard output is written to, and not replaced
#
echo kept >log
for name in - /dev/stdout /dev/fd/1 /proc/self/fd/1; do
	"$tool" set -q -o "$name" "$source/docs/demo/ledger.vmx" memsize=8 >>log
done
ok 'what was there before stays' grep -aq '^kept$' log
ok 'all outputs are there' test "$(grep -ac '^memSize = "8"' log)" -eq 4

#
# Each key in turn: get gives back what was set, and no other line changes
#
sample=$source/docs/demo/ledger.vmx
value='a "quoted" |22 value,'"$nl"'on two lines: ä 试'
sed 's/$/\r/' "$sample" >crlf.vmx
{
	echo '.encoding = "GBK"'
	grep -a -v -i '^\.encoding' "$sample"
} >gbk.vmx
cp "$sample" lf.vmx
"$tool" list -qk lf.vmx | grep -v -i '^\.encoding$' | awk 'NR % 3 == 1' >keys
ok 'there are keys to try' test "$(wc -l <keys)" -gt 10
for file in lf.vmx crlf.vmx gbk.vmx; do
	text=$value
	[ $file = gbk.vmx ] && text='say "测试",'"$nl"'twice'
	while read -r key; do
		"$tool" set -q "$file" "$key=$text" >after.vmx
		ok "only the line of $key changes in $file" one_line_differs "$file" after.vmx
		"$tool" get -q0 after.vmx "$key" | tr -d '\0' >got
		ok "what was set is got: $key in $file" same "$text" got
		"$tool" unset -q "$file" "$key" >after.vmx
		ok "only one line goes with $key in $file" \
			test "$(diff -a "$file" after.vmx | grep -a -c '^[<>]')" -eq 1
	done <keys
done

# order, case and spacing mean nothing
grep -a '=' lf.vmx | sort -r | sed 's/^[^=]*/\U&/; s/ *= */=/; s/$/ /' >other.vmx
ok 'files with the same keys are equal' status 0 "$tool" diff -q lf.vmx other.vmx
ok 'and the tool says nothing about them' test ! -s out
"$tool" set -q lf.vmx memsize=1 >other.vmx
ok 'files with another value are not' status 1 "$tool" diff -q lf.vmx other.vmx

# what was added and is removed again leaves no trace
"$tool" set -q lf.vmx ethernet7.present=TRUE zz=1 | "$tool" unset -q - ethernet7.present zz >after.vmx
ok 'adding and removing gives the file back' cmp lf.vmx after.vmx

#
# In place
#
plain='a = "1"'"$nl"
edited='a = "2"'"$nl"
start() {
	rm -rf room
	mkdir room
	printf '%s' "$plain" >room/f
	chmod 640 room/f
}

start
inode=$(stat -c %i room/f)
ok 'nothing to change' status 0 "$tool" set -i room/f a=1
ok 'what is unchanged is not written' test "$(stat -c %i room/f)" -eq "$inode"
ok 'editing in place' status 0 "$tool" set --in-place=.bak room/f a=2
ok 'the file is edited' same "$edited" room/f
ok 'the file keeps its mode' mode room/f 640
ok 'the backup is the old file' same "$plain" room/f.bak
ok 'the backup has its mode' mode room/f.bak 640
ok 'another edit' status 0 "$tool" set --in-place=.bak room/f a=3
ok 'an old backup is replaced' same "$edited" room/f.bak
ok 'nothing else is there' test "$(find room -type f | wc -l)" -eq 2

start
ln -s f room/link
ok 'editing behind a link' status 0 "$tool" set --in-place=.bak room/link a=2
ok 'a note says so' grep -q "^vmxedit: note: 'room/link' is a symbolic link; its target '.*/room/f' was replaced" err
ok 'the link is still one' test -L room/link
ok 'its target is edited' same "$edited" room/f
ok 'the backup is beside the target' same "$plain" room/f.bak
ok 'without notes' status 0 "$tool" set -qi room/link a=3
ok 'no note is shown' test ! -s err
ok 'an edit that changes nothing' status 0 "$tool" set -i room/link a=3
ok 'has no note either' test ! -s err

start
ln room/f room/hard
ok 'editing one of two hard links' status 0 "$tool" set -i room/f a=2
ok 'leaves the other alone' same "$plain" room/hard

start
ln -s elsewhere room/f.bak
ok 'a backup is not written through a link' status 3 "$tool" set --in-place=.bak room/f a=2
ok 'the file is as it was' same "$plain" room/f
ok 'nothing is elsewhere' test ! -e room/elsewhere
ok 'a folder can not be edited' status 3 "$tool" set -i room a=2
ok 'a device can not be edited' status 2 "$tool" set -i /dev/null a=2
ok 'a link to nothing can not be edited' status 3 "$tool" set -i room/f.bak a=2

if [ "$(id -u)" -ne 0 ]; then
	start
	chmod 500 room
	ok 'a folder that can not be written' status 3 "$tool" set -i room/f a=2
	chmod 700 room
	ok 'the file is as it was after all' same "$plain" room/f
fi

#
# The surroundings
#
if [ -c /dev/full ]; then
	for command in "get lf.vmx memsize" "list lf.vmx" "list --json lf.vmx" "fmt lf.vmx" \
		"diff lf.vmx other.vmx" "diff --json lf.vmx other.vmx"; do
		# shellcheck disable=SC2086 # words
		"$tool" $command >/dev/full 2>err
		ok "a full disk is an error: $command" test $? -eq 3
		ok 'it is said once' test "$(grep -c "can't write" err)" -eq 1
	done
fi
printf 'a = "\033[31m\007x"\n' >escape.vmx
printf 'a = "\302\2331m"\n' >escape2.vmx
"$tool" diff escape.vmx escape2.vmx >out
ok 'differences are harmless on a terminal' test "$(LC_ALL=C grep -a -c "$(printf '[\033\007\233]')" out)" -eq 0

if [ "$count" -lt 150 ]; then
	echo "FAIL: only $count checks were run"
	failed=$((failed + 1))
fi
echo "$count checks, $editable files"
[ "$failed" -eq 0 ] || exit 1
