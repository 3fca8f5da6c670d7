// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	sim "github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// search answers with the files of one folder.
func (s *server) search(q *request, c *call) *reply {
	body, err := c.decode()
	if err != nil {
		return invalidRequest(err.Error())
	}
	wanted := body.(*types.SearchDatastore_Task)
	return s.searchTask(c, &search{path: wanted.DatastorePath, spec: wanted.SearchSpec})
}

// searchBelow answers with the files of a folder and of all that lie in it.
func (s *server) searchBelow(q *request, c *call) *reply {
	body, err := c.decode()
	if err != nil {
		return invalidRequest(err.Error())
	}
	wanted := body.(*types.SearchDatastoreSubFolders_Task)
	return s.searchTask(c, &search{path: wanted.DatastorePath, spec: wanted.SearchSpec, below: true})
}

// search is one search for files.
type search struct {
	path  string
	spec  *types.HostDatastoreBrowserSearchSpec
	below bool
	sizes bool // of disks are told
	store *sim.Datastore
	found []types.HostDatastoreBrowserSearchResults
}

func (s *server) searchTask(c *call, wanted *search) *reply {
	browser, ok := sim.Map.Get(c.this).(*sim.HostDatastoreBrowser)
	if !ok {
		return nil
	}
	if wanted.spec == nil {
		wanted.spec = &types.HostDatastoreBrowserSearchSpec{}
	}
	if wanted.spec.Details == nil {
		wanted.spec.Details = &types.FileQueryFlags{}
	}
	wanted.sizes = !s.options.without["disk-size"]
	task := sim.CreateTask(browser, "searchDatastore", func(*sim.Task) (types.AnyType, types.BaseMethodFault) {
		return wanted.run(browser)
	})
	return taskReply(c, task.Run())
}

func (w *search) run(browser *sim.HostDatastoreBrowser) (types.AnyType, types.BaseMethodFault) {
	name, folder, ok := splitDatastorePath(w.path)
	if !ok {
		return nil, &types.InvalidDatastorePath{DatastorePath: w.path}
	}
	for _, e := range entitiesOf("Datastore") { // the simulator's browsers see others, too
		if ds := e.(*sim.Datastore); ds.Name == name && ds.Browser == browser.Self {
			w.store = ds
		}
	}
	if w.store == nil {
		return nil, &types.InvalidDatastore{Name: name}
	}
	if strings.Contains("/"+folder+"/", "/../") || !w.enter(strings.Trim(folder, "/")) {
		return nil, &types.FileNotFound{FileFault: types.FileFault{File: w.path}}
	}
	if !w.below {
		return w.found[0], nil
	}
	return types.ArrayOfHostDatastoreBrowserSearchResults{HostDatastoreBrowserSearchResults: w.found}, nil
}

// enter adds the result for a folder.  False: there is no such folder.
func (w *search) enter(folder string) bool {
	place := filepath.Join(folderOf(w.store), folder)
	entries, err := os.ReadDir(place)
	if err != nil {
		return false
	}
	result := types.HostDatastoreBrowserSearchResults{
		Datastore: &w.store.Self, FolderPath: "[" + w.store.Name + "]",
	}
	if folder != "" {
		result.FolderPath += " " + folder + "/"
	}
	at := len(w.found)
	w.found = append(w.found, result)
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name() < entries[j].Name() })
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && w.matches(info) {
			file := w.describe(info, filepath.Join(place, entry.Name()))
			w.found[at].File = append(w.found[at].File, file)
		}
		if w.below && entry.IsDir() {
			w.enter(path.Join(folder, entry.Name()))
		}
	}
	return true
}

func (w *search) matches(info os.FileInfo) bool {
	if len(w.spec.MatchPattern) > 0 {
		hit := false
		for _, pattern := range w.spec.MatchPattern {
			ok, _ := path.Match(strings.ToLower(pattern), strings.ToLower(info.Name()))
			hit = hit || ok
		}
		if !hit {
			return false
		}
	}
	if len(w.spec.Query) == 0 {
		return true
	}
	for _, query := range w.spec.Query {
		if queryMatches(query, info) {
			return true
		}
	}
	return false
}

// queryMatches says whether a query is for this kind of file.
func queryMatches(query types.BaseFileQuery, info os.FileInfo) bool {
	extension := strings.ToLower(path.Ext(info.Name()))
	switch query.(type) {
	case *types.FolderFileQuery:
		return info.IsDir()
	case *types.FloppyImageFileQuery:
		return extension == ".flp" || extension == ".img"
	case *types.IsoImageFileQuery:
		return extension == ".iso"
	case *types.VmConfigFileQuery:
		return extension == ".vmx"
	case *types.VmDiskFileQuery:
		return extension == ".vmdk" && !strings.HasSuffix(info.Name(), "-flat.vmdk")
	case *types.VmLogFileQuery:
		return extension == ".log"
	case *types.VmNvramFileQuery:
		return extension == ".nvram"
	case *types.VmSnapshotFileQuery:
		return extension == ".vmsn"
	}
	return true
}

// describe makes the description of a file, with the details that are asked for.
func (w *search) describe(info os.FileInfo, place string) types.BaseFileInfo {
	base := types.FileInfo{Path: info.Name()}
	details := w.spec.Details
	extension := strings.ToLower(path.Ext(info.Name()))
	if details.FileSize && (w.sizes || extension != ".vmdk") {
		base.FileSize = info.Size()
		if base.FileSize == 0 {
			base.FileSize = zero
		}
	}
	if details.Modification {
		changed := info.ModTime()
		base.Modification = &changed
	}
	if info.IsDir() {
		return &types.FolderFileInfo{FileInfo: base}
	}
	if !details.FileType {
		return &base
	}
	switch extension {
	case ".flp", ".img":
		return &types.FloppyImageFileInfo{FileInfo: base}
	case ".iso":
		return &types.IsoImageFileInfo{FileInfo: base}
	case ".log":
		return &types.VmLogFileInfo{FileInfo: base}
	case ".nvram":
		return &types.VmNvramFileInfo{FileInfo: base}
	case ".vmx":
		return &types.VmConfigFileInfo{FileInfo: base}
	case ".vmdk":
		return w.disk(base, place)
	}
	return &base
}

// disk adds what the queries for disks ask for.
func (w *search) disk(base types.FileInfo, place string) types.BaseFileInfo {
	disk := &types.VmDiskFileInfo{FileInfo: base}
	for _, query := range w.spec.Query {
		q, ok := query.(*types.VmDiskFileQuery)
		if !ok || q.Details == nil {
			continue
		}
		if q.Details.CapacityKb && w.sizes {
			disk.CapacityKb = capacityOf(place)
		}
		if q.Details.ControllerType != nil && *q.Details.ControllerType {
			disk.ControllerType = "VirtualLsiLogicController"
		}
		if q.Details.DiskType {
			disk.DiskType = "VirtualDiskFlatVer2BackingInfo"
		}
	}
	return disk
}

// capacityOf adds up the extents of a disk's descriptor, in KiB.
func capacityOf(name string) int64 {
	content, err := os.ReadFile(name)
	if err != nil {
		return zero
	}
	var sectors int64
	for _, line := range bytes.Split(content, []byte("\n")) {
		words := strings.Fields(string(line))
		if len(words) < 4 || (words[0] != "RW" && words[0] != "RDONLY") {
			continue
		}
		count, err := strconv.ParseInt(words[1], 10, 64)
		if err == nil {
			sectors += count
		}
	}
	if sectors == 0 {
		return int64(len(content) / 1024)
	}
	return sectors / 2
}
