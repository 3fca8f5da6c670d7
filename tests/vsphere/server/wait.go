// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"bytes"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

// collectors number the versions of property collectors.  The simulator calls each one
// "-", and gives out a change only once: when the answer is lost, so is the change.  A
// real server answers again for a version that it has answered already.
type collectors struct {
	mutex sync.Mutex
	known map[string]*collector // by session and collector
}

type collector struct {
	mutex    sync.Mutex // held by a wait: the next one begins when it has ended
	version  int
	previous []byte // the answer that led to this version
}

// advance gives an answer the next version.
func (k *collector) advance(data []byte) []byte {
	k.version++
	next := fmt.Sprintf("<version>%d</version>", k.version)
	k.previous = bytes.Replace(data, []byte(ownVersion), []byte(next), 1)
	return k.previous
}

func newCollectors() *collectors { return &collectors{known: map[string]*collector{}} }

func (k *collectors) of(q *request, c *call) *collector {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	key := cookieOf(q.http) + " " + c.this.Value
	if k.known[key] == nil {
		k.known[key] = &collector{}
	}
	return k.known[key]
}

const ownVersion = "<version>-</version>"

// versionOf reads the version of a call of either method.
func versionOf(c *call) string {
	if n := c.tree.child("version"); n != nil {
		return n.text
	}
	return ""
}

// waitForUpdates is for both methods of that name.
func (s *server) waitForUpdates(q *request, c *call) *reply {
	k := s.collector.of(q, c)
	k.mutex.Lock()
	defer k.mutex.Unlock()
	switch versionOf(c) {
	case "":
		// nothing may change between the first look and the watch
		s.tasks.changes.Lock()
		defer s.tasks.changes.Unlock()
		return s.updates(q, c, k)
	case strconv.Itoa(k.version):
		return s.updates(q, c.withVersion("-"), k)
	case strconv.Itoa(k.version - 1):
		if k.previous != nil {
			return xmlReply(200, k.previous)
		}
	}
	return faultReply("A specified parameter was not correct: version", &types.InvalidCollectorVersion{})
}

// withVersion replaces the version in a call of either method.
func (c *call) withVersion(version string) *call {
	body, err := c.decode()
	if err != nil {
		return c // the simulator says so
	}
	switch b := body.(type) {
	case *types.WaitForUpdates:
		b.Version = version
	case *types.WaitForUpdatesEx:
		b.Version = version
	}
	return c.withParameters(body)
}

// updates has the simulator wait.  When the client goes away, the wait ends: else it
// would take the next change with it.
func (s *server) updates(q *request, c *call, k *collector) *reply {
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-q.http.Context().Done():
			s.cancelWait(q, c, done)
		case <-done:
		}
	}()
	r := s.simulate(q, c)
	close(done)
	<-watched
	data := r.bytes()
	if r.status == 200 && bytes.Contains(data, []byte(ownVersion)) {
		data = k.advance(data)
	}
	return r.withBody(data)
}

// cancelWait ends a wait.  The wait may not have begun, so once may not be enough.
func (s *server) cancelWait(q *request, c *call, done <-chan struct{}) {
	cancel := &call{name: "CancelWaitForUpdates", this: c.this}
	cancel.body = envelope(encode(&types.CancelWaitForUpdates{This: c.this}, cancel.name))
	for {
		s.forward(q, cancel)
		select {
		case <-done:
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// checkForUpdates is the wait that does not wait.
func (s *server) checkForUpdates(q *request, c *call) *reply {
	k := s.collector.of(q, c)
	k.mutex.Lock()
	defer k.mutex.Unlock()
	given := versionOf(c)
	if given != "" && given != strconv.Itoa(k.version) {
		return faultReply("A specified parameter was not correct: version", &types.InvalidCollectorVersion{})
	}
	if given != "" {
		given = "-"
	}
	none := int32(0)
	wait := &call{name: "WaitForUpdatesEx", this: c.this}
	wait.body = envelope(encode(&types.WaitForUpdatesEx{
		This: c.this, Version: given, Options: &types.WaitOptions{MaxWaitSeconds: &none},
	}, wait.name))
	if given == "" {
		s.tasks.changes.Lock()
		defer s.tasks.changes.Unlock()
	}
	r := s.updates(q, wait, k)
	return r.withBody(bytes.ReplaceAll(r.bytes(), []byte("WaitForUpdatesExResponse"), []byte("CheckForUpdatesResponse")))
}
