// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"fmt"
	"mime"
	"reflect"
	"strconv"
	"strings"
	"time"

	sim "github.com/vmware/govmomi/simulator"
)

// check says what a real server would refuse in a call; "": nothing.  The structures of
// govmomi are made from VMware's WSDL: their members are in its order.
func (s *server) check(q *request, c *call) string {
	if why := checkHeader(q); why != "" {
		return why
	}
	if c.tree.name.Space != vimSpace {
		return fmt.Sprintf("%s is in the namespace %q", c.name, c.tree.name.Space)
	}
	method, ok := vimType(c.name)
	if !ok || method.Kind() != reflect.Struct {
		return fmt.Sprintf("there is no method %s", c.name)
	}
	if _, ok := method.FieldByName("This"); !ok {
		return fmt.Sprintf("%s is not a method", c.name)
	}
	return checkStructure(c.tree, method)
}

func checkHeader(q *request) string {
	h := q.http.Header
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || media != "text/xml" {
		return fmt.Sprintf("Content-Type is %q", h.Get("Content-Type"))
	}
	action := strings.Trim(h.Get("SOAPAction"), `"`)
	if action == "" {
		return ""
	}
	version := strings.TrimPrefix(action, "urn:vim25/")
	about := sim.Map.Get(serviceInstance).(*sim.ServiceInstance).Content.About
	if version == action || !knownVersion(version, about.ApiVersion) {
		return fmt.Sprintf("SOAPAction is %q", action)
	}
	return ""
}

// knownVersion says whether a server of one version knows the other.
func knownVersion(version, own string) bool {
	if version == own {
		return true
	}
	for _, v := range apiVersions {
		if v == version {
			return versionNumber(v) <= versionNumber(own)
		}
	}
	return false
}

func versionNumber(version string) int {
	major, minor, _ := strings.Cut(version, ".")
	a, _ := strconv.Atoi(major)
	b, _ := strconv.Atoi(strings.SplitN(minor, ".", 2)[0])
	return a*1000 + b
}

// member is one that a structure may have.
type member struct {
	name     string
	typ      reflect.Type // of one item
	list     bool
	optional bool
}

// membersOf lists the members of a structure, those of its base first.
func membersOf(t reflect.Type) []member {
	var members []member
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		if f.Anonymous {
			members = append(members, membersOf(f.Type)...)
			continue
		}
		words := strings.Split(f.Tag.Get("xml"), ",")
		m := member{name: words[0], typ: f.Type}
		if contains(words, "attr") || contains(words, "chardata") || m.name == "" || m.name == "-" {
			continue
		}
		m.optional = contains(words, "omitempty")
		if m.typ.Kind() == reflect.Ptr {
			m.optional, m.typ = true, m.typ.Elem()
		} else if m.typ.Kind() == reflect.Slice {
			m.list, m.typ = true, m.typ.Elem()
		}
		members = append(members, m)
	}
	return members
}

// dynamic members begin each data object, and no server uses them.
var dynamic = map[string]bool{"dynamicType": true, "dynamicProperty": true}

// checkStructure compares the elements with the members, in order.
func checkStructure(n *node, t reflect.Type) string {
	children := n.children
	for len(children) > 0 && dynamic[children[0].name.Local] {
		children = children[1:]
	}
	for _, m := range membersOf(t) {
		count := 0
		for len(children) > 0 && children[0].name.Local == m.name && (m.list || count == 0) {
			if children[0].name.Space != vimSpace {
				return fmt.Sprintf("%s is in the namespace %q", m.name, children[0].name.Space)
			}
			if why := checkValue(children[0], m.typ); why != "" {
				return why
			}
			children, count = children[1:], count+1
		}
		if count == 0 && !m.optional {
			return fmt.Sprintf("%s has no %s where it belongs", n.name.Local, m.name)
		}
	}
	if len(children) > 0 {
		return fmt.Sprintf("%s has %s where it does not belong", n.name.Local, children[0].name.Local)
	}
	return ""
}

// checkValue compares an element with the type of a member.
func checkValue(n *node, declared reflect.Type) string {
	given, why := givenType(n, declared)
	if why != "" || given == nil {
		return why
	}
	switch {
	case given == reflect.TypeOf(time.Time{}):
		return checkTime(n)
	case given.Kind() == reflect.Struct && given.Name() == "ManagedObjectReference":
		if n.attribute("", "type") == "" || strings.TrimSpace(n.text) == "" || len(n.children) > 0 {
			return fmt.Sprintf("%s is no reference", n.name.Local)
		}
		return ""
	case given.Kind() == reflect.Struct:
		if strings.TrimSpace(n.text) != "" {
			return fmt.Sprintf("%s has text between its elements", n.name.Local)
		}
		return checkStructure(n, given)
	}
	if len(n.children) > 0 {
		return fmt.Sprintf("%s has elements in it", n.name.Local)
	}
	return checkNumber(n, given.Kind())
}

// givenType finds the type of an element: its xsi:type, which has to name the declared
// type or one that is derived from it; else the declared one.  Where the declared one is
// any type, xsi:type is required, and nil stands for a type of XML Schema.
func givenType(n *node, declared reflect.Type) (reflect.Type, string) {
	name := n.attribute(instanceSpace, "type")
	isAny := declared.Kind() == reflect.Interface && declared.NumMethod() == 0
	if name == "" {
		if isAny {
			return nil, fmt.Sprintf("%s has no xsi:type", n.name.Local)
		}
		return baseOf(declared), ""
	}
	prefix, local, found := strings.Cut(name, ":")
	if !found {
		prefix, local = "", name
	}
	space := n.prefixes[prefix]
	if found && space == "" {
		return nil, fmt.Sprintf("%s: the prefix of %q is not declared", n.name.Local, name)
	}
	if space != vimSpace {
		if declared.Kind() == reflect.Struct && declared != reflect.TypeOf(time.Time{}) {
			return nil, fmt.Sprintf("%s: the type %q is none of the API", n.name.Local, name)
		}
		if isAny {
			return nil, ""
		}
		return baseOf(declared), ""
	}
	t, ok := vimType(local)
	if !ok || !fits(t, declared) {
		return nil, fmt.Sprintf("%s can't be of the type %q", n.name.Local, name)
	}
	return t, ""
}

// baseOf finds the structure behind an interface BaseNAME.
func baseOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Interface {
		if base, ok := vimType(strings.TrimPrefix(t.Name(), "Base")); ok {
			return base
		}
		return nil
	}
	return t
}

func fits(t, declared reflect.Type) bool {
	if declared.Kind() == reflect.Interface {
		return reflect.PtrTo(t).Implements(declared) || t.Implements(declared)
	}
	return t == declared || t.ConvertibleTo(declared) && t.Kind() != reflect.Struct
}

func checkTime(n *node) string {
	text := strings.TrimSpace(n.text)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if _, err := time.Parse(layout, text); err == nil {
			return ""
		}
	}
	return fmt.Sprintf("%s: %q is no time", n.name.Local, text)
}

func checkNumber(n *node, kind reflect.Kind) string {
	text := strings.TrimSpace(n.text)
	var err error
	switch kind {
	case reflect.Bool:
		if text != "true" && text != "false" && text != "1" && text != "0" {
			err = strconv.ErrSyntax
		}
	case reflect.Int8, reflect.Uint8:
		_, err = strconv.ParseInt(text, 10, 8)
	case reflect.Int16:
		_, err = strconv.ParseInt(text, 10, 16)
	case reflect.Int32:
		_, err = strconv.ParseInt(text, 10, 32)
	case reflect.Int64:
		_, err = strconv.ParseInt(text, 10, 64)
	case reflect.Float32, reflect.Float64:
		_, err = strconv.ParseFloat(text, 64)
	}
	if err != nil {
		return fmt.Sprintf("%s: %q is not of its type", n.name.Local, text)
	}
	return ""
}
