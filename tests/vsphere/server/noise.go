// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import "bytes"

// newMember is what a newer server might add to a data object.
const newMember = `<fromTheFuture xsi:type="FutureThing" since="9.0"><name>later</name><val>1</val></fromTheFuture>`

// ends are the tags before which a data object may have a member that nobody knows yet.
var ends = map[string]bool{
	"</about": true, "</choice": true, "</choiceInfo": true, "</changeSet": true, "</filterSet": true,
	"</mountInfo": true, "</objects": true, "</objectSet": true, "</propSet": true,
}

// addNoise puts between the tags of an answer what a client has to skip.
func addNoise(data []byte) []byte {
	var out bytes.Buffer
	copied, previous, opened := 0, -1, false
	for at := 0; ; {
		begin, end := nextTag(data, at)
		if begin < 0 {
			break
		}
		at = end + 1
		closing := data[begin+1] == '/'
		// an element that is empty, and text, stay as they are
		if begin == previous && !(opened && closing) {
			out.Write(data[copied:begin])
			if ends[string(data[begin:end])] {
				out.WriteString(newMember)
			}
			out.WriteString("\n  <!-- < & > --><?noise?> ")
			copied = begin
		}
		previous, opened = end+1, !closing && data[end-1] != '/'
	}
	out.Write(data[copied:])
	return out.Bytes()
}
