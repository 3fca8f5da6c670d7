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

// list makes a flag that may be given several times.
func list(flags *flag.FlagSet, name, usage string, add func(string) error) {
	flags.Func(name, usage+" (may be repeated)", add)
}

func appender(to *[]string) func(string) error {
	return func(value string) error {
		*to = append(*to, value)
		return nil
	}
}

// defineInventory has the flags that say what the server holds.
func (o *options) defineInventory(flags *flag.FlagSet) {
	flags.StringVar(&o.model, "model", "esx", "`esx` for one host, vpx for a vCenter")
	flags.IntVar(&o.machines, "machines", 2, "`number` of machines per stand-alone host and cluster")
	flags.IntVar(&o.hosts, "hosts", 1, "vpx: `number` of stand-alone hosts in each datacenter")
	flags.IntVar(&o.clusters, "clusters", 1, "vpx: `number` of clusters in each datacenter")
	flags.IntVar(&o.clusterHosts, "cluster-hosts", 3, "vpx: `number` of hosts in each cluster")
	flags.IntVar(&o.datacenters, "datacenters", 1, "vpx: `number` of datacenters")
	flags.IntVar(&o.folders, "folders", 0, "vpx: `number` of datacenters that lie in a folder, with folders for what they hold")
	flags.IntVar(&o.stores, "datastores", 1, "`number` of datastores LocalDS_0, LocalDS_1, ...")
	list(flags, "datastore", "one more datastore of this `name`", appender(&o.datastores))
	list(flags, "machine", "one more machine of this `name`; '/', '\\' and '%' in it are escaped as servers do", o.addMachine)
	list(flags, "machine-in", "`FOLDER=NAME`: one more machine in a folder of machines; FOLDER is parts and '/', each part percent-encoded", o.addMachineIn)
	list(flags, "machine-on", "`DATASTORE=NAME`: one more machine, its files on this datastore", o.addMachineOn)
	list(flags, "vmx", "one more machine whose VMX is this `file`, named after the file", o.addVMX)
	list(flags, "vmx-dir", "one more machine for each VMX file below this `folder`, named after its path there, with '_' for '/'", o.addVMXFolder)
	list(flags, "off", "the machine of this `name` starts powered off", appender(&o.off))
	list(flags, "inaccessible", "the machine of this `name` is inaccessible, and has no config", appender(&o.inaccessible))
	flags.Func("without", "`LIST` of what the server lacks, comma-separated: mount-path, disk-size, cpu-feature, and names of SOAP methods", func(value string) error {
		for _, word := range strings.Split(value, ",") {
			o.without[word] = true
		}
		return nil
	})
	list(flags, "about", "`FIELD=VALUE`: set a member of the server's description, as apiVersion=4.0", o.addAbout)
	flags.StringVar(&o.managedBy, "managed-by", "", "`address` of the vCenter that manages the hosts")
	flags.BoolVar(&o.maintenance, "maintenance", false, "the hosts are in maintenance mode")
}

// defineService has the flags that say how the server behaves.
func (o *options) defineService(flags *flag.FlagSet) {
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "`address` and port; port 0 is a free one")
	flags.StringVar(&o.tls, "tls", "good", "`kind` of certificate: good, wrong-name, self-signed, expired, or none for http")
	flags.StringVar(&o.certificates, "certificates", "", "`folder` to write ca.pem, other-ca.pem and fingerprint to")
	flags.StringVar(&o.user, "user", "user", "`name` that may log in")
	flags.StringVar(&o.password, "password", "se&cret<7>", "its `password`")
	flags.BoolVar(&o.raw, "raw", false, "leave array items without xsi:type, and the names of prefixes as the simulator has them")
	flags.BoolVar(&o.noise, "noise", false, "answers have white space, comments, and members of newer servers in them")
	flags.BoolVar(&o.strict, "strict", true, "check requests as real servers do; --strict=false lets everything pass")
	flags.IntVar(&o.decodings, "decodings", 2, "`times` that dcPath and dsName are percent-decoded")
	flags.BoolVar(&o.quotedCookie, "quoted-cookie", false, "the session's cookie has quotes, as vCenter's")
	flags.DurationVar(&o.idle, "idle", 0, "sessions end after this idle `time`")
	flags.Var(&o.sessionRequests, "session-requests", "`N[,N...][+]`: the first session ends after so many requests, the second ...; with + the last number is for all that follow")
	flags.IntVar(&o.pageSize, "page-size", 0, "most objects in one answer of RetrievePropertiesEx; 0: what the client asks for")
	flags.StringVar(&o.paging, "paging", "honest", "`kind` of tokens: honest, same-token (for ever), endless (new ones for ever), empty (new ones for ever, without objects)")
	list(flags, "task", taskUsage, o.addPlan)
	list(flags, "fail", failureUsage, o.failures.add)
	flags.StringVar(&o.log, "log", "", "`file` for the request log")
	flags.BoolVar(&o.verbose, "verbose", false, "what the simulator reports, on standard error")
}

const usageHead = `Usage: vsphere-server [OPTION]...
       vsphere-server [OPTION]... --run COMMAND [ARGUMENT]...

A simulated ESX host or vCenter for tests. Prints its URL on the first line of standard
output, and serves until standard input is closed. With --run, which has to be the last
option, it runs a command instead, with VSPHERE_URL, VSPHERE_SCHEME, VSPHERE_HOST,
VSPHERE_PORT, VSPHERE_CA, VSPHERE_LOG, VSPHERE_USER, VSPHERE_PASSWORD and VSPHERE_DIR
(a folder for it) set, and exits with its status.

`

func printUsage(flags *flag.FlagSet, to io.Writer) {
	fmt.Fprint(to, usageHead)
	flags.VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
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
