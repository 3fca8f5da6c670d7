// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// connect is what a client that trusts one of the files says to the server.
func connect(t *testing.T, c *certificates, folder, trusted, host string) error {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, trusted))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		t.Fatalf("%s holds no certificate", trusted)
	}
	// not net.Pipe(): it has no room, and who refuses writes while the other side still does
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		far, err := listener.Accept()
		if err != nil {
			return
		}
		_ = tls.Server(far, &tls.Config{Certificates: []tls.Certificate{c.server}}).Handshake()
		far.Close()
	}()
	near, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	return tls.Client(near, &tls.Config{RootCAs: pool, ServerName: host}).Handshake()
}

func TestCertificates(t *testing.T) {
	for _, row := range []struct{ kind, trusted, host, says string }{
		{"good", "ca.pem", "localhost", ""},
		{"good", "ca.pem", "127.0.0.1", ""},
		{"good", "ca.pem", "::1", ""},
		{"good", "ca.pem", "127.1.2.3", ""},
		{"good", "other-ca.pem", "localhost", "unknown authority"},
		{"good", "ca.pem", "example.com", "not example.com"},
		{"wrong-name", "ca.pem", "localhost", "not localhost"},
		{"wrong-name", "ca.pem", "127.0.0.1", "IP SANs"},
		{"wrong-name", "ca.pem", "esx.example.com", ""},
		{"self-signed", "ca.pem", "localhost", "unknown authority"},
		{"self-signed", "server.pem", "localhost", ""},
		{"expired", "ca.pem", "localhost", "expired"},
	} {
		c, err := newCertificates(row.kind, "127.1.2.3:0")
		if err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		if err := c.write(folder); err != nil {
			t.Fatal(err)
		}
		err = connect(t, c, folder, row.trusted, row.host)
		if (err == nil) != (row.says == "") || (err != nil && !strings.Contains(err.Error(), row.says)) {
			t.Errorf("%s, %s, %s: %v", row.kind, row.trusted, row.host, err)
		}
		printed, err := os.ReadFile(filepath.Join(folder, "fingerprint"))
		if err != nil || string(printed) != fmt.Sprintf("%x\n", sha256.Sum256(c.server.Certificate[0])) {
			t.Errorf("fingerprint: %s, %v", printed, err)
		}
	}
}
