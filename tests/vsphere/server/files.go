// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	sim "github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
)

// folderOf returns where the files of a datastore really lie.
func folderOf(ds *sim.Datastore) string {
	return ds.Info.GetDatastoreInfo().Url
}

// splitDatastorePath cuts "[name] path".  A name may hold brackets: of the places where
// it may end it is the first that gives the name of a datastore.
func splitDatastorePath(text string) (name, file string, ok bool) {
	if !strings.HasPrefix(text, "[") {
		return "", "", false
	}
	for i := 2; i < len(text); i++ {
		if text[i] != ']' {
			continue
		}
		if !ok { // the first place, if none is right
			name, file, ok = text[1:i], strings.TrimLeft(text[i+1:], " "), true
		}
		for _, e := range sim.Map.All("Datastore") {
			if e.Entity().Name == text[1:i] {
				return text[1:i], strings.TrimLeft(text[i+1:], " "), true
			}
		}
	}
	return name, file, ok
}

// pathOf is the path of an entity from the root folder, which is not part of it.
func pathOf(e mo.Entity) string {
	name := ""
	for e.Entity().Parent != nil {
		name = path.Join(e.Entity().Name, name)
		e = sim.Map.Get(*e.Entity().Parent).(mo.Entity)
	}
	return name
}

// findDatastore finds one by its datacenter's path, "" for the only datacenter, and its
// name.
func findDatastore(datacenter, name string) *sim.Datastore {
	dcs := entitiesOf("Datacenter")
	for _, e := range dcs {
		dc := e.(*sim.Datacenter)
		if pathOf(dc) != strings.Trim(datacenter, "/") && (datacenter != "" || len(dcs) != 1) {
			continue
		}
		for _, ref := range dc.Datastore {
			if ds := sim.Map.Get(ref).(*sim.Datastore); ds.Name == name {
				return ds
			}
		}
	}
	return nil
}

// queryOf reads dcPath and dsName, decoded as often as the server does it.
func (s *server) queryOf(q *request) (datacenter, datastore string, err error) {
	values := map[string]string{}
	for _, part := range strings.Split(q.http.URL.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		for i := 0; i < s.options.decodings; i++ {
			if value, err = url.PathUnescape(value); err != nil {
				return "", "", err
			}
		}
		values[name] = value
	}
	return values["dcPath"], values["dsName"], nil
}

// allowed checks for a session, or name and password.
func (s *server) allowed(q *request) bool {
	user, password, ok := q.http.BasicAuth()
	return q.session || (ok && user == s.options.user && password == s.options.password)
}

// folder serves the files of datastores.
func (s *server) folder(q *request) *reply {
	if !s.allowed(q) {
		r := statusReply(401, "Unauthorized")
		r.header.Set("WWW-Authenticate", `Basic realm="VMware HTTP server"`)
		return r
	}
	datacenter, datastore, err := s.queryOf(q)
	if err != nil {
		return statusReply(400, "Bad Request")
	}
	ds := findDatastore(datacenter, datastore)
	name := strings.TrimPrefix(q.http.URL.Path, "/folder")
	if ds == nil || path.Clean(name+"/") != strings.TrimSuffix(name, "/") {
		return statusReply(404, "Not Found")
	}
	file := filepath.Join(folderOf(ds), name)
	switch q.http.Method {
	case http.MethodGet, http.MethodHead:
		return getFile(q, file)
	case http.MethodPut:
		return s.putFile(q, file)
	case http.MethodDelete:
		if os.Remove(file) != nil {
			return statusReply(404, "Not Found")
		}
		return newReply(204, "", nil)
	}
	return statusReply(405, "Method Not Allowed")
}

func getFile(q *request, name string) *reply {
	file, err := os.Open(name)
	if err != nil {
		return statusReply(404, "Not Found")
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		defer file.Close()
		return listing(file)
	}
	r := newReply(200, "application/octet-stream", nil)
	r.header.Set("Accept-Ranges", "bytes")
	r.header.Set("Last-Modified", info.ModTime().UTC().Format(http.TimeFormat))
	r.header.Set("ETag", etagOf(info))
	r.body, r.length, r.close = file, info.Size(), file.Close
	if wanted := q.http.Header.Get("Range"); wanted != "" && ifRange(q, r) {
		r.cut(file, wanted)
	}
	return r
}

// listing answers for a directory, with a page that is made for people.
func listing(directory *os.File) *reply {
	names, err := directory.Readdirnames(-1)
	if err != nil {
		return statusReply(404, "Not Found")
	}
	sort.Strings(names)
	var page strings.Builder
	page.WriteString("<!DOCTYPE html>\n<html><head><title>Index of a datastore</title></head><body><table>\n")
	for _, name := range names {
		fmt.Fprintf(&page, "<tr><td><a href=\"%s\">%s</a></td></tr>\n", url.PathEscape(name), html.EscapeString(name))
	}
	page.WriteString("</table></body></html>\n")
	return newReply(200, "text/html", []byte(page.String()))
}

func etagOf(info os.FileInfo) string {
	return fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size())
}

// ifRange says whether the file is still the one that a client has a part of.
func ifRange(q *request, r *reply) bool {
	condition := q.http.Header.Get("If-Range")
	return condition == "" || condition == r.header.Get("ETag") || condition == r.header.Get("Last-Modified")
}

// cut makes the reply one of a single range.
func (r *reply) cut(file *os.File, wanted string) {
	size := r.length
	first, last, ok := parseRange(wanted, size)
	if !ok {
		page := "<html><body>416 Range Not Satisfiable</body></html>\n"
		r.status, r.length, r.body = 416, int64(len(page)), strings.NewReader(page)
		r.header.Set("Content-Range", fmt.Sprintf("bytes */%d", size))
		return
	}
	r.status, r.length = 206, last-first+1
	r.body = io.NewSectionReader(file, first, r.length)
	r.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, size))
}

// parseRange reads "bytes=A-B", "bytes=A-" or "bytes=-LENGTH".
func parseRange(text string, size int64) (first, last int64, ok bool) {
	from, to, found := strings.Cut(strings.TrimPrefix(text, "bytes="), "-")
	if !found {
		return 0, 0, false
	}
	a, errA := strconv.ParseInt(from, 10, 64)
	b, errB := strconv.ParseInt(to, 10, 64)
	switch {
	case from == "" && errB == nil && b > 0:
		if b > size {
			b = size
		}
		a, b = size-b, size-1
	case errA != nil || (to != "" && errB != nil) || (to != "" && b < a):
		return 0, 0, false
	case to == "" || b >= size:
		b = size - 1
	}
	return a, b, a < size
}

// putFile writes a file as a whole: what breaks off leaves nothing behind.
func (s *server) putFile(q *request, name string) *reply {
	if why := s.unexpected(q); why != nil {
		return why
	}
	if q.http.ContentLength < 0 && s.options.strict {
		q.refuse("PUT without Content-Length")
		return statusReply(411, "Length Required")
	}
	if _, err := os.Stat(filepath.Dir(name)); err != nil {
		return statusReply(404, "Not Found")
	}
	status := 201
	if _, err := os.Stat(name); err == nil {
		status = 200
	}
	part := fmt.Sprintf("%s.part-%d", name, time.Now().UnixNano())
	if err := receiveFile(q, part); err != nil {
		os.Remove(part)
		return statusReply(500, "Internal Server Error")
	}
	if err := os.Rename(part, name); err != nil {
		os.Remove(part)
		return statusReply(500, "Internal Server Error")
	}
	return newReply(status, "", nil)
}

func receiveFile(q *request, name string) error {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, q.http.Body)
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}
