// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	sim "github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func body(data []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(data)) }

// mend makes an answer look as those of real servers do.
func (s *server) mend(data []byte) []byte {
	if !s.options.raw {
		data = typeArrays(data)
	}
	if s.options.noise {
		data = addNoise(data)
	}
	data = bytes.ReplaceAll(data, []byte("<localizedMessage>*types."), []byte("<localizedMessage>"))
	return bytes.ReplaceAll(data, sentZero, wantedZero)
}

func (s *server) rebootGuest(q *request, c *call) *reply {
	vm, ok := sim.Map.Get(c.this).(*sim.VirtualMachine)
	if !ok {
		return nil
	}
	if vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
		return faultReply("The attempted operation cannot be performed in the current state.",
			&types.InvalidPowerState{
				RequestedState: types.VirtualMachinePowerStatePoweredOn,
				ExistingState:  vm.Runtime.PowerState,
			})
	}
	return answer(c, &types.RebootGuestResponse{})
}

// refreshDatastore answers as real servers do: the simulator sends nothing.
func (s *server) refreshDatastore(q *request, c *call) *reply {
	if sim.Map.Get(c.this) == nil {
		return nil
	}
	return answer(c, &types.RefreshDatastoreResponse{})
}

// within says whether an entity lies in a datacenter; nil is any.
func within(e mo.Entity, datacenter *types.ManagedObjectReference) bool {
	for datacenter != nil && e.Reference() != *datacenter {
		if e.Entity().Parent == nil {
			return false
		}
		e = sim.Map.Get(*e.Entity().Parent).(mo.Entity)
	}
	return true
}

type found struct {
	Returnval *types.ManagedObjectReference `xml:"returnval,omitempty"`
}

// findMachine answers with the first machine that matches, or with none.
func findMachine(c *call, datacenter *types.ManagedObjectReference, match func(*sim.VirtualMachine) bool) *reply {
	result := &found{}
	for _, vm := range allMachines() {
		if vm.Config != nil && match(vm) && within(vm, datacenter) {
			result.Returnval = &vm.Self
			break
		}
	}
	return answer(c, result)
}

// findByUUID takes either case and looks into one datacenter only.  Hosts are left to
// the simulator.
func (s *server) findByUUID(q *request, c *call) *reply {
	body, err := c.decode()
	if err != nil {
		return invalidRequest(err.Error())
	}
	wanted := body.(*types.FindByUuid)
	if !wanted.VmSearch {
		return nil
	}
	return findMachine(c, wanted.Datacenter, func(vm *sim.VirtualMachine) bool {
		uuid := vm.Config.Uuid
		if wanted.InstanceUuid != nil && *wanted.InstanceUuid {
			uuid = vm.Config.InstanceUuid
		}
		return strings.EqualFold(uuid, wanted.Uuid)
	})
}

func (s *server) findByPath(q *request, c *call) *reply {
	body, err := c.decode()
	if err != nil {
		return invalidRequest(err.Error())
	}
	wanted := body.(*types.FindByDatastorePath)
	return findMachine(c, &wanted.Datacenter, func(vm *sim.VirtualMachine) bool {
		return vm.Config.Files.VmPathName == wanted.Path
	})
}

// resolve finds the file behind a datastore path.  Without a datacenter it is the only
// one.
func (s *server) resolve(datacenter *types.ManagedObjectReference, text string) (string, types.BaseMethodFault) {
	name, file, ok := splitDatastorePath(text)
	if !ok || strings.Contains("/"+file+"/", "/../") {
		return "", &types.InvalidDatastorePath{DatastorePath: text}
	}
	if datacenter == nil && s.options.model == "vpx" {
		return "", &types.InvalidArgument{InvalidProperty: "datacenter"}
	}
	for _, e := range entitiesOf("Datacenter") {
		dc := e.(*sim.Datacenter)
		if datacenter != nil && dc.Self != *datacenter {
			continue
		}
		if ds := findDatastore(pathOf(dc), name); ds != nil {
			return filepath.Join(folderOf(ds), file), nil
		}
	}
	return "", &types.InvalidDatastore{Name: name}
}

// fileTask answers with a task that has been carried out.
func fileTask(c *call, name string, work func() types.BaseMethodFault) *reply {
	task := sim.CreateTask(c.this, name, func(*sim.Task) (types.AnyType, types.BaseMethodFault) {
		return nil, work()
	})
	return taskReply(c, task.Run())
}

func (s *server) moveFile(q *request, c *call) *reply {
	body, err := c.decode()
	if err != nil {
		return invalidRequest(err.Error())
	}
	wanted := body.(*types.MoveDatastoreFile_Task)
	return fileTask(c, "moveDatastoreFile", func() types.BaseMethodFault {
		from, fault := s.resolve(wanted.SourceDatacenter, wanted.SourceName)
		if fault != nil {
			return fault
		}
		to := wanted.DestinationDatacenter
		if to == nil {
			to = wanted.SourceDatacenter
		}
		target, fault := s.resolve(to, wanted.DestinationName)
		if fault != nil {
			return fault
		}
		if _, err := os.Stat(target); err == nil && (wanted.Force == nil || !*wanted.Force) {
			return &types.FileAlreadyExists{FileFault: types.FileFault{File: wanted.DestinationName}}
		}
		if os.Rename(from, target) != nil {
			return &types.FileNotFound{FileFault: types.FileFault{File: wanted.SourceName}}
		}
		return nil
	})
}

func (s *server) deleteFile(q *request, c *call) *reply {
	body, err := c.decode()
	if err != nil {
		return invalidRequest(err.Error())
	}
	wanted := body.(*types.DeleteDatastoreFile_Task)
	return fileTask(c, "deleteDatastoreFile", func() types.BaseMethodFault {
		file, fault := s.resolve(wanted.Datacenter, wanted.Name)
		if fault != nil {
			return fault
		}
		if _, err := os.Stat(file); err != nil || os.RemoveAll(file) != nil {
			return &types.FileNotFound{FileFault: types.FileFault{File: wanted.Name}}
		}
		return nil
	})
}

func (s *server) makeDirectory(q *request, c *call) *reply {
	body, err := c.decode()
	if err != nil {
		return invalidRequest(err.Error())
	}
	wanted := body.(*types.MakeDirectory)
	folder, fault := s.resolve(wanted.Datacenter, wanted.Name)
	if fault != nil {
		return faultReply("Invalid datastore path", fault)
	}
	if _, err := os.Stat(folder); err == nil {
		return faultReply("The file already exists", &types.FileAlreadyExists{FileFault: types.FileFault{File: wanted.Name}})
	}
	mkdir := os.Mkdir
	if wanted.CreateParentDirectories != nil && *wanted.CreateParentDirectories {
		mkdir = os.MkdirAll
	}
	if mkdir(folder, 0700) != nil {
		return faultReply("File not found", &types.FileNotFound{FileFault: types.FileFault{File: wanted.Name}})
	}
	return answer(c, &types.MakeDirectoryResponse{})
}

// register has the simulator register a machine, and takes from the VMX file what a
// real server takes.  The simulator asks for files that a real one makes.
func (s *server) register(q *request, c *call) *reply {
	decoded, err := c.decode()
	if err != nil {
		return invalidRequest(err.Error())
	}
	wanted := decoded.(*types.RegisterVM_Task)
	folder, ok := sim.Map.Get(c.this).(*sim.Folder)
	if !ok || wanted.Pool == nil {
		return nil
	}
	file, content := s.registered(folder, wanted.Path)
	if content == nil { // the simulator would make the folder
		return fileTask(c, "registerVm", func() types.BaseMethodFault { return &types.NotFound{} })
	}
	name := wanted.Name
	if name == "" {
		name = escapeName(unescapeName(vmxSetting(content, "displayName")))
	}
	wanted.Name = path.Base(filepath.Dir(file)) // names files, too
	for _, other := range []string{wanted.Name + ".nvram", "vmware.log"} {
		other = filepath.Join(filepath.Dir(file), other)
		if _, err := os.Stat(other); err != nil {
			_ = os.WriteFile(other, nil, 0600)
		}
	}
	result := s.simulate(q, c.withParameters(wanted))
	if vm := machineOfPath(wanted.Path); vm != nil {
		configure(vm, name, content)
	}
	return result
}

// registered reads the VMX file of a datastore path; nil: there is none.
func (s *server) registered(folder *sim.Folder, path string) (string, []byte) {
	for _, e := range entitiesOf("Datacenter") {
		dc := e.Reference()
		if !within(folder, &dc) {
			continue
		}
		file, fault := s.resolve(&dc, path)
		if fault != nil {
			return "", nil
		}
		content, _ := os.ReadFile(file)
		return file, content
	}
	return "", nil
}

func machineOfPath(path string) *sim.VirtualMachine {
	for _, vm := range allMachines() {
		if vm.Config != nil && vm.Config.Files.VmPathName == path {
			return vm
		}
	}
	return nil
}

// configure sets what the inventory shows of a VMX file.
func configure(vm *sim.VirtualMachine, name string, content []byte) {
	if name == "" {
		name = vm.Name
	}
	for _, property := range []string{"name", "config.name", "summary.config.name"} {
		set(vm, property, name)
	}
	uuid := strings.NewReplacer(" ", "", "-", "").Replace(vmxSetting(content, "uuid.bios"))
	if len(uuid) == 32 {
		uuid = strings.ToLower(fmt.Sprintf("%s-%s-%s-%s-%s", uuid[:8], uuid[8:12], uuid[12:16], uuid[16:20], uuid[20:]))
		set(vm, "config.uuid", uuid)
		set(vm, "summary.config.uuid", uuid)
	}
	if size, err := strconv.ParseInt(vmxSetting(content, "memsize"), 10, 32); err == nil {
		set(vm, "config.hardware.memoryMB", int32(size))
		set(vm, "summary.config.memorySizeMB", int32(size))
	}
	if count, err := strconv.ParseInt(vmxSetting(content, "numvcpus"), 10, 32); err == nil {
		set(vm, "config.hardware.numCPU", int32(count))
		set(vm, "summary.config.numCpu", int32(count))
	}
}
