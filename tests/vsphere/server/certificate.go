// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// signer is a certificate that can sign others, or itself.
type signer struct {
	certificate *x509.Certificate
	der         []byte
	key         *ecdsa.PrivateKey
}

func newSigner(template *x509.Certificate, by *signer) (*signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		return nil, err
	}
	if by == nil {
		by = &signer{template, nil, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.certificate, &key.PublicKey, by.key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return &signer{certificate, der, key}, err
}

func newAuthority(name string) (*signer, error) {
	now := time.Now()
	return newSigner(&x509.Certificate{
		Subject:   pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}, nil)
}

// serverTemplate is for the names of the loopback interface, or for another host.
func serverTemplate(kind, listen string) *x509.Certificate {
	now := time.Now()
	t := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "localhost"},
		NotBefore: now.Add(-2 * time.Hour), NotAfter: now.Add(24 * time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if host, _, err := net.SplitHostPort(listen); err == nil {
		if ip := net.ParseIP(host); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else if host != "" {
			t.DNSNames = append(t.DNSNames, host)
		}
	}
	switch kind {
	case "wrong-name":
		t.Subject.CommonName = "esx.example.com"
		t.DNSNames, t.IPAddresses = []string{"esx.example.com"}, nil
	case "expired":
		t.NotAfter = now.Add(-time.Hour)
	}
	return t
}

// certificates are the server's own, and what a client may be told to trust.
type certificates struct {
	server           tls.Certificate
	authority, other *signer // other has signed nothing
}

func newCertificates(kind, listen string) (*certificates, error) {
	authority, err := newAuthority("vmxkit test authority")
	if err != nil {
		return nil, err
	}
	other, err := newAuthority("another test authority")
	if err != nil {
		return nil, err
	}
	by := authority
	if kind == "self-signed" {
		by = nil
	}
	server, err := newSigner(serverTemplate(kind, listen), by)
	if err != nil {
		return nil, err
	}
	return &certificates{
		tls.Certificate{Certificate: [][]byte{server.der}, PrivateKey: server.key},
		authority, other,
	}, nil
}

func writeCertificate(path string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0644)
}

// write puts the files into a folder: two authorities, the server's own certificate,
// and its fingerprint in lower-case hexadecimal digits.
func (c *certificates) write(folder string) error {
	for name, der := range map[string][]byte{
		"ca.pem": c.authority.der, "other-ca.pem": c.other.der, "server.pem": c.server.Certificate[0],
	} {
		if err := writeCertificate(filepath.Join(folder, name), der); err != nil {
			return err
		}
	}
	fingerprint := fmt.Sprintf("%x\n", sha256.Sum256(c.server.Certificate[0]))
	return os.WriteFile(filepath.Join(folder, "fingerprint"), []byte(fingerprint), 0644)
}
