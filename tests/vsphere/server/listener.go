// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"context"
	"net"
	"sync/atomic"
)

// listener numbers the connections, and makes some of them fail.
type listener struct {
	net.Listener
	failures *failures
	count    int64
}

type numbered struct {
	net.Conn
	number int64
}

func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		n := &numbered{c, atomic.AddInt64(&l.count, 1)}
		f := l.failures.match([]string{"connect"})
		switch {
		case f == nil:
			return n, nil
		case f.kind == "silent":
			go drain(c)
		default:
			reset(c)
		}
	}
}

// drain keeps a connection open, and says nothing, until the client leaves.
func drain(c net.Conn) {
	buffer := make([]byte, 4096)
	for {
		if _, err := c.Read(buffer); err != nil {
			c.Close()
			return
		}
	}
}

// reset closes a connection so that the client gets an error, not an end.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	c.Close()
}

type connectionKey struct{}

func connectionNumber(ctx context.Context) int64 {
	number, _ := ctx.Value(connectionKey{}).(int64)
	return number
}

// withConnection is for http.Server.ConnContext.
func withConnection(ctx context.Context, c net.Conn) context.Context {
	if inner, ok := c.(interface{ NetConn() net.Conn }); ok { // TLS
		c = inner.NetConn()
	}
	if n, ok := c.(*numbered); ok {
		return context.WithValue(ctx, connectionKey{}, n.number)
	}
	return ctx
}
