#!/bin/sh
# xml_trips.sh XML2VMX VMX2XML VMXEDIT FOLDER...
# Each XML file in the folders becomes a VMX file, that an XML, and that a VMX file
# again: the two VMX files say the same.  Only the video memory may come in on the
# way, because every domain XML has video and not every one that is read does.
set -eu
xml2vmx=$1 vmx2xml=$2 vmxedit=$3
shift 3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
done=0 refused=0
for folder; do
	for xml in "$folder"/*.xml "$folder"/*/in.xml; do
		[ -f "$xml" ] || continue
		if ! "$xml2vmx" -q -o "$work/1.vmx" "$xml" 2>"$work/why"; then
			refused=$((refused + 1))
			continue
		fi
		"$vmx2xml" -q --full --secure -o "$work/1.xml" "$work/1.vmx"
		"$xml2vmx" -q -o "$work/2.vmx" "$work/1.xml"
		"$vmxedit" diff "$work/1.vmx" "$work/2.vmx" >"$work/all" || [ $? -eq 1 ]
		if grep -v '^+ svga\.vramSize = "4194304"$' "$work/all"; then
			echo "$xml: the above got lost or came in on the way"
			exit 1
		fi
		done=$((done + 1))
	done
done
echo "$done files went there and back; $refused are refused"
[ "$done" -gt 0 ]
