// SPDX-License-Identifier: LGPL-2.1-or-later

// vsphere-server is govmomi's simulator of ESX hosts and vCenters as a test server: it
// checks what clients send, asks questions, counts requests, and fails when told to.
package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
)

const (
	exitUsage  = 2
	exitSystem = 3
)

func main() {
	o, err := parseOptions(os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintf(os.Stderr, "vsphere-server: %v; --help lists the options\n", err)
		os.Exit(exitUsage)
	}
	debug.SetGCPercent(400) // memory is not scarce here, and a thousand machines are many objects
	status, err := serve(o)
	if err != nil {
		fmt.Fprintf(os.Stderr, "vsphere-server: %v\n", err)
		os.Exit(exitSystem)
	}
	os.Exit(status)
}

// serve runs the server until its time is over, and removes its temporary folder.
func serve(o *options) (status int, err error) {
	folder, err := os.MkdirTemp("", "vsphere-server-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	if !o.verbose {
		log.SetOutput(io.Discard)
	}
	s, l, err := start(o, folder)
	if err != nil {
		return 0, err
	}
	defer l.Close()
	if o.command != nil {
		return s.runCommand(folder, stopped)
	}
	fmt.Println(s.url())
	closed := make(chan bool)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(closed)
	}()
	select {
	case <-closed:
	case <-stopped:
	}
	return 0, nil
}

// start makes the server, and begins to listen.
func start(o *options, folder string) (*server, net.Listener, error) {
	temporary := filepath.Join(folder, "datastores")
	if err := os.Mkdir(temporary, 0700); err != nil {
		return nil, nil, err
	}
	restore := os.Getenv("TMPDIR")
	os.Setenv("TMPDIR", temporary) // where the simulator puts its datastores
	defer os.Setenv("TMPDIR", restore)
	s := &server{
		options: o, tasks: newTasks(), collector: newCollectors(), pages: newPages(), scheme: "https",
		sessions: &sessions{live: map[string]*session{}, idle: o.idle, limits: o.sessionRequests},
	}
	if o.command != nil {
		s.useFolder(folder)
	}
	if err := s.populate(); err != nil {
		return nil, nil, err
	}
	if err := s.preparePlans(); err != nil {
		return nil, nil, err
	}
	var err error
	if s.log, err = newRequestLog(o.log, o.user, o.password); err != nil {
		return nil, nil, err
	}
	l, err := s.open()
	return s, l, err
}

// open listens, with TLS or without, and serves from then on.
func (s *server) open() (net.Listener, error) {
	o := s.options
	inner, err := net.Listen("tcp", o.listen)
	if err != nil {
		return nil, err
	}
	s.host = inner.Addr().String()
	var l net.Listener = &listener{Listener: inner, failures: &o.failures}
	certificates, err := newCertificates(o.tls, o.listen)
	if err != nil {
		return nil, err
	}
	if o.certificates != "" {
		if err := certificates.write(o.certificates); err != nil {
			return nil, err
		}
	}
	if o.tls == "none" {
		s.scheme = "http"
	} else {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{certificates.server}})
	}
	service := &http.Server{
		Handler: s, ConnContext: withConnection, ErrorLog: log.Default(),
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){}, // no HTTP/2
	}
	go func() { _ = service.Serve(l) }()
	return l, nil
}

func (s *server) url() string { return s.scheme + "://" + s.host + "/sdk" }
