#!/bin/sh
# vmxremote.sh SOURCE PEER_DATA VMXREMOTE VMX2XML VMXEDIT: the tools from end to end, with the
# module for vSphere and the simulated server.  For each part a server is started, which
# runs this script again with the name of the part.
set -eu

fail() {
	echo "$*"
	exit 1
}

# says TEXT COMMAND...: the command fails, and its message holds the text
says() {
	wanted=$1
	shift
	if "$@" >output 2>message; then
		fail "this has not failed: $*"
	fi
	grep -qF -- "$wanted" message || fail "$*: $(cat message)"
}

# holds PATTERN [FILE]: a line of the file, or of standard input, fits the pattern
holds() {
	grep -q -- "$1" "${2:--}" || fail "nothing fits '$1' in ${2:-what was printed}"
}

remote() {
	"$VMXREMOTE" "$@"
}

xml() {
	"$VMX2XML" "$@"
}

# The password is in none of the files but those that are for it.
check_secret() {
	if grep -rlF 'se&cret' . --exclude=password --exclude=auth.conf --exclude=netrc; then
		fail "the password was shown"
	fi
}

# What was sent is right, and the password was sent to log in only.
check_log() {
	if grep -q "$(printf '\t')[^$(printf '\t')]*refused" "$VSPHERE_LOG"; then
		grep refused "$VSPHERE_LOG"
		fail "the server has refused what was sent"
	fi
	awk -F '\t' '$7 ~ /password/ && $5 != "Login"' "$VSPHERE_LOG" >leaked
	test ! -s leaked || fail "the password was sent elsewhere: $(cat leaked)"
}

server() {
	echo "$1://$VSPHERE_USER@$VSPHERE_HOST:$VSPHERE_PORT/$2?cacert=$VSPHERE_CA"
}

#
# The parts
#

shows() {
	VMX_URI=$(server esx '')
	remote list >list.txt
	holds '^vm-[0-9]* *on *ha-datacenter/vm/ha-host_VM0$' list.txt
	holds '^vm-[0-9]* *off *ha-datacenter/vm/ha-host_VM1$' list.txt
	holds '/a%2fb 100%25$' list.txt
	test "$(remote list --json | wc -l)" -eq "$(wc -l <list.txt)"
	remote info 'a/b 100%' >info.txt
	id=$(sed -n 's/^id *//p' info.txt)
	vmx=$(sed -n 's/^vmx *//p' info.txt)
	uuid=$(sed -n 's/^uuid *//p' info.txt)
	path=$(sed -n 's/^path *//p' info.txt)
	for wanted in "$id" "$vmx" "$uuid" "$path"; do
		remote info "$wanted" | cmp - info.txt
	done
	remote info | holds '^product *VMware ESXi'
	remote list hosts | grep -q ha-host
	remote list datacenters | grep -q ha-datacenter
	remote datastores | holds ' LocalDS_0$'
	remote datastores --json | holds '"path":"/vmfs/volumes/'
	remote networks | holds 'VM Network'
	says '[not-found]' remote info nobody
	says '[wrong-server]' remote "$(server vpx DC0/DC0_H0)" list
	says '[certificate]' remote "esx://$VSPHERE_USER@$VSPHERE_HOST:$VSPHERE_PORT/" list
	says '[invalid-uri-parameter]' remote "$VMX_URI&no_verify=yes" list
}

# Every VMX file comes back as it was, and becomes what vmx2xml makes of it.
pulls() {
	VMX_URI=$(server vpx DC0/DC0_H0)
	mkdir all xml
	remote pull --all --output-dir all
	count=0
	for folder in "$SOURCE/tests/data/vmx2xml" "$PEER/wild"; do
		test -d "$folder" || continue
		(cd "$folder" && find . -type f -name '*.vmx') | sed 's,^\./,,' >files.txt
		while read -r file; do
			name=$(echo "${file%.vmx}" | tr / _)
			cmp "$folder/$file" "all/$name.vmx" || fail "$file has not come back"
			count=$((count + 1))
		done <files.txt
	done
	test "$count" -ge 100 || fail "only $count files"
	echo "$count VMX files came back byte for byte"
	remote -q pull --all --xml --output-dir xml 2>refused || true
	test "$(find xml -name '*.xml' | wc -l)" -ge 100
	remote pull --xml DC0_H0_VM0 >one.xml
	cmp one.xml xml/DC0_H0_VM0.xml
	holds "<source file='\[LocalDS_0\] DC0_H0_VM0/disk1.vmdk'/>" one.xml
	holds '<vmware:datacenterpath>DC0</vmware:datacenterpath>' one.xml
	xml "$VMX_URI#DC0_H0_VM0" | cmp - one.xml
	xml "$VMX_URI#DC0/vm/DC0_H0_VM0" | cmp - one.xml
	remote pull --xml --compat=libvirt DC0_H0_VM0 >libvirt.xml
	xml --compat=libvirt "$VMX_URI#DC0_H0_VM0" | cmp - libvirt.xml
	says '[not-found]' remote "$(server vpx DC0/nowhere)" list
}

files() {
	VMX_URI=$(server esx '')
	ledger=$SOURCE/docs/demo/ledger.vmx
	remote get '[LocalDS_0] ledger/ledger.vmx' | cmp - "$ledger"
	# the second time the connection breaks in the middle; another try gets the rest
	remote get '[LocalDS_0] ledger/ledger.vmx' -c -o got 2>message || true
	if [ ! -e got ]; then
		test "$(wc -c <got.part)" -eq 1000
		remote get '[LocalDS_0] ledger/ledger.vmx' -q -c -o got
	fi
	cmp got "$ledger"
	test ! -e got.part
	holds 'GET.*fail=drop-body' "$VSPHERE_LOG"
	says '[not-found]' remote get '[LocalDS_0] none' -o none
	says 'it is a directory' remote get '[LocalDS_0] ledger' -o none
	test ! -e none
	test ! -e none.part
	remote browse >listed
	holds ' \[LocalDS_0\] ledger/$' listed
	remote browse -r '[LocalDS_0]' '*.vmx' --json >listed
	holds '"path":"\[LocalDS_0\] ledger/ledger.vmx"' listed
	dd if=/dev/urandom of=random bs=65536 count=40 2>/dev/null
	remote put random '[LocalDS_0] ledger/'
	remote get '[LocalDS_0] ledger/random' -o back
	cmp random back
	{ head -c 65536 >skipped; remote put - '[LocalDS_0] ledger/rest'; } <random
	remote get '[LocalDS_0] ledger/rest' -o back
	tail -c +65537 random | cmp - back
	says 'has no length' remote put /proc/self/status '[LocalDS_0] ledger/status'
	says '[already-exists]' remote put "$ledger" '[LocalDS_0] ledger/random'
	remote put -f "$ledger" '[LocalDS_0] ledger/random'
	remote get '[LocalDS_0] ledger/random' | cmp - "$ledger"
	says '[not-found]' remote put "$ledger" '[none] x'
	"$VMXEDIT" -q set "$ledger" memsize=4096 >changed.vmx
	says '[not-found]' remote push changed.vmx nobody
	remote -q push changed.vmx ledger
	remote pull ledger | cmp - changed.vmx
}

# is_on MACHINE: within ten seconds
is_on() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		if remote info "$1" | grep -q '^power *on$'; then
			return
		fi
		sleep 1
	done
	fail "$1 is not on"
}

tasks() {
	VMX_URI=$(server esx '')
	# a question that stays: it is answered by hand
	says '[question-blocks]' remote start ha-host_VM0
	remote questions >questions.txt
	holds 'Moved or copied?' questions.txt
	question=$(sed -n 's/.*(question \(.*\)):$/\1/p' questions.txt)
	says "no choice 'maybe'" remote answer ha-host_VM0 maybe "$question"
	says 'another question' remote answer ha-host_VM0 0 "no-$question"
	remote answer ha-host_VM0 'i copied it' "$question"
	is_on ha-host_VM0
	remote questions >questions.txt
	test ! -s questions.txt
	remote stop ha-host_VM0
	remote start ha-host_VM0 --answer='moved or copied=i copied it' 2>message
	holds 'answered with "I _Copied It"' message
	# one whose task is cancelled
	says '[question-blocks]' remote start ha-host_VM1
	remote list | holds ' off .*ha-host_VM1$'
	remote -q start ha-host_VM1 --auto-answer
	says '[wrong-state]' remote start ha-host_VM1
	# the server refuses what we have made of the command line: that is not the user's
	remote suspend ha-host_VM1 2>message && fail 'the server has not refused it'
	test $? -eq 1
	holds 'error: .*\[server-fault\]$' message
	remote suspend ha-host_VM1
	remote "$VMX_URI&auto_answer=1" -q resume ha-host_VM1
	remote stop ha-host_VM1
	remote start ledger
	says '[wrong-state]' remote unregister ledger
	remote stop ledger
	remote unregister ledger
	says '[not-found]' remote info ledger
	id=$(remote register '[LocalDS_0] ledger/ledger.vmx' --name=again)
	test "$(remote info again | sed -n 's/^id *//p')" = "$id"
	says '[already-exists]' remote register '[LocalDS_0] ledger/ledger.vmx'
	remote shutdown ha-host_VM0
	says '[wrong-state]' remote reboot ha-host_VM0
}

passwords() {
	VMX_URI=$(server esx '')
	unset VMX_PASSWORD
	printf '%s\n' "$VSPHERE_PASSWORD" >password
	chmod 600 password
	remote --password-file=password list >list.txt 2>message
	test ! -s message
	remote --password-file=- list <password | cmp - list.txt
	printf '[credentials-a]\nusername=%s\npassword=%s\n[auth-esx-%s]\ncredentials=a\n' \
		"$VSPHERE_USER" "$VSPHERE_PASSWORD" "$VSPHERE_HOST" >auth.conf
	chmod 600 auth.conf
	LIBVIRT_AUTH_FILE=auth.conf "$VMXREMOTE" "esx://$VSPHERE_HOST:$VSPHERE_PORT/?cacert=$VSPHERE_CA" list | cmp - list.txt
	remote "$VMX_URI&authfile=auth.conf" list | cmp - list.txt
	printf 'machine %s login %s password %s' "$VSPHERE_HOST" "$VSPHERE_USER" "$VSPHERE_PASSWORD" >netrc
	chmod 600 netrc
	NETRC=netrc "$VMXREMOTE" list | cmp - list.txt
	(export VMX_PASSWORD='another se&cret'; says '[login-refused]' remote list)
	says '[no-credentials]' remote list
	says '[invalid-uri]' remote "esx://$VSPHERE_USER:se&cret<7>@$VSPHERE_HOST:$VSPHERE_PORT/" list
	says '[login-refused]' remote --password-file=list.txt list
}

if [ "${1:-}" = --part ]; then
	cd "$VSPHERE_DIR"
	export VMX_URI VMX_PASSWORD="$VSPHERE_PASSWORD"
	"$2" >shown 2>&1 || { cat shown; exit 1; }
	cat shown
	check_log
	check_secret
	exit 0
fi

if [ ! -x "${VMXKIT_VSPHERE_SERVER:-}" ]; then
	echo "skipped: there is no test server; it needs golang-go and golang-github-vmware-govmomi-dev"
	exit 77
fi
SOURCE=$1
PEER=$2
VMXREMOTE=$(realpath "$3")
VMX2XML=$(realpath "$4")
VMXEDIT=$(realpath "$5")
export SOURCE PEER VMXREMOTE VMX2XML VMXEDIT
ledger=$1/docs/demo/ledger.vmx
wild=
if [ -d "$2/wild" ]; then
	wild="--vmx-dir $2/wild"
else
	echo "without the published files, which are not there: $2"
fi

# part NAME OPTION...: with a server that has these options
part() {
	echo "$1"
	name=$1
	shift
	"$VMXKIT_VSPHERE_SERVER" "$@" --run sh "$script" --part "$name" || fail "part '$name' has failed"
}
script=$(realpath "$0")
part shows --model esx --machine 'a/b 100%' --off ha-host_VM1
# shellcheck disable=SC2086 # words
part pulls --model vpx --vmx-dir "$1/tests/data/vmx2xml" $wild
part files --model esx --vmx "$ledger" --off ledger --fail GET:2:drop-body:1000
part tasks --model esx --vmx "$ledger" --off ledger \
	--task 'ha-host_VM0,ask,choices=I _Moved It|I _Copied It|Cancel,default=0,text=msg.uuid.altered:Moved or copied?' \
	--task 'ha-host_VM1,ask,cancelable' --fail SuspendVM_Task:1:fault:InvalidArgument:no
part passwords --model esx
