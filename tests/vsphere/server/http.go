// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	sim "github.com/vmware/govmomi/simulator"
)

const bodyMax = 64 << 20 // of a SOAP request

// request is one HTTP request on its way through the server.
type request struct {
	number     int64
	connection int64
	http       *http.Request
	method     string // SOAP method; "" for files
	body       []byte // of a SOAP request
	session    bool   // it has one
	flags      []string
	remark     string
}

// reply is what will be answered, unless a failure is wanted.
type reply struct {
	status int
	header http.Header
	body   io.Reader
	length int64
	close  func() error // of body, or nil
}

func newReply(status int, contentType string, body []byte) *reply {
	r := &reply{status: status, header: http.Header{}, body: bytes.NewReader(body), length: int64(len(body))}
	if contentType != "" {
		r.header.Set("Content-Type", contentType)
	}
	return r
}

func xmlReply(status int, body []byte) *reply {
	return newReply(status, "text/xml; charset=utf-8", body)
}

func statusReply(status int, text string) *reply {
	return newReply(status, "text/html", []byte("<html><body>"+strconv.Itoa(status)+" "+text+"</body></html>\n"))
}

// bytes reads the body as a whole.
func (r *reply) bytes() []byte {
	data, err := io.ReadAll(r.body)
	if err != nil {
		data = nil
	}
	return data
}

// withBody replaces the body.
func (r *reply) withBody(body []byte) *reply {
	r.body, r.length = bytes.NewReader(body), int64(len(body))
	return r
}

// recorder keeps what the simulator answers.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

// server is everything that the handlers share.
type server struct {
	options   *options
	service   *sim.Service
	log       *requestLog
	sessions  *sessions
	tasks     *tasks
	collector *collectors
	pages     *pages
	numbers   int64
	host      string // host and port
	scheme    string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := &request{
		number: atomic.AddInt64(&s.numbers, 1), connection: connectionNumber(r.Context()), http: r,
	}
	kinds, call, refused := s.classify(q)
	f := s.options.failures.match(kinds)
	if f != nil {
		q.flags = append(q.flags, "fail="+f.kind)
		if f.before(s, q, w) {
			return
		}
	}
	q.session = s.sessions.use(cookieOf(r))
	if q.session {
		q.flags = append(q.flags, "session")
	}
	answer := refused
	if answer == nil {
		answer = s.route(q, call)
	}
	if answer.close != nil {
		defer answer.close()
	}
	if f != nil {
		f.after(s, q, w, answer)
		return
	}
	s.send(q, w, answer)
}

// classify reads a SOAP request, and returns the names that failures may have for it;
// for one that can't be read, its answer as well.
func (s *server) classify(q *request) ([]string, *call, *reply) {
	r := q.http
	path := r.URL.Path
	if r.Method != http.MethodPost || (path != "/sdk" && !strings.HasPrefix(path, "/sdk/")) {
		if s.log.hasPassword(r, nil) {
			q.flags = append(q.flags, "password")
		}
		if strings.HasPrefix(path, "/folder") {
			return []string{r.Method, "folder", "*"}, nil, nil
		}
		return []string{"*"}, nil, nil
	}
	if why := s.unexpected(q); why != nil {
		return []string{"*"}, nil, why
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, bodyMax))
	if err != nil {
		return []string{"*"}, nil, statusReply(400, "body can't be read")
	}
	q.body = body
	if s.log.hasPassword(r, body) {
		q.flags = append(q.flags, "password")
	}
	c, err := parseCall(body)
	if err != nil {
		q.refuse(err.Error())
		return []string{"*"}, nil, invalidRequest(err.Error())
	}
	q.method = c.name
	return []string{c.name, "*"}, c, nil
}

// unexpected refuses to be waited for: real servers never send "100 Continue".
func (s *server) unexpected(q *request) *reply {
	if !s.options.strict || q.http.Header.Get("Expect") == "" {
		return nil
	}
	q.refuse("Expect: " + q.http.Header.Get("Expect"))
	return statusReply(417, "Expectation Failed")
}

// refuse notes why a request is not what a real server would take.
func (q *request) refuse(why string) {
	q.flags = append(q.flags, "refused")
	q.remark = why
}

func (s *server) route(q *request, c *call) *reply {
	path := q.http.URL.Path
	switch {
	case c != nil:
		return s.soap(q, c)
	case path == "/sdk/vimServiceVersions.xml":
		return s.versions()
	case strings.HasPrefix(path, "/folder"):
		return s.folder(q)
	case strings.HasPrefix(path, "/sdk"):
		return statusReply(405, "Method Not Allowed")
	}
	return statusReply(404, "Not Found")
}

// send answers as asked, without failure.
func (s *server) send(q *request, w http.ResponseWriter, r *reply) {
	s.writeHeader(q, w, r, r.length)
	if q.http.Method != http.MethodHead {
		_, _ = io.Copy(w, r.body)
	}
}

// writeHeader logs, and sends the header with a length; -1: none, the body is chunked.
func (s *server) writeHeader(q *request, w http.ResponseWriter, r *reply, length int64) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	if length >= 0 {
		w.Header().Set("Content-Length", fmt.Sprint(length))
	}
	s.log.write(q, r.status)
	w.WriteHeader(r.status)
}
