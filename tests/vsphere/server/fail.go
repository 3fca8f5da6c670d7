// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// failure is what shall go wrong with some requests.
type failure struct {
	of          string // a SOAP method, GET, PUT, ..., folder, connect, or *
	first, last int    // of the requests of that name; last 0: all that follow
	kind        string
	argument    string
	seen        int
}

// failures are tried in the order in which they were given.
type failures struct {
	mutex sync.Mutex
	rules []*failure
}

const failureUsage = "`REQUEST:N:KIND[:ARGUMENT]`: the N-th request of this name fails; N may be *, A-B or A-.\n" +
	"REQUEST is a SOAP method, GET, HEAD, PUT or DELETE of a file, folder for any of these,\n" +
	"connect for a connection (silent or drop), or * for any request. Kinds:\n" +
	"delay:TIME  answer that much later\n" +
	"silent  never answer\n" +
	"drop  close the connection before the answer\n" +
	"drop-header  close it in the middle of the header\n" +
	"drop-body[:BYTES]  close it after half of the body, or so many bytes\n" +
	"stall[:BYTES]  the same, but keep the connection open, and silent\n" +
	"truncate[:BYTES]  send half of the body, or so many bytes, as if it were all\n" +
	"length:N  a Content-Length that is N larger, or smaller if N is negative\n" +
	"status:CODE  this HTTP status, with a page of HTML\n" +
	"redirect:CODE[:URL]  to there [the same place over http]\n" +
	"fault:TYPE[:TEXT]  a SOAP fault\n" +
	"expire  the session has ended\n" +
	"no-result  an answer without return value\n" +
	"other-result  the answer of another method\n" +
	"nothing  status 200 and no body\n" +
	"not-xml  a body that is text\n" +
	"bad-utf8  bytes that are no UTF-8 in a text\n" +
	"entities  a DTD with entities that grow to gigabytes\n" +
	"external  a DTD with an external entity\n" +
	"deep[:LEVELS]  elements in elements [1000000]\n" +
	"many[:COUNT]  that many objects [10000000]\n" +
	"text[:BYTES]  one text of that length [1073741824]\n" +
	"endless[:BYTES]  a body of that length without Content-Length [10737418240]\n" +
	"huge[:BYTES]  the same with Content-Length\n" +
	"endless-header  a header without end\n" +
	"trickle[:TIME]  a body without end, one byte each time [1s]\n" +
	"range-shift  206 with another part of the file, and a Content-Range that says so\n" +
	"range-lie  206 with another part of the file, and the Content-Range that was asked for\n" +
	"range-short  206 with less of the file than was asked for\n" +
	"no-range  the whole file with 200\n" +
	"task-fault:TYPE[:TEXT]  start no task, but one that fails\n" +
	"task-slow:TIME  the task takes that long"

// failureKind says what a kind does: before is asked first, and says whether the request
// has been dealt with; after is given the answer that would be sent.
type failureKind struct {
	before func(*failure, *server, *request, http.ResponseWriter) bool
	after  func(*failure, *server, *request, http.ResponseWriter, *reply)
	check  func(string) error // of the argument

	connection bool // it is for connections, too
}

var failureKinds map[string]failureKind

func (l *failures) add(value string) error {
	words := strings.SplitN(value, ":", 4)
	if len(words) < 3 {
		return fmt.Errorf("%q is not REQUEST:N:KIND", value)
	}
	f := &failure{of: words[0], kind: words[2]}
	if len(words) == 4 {
		f.argument = words[3]
	}
	kind, ok := failureKinds[f.kind]
	if !ok {
		return fmt.Errorf("%q is no kind of failure", f.kind)
	}
	if f.of == "connect" && !kind.connection {
		return fmt.Errorf("a connection can't fail with %q", f.kind)
	}
	if kind.check != nil {
		if err := kind.check(f.argument); err != nil {
			return err
		}
	}
	if err := f.setRange(words[1]); err != nil {
		return err
	}
	l.rules = append(l.rules, f)
	return nil
}

func (f *failure) setRange(text string) (err error) {
	if text == "*" {
		f.first = 1
		return nil
	}
	first, last, isRange := strings.Cut(text, "-")
	if f.first, err = strconv.Atoi(first); err != nil {
		return err
	}
	if !isRange {
		f.last = f.first
	} else if last != "" {
		f.last, err = strconv.Atoi(last)
	}
	return err
}

// match counts a request that has these names, and returns what shall go wrong; nil:
// nothing.
func (l *failures) match(names []string) *failure {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	var found *failure
	for _, f := range l.rules {
		if !contains(names, f.of) {
			continue
		}
		f.seen++
		if found == nil && f.seen >= f.first && (f.last == 0 || f.seen <= f.last) {
			found = f
		}
	}
	return found
}

func (f *failure) before(s *server, q *request, w http.ResponseWriter) bool {
	before := failureKinds[f.kind].before
	return before != nil && before(f, s, q, w)
}

func (f *failure) after(s *server, q *request, w http.ResponseWriter, r *reply) {
	if after := failureKinds[f.kind].after; after != nil {
		after(f, s, q, w, r)
		return
	}
	s.send(q, w, r)
}

// number is the argument, or a default.
func (f *failure) number(otherwise int64) int64 {
	if n, err := strconv.ParseInt(f.argument, 10, 64); err == nil {
		return n
	}
	return otherwise
}

func checkOptionalNumber(text string) error {
	if text == "" {
		return nil
	}
	_, err := strconv.ParseInt(text, 10, 64)
	return err
}

func checkNeededNumber(text string) error {
	_, err := strconv.ParseInt(strings.SplitN(text, ":", 2)[0], 10, 64)
	return err
}

func checkDuration(text string) error {
	_, err := time.ParseDuration(text)
	return err
}

func checkOptionalDuration(text string) error {
	if text == "" {
		return nil
	}
	return checkDuration(text)
}

func checkFault(text string) error {
	_, err := newFault(strings.SplitN(text, ":", 2)[0])
	return err
}

// take takes the connection away from the HTTP server.
func take(w http.ResponseWriter) net.Conn {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return c
}

// cut closes a connection that was taken, in the middle of something: under TLS without
// the message that ends it.
func cut(c net.Conn) {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = t.NetConn()
	}
	c.Close()
}

// rawHeader is what the HTTP server would send for a reply.
func rawHeader(r *reply, length int64) string {
	var out strings.Builder
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\r\n", r.status, http.StatusText(r.status))
	_ = r.header.Write(&out)
	fmt.Fprintf(&out, "Content-Length: %d\r\n\r\n", length)
	return out.String()
}

// sendRaw sends a header with that length, and so many bytes of the body.
func sendRaw(c net.Conn, r *reply, length, count int64) {
	_, _ = io.WriteString(c, rawHeader(r, length))
	_, _ = io.CopyN(c, r.body, count)
}
