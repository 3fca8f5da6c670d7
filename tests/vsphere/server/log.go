// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
)

// requestLog has one line per request, written before the first byte of the answer
// leaves, so that whoever has read the answer finds the line.  Columns, separated by
// tabs: number, connection, HTTP method, raw URI, SOAP method or '-', status (0: none
// was sent), flags or '-', remark or '-'.
type requestLog struct {
	mutex   sync.Mutex
	file    *os.File // nil: no log
	secrets []string
}

// newRequestLog knows the password in each form that a client may write it in.
func newRequestLog(path, user, password string) (*requestLog, error) {
	var escaped strings.Builder
	if err := xml.EscapeText(&escaped, []byte(password)); err != nil {
		return nil, err
	}
	l := &requestLog{secrets: []string{
		password, escaped.String(),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(password),
		strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(password),
		url.QueryEscape(password), url.PathEscape(password),
		base64.StdEncoding.EncodeToString([]byte(password)),
		base64.StdEncoding.EncodeToString([]byte(user + ":" + password)),
	}}
	if path == "" {
		return l, nil
	}
	var err error
	l.file, err = os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_APPEND|os.O_WRONLY, 0600)
	return l, err
}

// hasPassword looks for the password in all that a client has sent.
func (l *requestLog) hasPassword(r *http.Request, body []byte) bool {
	sent := []string{r.RequestURI, string(body)}
	for _, values := range r.Header {
		sent = append(sent, values...)
	}
	for _, text := range sent {
		for _, secret := range l.secrets {
			if secret != "" && strings.Contains(text, secret) {
				return true
			}
		}
	}
	return false
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return strings.NewReplacer("\t", " ", "\n", " ", "\r", " ").Replace(text)
}

func (l *requestLog) write(q *request, status int) {
	if l.file == nil {
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	fmt.Fprintf(l.file, "%d\t%d\t%s\t%s\t%s\t%d\t%s\t%s\n", q.number, q.connection,
		q.http.Method, orDash(q.http.RequestURI), orDash(q.method), status,
		orDash(strings.Join(q.flags, ",")), orDash(q.remark))
}
