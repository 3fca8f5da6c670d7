#!/bin/sh
# parallel.sh VMX2XML FOLDER: GNU parallel spreads files over two hosts, as docs/batch.md
# says, and the records are those of a single process.  The hosts are two servers of ssh on
# two addresses of this one, with keys and configuration of their own.
set -eu
tool=$(realpath "$1")
samples=$(realpath "$2")
work=$(mktemp -d)
servers=
made_run=

clean_up() {
	for pid in $servers; do
		kill "$pid" 2>/dev/null || true
	done
	[ -z "$made_run" ] || rmdir /run/sshd 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT

skip() {
	echo "skipped: $1"
	exit 77
}

sshd=$(PATH=$PATH:/usr/sbin:/sbin command -v sshd) || skip "sshd is not installed"
for program in ssh ssh-keygen; do
	command -v "$program" >/dev/null || skip "$program is not installed"
done
parallel --version 2>/dev/null </dev/null | grep -q '^GNU parallel' || skip "GNU parallel is not installed"

# where a server that begins as root puts its children
if [ "$(id -u)" -eq 0 ] && [ ! -d /run/sshd ]; then
	mkdir -m 755 /run/sshd
	made_run=yes
fi

ssh-keygen -q -t ed25519 -N '' -f "$work/user"

# start NAME ADDRESS: a server, and what a client has to know to reach it as NAME
start() {
	ssh-keygen -q -t ed25519 -N '' -f "$work/$1"
	for attempt in 1 2 3 4 5 6 7 8 9 10; do
		port=$(shuf -i 20000-60000 -n 1)
		cat >"$work/$1.sshd" <<-END
			ListenAddress $2
			Port $port
			HostKey $work/$1
			AuthorizedKeysFile $work/user.pub
			StrictModes no
			PasswordAuthentication no
			KbdInteractiveAuthentication no
			PermitRootLogin prohibit-password
			UsePAM no
			PidFile none
		END
		"$sshd" -D -e -f "$work/$1.sshd" 2>"$work/$1.log" &
		pid=$!
		until grep -q 'Server listening' "$work/$1.log"; do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
		# the port may be somebody else's
		kill -0 "$pid" 2>/dev/null && break
	done
	kill -0 "$pid" 2>/dev/null || skip "no server of ssh starts here ($(head -n 1 "$work/$1.log"))"
	servers="$servers $pid"
	cat >>"$work/ssh_config" <<-END
		Host $1
			HostName $2
			Port $port
	END
	echo "[$2]:$port $(cut -d ' ' -f 1,2 "$work/$1.pub")" >>"$work/known_hosts"
}

start first 127.0.0.1
start second 127.0.0.2
cat >>"$work/ssh_config" <<-END
	Host *
		IdentityFile $work/user
		IdentitiesOnly yes
		IdentityAgent none
		UserKnownHostsFile $work/known_hosts
		GlobalKnownHostsFile none
		StrictHostKeyChecking yes
		BatchMode yes
		LogLevel ERROR
END
for host in first second; do
	ssh -F "$work/ssh_config" "$host" true </dev/null 2>"$work/refusal" ||
		skip "nobody can log in here with ssh ($(head -n 1 "$work/refusal"))"
done

cd "$samples"
find . -name in.vmx -print0 | sort -z >"$work/list"
status=0
"$tool" --jsonl --files0-from="$work/list" >"$work/expected" 2>"$work/summary" || status=$?
test "$status" -eq 1	# some of the samples are bad
test "$(wc -l <"$work/expected")" -ge 100

# The exit status is the number of jobs that had one other than 0.
export PARALLEL_HOME="$work" PARALLEL_SSH="ssh -F $work/ssh_config"
parallel --will-cite --pipe --recend '\0' -N 10 --keep-order --joblog "$work/jobs" \
	--sshlogin 2/first,2/second --workdir "$samples" \
	"$tool" --jsonl --files0-from=- <"$work/list" >"$work/actual" 2>"$work/errors" || true

diff "$work/expected" "$work/actual"
for host in first second; do
	jobs=$(cut -f 2 "$work/jobs" | grep -c "$host")
	echo "$host: $jobs jobs"
	grep -q 'Accepted publickey' "$work/$host.log"
done
# no other status than that of bad files, and no signal
test -z "$(sed 1d "$work/jobs" | cut -f 7,8 | grep -v '^[01]	0$')"
