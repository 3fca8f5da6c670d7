#!/bin/sh
# man.sh PAGE...: mandoc has nothing to say about the pages.
set -eu
if ! command -v mandoc >/dev/null; then
	echo "skipped: mandoc is not installed"
	exit 77
fi
mandoc -Tlint -Wwarning "$@"
