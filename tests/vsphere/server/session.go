// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const cookieName = "vmware_soap_session"

// sessionLimits says after how many requests the first, second, ... session ends.
type sessionLimits struct {
	counts []int
	rest   bool // the last one is for all that follow
}

func (l *sessionLimits) String() string { return "" }

func (l *sessionLimits) Set(value string) error {
	l.rest = strings.HasSuffix(value, "+")
	for _, word := range strings.Split(strings.TrimSuffix(value, "+"), ",") {
		count, err := strconv.Atoi(word)
		if err != nil || count < 1 {
			return fmt.Errorf("%q is no number of requests", word)
		}
		l.counts = append(l.counts, count)
	}
	return nil
}

// of returns the limit of a session, counted from 0; 0: none.
func (l *sessionLimits) of(number int) int {
	if number < len(l.counts) {
		return l.counts[number]
	}
	if l.rest {
		return l.counts[len(l.counts)-1]
	}
	return 0
}

type session struct {
	last time.Time // of the last request
	left int       // requests; -1: any number
}

// sessions decides which sessions live.  The simulator has its own, which last: it is
// not shown the cookie of one that has ended here.
type sessions struct {
	mutex   sync.Mutex
	live    map[string]*session
	started int
	idle    time.Duration
	limits  sessionLimits
}

// cookieOf returns the session's key, without the quotes that it may have.
func cookieOf(r *http.Request) string {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	return strings.Trim(cookie.Value, `"`)
}

// use counts a request, and says whether it has a session.
func (s *sessions) use(key string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, ok := s.live[key]
	if !ok {
		return false
	}
	now := time.Now()
	if found.left == 0 || (s.idle > 0 && now.Sub(found.last) > s.idle) {
		delete(s.live, key)
		return false
	}
	found.last = now
	if found.left > 0 {
		found.left--
	}
	return true
}

// begin takes over the session that the simulator has begun.
func (s *sessions) begin(key string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	left := s.limits.of(s.started)
	if left == 0 {
		left = -1
	}
	s.started++
	s.live[key] = &session{time.Now(), left}
}

func (s *sessions) end(key string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.live, key)
}
