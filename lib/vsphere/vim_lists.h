/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The data objects and methods of the vSphere API that are used here, as lists.
 * vim.h makes C structures of them, vim.c the tables from which one encoder and one
 * decoder work.  Source: the API reference of VMware's vSphere Web Services SDK.
 *
 * A list of members is a macro VIM_MEMBERS_<type>(M, S) that expands to
 * M(S, KIND, TYPE, name) for each member, those of the base type first, in the order
 * of the WSDL: servers check the order of what they are sent.  Only members that
 * somebody here wants are listed; others are skipped when they come.  TYPE is '_' but
 * for OBJECT and OBJECTS.
 *
 *     KIND                          C
 *     TEXT                          const char *, also for enumerations; NULL: absent
 *     TEXTS                         struct vim_texts
 *     BYTE SHORT INT LONG           struct vim_number
 *     BOOLEAN                       enum vim_boolean
 *     TIME                          struct vim_time
 *     REFERENCE REFERENCES          struct vim_reference, struct vim_references
 *     OBJECT OBJECTS                const struct vim_TYPE *, struct vim_TYPE_list
 *     ANY                           struct vim_value
 */
#ifndef VSPHERE_VIM_LISTS_H
#define VSPHERE_VIM_LISTS_H

/*
 * The service and its sessions
 */

#define VIM_MEMBERS_AboutInfo(M, S) \
	M(S, TEXT, _, name) \
	M(S, TEXT, _, fullName) \
	M(S, TEXT, _, vendor) \
	M(S, TEXT, _, version) \
	M(S, TEXT, _, build) \
	M(S, TEXT, _, osType) \
	M(S, TEXT, _, productLineId) \
	M(S, TEXT, _, apiType) \
	M(S, TEXT, _, apiVersion) \
	M(S, TEXT, _, instanceUuid)

#define VIM_MEMBERS_ServiceContent(M, S) \
	M(S, REFERENCE, _, rootFolder) \
	M(S, REFERENCE, _, propertyCollector) \
	M(S, OBJECT, AboutInfo, about) \
	M(S, REFERENCE, _, sessionManager) \
	M(S, REFERENCE, _, searchIndex) \
	M(S, REFERENCE, _, fileManager)

#define VIM_MEMBERS_UserSession(M, S) \
	M(S, TEXT, _, key) \
	M(S, TEXT, _, userName) \
	M(S, TEXT, _, fullName) \
	M(S, TIME, _, loginTime) \
	M(S, TIME, _, lastActiveTime)

/*
 * The property collector
 */

#define VIM_MEMBERS_SelectionSpec(M, S) \
	M(S, TEXT, _, name)
#define VIM_MEMBERS_TraversalSpec(M, S) \
	VIM_MEMBERS_SelectionSpec(M, S) \
	M(S, TEXT, _, type) \
	M(S, TEXT, _, path) \
	M(S, BOOLEAN, _, skip) \
	M(S, OBJECTS, SelectionSpec, selectSet)
#define VIM_MEMBERS_ObjectSpec(M, S) \
	M(S, REFERENCE, _, obj) \
	M(S, BOOLEAN, _, skip) \
	M(S, OBJECTS, SelectionSpec, selectSet)
#define VIM_MEMBERS_PropertySpec(M, S) \
	M(S, TEXT, _, type) \
	M(S, BOOLEAN, _, all) \
	M(S, TEXTS, _, pathSet)
#define VIM_MEMBERS_PropertyFilterSpec(M, S) \
	M(S, OBJECTS, PropertySpec, propSet) \
	M(S, OBJECTS, ObjectSpec, objectSet)
#define VIM_MEMBERS_RetrieveOptions(M, S) \
	M(S, INT, _, maxObjects)
#define VIM_MEMBERS_WaitOptions(M, S) \
	M(S, INT, _, maxWaitSeconds) \
	M(S, INT, _, maxObjectUpdates)

#define VIM_MEMBERS_DynamicProperty(M, S) \
	M(S, TEXT, _, name) \
	M(S, ANY, _, val)
#define VIM_MEMBERS_MissingProperty(M, S) \
	M(S, TEXT, _, path) \
	M(S, OBJECT, LocalizedMethodFault, fault)
#define VIM_MEMBERS_ObjectContent(M, S) \
	M(S, REFERENCE, _, obj) \
	M(S, OBJECTS, DynamicProperty, propSet) \
	M(S, OBJECTS, MissingProperty, missingSet)
/* The server calls it RetrieveResult; objects are handed out one by one (decode.h). */
#define VIM_MEMBERS_RetrieveResult(M, S) \
	M(S, TEXT, _, token) \
	M(S, OBJECTS, ObjectContent, objects)

#define VIM_MEMBERS_PropertyChange(M, S) \
	M(S, TEXT, _, name) \
	M(S, TEXT, _, op) \
	M(S, ANY, _, val)
#define VIM_MEMBERS_MissingObject(M, S) \
	M(S, REFERENCE, _, obj) \
	M(S, OBJECT, LocalizedMethodFault, fault)
#define VIM_MEMBERS_ObjectUpdate(M, S) \
	M(S, TEXT, _, kind) \
	M(S, REFERENCE, _, obj) \
	M(S, OBJECTS, PropertyChange, changeSet) \
	M(S, OBJECTS, MissingProperty, missingSet)
#define VIM_MEMBERS_PropertyFilterUpdate(M, S) \
	M(S, REFERENCE, _, filter) \
	M(S, OBJECTS, ObjectUpdate, objectSet) \
	M(S, OBJECTS, MissingObject, missingSet)
#define VIM_MEMBERS_UpdateSet(M, S) \
	M(S, TEXT, _, version) \
	M(S, OBJECTS, PropertyFilterUpdate, filterSet) \
	M(S, BOOLEAN, _, truncated)

/*
 * Tasks and questions
 */

#define VIM_MEMBERS_LocalizableMessage(M, S) \
	M(S, TEXT, _, key) \
	M(S, TEXT, _, message)
#define VIM_MEMBERS_TaskInfo(M, S) \
	M(S, TEXT, _, key) \
	M(S, REFERENCE, _, task) \
	M(S, OBJECT, LocalizableMessage, description) \
	M(S, TEXT, _, name) \
	M(S, TEXT, _, descriptionId) \
	M(S, REFERENCE, _, entity) \
	M(S, TEXT, _, entityName) \
	M(S, TEXT, _, state) \
	M(S, BOOLEAN, _, cancelled) \
	M(S, BOOLEAN, _, cancelable) \
	M(S, OBJECT, LocalizedMethodFault, error) \
	M(S, ANY, _, result) \
	M(S, INT, _, progress) \
	M(S, TIME, _, queueTime) \
	M(S, TIME, _, startTime) \
	M(S, TIME, _, completeTime)

#define VIM_MEMBERS_Description(M, S) \
	M(S, TEXT, _, label) \
	M(S, TEXT, _, summary)
#define VIM_MEMBERS_ElementDescription(M, S) \
	VIM_MEMBERS_Description(M, S) \
	M(S, TEXT, _, key)
#define VIM_MEMBERS_ChoiceOption(M, S) \
	M(S, OBJECTS, ElementDescription, choiceInfo) \
	M(S, INT, _, defaultIndex)
#define VIM_MEMBERS_VirtualMachineMessage(M, S) \
	M(S, TEXT, _, id) \
	M(S, TEXT, _, text)
#define VIM_MEMBERS_VirtualMachineQuestionInfo(M, S) \
	M(S, TEXT, _, id) \
	M(S, TEXT, _, text) \
	M(S, OBJECT, ChoiceOption, choice) \
	M(S, OBJECTS, VirtualMachineMessage, message)

/*
 * Datastores and what is on them
 */

#define VIM_MEMBERS_HostMountInfo(M, S) \
	M(S, TEXT, _, path) \
	M(S, TEXT, _, accessMode) \
	M(S, BOOLEAN, _, mounted) \
	M(S, BOOLEAN, _, accessible)
#define VIM_MEMBERS_DatastoreHostMount(M, S) \
	M(S, REFERENCE, _, key) \
	M(S, OBJECT, HostMountInfo, mountInfo)
#define VIM_MEMBERS_DatastoreSummary(M, S) \
	M(S, REFERENCE, _, datastore) \
	M(S, TEXT, _, name) \
	M(S, TEXT, _, url) \
	M(S, LONG, _, capacity) \
	M(S, LONG, _, freeSpace) \
	M(S, BOOLEAN, _, accessible) \
	M(S, TEXT, _, type)

#define VIM_MEMBERS_FileQueryFlags(M, S) \
	M(S, BOOLEAN, _, fileType) \
	M(S, BOOLEAN, _, fileSize) \
	M(S, BOOLEAN, _, modification) \
	M(S, BOOLEAN, _, fileOwner)
#define VIM_MEMBERS_FileQuery(M, S)
#define VIM_MEMBERS_FolderFileQuery(M, S)
#define VIM_MEMBERS_VmConfigFileQuery(M, S)
#define VIM_MEMBERS_HostDatastoreBrowserSearchSpec(M, S) \
	M(S, OBJECTS, FileQuery, query) \
	M(S, OBJECT, FileQueryFlags, details) \
	M(S, BOOLEAN, _, searchCaseInsensitive) \
	M(S, TEXTS, _, matchPattern) \
	M(S, BOOLEAN, _, sortFoldersFirst)
#define VIM_MEMBERS_FileInfo(M, S) \
	M(S, TEXT, _, path) \
	M(S, LONG, _, fileSize) \
	M(S, TIME, _, modification) \
	M(S, TEXT, _, owner)
#define VIM_MEMBERS_FolderFileInfo(M, S) VIM_MEMBERS_FileInfo(M, S)
#define VIM_MEMBERS_HostDatastoreBrowserSearchResults(M, S) \
	M(S, REFERENCE, _, datastore) \
	M(S, TEXT, _, folderPath) \
	M(S, OBJECTS, FileInfo, file)

/*
 * Faults.  One that is not here comes as MethodFault, with its name in
 * object.name.
 */

#define VIM_MEMBERS_LocalizedMethodFault(M, S) \
	M(S, OBJECT, MethodFault, fault) \
	M(S, TEXT, _, localizedMessage)
#define VIM_MEMBERS_MethodFault(M, S) \
	M(S, OBJECT, LocalizedMethodFault, faultCause) \
	M(S, OBJECTS, LocalizableMessage, faultMessage)
#define VIM_MEMBERS_InvalidArgument(M, S) \
	VIM_MEMBERS_MethodFault(M, S) \
	M(S, TEXT, _, invalidProperty)
#define VIM_MEMBERS_InvalidProperty(M, S) \
	VIM_MEMBERS_MethodFault(M, S) \
	M(S, TEXT, _, name)
#define VIM_MEMBERS_HostAccessRestrictedToManagementServer(M, S) \
	VIM_MEMBERS_MethodFault(M, S) \
	M(S, TEXT, _, managementServer)
#define VIM_MEMBERS_ManagedObjectNotFound(M, S) \
	VIM_MEMBERS_MethodFault(M, S) \
	M(S, REFERENCE, _, obj)
#define VIM_MEMBERS_NoPermission(M, S) \
	VIM_MEMBERS_MethodFault(M, S) \
	M(S, TEXT, _, privilegeId)
#define VIM_MEMBERS_NotAuthenticated(M, S) VIM_MEMBERS_NoPermission(M, S)
#define VIM_MEMBERS_InvalidPowerState(M, S) \
	VIM_MEMBERS_MethodFault(M, S) \
	M(S, TEXT, _, requestedState) \
	M(S, TEXT, _, existingState)
#define VIM_MEMBERS_TaskInProgress(M, S) \
	VIM_MEMBERS_MethodFault(M, S) \
	M(S, REFERENCE, _, task)
#define VIM_MEMBERS_AlreadyExists(M, S) \
	VIM_MEMBERS_MethodFault(M, S) \
	M(S, TEXT, _, name)
#define VIM_MEMBERS_DuplicateName(M, S) \
	VIM_MEMBERS_MethodFault(M, S) \
	M(S, TEXT, _, name)
#define VIM_MEMBERS_FileFault(M, S) \
	VIM_MEMBERS_MethodFault(M, S) \
	M(S, TEXT, _, file)
#define VIM_MEMBERS_FileAlreadyExists(M, S) VIM_MEMBERS_FileFault(M, S)
#define VIM_MEMBERS_FileNotFound(M, S) VIM_MEMBERS_FileFault(M, S)

/* T(type, base), in the order of strcmp(); the base of those without one is '_'. */
#define VIM_TYPES(T) \
	T(AboutInfo, _) \
	T(AlreadyExists, MethodFault) \
	T(ChoiceOption, _) \
	T(DatastoreHostMount, _) \
	T(DatastoreSummary, _) \
	T(Description, _) \
	T(DuplicateName, MethodFault) \
	T(DynamicProperty, _) \
	T(ElementDescription, Description) \
	T(FileAlreadyExists, FileFault) \
	T(FileFault, MethodFault) \
	T(FileInfo, _) \
	T(FileNotFound, FileFault) \
	T(FileQuery, _) \
	T(FileQueryFlags, _) \
	T(FolderFileInfo, FileInfo) \
	T(FolderFileQuery, FileQuery) \
	T(HostAccessRestrictedToManagementServer, MethodFault) \
	T(HostDatastoreBrowserSearchResults, _) \
	T(HostDatastoreBrowserSearchSpec, _) \
	T(HostMountInfo, _) \
	T(InvalidArgument, MethodFault) \
	T(InvalidPowerState, MethodFault) \
	T(InvalidProperty, MethodFault) \
	T(LocalizableMessage, _) \
	T(LocalizedMethodFault, _) \
	T(ManagedObjectNotFound, MethodFault) \
	T(MethodFault, _) \
	T(MissingObject, _) \
	T(MissingProperty, _) \
	T(NoPermission, MethodFault) \
	T(NotAuthenticated, NoPermission) \
	T(ObjectContent, _) \
	T(ObjectSpec, _) \
	T(ObjectUpdate, _) \
	T(PropertyChange, _) \
	T(PropertyFilterSpec, _) \
	T(PropertyFilterUpdate, _) \
	T(PropertySpec, _) \
	T(RetrieveOptions, _) \
	T(RetrieveResult, _) \
	T(SelectionSpec, _) \
	T(ServiceContent, _) \
	T(TaskInProgress, MethodFault) \
	T(TaskInfo, _) \
	T(TraversalSpec, SelectionSpec) \
	T(UpdateSet, _) \
	T(UserSession, _) \
	T(VirtualMachineMessage, _) \
	T(VirtualMachineQuestionInfo, _) \
	T(VmConfigFileQuery, FileQuery) \
	T(WaitOptions, _)

/*
 * Methods.  VIM_PARAMETERS_<method> are its parameters but for _this, which each has;
 * VIM_RESULT_<method> is its returnval, if it has one.
 */

#define VIM_PARAMETERS_RetrieveServiceContent(M, S)
#define VIM_RESULT_RetrieveServiceContent(M, S) M(S, OBJECT, ServiceContent, returnval)
#define VIM_PARAMETERS_CurrentTime(M, S)
#define VIM_RESULT_CurrentTime(M, S) M(S, TIME, _, returnval)
#define VIM_PARAMETERS_Login(M, S) \
	M(S, TEXT, _, userName) \
	M(S, TEXT, _, password) \
	M(S, TEXT, _, locale)
#define VIM_RESULT_Login(M, S) M(S, OBJECT, UserSession, returnval)
#define VIM_PARAMETERS_Logout(M, S)
#define VIM_RESULT_Logout(M, S)

#define VIM_PARAMETERS_RetrieveProperties(M, S) \
	M(S, OBJECTS, PropertyFilterSpec, specSet)
#define VIM_RESULT_RetrieveProperties(M, S) M(S, OBJECTS, ObjectContent, returnval)
#define VIM_PARAMETERS_RetrievePropertiesEx(M, S) \
	M(S, OBJECTS, PropertyFilterSpec, specSet) \
	M(S, OBJECT, RetrieveOptions, options)
#define VIM_RESULT_RetrievePropertiesEx(M, S) M(S, OBJECT, RetrieveResult, returnval)
#define VIM_PARAMETERS_ContinueRetrievePropertiesEx(M, S) \
	M(S, TEXT, _, token)
#define VIM_RESULT_ContinueRetrievePropertiesEx(M, S) M(S, OBJECT, RetrieveResult, returnval)

#define VIM_PARAMETERS_CreatePropertyCollector(M, S)
#define VIM_RESULT_CreatePropertyCollector(M, S) M(S, REFERENCE, _, returnval)
#define VIM_PARAMETERS_DestroyPropertyCollector(M, S)
#define VIM_RESULT_DestroyPropertyCollector(M, S)
#define VIM_PARAMETERS_CreateFilter(M, S) \
	M(S, OBJECT, PropertyFilterSpec, spec) \
	M(S, BOOLEAN, _, partialUpdates)
#define VIM_RESULT_CreateFilter(M, S) M(S, REFERENCE, _, returnval)
#define VIM_PARAMETERS_DestroyPropertyFilter(M, S)
#define VIM_RESULT_DestroyPropertyFilter(M, S)
#define VIM_PARAMETERS_CheckForUpdates(M, S) \
	M(S, TEXT, _, version)
#define VIM_RESULT_CheckForUpdates(M, S) M(S, OBJECT, UpdateSet, returnval)
#define VIM_PARAMETERS_WaitForUpdatesEx(M, S) \
	M(S, TEXT, _, version) \
	M(S, OBJECT, WaitOptions, options)
#define VIM_RESULT_WaitForUpdatesEx(M, S) M(S, OBJECT, UpdateSet, returnval)

#define VIM_PARAMETERS_FindByDatastorePath(M, S) \
	M(S, REFERENCE, _, datacenter) \
	M(S, TEXT, _, path)
#define VIM_RESULT_FindByDatastorePath(M, S) M(S, REFERENCE, _, returnval)
#define VIM_PARAMETERS_FindByInventoryPath(M, S) \
	M(S, TEXT, _, inventoryPath)
#define VIM_RESULT_FindByInventoryPath(M, S) M(S, REFERENCE, _, returnval)
#define VIM_PARAMETERS_FindByUuid(M, S) \
	M(S, REFERENCE, _, datacenter) \
	M(S, TEXT, _, uuid) \
	M(S, BOOLEAN, _, vmSearch) \
	M(S, BOOLEAN, _, instanceUuid)
#define VIM_RESULT_FindByUuid(M, S) M(S, REFERENCE, _, returnval)
/* Since 4.0; the one above answers any of several. */
#define VIM_PARAMETERS_FindAllByUuid(M, S) VIM_PARAMETERS_FindByUuid(M, S)
#define VIM_RESULT_FindAllByUuid(M, S) M(S, REFERENCES, _, returnval)

#define VIM_PARAMETERS_PowerOnVM_Task(M, S) \
	M(S, REFERENCE, _, host)
#define VIM_RESULT_PowerOnVM_Task(M, S) M(S, REFERENCE, _, returnval)
#define VIM_PARAMETERS_PowerOffVM_Task(M, S)
#define VIM_RESULT_PowerOffVM_Task(M, S) M(S, REFERENCE, _, returnval)
#define VIM_PARAMETERS_SuspendVM_Task(M, S)
#define VIM_RESULT_SuspendVM_Task(M, S) M(S, REFERENCE, _, returnval)
#define VIM_PARAMETERS_ShutdownGuest(M, S)
#define VIM_RESULT_ShutdownGuest(M, S)
#define VIM_PARAMETERS_RebootGuest(M, S)
#define VIM_RESULT_RebootGuest(M, S)
#define VIM_PARAMETERS_AnswerVM(M, S) \
	M(S, TEXT, _, questionId) \
	M(S, TEXT, _, answerChoice)
#define VIM_RESULT_AnswerVM(M, S)
#define VIM_PARAMETERS_CancelTask(M, S)
#define VIM_RESULT_CancelTask(M, S)
#define VIM_PARAMETERS_RegisterVM_Task(M, S) \
	M(S, TEXT, _, path) \
	M(S, TEXT, _, name) \
	M(S, BOOLEAN, _, asTemplate) \
	M(S, REFERENCE, _, pool) \
	M(S, REFERENCE, _, host)
#define VIM_RESULT_RegisterVM_Task(M, S) M(S, REFERENCE, _, returnval)
#define VIM_PARAMETERS_UnregisterVM(M, S)
#define VIM_RESULT_UnregisterVM(M, S)

#define VIM_PARAMETERS_SearchDatastore_Task(M, S) \
	M(S, TEXT, _, datastorePath) \
	M(S, OBJECT, HostDatastoreBrowserSearchSpec, searchSpec)
#define VIM_RESULT_SearchDatastore_Task(M, S) M(S, REFERENCE, _, returnval)
#define VIM_PARAMETERS_SearchDatastoreSubFolders_Task(M, S) \
	VIM_PARAMETERS_SearchDatastore_Task(M, S)
#define VIM_RESULT_SearchDatastoreSubFolders_Task(M, S) M(S, REFERENCE, _, returnval)
#define VIM_PARAMETERS_DeleteDatastoreFile_Task(M, S) \
	M(S, TEXT, _, name) \
	M(S, REFERENCE, _, datacenter)
#define VIM_RESULT_DeleteDatastoreFile_Task(M, S) M(S, REFERENCE, _, returnval)
#define VIM_PARAMETERS_MoveDatastoreFile_Task(M, S) \
	M(S, TEXT, _, sourceName) \
	M(S, REFERENCE, _, sourceDatacenter) \
	M(S, TEXT, _, destinationName) \
	M(S, REFERENCE, _, destinationDatacenter) \
	M(S, BOOLEAN, _, force)
#define VIM_RESULT_MoveDatastoreFile_Task(M, S) M(S, REFERENCE, _, returnval)
#define VIM_PARAMETERS_MakeDirectory(M, S) \
	M(S, TEXT, _, name) \
	M(S, REFERENCE, _, datacenter) \
	M(S, BOOLEAN, _, createParentDirectories)
#define VIM_RESULT_MakeDirectory(M, S)

/*
 * M(method, presence of a single returnval).  OPTIONAL: none is a good answer; NONE
 * and LIST say what VIM_RESULT has.
 */
#define VIM_METHODS(M) \
	M(AnswerVM, NONE) \
	M(CancelTask, NONE) \
	M(CheckForUpdates, OPTIONAL) \
	M(ContinueRetrievePropertiesEx, REQUIRED) \
	M(CreateFilter, REQUIRED) \
	M(CreatePropertyCollector, REQUIRED) \
	M(CurrentTime, REQUIRED) \
	M(DeleteDatastoreFile_Task, REQUIRED) \
	M(DestroyPropertyCollector, NONE) \
	M(DestroyPropertyFilter, NONE) \
	M(FindAllByUuid, LIST) \
	M(FindByDatastorePath, OPTIONAL) \
	M(FindByInventoryPath, OPTIONAL) \
	M(FindByUuid, OPTIONAL) \
	M(Login, REQUIRED) \
	M(Logout, NONE) \
	M(MakeDirectory, NONE) \
	M(MoveDatastoreFile_Task, REQUIRED) \
	M(PowerOffVM_Task, REQUIRED) \
	M(PowerOnVM_Task, REQUIRED) \
	M(RebootGuest, NONE) \
	M(RegisterVM_Task, REQUIRED) \
	M(RetrieveProperties, LIST) \
	M(RetrievePropertiesEx, OPTIONAL) \
	M(RetrieveServiceContent, REQUIRED) \
	M(SearchDatastoreSubFolders_Task, REQUIRED) \
	M(SearchDatastore_Task, REQUIRED) \
	M(ShutdownGuest, NONE) \
	M(SuspendVM_Task, REQUIRED) \
	M(UnregisterVM, NONE) \
	M(WaitForUpdatesEx, OPTIONAL)

#endif
