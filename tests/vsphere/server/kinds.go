// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	sim "github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

func init() {
	failureKinds = map[string]failureKind{
		"delay":          {before: failDelay, check: checkDuration},
		"silent":         {before: failSilent, connection: true},
		"drop":           {before: failDrop, connection: true},
		"drop-header":    {after: failDropHeader},
		"drop-body":      {after: failDropBody, check: checkOptionalNumber},
		"stall":          {after: failStall, check: checkOptionalNumber},
		"truncate":       {after: failTruncate, check: checkOptionalNumber},
		"length":         {after: failLength, check: checkNeededNumber},
		"status":         {before: failStatus, check: checkNeededNumber},
		"redirect":       {before: failRedirect, check: checkNeededNumber},
		"fault":          {before: failFault, check: checkFault},
		"expire":         {before: failExpire},
		"no-result":      {after: failNoResult},
		"other-result":   {after: failOtherResult},
		"nothing":        {after: failWith(func(string) string { return "" })},
		"not-xml":        {after: failWith(func(string) string { return "Service temporarily unhappy.\n" })},
		"bad-utf8":       {after: failBadUTF8},
		"entities":       {after: failWith(entityBomb)},
		"external":       {after: failWith(externalEntity)},
		"deep":           {after: failDeep, check: checkOptionalNumber},
		"many":           {after: failMany, check: checkOptionalNumber},
		"text":           {after: failText, check: checkOptionalNumber},
		"endless":        {after: failEndless, check: checkOptionalNumber},
		"huge":           {after: failHuge, check: checkOptionalNumber},
		"endless-header": {before: failEndlessHeader},
		"trickle":        {after: failTrickle, check: checkOptionalDuration},
		"range-shift":    {after: failRangeShift},
		"range-lie":      {after: failRangeLie},
		"range-short":    {after: failRangeShort},
		"no-range":       {before: failNoRange},
		"task-fault":     {before: failTaskFault, check: checkFault},
		"task-slow":      {after: failTaskSlow, check: checkDuration},
	}
}

func failDelay(f *failure, s *server, q *request, w http.ResponseWriter) bool {
	pause, _ := time.ParseDuration(f.argument)
	select {
	case <-time.After(pause):
	case <-q.http.Context().Done():
	}
	return false
}

func failSilent(f *failure, s *server, q *request, w http.ResponseWriter) bool {
	s.log.write(q, 0)
	go drain(take(w))
	return true
}

func failDrop(f *failure, s *server, q *request, w http.ResponseWriter) bool {
	s.log.write(q, 0)
	cut(take(w))
	return true
}

func failDropHeader(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	s.log.write(q, 0)
	c := take(w)
	header := rawHeader(r, r.length)
	_, _ = io.WriteString(c, header[:len(header)/2])
	cut(c)
}

func failDropBody(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	s.log.write(q, r.status)
	c := take(w)
	sendRaw(c, r, r.length, f.number(r.length/2))
	cut(c)
}

func failStall(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	s.log.write(q, r.status)
	c := take(w)
	sendRaw(c, r, r.length, f.number(r.length/2))
	drain(c)
}

func failTruncate(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	length := f.number(r.length / 2)
	r.body, r.length = io.LimitReader(r.body, length), length
	s.send(q, w, r)
}

func failLength(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	s.log.write(q, r.status)
	c := take(w)
	length := r.length + f.number(0)
	if length < 0 {
		length = 0
	}
	sendRaw(c, r, length, r.length)
	cut(c)
}

func failStatus(f *failure, s *server, q *request, w http.ResponseWriter) bool {
	status := int(f.number(500))
	s.send(q, w, statusReply(status, http.StatusText(status)))
	return true
}

func failRedirect(f *failure, s *server, q *request, w http.ResponseWriter) bool {
	code, to, given := strings.Cut(f.argument, ":")
	if !given {
		to = "http://" + s.host + q.http.RequestURI
	}
	status := 0
	fmt.Sscan(code, &status)
	r := statusReply(status, http.StatusText(status))
	r.header.Set("Location", to)
	s.send(q, w, r)
	return true
}

func failFault(f *failure, s *server, q *request, w http.ResponseWriter) bool {
	kind, text, _ := strings.Cut(f.argument, ":")
	fault, _ := newFault(kind)
	s.send(q, w, faultReply(text, fault))
	return true
}

func failExpire(f *failure, s *server, q *request, w http.ResponseWriter) bool {
	s.sessions.end(cookieOf(q.http))
	return false
}

func failNoResult(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	empty := fmt.Sprintf(`<%sResponse xmlns="urn:vim25"></%sResponse>`, q.method, q.method)
	s.send(q, w, xmlReply(200, envelope([]byte(empty))))
}

func failOtherResult(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	s.send(q, w, xmlReply(200, envelope(encode(&types.CurrentTimeResponse{Returnval: time.Now()}, "CurrentTimeResponse"))))
}

// failWith answers with a body that is made for a method.
func failWith(text func(method string) string) func(*failure, *server, *request, http.ResponseWriter, *reply) {
	return func(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
		r.status = 200
		s.send(q, w, r.withBody([]byte(text(q.method))))
	}
}

func entityBomb(method string) string {
	var out strings.Builder
	out.WriteString("<?xml version=\"1.0\"?>\n<!DOCTYPE bomb [\n<!ENTITY e0 \"lol\">\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&out, "<!ENTITY e%d \"%s\">\n", i, strings.Repeat(fmt.Sprintf("&e%d;", i-1), 10))
	}
	out.WriteString("]>\n")
	out.WriteString(strings.TrimPrefix(openAnswer(method), xmlDeclaration) + "&e9;" + closeAnswer(method))
	return out.String()
}

func externalEntity(method string) string {
	return "<?xml version=\"1.0\"?>\n<!DOCTYPE bomb [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>\n" +
		strings.TrimPrefix(openAnswer(method), xmlDeclaration) + "&e;" + closeAnswer(method)
}

const xmlDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

// openAnswer begins the answer to a method, up to a text in it.
func openAnswer(method string) string {
	return envelopeHead + fmt.Sprintf(`<%sResponse xmlns="urn:vim25"><returnval><name>`, method)
}

func closeAnswer(method string) string {
	return fmt.Sprintf("</name></returnval></%sResponse>", method) + envelopeTail
}

func failBadUTF8(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	data := r.bytes()
	if at := bytes.Index(data, []byte("</")); at > 0 {
		data = append(append(append([]byte(nil), data[:at]...), 0xc3, 0x28, 0xff), data[at:]...)
	}
	s.send(q, w, r.withBody(data))
}

// repeated is a body of the same piece again and again.
type repeated struct {
	piece []byte
	left  int64 // bytes
	at    int
}

func newRepeated(piece string, bytes int64) *repeated {
	for len(piece) < 4096 {
		piece += piece
	}
	return &repeated{piece: []byte(piece), left: bytes}
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n := copy(p, r.piece[r.at:])
	r.at = (r.at + n) % len(r.piece)
	r.left -= int64(n)
	return n, nil
}

// stream sends a body; length -1: without Content-Length.
func (s *server) stream(q *request, w http.ResponseWriter, r *reply, length int64, parts ...io.Reader) {
	r.status = 200
	r.header.Del("Content-Range")
	s.writeHeader(q, w, r, length)
	_, _ = io.Copy(w, io.MultiReader(parts...))
}

func failDeep(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	levels := f.number(1000000)
	s.stream(q, w, r, -1, strings.NewReader(openAnswer(q.method)),
		io.LimitReader(newRepeated("<a>", levels*3), levels*3),
		io.LimitReader(newRepeated("</a>", levels*4), levels*4),
		strings.NewReader(closeAnswer(q.method)))
}

const oneObject = `<objects><obj type="VirtualMachine">vm-1</obj><propSet><name>name</name>` +
	`<val xsi:type="xsd:string">a machine</val></propSet></objects>`

// failMany is for both ways to retrieve properties.
func failMany(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	object, open, closing := oneObject, "<returnval>", "</returnval>"
	if q.method == "RetrieveProperties" {
		object, open, closing = strings.ReplaceAll(oneObject, "objects>", "returnval>"), "", ""
	}
	count := f.number(10000000)
	s.stream(q, w, r, -1,
		strings.NewReader(envelopeHead+fmt.Sprintf(`<%sResponse xmlns="urn:vim25">`, q.method)+open),
		newRepeated(object, count*int64(len(object))),
		strings.NewReader(closing+fmt.Sprintf("</%sResponse>", q.method)+envelopeTail))
}

func failText(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	s.stream(q, w, r, -1, strings.NewReader(openAnswer(q.method)),
		newRepeated("a", f.number(1<<30)), strings.NewReader(closeAnswer(q.method)))
}

func failEndless(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	s.stream(q, w, r, -1, beginning(q), newRepeated("a", f.number(10<<30)))
}

func failHuge(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	length := f.number(10 << 30)
	s.stream(q, w, r, length, io.LimitReader(io.MultiReader(beginning(q), newRepeated("a", length)), length))
}

// beginning is what makes an answer look right at first.
func beginning(q *request) io.Reader {
	if q.method == "" {
		return strings.NewReader("")
	}
	return strings.NewReader(openAnswer(q.method))
}

func failEndlessHeader(f *failure, s *server, q *request, w http.ResponseWriter) bool {
	s.log.write(q, 0)
	c := take(w)
	_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
	_, _ = io.Copy(c, newRepeated("X-More: and more\r\n", 10<<30))
	cut(c)
	return true
}

func failTrickle(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	pause, err := time.ParseDuration(f.argument)
	if err != nil {
		pause = time.Second
	}
	r.status = 200
	r.header.Del("Content-Range")
	s.writeHeader(q, w, r, -1)
	body := io.MultiReader(beginning(q), newRepeated("a", 1<<62))
	one := make([]byte, 1)
	for q.http.Context().Err() == nil {
		if _, err := body.Read(one); err != nil {
			return
		}
		if _, err := w.Write(one); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		select {
		case <-time.After(pause):
		case <-q.http.Context().Done():
		}
	}
}

// shift moves a part of a file by one byte; ok: it can be moved.
func shift(r *reply) (first, last, size int64, ok bool) {
	if r.status != 206 {
		return 0, 0, 0, false
	}
	_, err := fmt.Sscanf(r.header.Get("Content-Range"), "bytes %d-%d/%d", &first, &last, &size)
	if section, is := r.body.(*io.SectionReader); is && err == nil && r.length > 1 {
		_, _ = section.Seek(1, io.SeekStart)
		return first, last, size, true
	}
	return 0, 0, 0, false
}

func failRangeShift(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	if first, last, size, ok := shift(r); ok {
		r.length--
		r.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first+1, last, size))
	}
	s.send(q, w, r)
}

func failRangeLie(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	if _, _, _, ok := shift(r); ok {
		r.body = io.MultiReader(r.body, strings.NewReader("?"))
	}
	s.send(q, w, r)
}

func failRangeShort(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	var first, last, size int64
	_, err := fmt.Sscanf(r.header.Get("Content-Range"), "bytes %d-%d/%d", &first, &last, &size)
	if r.status == 206 && err == nil && r.length > 1 {
		r.length /= 2
		r.body = io.LimitReader(r.body, r.length)
		r.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, first+r.length-1, size))
	}
	s.send(q, w, r)
}

func failNoRange(f *failure, s *server, q *request, w http.ResponseWriter) bool {
	q.http.Header.Del("Range")
	return false
}

// failTaskFault answers with a task that has failed.
func failTaskFault(f *failure, s *server, q *request, w http.ResponseWriter) bool {
	kind, text, _ := strings.Cut(f.argument, ":")
	c, err := parseCall(q.body)
	if err != nil {
		return false
	}
	fault, _ := newFault(kind)
	task := sim.CreateTask(c.this, strings.TrimSuffix(c.name, "_Task"), nil)
	s.tasks.change(task.Self, "info.error", types.LocalizedMethodFault{Fault: fault, LocalizedMessage: text})
	s.tasks.change(task.Self, "info.state", types.TaskInfoStateError)
	s.send(q, w, taskReply(c, task.Self))
	return true
}

// failTaskSlow hides that a task has ended already.
func failTaskSlow(f *failure, s *server, q *request, w http.ResponseWriter, r *reply) {
	pause, _ := time.ParseDuration(f.argument)
	data := r.bytes()
	task, ok := sim.Map.Get(taskOf(data)).(*sim.Task)
	if ok {
		state := task.Info.State
		s.tasks.change(task.Self, "info.state", types.TaskInfoStateRunning)
		go func() {
			time.Sleep(pause)
			s.tasks.change(task.Self, "info.state", state)
		}()
	}
	s.send(q, w, r.withBody(data))
}
