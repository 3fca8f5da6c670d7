// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"bytes"
)

// The simulator declares a prefix of its own on each value.
var (
	ownDeclaration = []byte(` xmlns:XMLSchema-instance="http://www.w3.org/2001/XMLSchema-instance"`)
	ownType        = []byte(` XMLSchema-instance:type=`)
	anyType        = []byte(` xsi:type=`)
	arrayType      = []byte(` xsi:type="ArrayOf`)
)

// nextTag finds a tag: what is between '<' and '>'.  The encoder writes neither of them
// into values, nor comments and the like.
func nextTag(data []byte, from int) (begin, end int) {
	begin = bytes.IndexByte(data[from:], '<')
	if begin < 0 {
		return -1, -1
	}
	begin += from
	end = bytes.IndexByte(data[begin:], '>')
	if end < 0 {
		return -1, -1
	}
	return begin, begin + end
}

// itemType is what the items of an array have as xsi:type: their own name, which for
// XML Schema's types begins with a lower-case letter.
func itemType(tag []byte) []byte {
	name := bytes.TrimSuffix(tag[1:], []byte("/"))
	if end := bytes.IndexByte(name, ' '); end >= 0 {
		name = name[:end]
	}
	if name[0] >= 'a' && name[0] <= 'z' {
		return append([]byte("xsd:"), name...)
	}
	return name
}

// typeArrays gives the items of arrays the xsi:type that they have in the answers of
// real servers, and uses one prefix for it.
func typeArrays(data []byte) []byte {
	data = bytes.ReplaceAll(bytes.ReplaceAll(data, ownDeclaration, nil), ownType, anyType)
	out := make([]byte, 0, len(data)+len(data)/8)
	var arrays []bool // which of the open elements are arrays
	copied := 0
	for at := 0; ; {
		begin, end := nextTag(data, at)
		if begin < 0 {
			break
		}
		at = end + 1
		tag := data[begin:end]
		switch {
		case tag[1] == '?' || tag[1] == '!':
			continue
		case tag[1] == '/':
			arrays = arrays[:len(arrays)-1]
			continue
		}
		if len(arrays) > 0 && arrays[len(arrays)-1] && !bytes.Contains(tag, anyType) {
			to := end
			if tag[len(tag)-1] == '/' {
				to--
			}
			out = append(out, data[copied:to]...)
			out = append(append(append(out, ` xsi:type="`...), itemType(tag)...), '"')
			copied = to
		}
		if tag[len(tag)-1] != '/' {
			arrays = append(arrays, bytes.Contains(tag, arrayType))
		}
	}
	return append(out, data[copied:]...)
}
