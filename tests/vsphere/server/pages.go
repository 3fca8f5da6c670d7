// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/vmware/govmomi/vim25/types"
)

// pages are the answers of RetrievePropertiesEx that have not been fetched yet.
type pages struct {
	mutex   sync.Mutex
	waiting map[string]*page
	tokens  int
}

// page is the rest of an answer.
type page struct {
	objects [][]byte // each an element
	size    int
}

func newPages() *pages { return &pages{waiting: map[string]*page{}} }

// objectsOf cuts an answer into its objects.
func objectsOf(data []byte) [][]byte {
	const open, closing = "<objects", "</objects>"
	var objects [][]byte
	depth, start := 0, 0
	for at := 0; ; {
		begin, end := nextTag(data, at)
		if begin < 0 {
			return objects
		}
		at = end + 1
		switch tag := string(data[begin : end+1]); {
		case tag == closing:
			if depth--; depth == 0 {
				objects = append(objects, data[start:end+1])
			}
		case strings.HasPrefix(tag, open) && strings.ContainsRune(" >", rune(tag[len(open)])):
			if depth == 0 {
				start = begin
			}
			depth++
		}
	}
}

// retrieve is the method without pages.
func (s *server) retrieve(q *request, c *call) *reply {
	return s.checkProperties(s.simulate(q, c))
}

// checkProperties turns a property that does not exist into the fault that real
// servers answer with.
func (s *server) checkProperties(r *reply) *reply {
	if !s.options.strict {
		return r
	}
	data := r.bytes()
	at := bytes.Index(data, []byte(`type="InvalidProperty"`))
	if r.status == 200 && at >= 0 {
		_, rest, _ := strings.Cut(string(data[at:]), "<name>")
		name, _, _ := strings.Cut(rest, "</name>")
		return faultReply("", &types.InvalidProperty{Name: name})
	}
	return r.withBody(data)
}

func (s *server) retrievePages(q *request, c *call) *reply {
	body, err := c.decode()
	if err != nil {
		return invalidRequest(err.Error())
	}
	size := int(body.(*types.RetrievePropertiesEx).Options.MaxObjects)
	if own := s.options.pageSize; own > 0 && (size <= 0 || size > own) {
		size = own
	}
	r := s.checkProperties(s.simulate(q, c))
	if r.status != 200 || (size <= 0 && s.options.paging == "honest") {
		return r
	}
	data := r.bytes()
	objects := objectsOf(data)
	if size <= 0 {
		size = len(objects)
	}
	if len(objects) <= size && s.options.paging == "honest" {
		return r.withBody(data)
	}
	return s.nextPage(c, &page{objects, size})
}

// nextPage answers with as many objects as a page has, and keeps the rest.
func (s *server) nextPage(c *call, p *page) *reply {
	now, rest := p.objects, p.objects
	if s.options.paging == "empty" {
		now = nil
	}
	if len(now) > p.size {
		now, rest = now[:p.size], rest[p.size:]
	} else if s.options.paging == "honest" {
		rest = nil
	}
	token := ""
	if len(rest) > 0 || s.options.paging != "honest" {
		token = s.pages.keep(&page{rest, p.size}, s.options.paging == "same-token")
	}
	out := fmt.Sprintf(`<%sResponse xmlns="urn:vim25"><returnval>`, c.name)
	if token != "" {
		out += "<token>" + token + "</token>"
	}
	out += string(bytes.Join(now, nil)) + fmt.Sprintf("</returnval></%sResponse>", c.name)
	return xmlReply(200, envelope([]byte(out)))
}

// keep returns the token for a page.
func (p *pages) keep(rest *page, same bool) string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !same {
		p.tokens++
	}
	token := fmt.Sprintf("token-%d", p.tokens)
	p.waiting[token] = rest
	return token
}

// take returns what a token stands for; nil: nothing.
func (p *pages) take(token string) *page {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	found := p.waiting[token]
	delete(p.waiting, token)
	return found
}

func (s *server) continuePages(q *request, c *call) *reply {
	body, err := c.decode()
	if err != nil {
		return invalidRequest(err.Error())
	}
	rest := s.pages.take(body.(*types.ContinueRetrievePropertiesEx).Token)
	if rest == nil {
		return faultReply("A specified parameter was not correct: token", &types.InvalidArgument{InvalidProperty: "token"})
	}
	return s.nextPage(c, rest)
}

func (s *server) cancelPages(q *request, c *call) *reply {
	body, err := c.decode()
	if err != nil {
		return invalidRequest(err.Error())
	}
	if s.pages.take(body.(*types.CancelRetrievePropertiesEx).Token) == nil {
		return faultReply("A specified parameter was not correct: token", &types.InvalidArgument{InvalidProperty: "token"})
	}
	return answer(c, &types.CancelRetrievePropertiesExResponse{})
}
