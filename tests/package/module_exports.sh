#!/bin/sh
# module_exports.sh MODULE: a module for servers shows its entry and nothing else.
set -eu
exported=$(nm -D --defined-only "$1" | awk '$2 != "A" { print $3 }')
echo "$exported"
test "$exported" = vmx_transport_entry
