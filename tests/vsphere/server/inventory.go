// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	"github.com/vmware/govmomi/object"
	sim "github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

var serviceInstance = vim25.ServiceInstance

// apiVersions are the versions of the API that servers up to the simulated one know.
var apiVersions = []string{"6.5", "6.0", "5.5", "5.1", "5.0", "4.1", "4.0", "2.5"}

// entitiesOf returns all objects of a kind, in an order that is the same in each run.
func entitiesOf(kind string) []mo.Entity {
	entities := sim.Map.All(kind)
	sort.Slice(entities, func(i, j int) bool {
		a, b := entities[i].Reference().Value, entities[j].Reference().Value
		if len(a) != len(b) { // vm-9 before vm-12
			return len(a) < len(b)
		}
		return a < b
	})
	return entities
}

func allMachines() []*sim.VirtualMachine {
	var machines []*sim.VirtualMachine
	for _, e := range entitiesOf("VirtualMachine") {
		machines = append(machines, e.(*sim.VirtualMachine))
	}
	return machines
}

// machineNamed finds a machine by its name as people write it.
func machineNamed(name string) (*sim.VirtualMachine, error) {
	for _, vm := range allMachines() {
		if vm.Name == escapeName(name) {
			return vm, nil
		}
	}
	return nil, fmt.Errorf("there is no machine %q", name)
}

// set changes a property, and tells the property collectors.
func set(object mo.Reference, name string, value types.AnyType) {
	sim.Map.WithLock(object, func() {
		sim.Map.Update(object, []types.PropertyChange{{Name: name, Val: value}})
	})
}

func (o *options) newModel() *sim.Model {
	m := map[string]func() *sim.Model{"esx": sim.ESX, "vpx": sim.VPX}[o.model]()
	m.Machine, m.Datastore = o.machines, o.stores
	if o.model == "vpx" {
		m.Datacenter, m.Folder = o.datacenters, o.folders
		m.Host, m.Cluster, m.ClusterHost = o.hosts, o.clusters, o.clusterHosts
	}
	return m
}

// describe sets members of the server's description by their names in the API.
func (o *options) describe(m *sim.Model) error {
	about := reflect.ValueOf(&m.ServiceContent.About).Elem()
	for name, value := range o.about {
		field := about.FieldByName(strings.ToUpper(name[:1]) + name[1:])
		if !field.IsValid() || field.Kind() != reflect.String {
			return fmt.Errorf("--about: %q is no text that describes a server", name)
		}
		field.SetString(value)
	}
	return nil
}

// populate makes what the options ask for.
func (s *server) populate() error {
	o := s.options
	m := o.newModel()
	if err := o.describe(m); err != nil {
		return err
	}
	if err := m.Create(); err != nil {
		return err
	}
	s.service = m.Service
	s.service.RegisterSDK(sim.Map)
	s.service.Listen = &url.URL{User: url.UserPassword(o.user, o.password)}
	steps := []func() error{cleanDatacenters, o.makeDatastores, o.finishDatastores, o.finishMachines, s.makeMachines,
		o.switchOff, o.finishHosts, o.makeInaccessible}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) client() (*vim25.Client, error) {
	return vim25.NewClient(context.Background(), s.service)
}

// cleanDatacenters removes references to objects that the simulator does not have.
func cleanDatacenters() error {
	for _, e := range entitiesOf("Datacenter") {
		dc := e.(*sim.Datacenter)
		for _, refs := range []*[]types.ManagedObjectReference{&dc.Datastore, &dc.Network} {
			var kept []types.ManagedObjectReference
			for _, ref := range *refs {
				if sim.Map.Get(ref) != nil {
					kept = append(kept, ref)
				}
			}
			*refs = kept
		}
	}
	return nil
}

// makeDatastores makes those of given names, on all hosts.
func (o *options) makeDatastores() error {
	for _, name := range o.datastores {
		folder, err := os.MkdirTemp("", "datastore-")
		if err != nil {
			return err
		}
		for _, e := range entitiesOf("HostSystem") {
			host := e.(*sim.HostSystem)
			system := sim.Map.Get(*host.ConfigManager.DatastoreSystem).(*sim.HostDatastoreSystem)
			_ = system.CreateLocalDatastore(&sim.Context{Map: sim.Map}, &types.CreateLocalDatastore{
				This: system.Self, Name: escapeName(name), Path: folder,
			})
		}
	}
	return nil
}

// finishDatastores says what the simulator leaves out: all hosts, and the mount path.
func (o *options) finishDatastores() error {
	stores := entitiesOf("Datastore")
	sort.SliceStable(stores, func(i, j int) bool { return stores[i].Entity().Name < stores[j].Entity().Name })
	for i, e := range stores {
		ds := e.(*sim.Datastore)
		info := types.HostMountInfo{
			AccessMode: string(types.HostMountModeReadWrite),
			Mounted:    types.NewBool(true), Accessible: types.NewBool(true),
		}
		if !o.without["mount-path"] {
			info.Path = fmt.Sprintf("/vmfs/volumes/5f000000-%08x-0001-000c29000001", i)
		}
		ds.Host = nil
		for _, e := range entitiesOf("HostSystem") {
			host := e.(*sim.HostSystem)
			for _, ref := range host.Datastore {
				if ref == ds.Self {
					ds.Host = append(ds.Host, types.DatastoreHostMount{Key: host.Self, MountInfo: info})
				}
			}
		}
	}
	return nil
}

// finishMachines writes the VMX files, which the simulator leaves empty.
func (o *options) finishMachines() error {
	for _, vm := range allMachines() {
		if err := finishMachine(vm, "", nil); err != nil {
			return err
		}
	}
	return nil
}

// finishMachine writes the files of a machine; content is its VMX, nil: one is made.
func finishMachine(vm *sim.VirtualMachine, displayName string, content []byte) error {
	ds, file, err := machineFile(vm)
	if err != nil {
		return err
	}
	if content == nil {
		if displayName == "" {
			displayName = vm.Name
		}
		content = []byte(fmt.Sprintf(vmxTemplate, escapeValue(escapeName(displayName)), vm.Config.Uuid,
			vm.Config.Hardware.MemoryMB, vm.Config.Hardware.NumCPU, ds.Name))
	}
	if err := os.WriteFile(file, content, 0600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(filepath.Dir(file), "disk1.vmdk"), []byte(diskTemplate), 0600)
}

// machineFile finds the file behind a machine's vmPathName.
func machineFile(vm *sim.VirtualMachine) (*sim.Datastore, string, error) {
	name, file, ok := splitDatastorePath(vm.Config.Files.VmPathName)
	if ok {
		for _, ref := range vm.Datastore {
			ds := sim.Map.Get(ref).(*sim.Datastore)
			if ds.Name == name {
				return ds, filepath.Join(folderOf(ds), file), nil
			}
		}
	}
	return nil, "", fmt.Errorf("%s has no VMX file", vm.Name)
}

// place is where new machines go: the first host, which is in the first datacenter.
type place struct {
	datacenter *sim.Datacenter
	host       *object.HostSystem
	pool       *object.ResourcePool
}

func (s *server) firstPlace(client *vim25.Client) (*place, error) {
	dcs, hosts := entitiesOf("Datacenter"), entitiesOf("HostSystem")
	if len(dcs) == 0 || len(hosts) == 0 {
		return nil, fmt.Errorf("there is no host for a machine")
	}
	host := object.NewHostSystem(client, hosts[0].Reference())
	pool, err := host.ResourcePool(context.Background())
	if err != nil {
		return nil, err
	}
	return &place{dcs[0].(*sim.Datacenter), host, pool}, nil
}

// makeMachines makes those that the options name.
func (s *server) makeMachines() error {
	if len(s.options.extraMachines) == 0 {
		return nil
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	at, err := s.firstPlace(client)
	if err != nil {
		return err
	}
	for _, wanted := range s.options.extraMachines {
		if err := makeMachine(client, at, wanted); err != nil {
			return fmt.Errorf("machine %q: %v", wanted.name, err)
		}
	}
	return nil
}

func makeMachine(client *vim25.Client, at *place, wanted machineOption) error {
	folder, err := machineFolder(client, at.datacenter, wanted.folder)
	if err != nil {
		return err
	}
	vm, err := createMachine(folder, at, escapeName(wanted.name))
	if err != nil {
		return err
	}
	if wanted.datastore != "" {
		if err := moveMachine(vm, escapeName(wanted.datastore)); err != nil {
			return err
		}
	}
	var content []byte
	if wanted.vmx != "" {
		if content, err = os.ReadFile(wanted.vmx); err != nil {
			return err
		}
	}
	return finishMachine(vm, wanted.name, content)
}

// machineFolder finds a folder of machines, and makes what is missing.
func machineFolder(client *vim25.Client, dc *sim.Datacenter, wanted string) (*object.Folder, error) {
	folder := object.NewFolder(client, dc.VmFolder)
	for _, part := range strings.FieldsFunc(wanted, func(c rune) bool { return c == '/' }) {
		name, err := url.PathUnescape(part)
		if err != nil {
			return nil, err
		}
		children := sim.Map.Get(folder.Reference()).(*sim.Folder).ChildEntity
		if found := sim.Map.FindByName(escapeName(name), children); found != nil {
			folder = object.NewFolder(client, found.Reference())
			continue
		}
		folder, err = folder.CreateFolder(context.Background(), escapeName(name))
		if err != nil {
			return nil, err
		}
	}
	return folder, nil
}

// createMachine makes a machine with one disk on the first datastore, and starts it.
func createMachine(folder *object.Folder, at *place, name string) (*sim.VirtualMachine, error) {
	ctx := context.Background()
	store, err := firstDatastore(at.datacenter)
	if err != nil {
		return nil, err
	}
	directory := freeDirectory(store, itemName(unescapeName(name)))
	spec := types.VirtualMachineConfigSpec{
		Name:    directory, // names files, too; the real name comes later
		GuestId: string(types.VirtualMachineGuestOsIdentifierOtherGuest),
		Files: &types.VirtualMachineFileInfo{
			VmPathName: fmt.Sprintf("[%s] %s/%s.vmx", store.Name, directory, directory),
		},
	}
	task, err := folder.CreateVM(ctx, spec, at.pool, at.host)
	if err != nil {
		return nil, err
	}
	info, err := task.WaitForResult(ctx, nil)
	if err != nil {
		return nil, err
	}
	vm := sim.Map.Get(info.Result.(types.ManagedObjectReference)).(*sim.VirtualMachine)
	rename(vm, name)
	setPower(vm, types.VirtualMachinePowerStatePoweredOn)
	return vm, nil
}

func rename(vm *sim.VirtualMachine, name string) {
	vm.Name, vm.Config.Name, vm.Summary.Config.Name = name, name, name
}

func firstDatastore(dc *sim.Datacenter) (*sim.Datastore, error) {
	for _, ref := range dc.Datastore {
		return sim.Map.Get(ref).(*sim.Datastore), nil
	}
	return nil, fmt.Errorf("there is no datastore")
}

func freeDirectory(ds *sim.Datastore, wanted string) string {
	name := wanted
	for i := 1; ; i++ {
		if _, err := os.Stat(filepath.Join(folderOf(ds), name)); err != nil {
			return name
		}
		name = fmt.Sprintf("%s_%d", wanted, i)
	}
}

// moveMachine puts a machine's files on another datastore.
func moveMachine(vm *sim.VirtualMachine, datastore string) error {
	from, file, err := machineFile(vm)
	if err != nil {
		return err
	}
	for _, e := range entitiesOf("Datastore") {
		to := e.(*sim.Datastore)
		if to.Name != datastore {
			continue
		}
		directory := path.Base(filepath.Dir(file))
		if err := os.Rename(filepath.Dir(file), filepath.Join(folderOf(to), directory)); err != nil {
			return err
		}
		vm.Config.Files.VmPathName = fmt.Sprintf("[%s] %s/%s", to.Name, directory, filepath.Base(file))
		vm.Summary.Config.VmPathName = vm.Config.Files.VmPathName
		vm.Datastore = []types.ManagedObjectReference{to.Self}
		sim.RemoveReference(&from.Vm, vm.Self)
		to.Vm = append(to.Vm, vm.Self)
		return nil
	}
	return fmt.Errorf("there is no datastore %q", datastore)
}

func setPower(vm *sim.VirtualMachine, state types.VirtualMachinePowerState) {
	set(vm, "runtime.powerState", state)
	set(vm, "summary.runtime.powerState", state)
}

func (o *options) switchOff() error {
	for _, name := range o.off {
		vm, err := machineNamed(name)
		if err != nil {
			return err
		}
		setPower(vm, types.VirtualMachinePowerStatePoweredOff)
	}
	return nil
}

func (o *options) finishHosts() error {
	for _, e := range entitiesOf("HostSystem") {
		host := e.(*sim.HostSystem)
		host.Summary.ManagementServerIp = o.managedBy
		host.Runtime.InMaintenanceMode = o.maintenance
		host.Hardware.CpuFeature = nil
		if !o.without["cpu-feature"] {
			host.Hardware.CpuFeature = cpuFeatures()
		}
	}
	return nil
}

// cpuFeatures has the level that tells of long mode (bit 29 of edx), in the form that
// servers send: eight groups of four binary digits, the highest first.
func cpuFeatures() []types.HostCpuIdInfo {
	const none = "0000:0000:0000:0000:0000:0000:0000:0000"
	return []types.HostCpuIdInfo{
		{Level: 1, Eax: none, Ebx: none, Ecx: none, Edx: none},
		{Level: -2147483647, Eax: none, Ebx: none, Ecx: none, Edx: "0010:0000:0000:0000:0000:0000:0000:0000"},
	}
}

// makeInaccessible makes machines as they are when their datastore is away.
func (o *options) makeInaccessible() error {
	for _, name := range o.inaccessible {
		vm, err := machineNamed(name)
		if err != nil {
			return err
		}
		vm.Config = nil
		vm.Runtime.ConnectionState = types.VirtualMachineConnectionStateInaccessible
		vm.Summary.Runtime.ConnectionState = vm.Runtime.ConnectionState
		vm.ConfigStatus = types.ManagedEntityStatusGray
		vm.Summary.Config = types.VirtualMachineConfigSummary{Name: "Unknown"}
		setPower(vm, types.VirtualMachinePowerStatePoweredOff)
	}
	return nil
}
