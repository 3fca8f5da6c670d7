// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"fmt"
	"net/http"
	"strings"

	sim "github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// handler answers a method that the simulator does not have, or has otherwise than
// real servers; nil: the simulator shall answer.
type handler func(*server, *request, *call) *reply

var handlers map[string]handler

func init() {
	handlers = map[string]handler{
		"AnswerVM":                       (*server).answerVM,
		"CancelTask":                     (*server).cancelTask,
		"CancelRetrievePropertiesEx":     (*server).cancelPages,
		"CheckForUpdates":                (*server).checkForUpdates,
		"ContinueRetrievePropertiesEx":   (*server).continuePages,
		"DeleteDatastoreFile_Task":       (*server).deleteFile,
		"FindByDatastorePath":            (*server).findByPath,
		"FindByUuid":                     (*server).findByUUID,
		"Login":                          (*server).login,
		"Logout":                         (*server).logout,
		"MakeDirectory":                  (*server).makeDirectory,
		"MoveDatastoreFile_Task":         (*server).moveFile,
		"RebootGuest":                    (*server).rebootGuest,
		"RefreshDatastore":               (*server).refreshDatastore,
		"RegisterVM_Task":                (*server).register,
		"RetrieveProperties":             (*server).retrieve,
		"RetrievePropertiesEx":           (*server).retrievePages,
		"SearchDatastoreSubFolders_Task": (*server).searchBelow,
		"SearchDatastore_Task":           (*server).search,
		"WaitForUpdates":                 (*server).waitForUpdates,
		"WaitForUpdatesEx":               (*server).waitForUpdates,
	}
}

// withoutSession are the methods that need none.  RetrieveProperties answers with
// missing properties.
var withoutSession = map[string]bool{
	"RetrieveServiceContent": true, "Login": true,
	"RetrieveProperties": true, "RetrievePropertiesEx": true,
}

// soap answers a call as a real server does.
func (s *server) soap(q *request, c *call) *reply {
	r := s.method(q, c)
	return r.withBody(s.mend(r.bytes()))
}

// method answers a call, in the way the simulator writes.
func (s *server) method(q *request, c *call) *reply {
	if s.options.strict {
		if why := s.check(q, c); why != "" {
			q.refuse(why)
			return invalidRequest(why)
		}
	}
	if s.options.without[c.name] {
		return faultReply("", &types.MethodNotFound{Receiver: c.this, Method: c.name})
	}
	if !q.session && !withoutSession[c.name] {
		return faultReply("", &types.NotAuthenticated{
			NoPermission: types.NoPermission{Object: c.this, PrivilegeId: "System.View"},
		})
	}
	if own := s.planned(c); own != nil {
		return own
	}
	if own := handlers[c.name]; own != nil {
		if r := own(s, q, c); r != nil {
			return r
		}
	}
	return s.simulate(q, c)
}

// simulate has the simulator answer.
func (s *server) simulate(q *request, c *call) (result *reply) {
	defer func() {
		if cause := recover(); cause != nil { // a method that the simulator has not finished
			result = faultReply(fmt.Sprint(cause), &types.NotImplemented{})
		}
	}()
	w := s.forward(q, c)
	if w.body.Len() == 0 && w.status == http.StatusOK {
		return faultReply("the simulator has no answer", &types.NotImplemented{})
	}
	r := &reply{status: w.status, header: w.header}
	r.header.Set("Content-Type", "text/xml; charset=utf-8")
	s.noteTask(c, w)
	return r.withBody(w.body.Bytes())
}

// forward calls the simulator.
func (s *server) forward(q *request, c *call) *recorder {
	inner := q.http.Clone(q.http.Context())
	inner.URL.Path = sim.Map.Path
	inner.Body = body(c.body)
	inner.Header.Del("Cookie")
	if q.session {
		inner.AddCookie(&http.Cookie{Name: cookieName, Value: cookieOf(q.http)})
	}
	w := &recorder{header: http.Header{}}
	s.service.ServeSDK(w, inner)
	return w
}

func (s *server) login(q *request, c *call) *reply {
	w := s.forward(q, c)
	if cookie := strings.TrimPrefix(w.header.Get("Set-Cookie"), cookieName+"="); cookie != "" {
		key, rest, _ := strings.Cut(cookie, ";")
		s.sessions.begin(key)
		if s.options.quotedCookie {
			w.header.Set("Set-Cookie", cookieName+`="`+key+`";`+rest)
		}
	}
	r := &reply{status: w.status, header: w.header}
	r.header.Set("Content-Type", "text/xml; charset=utf-8")
	return r.withBody(w.body.Bytes())
}

func (s *server) logout(q *request, c *call) *reply {
	s.sessions.end(cookieOf(q.http))
	return nil
}

// versions is what servers say without a session about the versions of their API.
func (s *server) versions() *reply {
	about := sim.Map.Get(serviceInstance).(*sim.ServiceInstance).Content.About
	var prior strings.Builder
	for _, version := range apiVersions {
		if versionNumber(version) < versionNumber(about.ApiVersion) {
			fmt.Fprintf(&prior, "   <version>%s</version>\n", version)
		}
	}
	return xmlReply(200, []byte(fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<namespaces version="1.0">
 <namespace>
  <name>urn:vim25</name>
  <version>%s</version>
  <priorVersions>
%s  </priorVersions>
 </namespace>
</namespaces>
`, about.ApiVersion, prior.String())))
}
