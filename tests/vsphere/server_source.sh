#!/usr/bin/env bash
# server_source.sh GO FOLDER SERVER README: the server's source is formatted, passes go
# vet and its unit tests, and README.md names each option, key and kind of failure.
set -euo pipefail
go=$1 folder=$2 server=$(realpath "$3") readme=$4
status=0

unformatted=$("$("$go" env GOROOT)/bin/gofmt" -l "$folder")
if [ -n "$unformatted" ]; then
	printf 'not as gofmt writes it: %s\n' "$unformatted"
	status=1
fi
cd "$folder"
"$go" vet . || status=1
"$go" test certificate.go certificate_test.go || status=1

# options stand behind two blanks, keys of --task and kinds of --fail behind eight
options='s/^  \(--[a-z-]*\).*/\1/p'
words='s/^        \([a-z][a-z0-9-]*\)[:=[].*/\1/p; s/^        \([a-z0-9-]*\)  .*/\1/p'
listed=$("$server" --help | sed -n "$options; $words" | sort -u)
test -n "$listed"
for word in $listed; do
	if ! grep -q -e "\`$word[\`:= []" "$readme"; then
		echo "README.md says nothing of $word"
		status=1
	fi
done
exit $status
