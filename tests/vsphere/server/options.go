// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// machineOption is a virtual machine that is wanted beside those of the model.
type machineOption struct {
	name      string
	folder    string // below the folder of machines, parts separated by '/', each percent-encoded
	datastore string // "": the first
	vmx       string // the file whose bytes become its VMX; "": one that is written for it
}

type options struct {
	// what there is
	model                         string
	machines, hosts, clusters     int
	clusterHosts, folders, stores int
	datacenters                   int
	extraMachines                 []machineOption
	datastores                    []string
	off, inaccessible             []string
	without                       map[string]bool
	about                         map[string]string
	managedBy                     string
	maintenance                   bool

	// how it answers
	listen, tls, certificates string
	user, password            string
	raw, strict               bool
	noise                     bool
	decodings                 int
	quotedCookie              bool
	idle                      time.Duration
	sessionRequests           sessionLimits
	pageSize                  int
	paging                    string
	plans                     []*plan
	failures                  failures

	log     string
	verbose bool
	command []string // --run: what follows it
}

// list makes a flag that may be given several times, and says so.
func list(flags *flag.FlagSet, name, usage string, add func(string) error) {
	flags.Func(name, strings.Replace(usage, "`: ", " ...`: ", 1), add)
}

func appender(to *[]string) func(string) error {
	return func(value string) error {
		*to = append(*to, value)
		return nil
	}
}

// defineInventory has the flags that say what the server holds.
func (o *options) defineInventory(flags *flag.FlagSet) {
	flags.StringVar(&o.model, "model", "esx", "`MODEL`: esx is one host, vpx a vCenter")
	flags.IntVar(&o.machines, "machines", 2, "`N`: machines per stand-alone host and cluster")
	flags.IntVar(&o.hosts, "hosts", 1, "`N`: stand-alone hosts in each datacenter of a vCenter")
	flags.IntVar(&o.clusters, "clusters", 1, "`N`: clusters in each datacenter of a vCenter")
	flags.IntVar(&o.clusterHosts, "cluster-hosts", 3, "`N`: hosts in each cluster")
	flags.IntVar(&o.datacenters, "datacenters", 1, "`N`: datacenters of a vCenter")
	flags.IntVar(&o.folders, "folders", 0, "`N`: datacenters that lie in a folder, with folders for what they hold")
	flags.IntVar(&o.stores, "datastores", 1, "`N`: datastores LocalDS_0, LocalDS_1, ...")
	list(flags, "datastore", "`NAME`: one more datastore; brackets are allowed", appender(&o.datastores))
	list(flags, "machine", "`NAME`: one more machine; '/', '\\' and '%' are escaped as servers do", o.addMachine)
	list(flags, "machine-in", "`FOLDER=NAME`: one in a folder of machines, which is made: parts and '/', each part percent-encoded", o.addMachineIn)
	list(flags, "machine-on", "`DATASTORE=NAME`: one with its files on this datastore", o.addMachineOn)
	list(flags, "vmx", "`FILE`: one whose VMX has the bytes of this file, named after it", o.addVMX)
	list(flags, "vmx-dir", "`FOLDER`: one for each VMX file below, named after its path there, with '_' for '/'", o.addVMXFolder)
	list(flags, "off", "`NAME`: this machine starts powered off", appender(&o.off))
	list(flags, "inaccessible", "`NAME`: this machine is inaccessible, and has no config", appender(&o.inaccessible))
	flags.Func("without", "`LIST`: what the server lacks, separated by commas: mount-path, disk-size, cpu-feature, and names of SOAP methods", func(value string) error {
		for _, word := range strings.Split(value, ",") {
			o.without[word] = true
		}
		return nil
	})
	list(flags, "about", "`FIELD=VALUE`: a member of the server's description, as apiVersion=4.0", o.addAbout)
	flags.StringVar(&o.managedBy, "managed-by", "", "`ADDRESS`: of the vCenter that manages the hosts")
	flags.BoolVar(&o.maintenance, "maintenance", false, "the hosts are in maintenance mode")
}

// defineService has the flags that say how the server behaves.
func (o *options) defineService(flags *flag.FlagSet) {
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "`ADDRESS:PORT`: port 0 is a free one")
	flags.StringVar(&o.tls, "tls", "good", "`KIND`: of the certificate: good, wrong-name, self-signed, expired; or none for http")
	flags.StringVar(&o.certificates, "certificates", "", "`FOLDER`: where to write ca.pem, other-ca.pem, server.pem and fingerprint")
	flags.StringVar(&o.user, "user", "user", "`NAME`: who may log in")
	flags.StringVar(&o.password, "password", "se&cret<7>", "`TEXT`: and with what")
	flags.BoolVar(&o.raw, "raw", false, "array items without xsi:type, and prefixes as the simulator has them")
	flags.BoolVar(&o.noise, "noise", false, "white space, comments, and members of newer servers in the answers")
	flags.BoolVar(&o.strict, "strict", true, "check requests as real servers do; --strict=false lets everything pass")
	flags.IntVar(&o.decodings, "decodings", 2, "`N`: how often dcPath and dsName are percent-decoded")
	flags.BoolVar(&o.quotedCookie, "quoted-cookie", false, "the session's cookie has quotes, as vCenter's")
	flags.DurationVar(&o.idle, "idle", 0, "`TIME`: sessions end when they have been idle for so long")
	flags.Var(&o.sessionRequests, "session-requests", "`N[,N...][+]`: the first session ends after so many requests, the second ...; with + the last number is for all that follow")
	flags.IntVar(&o.pageSize, "page-size", 0, "`N`: most objects in one answer of RetrievePropertiesEx, whatever is asked for")
	flags.StringVar(&o.paging, "paging", "honest", "`KIND`: of tokens: honest, same-token (for ever), endless (new ones for ever), empty (new ones for ever, without objects)")
	list(flags, "task", taskUsage, o.addPlan)
	list(flags, "fail", failureUsage, o.failures.add)
	flags.StringVar(&o.log, "log", "", "`FILE`: for the request log")
	flags.BoolVar(&o.verbose, "verbose", false, "what the simulator reports, on standard error")
}

const usageHead = `Usage: vsphere-server [OPTION]...
       vsphere-server [OPTION]... --run COMMAND [ARGUMENT]...

A simulated ESX host or vCenter for tests. Prints its URL on the first line of standard
output, and serves until standard input is closed. With --run, which has to be the last
option, it runs a command instead, with VSPHERE_URL, VSPHERE_SCHEME, VSPHERE_HOST,
VSPHERE_PORT, VSPHERE_CA, VSPHERE_LOG, VSPHERE_USER, VSPHERE_PASSWORD and VSPHERE_DIR
(a folder for it) set, and exits with its status. Options with ... may be repeated.

`

func printUsage(flags *flag.FlagSet, to io.Writer) {
	fmt.Fprint(to, usageHead)
	flags.VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		text = strings.TrimPrefix(text, value+": ")
		if value != "" {
			value = " " + value
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "0s" {
			text += " [" + f.DefValue + "]"
		}
		fmt.Fprintf(to, "  --%s%s\n        %s\n", f.Name, value, strings.ReplaceAll(text, "\n", "\n        "))
	})
}

// splitRun cuts the arguments at --run.
func splitRun(arguments []string) (own, command []string) {
	for i, argument := range arguments {
		if argument == "--run" {
			return arguments[:i], arguments[i+1:]
		}
	}
	return arguments, nil
}

func parseOptions(arguments []string) (*options, error) {
	o := &options{without: map[string]bool{}, about: map[string]string{}}
	flags := flag.NewFlagSet("vsphere-server", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	o.defineInventory(flags)
	o.defineService(flags)
	own, command := splitRun(arguments)
	if err := flags.Parse(own); err != nil {
		if err == flag.ErrHelp {
			printUsage(flags, os.Stdout)
		}
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("%q is no option", flags.Arg(0))
	}
	o.command = command
	if command != nil && len(command) == 0 {
		return nil, fmt.Errorf("--run: no command")
	}
	return o, o.check()
}

// check looks at the flags that take one of several words.
func (o *options) check() error {
	for _, choice := range []struct{ name, value, words string }{
		{"model", o.model, "esx vpx"},
		{"tls", o.tls, "good wrong-name self-signed expired none"},
		{"paging", o.paging, "honest same-token endless empty"},
	} {
		if !contains(strings.Fields(choice.words), choice.value) {
			return fmt.Errorf("--%s: %q is none of: %s", choice.name, choice.value, choice.words)
		}
	}
	return nil
}

func contains(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

func (o *options) addMachine(name string) error {
	o.extraMachines = append(o.extraMachines, machineOption{name: name})
	return nil
}

func (o *options) addMachineIn(value string) error {
	folder, name, ok := strings.Cut(value, "=")
	if !ok {
		return fmt.Errorf("no '=' in %q", value)
	}
	o.extraMachines = append(o.extraMachines, machineOption{name: name, folder: folder})
	return nil
}

func (o *options) addMachineOn(value string) error {
	datastore, name, ok := strings.Cut(value, "=")
	if !ok {
		return fmt.Errorf("no '=' in %q", value)
	}
	o.extraMachines = append(o.extraMachines, machineOption{name: name, datastore: datastore})
	return nil
}

func (o *options) addAbout(value string) error {
	field, text, ok := strings.Cut(value, "=")
	if !ok {
		return fmt.Errorf("no '=' in %q", value)
	}
	o.about[field] = text
	return nil
}
