// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"bytes"
	stdxml "encoding/xml"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"

	sim "github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"
)

const (
	soapSpace     = "http://schemas.xmlsoap.org/soap/envelope/"
	instanceSpace = "http://www.w3.org/2001/XMLSchema-instance"
	vimSpace      = "urn:vim25"
)

const envelopeHead = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/"` +
	` xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"` +
	` xmlns:xsd="http://www.w3.org/2001/XMLSchema"` +
	` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>`
const envelopeTail = "</soapenv:Body></soapenv:Envelope>\n"

// node is an element of a request.
type node struct {
	name     stdxml.Name
	attr     []stdxml.Attr
	prefixes map[string]string // what the prefixes mean here
	children []*node
	text     string
}

// attribute finds the value of an attribute; "" where there is none.
func (n *node) attribute(space, local string) string {
	for _, a := range n.attr {
		if a.Name.Space == space && a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// child finds the first child of a name.
func (n *node) child(local string) *node {
	for _, c := range n.children {
		if c.name.Local == local {
			return c
		}
	}
	return nil
}

const depthMax = 100 // of a request; no method needs a tenth of that

func (n *node) declare(parent *node) {
	n.prefixes = parent.prefixes
	copied := false
	for _, a := range n.attr {
		prefix := a.Name.Local
		if a.Name.Space == "" && prefix == "xmlns" {
			prefix = ""
		} else if a.Name.Space != "xmlns" {
			continue
		}
		if !copied {
			n.prefixes = map[string]string{prefix: a.Value}
			for p, space := range parent.prefixes {
				n.prefixes[p] = space
			}
			copied = true
		}
		n.prefixes[prefix] = a.Value
	}
}

// parseTree reads a document; a DTD is an error.
func parseTree(data []byte) (*node, error) {
	decoder := stdxml.NewDecoder(bytes.NewReader(data))
	root := &node{}
	open := []*node{root}
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case stdxml.StartElement:
			n := &node{name: t.Name, attr: append([]stdxml.Attr(nil), t.Attr...)}
			n.declare(top)
			top.children = append(top.children, n)
			open = append(open, n)
			if len(open) > depthMax {
				return nil, fmt.Errorf("elements are nested too deep")
			}
		case stdxml.EndElement:
			open = open[:len(open)-1]
		case stdxml.CharData:
			top.text += string(t)
		case stdxml.Directive:
			return nil, fmt.Errorf("a DTD is not allowed")
		}
	}
	if len(root.children) != 1 {
		return nil, fmt.Errorf("not one element at the top")
	}
	return root.children[0], nil
}

// call is a request to call a method.
type call struct {
	name string
	this types.ManagedObjectReference
	tree *node // the method's element
	body []byte
}

func parseCall(body []byte) (*call, error) {
	root, err := parseTree(body)
	if err != nil {
		return nil, err
	}
	if root.name.Space != soapSpace || root.name.Local != "Envelope" {
		return nil, fmt.Errorf("not a SOAP envelope")
	}
	in := root.child("Body")
	if in == nil || in.name.Space != soapSpace || len(in.children) != 1 {
		return nil, fmt.Errorf("no SOAP body with one element")
	}
	c := &call{name: in.children[0].name.Local, tree: in.children[0], body: body}
	if this := c.tree.child("_this"); this != nil {
		c.this.Type, c.this.Value = this.attribute("", "type"), strings.TrimSpace(this.text)
	}
	return c, nil
}

var vimTypes = types.TypeFunc()

// vimType finds a type of the API by its name, with or without a prefix.
func vimType(name string) (reflect.Type, bool) {
	return vimTypes(name[strings.LastIndexByte(name, ':')+1:])
}

// decode reads the parameters into the structure that govmomi has for the method.
func (c *call) decode() (body interface{}, err error) {
	defer func() { // what isn't a method has no _this, and the simulator panics
		if recover() != nil {
			err = fmt.Errorf("%s is not a method", c.name)
		}
	}()
	method, err := sim.UnmarshalBody(vimType, c.body)
	if err != nil {
		return nil, err
	}
	return method.Body, nil
}

// zero stands for a number 0 that has to be sent: govmomi leaves zeros out.
const zero = math.MinInt32

var (
	sentZero   = []byte(">" + strconv.Itoa(zero) + "<")
	wantedZero = []byte(">0<")
)

func encode(value interface{}, name string, attributes ...xml.Attr) []byte {
	var out bytes.Buffer
	start := xml.StartElement{Name: xml.Name{Local: name}}
	start.Attr = append([]xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: vimSpace}}, attributes...)
	if err := xml.NewEncoder(&out).EncodeElement(value, start); err != nil {
		panic(err) // our own value
	}
	return out.Bytes()
}

func envelope(body []byte) []byte {
	return []byte(envelopeHead + string(body) + envelopeTail)
}

// answer is a method's answer; result is a pointer to its response type.
func answer(c *call, result interface{}) *reply {
	return xmlReply(200, envelope(encode(result, c.name+"Response")))
}

// faultReply is a SOAP fault; fault is a pointer to its type.
func faultReply(text string, fault types.BaseMethodFault) *reply {
	kind := reflect.TypeOf(fault).Elem().Name()
	var escaped bytes.Buffer
	_ = stdxml.EscapeText(&escaped, []byte(text))
	detail := encode(fault, kind+"Fault", xml.Attr{Name: xml.Name{Local: "xsi:type"}, Value: kind})
	return xmlReply(500, envelope([]byte("<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>"+
		escaped.String()+"</faultstring><detail>"+string(detail)+"</detail></soapenv:Fault>")))
}

// newFault makes a fault of a type that is given by name.
func newFault(kind string) (types.BaseMethodFault, error) {
	t, ok := vimType(kind)
	if !ok || t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%q is no type of the API", kind)
	}
	fault, ok := reflect.New(t).Interface().(types.BaseMethodFault)
	if !ok {
		return nil, fmt.Errorf("%q is no fault", kind)
	}
	return fault, nil
}

func invalidRequest(text string) *reply {
	return faultReply(text, &types.InvalidRequest{})
}

// request encodes a call anew, with other parameters.
func (c *call) withParameters(body interface{}) *call {
	changed := *c
	changed.body = envelope(encode(body, c.name))
	return &changed
}
