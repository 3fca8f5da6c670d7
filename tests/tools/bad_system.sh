#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bad_system.sh SOURCE VMX2XML XML2VMX VMXEDIT VMXNAME VMXREMOTE: the tools where standard output is
# closed, full or nobody reads it, where files may not grow, the disk is full, folders and
# files are forbidden, and memory is short.  All checks run; each failure prints a line.
# What the system does not let us do is not tried, and said.

source=$(realpath "$1")
vmx2xml=$(realpath "$2")
xml2vmx=$(realpath "$3")
vmxedit=$(realpath "$4")
vmxname=$(realpath "$5")
vmxremote=$(realpath "$6")
failed=0
count=0
dir=$(mktemp -d) || exit 99
mounted=
trap '[ -z "$mounted" ] || umount "$mounted"; rm -rf "$dir"' EXIT
cd "$dir" || exit 99
export LC_ALL=C NO_COLOR=1

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

# says TEXT: on standard error, of the last command
says() {
	grep -q -- "$1" err && return
	echo "no word of '$1' in:"
	cat err
	return 1
}

# only FILE...: there are no others in the folder work, hidden ones neither
only() {
	printf '%s\n' "$@" | sort >expected
	(cd work && find . -mindepth 1 -printf '%P\n' | sort) | cmp - expected
}

fresh() {
	rm -rf work
	mkdir work
	cp in.vmx in.xml work
}

cp "$source/docs/demo/ledger.vmx" in.vmx
cp "$source"/tests/data/vmxremote/*.vmx "$source/tests/data/vmxremote/inventory" .
"$vmx2xml" -q in.vmx >in.xml || exit 99
"$vmxedit" get -q in.vmx annotation memsize displayName >values || exit 99

#
# Standard output: what each tool prints there
#
prints='
vmx2xml -q in.vmx
vmx2xml -q --report in.vmx
vmx2xml -q --report=json in.vmx
vmx2xml -q --report in.vmx other.vmx
vmx2xml -q --jsonl in.vmx other.vmx
vmx2xml -q memory://host/inventory#vm-11
vmx2xml -q --report memory://host/inventory#vm-11
vmx2xml -q --report=json memory://host/inventory#vm-11
vmx2xml --help=batch
xml2vmx -q in.xml
xml2vmx -q --jsonl in.xml in.xml
xml2vmx --help=batch
vmxedit get -q in.vmx memsize
vmxedit get -q --json in.vmx memsize
vmxedit list -q in.vmx
vmxedit list -q --json in.vmx
vmxedit set -q in.vmx a=b
vmxedit unset -q in.vmx memsize
vmxedit fmt -q in.vmx
vmxedit diff -q in.vmx other.vmx
vmxedit diff -q --json in.vmx other.vmx
vmxname escape --scheme=percent a/b
vmxname unescape --scheme=percent a%2fb
vmxname parse [ds]a.vmx
vmxname convert --to=url --datacenter=dc --url-base=https://host [ds]a.vmx
vmxremote memory://host/inventory list -q
vmxremote memory://host/inventory list -q --json
vmxremote memory://host/inventory list -q hosts
vmxremote memory://host/inventory datastores -q
vmxremote memory://host/inventory networks -q --json
vmxremote memory://host/inventory info -q
vmxremote memory://host/inventory info -q --json
vmxremote memory://host/inventory info -q vm-11
vmxremote memory://host/inventory info -q vm-11 --json
vmxremote memory://host/inventory browse -q
vmxremote memory://host/inventory browse -q --json
vmxremote memory://host/inventory questions -q
vmxremote memory://host/inventory questions -q --json
vmxremote memory://host/inventory get -q [ds1]web/web.vmx
vmxremote memory://host/inventory pull -q vm-11
vmxremote memory://host/inventory pull -q --xml vm-11
vmxremote memory://host/inventory register -q [ds1]large'
for tool in vmx2xml xml2vmx vmxedit vmxname vmxremote; do
	for option in help version long-options; do
		prints="$prints
$tool --$option"
	done
done
"$vmxedit" set -q -o other.vmx in.vmx memsize=1

closed() { "$@" >&-; }
full() { "$@" >/dev/full; }
no_messages() { "$@" 2>&-; }
no_input() { "$@" <&-; }

# repeats_nothing: each line of standard error is another one
repeats_nothing() { [ -z "$(sort err | uniq -d)" ]; }

# unread COMMAND...: the reader of a pipe is gone before anything is printed
unread() {
	rm -f nobody_reads
	{
		while [ ! -e nobody_reads ]; do sleep 0.01; done
		"$@" 2>unread_err
		echo $? >unread_status
	} | { exec <&-; touch nobody_reads; }
	cat unread_err >&2
	return "$(cat unread_status)"
}

# check_output NAME COMMAND...: of a command that prints
check_output() {
	print=$1
	shift
	ok "$print: standard output is closed" status 3 closed "$@"
	ok "$print: and it says so" says 'standard output'
	ok "$print: once" repeats_nothing
	ok "$print: standard output is full" status 3 full "$@"
	ok "$print: and it says so" says 'No space left on device'
	ok "$print: once" repeats_nothing
	ok "$print: nobody reads" status 141 unread "$@"
	ok "$print: without a word" [ ! -s err ]
	"$@" >expected_output
	expected_status=$?
	ok "$print: it prints" [ -s expected_output ]
	ok "$print: standard error is closed" status $expected_status no_messages "$@"
	ok "$print: and the output is there" cmp out expected_output
	ok "$print: standard input is closed" status $expected_status no_input "$@"
	ok "$print: and the output is there" cmp out expected_output
}

set -f
while read -r tool arguments <&3; do
	[ -n "$tool" ] || continue
	eval "path=\$$tool"
	# shellcheck disable=SC2086 # words
	check_output "$tool $arguments" "$path" $arguments
done 3<<EOF
$prints
EOF
set +f

# who has nothing to print does not miss it, and no file takes its place
nothing_open() { "$@" >&- 2>&- <&-; }
fresh
ok 'an output file, nothing open' status 0 nothing_open "$vmx2xml" -o work/out.xml in.vmx
ok 'the output file is whole' cmp work/out.xml in.xml
ok 'in place, nothing open' status 0 nothing_open "$vmxedit" set -i work/in.vmx memsize=1024
ok 'it was edited' [ "$("$vmxedit" get -q work/in.vmx memsize)" = 1024 ]
ok 'onto, nothing open' status 0 nothing_open "$xml2vmx" --onto work/in.vmx -o work/in.vmx in.xml
ok 'and back' [ "$("$vmxedit" get -q work/in.vmx memsize)" = "$("$vmxedit" get -q in.vmx memsize)" ]
for tool in "$vmx2xml" "$xml2vmx"; do
	ok "${tool##*/}: no standard input to read" status 3 no_input "$tool" -
	ok "${tool##*/}: and it says so" says 'Bad file descriptor'
done
ok 'vmxedit: no standard input to read' status 3 no_input "$vmxedit" list -

#
# Nobody reads: more than a pipe holds
#
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "key%d = \"value\"\n", i }' >tail
cat in.vmx tail >large.vmx
"$vmxedit" list -q large.vmx >large.list
"$vmxname" escape --scheme=percent <large.list >large.names
piped() {
	{ "$@" 2>err; echo $? >status; } | head -c 1 >/dev/null
	cat status
}
ok 'list ends by SIGPIPE' [ "$(piped "$vmxedit" list -q large.vmx)" = 141 ]
ok 'without a word' [ ! -s err ]
ok 'set ends by SIGPIPE' [ "$(piped "$vmxedit" set -q large.vmx a=b)" = 141 ]
ok 'report ends by SIGPIPE' [ "$(piped "$vmx2xml" -q --report large.vmx)" = 141 ]
vmxname_of_many() { "$vmxname" escape --scheme=percent <large.list; }
ok 'vmxname ends by SIGPIPE' [ "$(piped vmxname_of_many)" = 141 ]

# where SIGPIPE is ignored it is an error like others
deaf() {
	trap '' PIPE
	{ "$@" 2>err; echo $? >status; } | { head -c 1 >/dev/null; }
	trap - PIPE
	cat status
}
ok 'list, SIGPIPE ignored' [ "$(deaf "$vmxedit" list -q large.vmx)" = 3 ]
ok 'it says so' says 'Broken pipe'
unread_and_ignored() { trap '' PIPE; unread "$@"; got=$?; trap - PIPE; return $got; }
ok 'info of a server, SIGPIPE ignored' status 3 unread_and_ignored "$vmxremote" memory://host/inventory info
ok 'it says so' says 'Broken pipe'

# a reader that goes away, of an output that is a pipe
mkfifo pipe
head -c 1 pipe >/dev/null &
ok 'the reader of an output pipe goes' [ "$("$vmxedit" set -q large.vmx a=b -o pipe; echo $?)" = 141 ]
wait

#
# Files may not grow
#
limited() { (ulimit -f 8 && "$@"); }
fresh
cp large.vmx work/large.vmx
ok 'a limit for files: vmxedit in place' status 3 limited "$vmxedit" set -q --in-place=.bak work/large.vmx a=b
ok 'it says so' says 'File too large'
ok 'the file is as it was' cmp large.vmx work/large.vmx
ok 'a limit for files: vmx2xml' status 0 limited "$vmx2xml" -q -o work/out.xml work/large.vmx
ok 'a limit for files: vmxedit to output' status 3 limited "$vmxedit" fmt -q -o work/out.vmx work/large.vmx
ok 'nothing is left' only in.vmx in.xml large.vmx out.xml
print_large() { "$vmxedit" list -q large.vmx >work/list; }
ok 'a limit for files: standard output' status 3 limited print_large
ok 'it says so' says 'File too large'

#
# The disk is full
#
mkdir disk
if mount -t tmpfs -o size=64k tmpfs disk 2>/dev/null; then
	mounted=$dir/disk
	cp in.vmx disk
	head -c 56000 large.list >disk/ballast 2>/dev/null
	cp in.xml disk/old.xml 2>/dev/null
	ok 'a full disk: in place' status 3 "$vmxedit" set -q -i disk/in.vmx "a=$(head -c 20000 large.list | tr -c a-z x)"
	ok 'it says so' says 'No space left on device'
	ok 'the file is as it was' cmp in.vmx disk/in.vmx
	ok 'a full disk: a large output' status 3 "$vmxedit" fmt -q -o disk/out.vmx large.vmx
	ok 'a full disk: an output that is there' status 3 "$vmxedit" fmt -q -o disk/old.xml large.vmx
	ok 'the output is as it was' cmp in.xml disk/old.xml
	ok 'nothing is left' [ "$(find disk -mindepth 1 | sort | tr '\n' ' ')" = 'disk/ballast disk/in.vmx disk/old.xml ' ]
	mount -o remount,ro disk 2>/dev/null &&
		ok 'a disk that is only read' status 3 "$vmxedit" set -q -i disk/in.vmx a=b &&
		ok 'it says so' says 'Read-only file system'
	umount disk && mounted=
else
	echo 'not tried: a full disk (no file system may be mounted here)'
fi

#
# Folders and files that are forbidden: not for root
#
unprivileged=
[ "$(id -u)" -ne 0 ] || unprivileged='setpriv --reuid=65534 --regid=65534 --clear-groups'
if $unprivileged "$vmxedit" --version >/dev/null 2>&1; then
	fresh
	chmod 755 "$dir"
	cp in.vmx work/secret.vmx
	chmod 000 work/secret.vmx
	chmod 555 work
	for tool in "$vmx2xml" "$xml2vmx" "$vmxedit list"; do
		ok "${tool##*/}: a file that can't be read" status 3 $unprivileged $tool work/secret.vmx
		ok "${tool##*/}: and it says so" says 'Permission denied'
	done
	ok 'a folder that can not be written: in place' status 3 $unprivileged "$vmxedit" set -q -i work/in.vmx a=b
	ok 'it says so' says 'Permission denied'
	ok 'a folder that can not be written: output' status 3 $unprivileged "$vmx2xml" -q -o work/out.xml in.vmx
	ok 'a folder that can not be written: several' status 3 $unprivileged "$vmx2xml" -q --output-dir=work in.vmx other.vmx
	chmod 755 work
	ok 'the file is as it was' cmp in.vmx work/in.vmx
	ok 'nothing is left' only in.vmx in.xml secret.vmx
	chmod 700 "$dir"
else
	echo 'not tried: forbidden files (there is no user who is not root, or the tools are not theirs)'
fi

#
# Inputs that are none
#
mkdir folder
for tool in "$vmx2xml" "$xml2vmx" "$vmxedit list" "$vmxedit fmt"; do
	ok "${tool##*/}: a folder as input" status 3 $tool folder
	ok "${tool##*/}: a folder in place of the folder" status 3 $tool in.vmx/in.vmx
done
printf 'config.version = "8"\ndisplayName = "cut' >pipe &
ok 'a pipe that ends early' status 0 "$vmxedit" get -q pipe displayName
ok 'what came is read' grep -q cut out
wait
: >pipe &
ok 'a pipe that ends at once' status 1 "$vmx2xml" -q pipe
wait
ok 'a pipe can not be edited in place, and is not waited for' status 2 timeout 10 "$vmxedit" set -q -i pipe a=b
ok 'it says so' says 'no regular file'
ok 'a pipe can not be stored on a server, and is not waited for' status 1 timeout 10 "$vmxremote" memory://host/inventory put pipe '[ds1] x'
ok 'it says so' says 'no regular file'
head -c 200 in.xml >pipe &
ok 'XML that ends early' status 1 "$xml2vmx" -q -o cut.vmx pipe
wait
ok 'makes no file' [ ! -e cut.vmx ]
for tool in "$vmx2xml" "$xml2vmx" "$vmxedit list"; do
	ok "${tool##*/}: an input without an end" status 1 $tool /dev/zero
	ok "${tool##*/}: and it says so" says 'too-large'
done

#
# The folder for temporary files is not needed
#
fresh
export TMPDIR=/nonexistent HOME=/nonexistent
ok 'no folder for temporary files' status 0 "$vmxedit" set -q --in-place=.bak work/in.vmx a=b
ok 'none for vmx2xml' status 0 "$vmx2xml" -q -o work/out.xml work/in.vmx
unset TMPDIR

#
# Memory is short: from what it takes to start on, page by page
#
short_of_memory() { (ulimit -v "$1" && shift && exec "$@"); }
starts_with() { short_of_memory "$1" "$vmx2xml" --version >/dev/null 2>&1; }
low=2000
high=200000
if starts_with $high; then
	while [ $((high - low)) -gt 4 ]; do
		middle=$(((low + high) / 2))
		starts_with $middle && high=$middle || low=$middle
	done
	cp "$source/tests/data/vmx2xml/encoding-gbk/in.vmx" gbk.vmx
	"$vmx2xml" -q gbk.vmx >gbk.xml
	room=$high
	failures=0
	while [ $room -lt $((high + 600)) ]; do
		short_of_memory $room "$vmx2xml" -q gbk.vmx >out 2>err
		case $? in
		0) ok "with $room kB the output is right" cmp out gbk.xml ;;
		3) failures=$((failures + 1)); ok "with $room kB it says so" grep -q 'memory' err ;;
		*) ok "with $room kB it ends well" false; cat err ;;
		esac
		room=$((room + 8))
	done
	ok 'memory was short' [ $failures -gt 0 ]
else
	echo 'not tried: short memory (the tools take more than any limit, as with a sanitizer)'
fi

echo "$count checks, $failed failed"
[ "$failed" -eq 0 ]
