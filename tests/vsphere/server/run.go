// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
)

// useFolder gives a command's server places for the log and the certificates.
func (s *server) useFolder(folder string) {
	if s.options.log == "" {
		s.options.log = filepath.Join(folder, "log")
	}
	if s.options.certificates == "" {
		s.options.certificates = folder
	}
}

// runCommand runs what follows --run, and returns its exit status.
func (s *server) runCommand(folder string, stopped <-chan os.Signal) (int, error) {
	own := filepath.Join(folder, "command")
	if err := os.Mkdir(own, 0700); err != nil {
		return 0, err
	}
	host, port, err := net.SplitHostPort(s.host)
	if err != nil {
		return 0, err
	}
	command := exec.Command(s.options.command[0], s.options.command[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.Env = append(os.Environ(),
		"VSPHERE_URL="+s.url(), "VSPHERE_SCHEME="+s.scheme, "VSPHERE_HOST="+host, "VSPHERE_PORT="+port,
		"VSPHERE_CA="+filepath.Join(s.options.certificates, "ca.pem"), "VSPHERE_LOG="+s.options.log,
		"VSPHERE_USER="+s.options.user, "VSPHERE_PASSWORD="+s.options.password, "VSPHERE_DIR="+own)
	if err := command.Start(); err != nil {
		return 0, err
	}
	go func() {
		if signal, ok := <-stopped; ok {
			_ = command.Process.Signal(signal)
		}
	}()
	err = command.Wait()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		return 0, err
	}
	if status := command.ProcessState.ExitCode(); status >= 0 {
		return status, nil
	}
	return 128, nil // a signal
}
