// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
)

// escapeName escapes a name as the vSphere API shows it.
var escapeName = strings.NewReplacer("%", "%25", "/", "%2f", "\\", "%5c").Replace

// unescapeName is the way back.
var unescapeName = strings.NewReplacer("%25", "%", "%2f", "/", "%2F", "/", "%5c", "\\", "%5C", "\\").Replace

// escapeValue escapes what stands between the quotes in a VMX file.
var escapeValue = strings.NewReplacer("|", "|7C", "\"", "|22", "\n", "|0A").Replace

// itemName makes a name of a file or a folder from any name.
func itemName(name string) string {
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune("/\\%\"*<>:|?", c) {
			return '_'
		}
		return c
	}, name)
}

const vmxTemplate = `.encoding = "UTF-8"
config.version = "8"
virtualHW.version = "13"
displayName = "%s"
uuid.bios = "%s"
guestOS = "other"
memsize = "%d"
numvcpus = "%d"
scsi0.present = "TRUE"
scsi0.virtualDev = "pvscsi"
scsi0:0.present = "TRUE"
scsi0:0.deviceType = "scsi-hardDisk"
scsi0:0.fileName = "disk1.vmdk"
ide0:0.present = "TRUE"
ide0:0.deviceType = "cdrom-image"
ide0:0.fileName = "/vmfs/volumes/%s/iso/boot.iso"
ethernet0.present = "TRUE"
ethernet0.virtualDev = "e1000"
ethernet0.networkName = "VM Network"
ethernet0.addressType = "vpx"
ethernet0.generatedAddress = "00:50:56:00:00:01"
`

// diskTemplate is the descriptor of the disk of 1 MiB that each machine has.
const diskTemplate = `# Disk DescriptorFile
version=1
CID=fffffffe
parentCID=ffffffff
createType="vmfs"

RW 2048 VMFS "disk1-flat.vmdk"

ddb.adapterType = "lsilogic"
ddb.virtualHWVersion = "13"
`

// vmxSetting finds the value of a key in a VMX file; "" where there is none.
func vmxSetting(content []byte, key string) string {
	line := regexp.MustCompile(`(?im)^[ \t]*` + regexp.QuoteMeta(key) + `[ \t]*=[ \t]*"([^"\r\n]*)"`)
	match := line.FindSubmatch(content)
	if match == nil {
		return ""
	}
	return string(match[1])
}

func (o *options) addVMX(path string) error {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	o.extraMachines = append(o.extraMachines, machineOption{name: name, vmx: path})
	return nil
}

func (o *options) addVMXFolder(folder string) error {
	found := 0
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || !strings.EqualFold(filepath.Ext(path), ".vmx") {
			return err
		}
		below, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		name := strings.ReplaceAll(strings.TrimSuffix(below, filepath.Ext(below)), "/", "_")
		o.extraMachines = append(o.extraMachines, machineOption{name: name, vmx: path})
		found++
		return nil
	})
	if err == nil && found == 0 {
		err = fmt.Errorf("no VMX file below %s", folder)
	}
	return err
}
