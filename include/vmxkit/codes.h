/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The registry of codes, for errors and diagnostics alike:
 *
 *     X(number, NAME, "name", FAULT, "what it means")
 *
 * A number or name is never used for anything else, even after the code is
 * gone.  FAULT is that of the code as an error; what is only ever reported as a
 * note or a warning has INPUT, because that is what it becomes where deviations
 * are errors.  docs/diagnostics.md has an example of each; a test holds the two
 * against each other.
 *
 *   1-99     everywhere
 *   100-199  the VMX document
 *   200-299  escapes, datastore names and paths
 *   300-329  the machine can't be read from the document
 *   330-399  the machine is read otherwise than libvirt reads it
 *   400-499  what a person should know, libvirt or not
 *   500-549  domain XML, and what can't be said in a VMX file
 *   600-699  connections to servers
 */
#ifndef VMXKIT_CODES_H
#define VMXKIT_CODES_H

#define VMX_CODE_LIST(X) \
	X(1, OUT_OF_MEMORY, "out-of-memory", SYSTEM, "The system has no memory left.") \
	X(2, INVALID_ARGUMENT, "invalid-argument", USAGE, "A function or option was given a value that it does not take.") \
	X(3, IO, "io", SYSTEM, "A file could not be read or written.") \
	X(4, SUPPRESSED, "suppressed", INPUT, "There are more diagnostics than are shown.") \
	X(100, NOT_VMX, "not-vmx", INPUT, "The input holds no 'key = value' line: it is not a VMX file.") \
	X(101, NUL_BYTE, "nul-byte", INPUT, "The input holds a NUL byte: it is not a VMX file, or it is UTF-16.") \
	X(102, FILE_TOO_LARGE, "file-too-large", INPUT, "The input is larger than the limit for a VMX file.") \
	X(103, TOO_MANY_ENTRIES, "too-many-entries", INPUT, "The input holds more entries than the limit.") \
	X(104, KEY_TOO_LONG, "key-too-long", INPUT, "A key is longer than the limit.") \
	X(105, VALUE_TOO_LONG, "value-too-long", INPUT, "A value is longer than the limit.") \
	X(106, SYNTAX, "syntax", INPUT, "The text is not what libvirt's reader takes (strict reading only).") \
	X(107, UNKNOWN_ENCODING, "unknown-encoding", INPUT, "The file names an encoding that is not known, or that no VMX file can have.") \
	X(108, ENCODING_MISMATCH, "encoding-mismatch", INPUT, "Bytes of the file do not fit the encoding that it names.") \
	X(109, INVALID_UTF8, "invalid-utf8", INPUT, "Text that has to be UTF-8 is not.") \
	X(110, KEY_NOT_FOUND, "key-not-found", INPUT, "The document has no such key.") \
	X(111, INVALID_KEY, "invalid-key", USAGE, "The text can't be a key of a VMX file.") \
	X(112, UNREPRESENTABLE_VALUE, "unrepresentable-value", USAGE, "The value can't stand between the quotes of a VMX file as it is.") \
	X(113, UNENCODABLE_CHARACTER, "unencodable-character", INPUT, "The file's encoding lacks a character of the text.") \
	X(114, DUPLICATE_KEY, "duplicate-key", INPUT, "A key occurs a second time; the first one counts, and VMware refuses such a file.") \
	X(115, BYTE_ORDER_MARK, "byte-order-mark", INPUT, "A UTF-8 byte order mark stands in front of a line.") \
	X(116, UNQUOTED_VALUE, "unquoted-value", INPUT, "A value stands without quotes.") \
	X(117, ODD_KEY, "odd-key", INPUT, "A key holds characters that libvirt's reader does not take in a key.") \
	X(118, NO_ASSIGNMENT, "no-assignment", INPUT, "A line is neither 'key = value' nor a comment.") \
	X(119, UNCLOSED_STRING, "unclosed-string", INPUT, "A quoted value does not end on its line.") \
	X(120, TEXT_AFTER_VALUE, "text-after-value", INPUT, "Something other than a comment follows a quoted value.") \
	X(121, TEMPLATE_DIRECTIVE, "template-directive", INPUT, "A line is a directive of a template language: the file has to be rendered first.") \
	X(122, MISSING_VALUE, "missing-value", INPUT, "Nothing stands after the '='.") \
	X(123, KEY_EXISTS, "key-exists", INPUT, "The document has the key already.") \
	X(124, INVALID_PATTERN, "invalid-pattern", USAGE, "The text is not a valid pattern.") \
	X(200, INVALID_ESCAPE, "invalid-escape", INPUT, "An escape character is not followed by two hex digits.") \
	X(201, INVALID_BASE64, "invalid-base64", INPUT, "A run of VMware-base64 can't be decoded.") \
	X(202, INVALID_DATASTORE_PATH, "invalid-datastore-path", INPUT, "The text is not a path on a datastore.") \
	X(203, INVALID_URL, "invalid-url", INPUT, "The text is not the URL of a file in a datastore browser.") \
	X(204, PATH_LEAVES_DATASTORE, "path-leaves-datastore", INPUT, "The '..' parts of a path lead out of its datastore.") \
	X(205, UNKNOWN_DATASTORE, "unknown-datastore", INPUT, "The path names a datastore that is not among the known ones.") \
	X(206, EMBEDDED_NUL, "embedded-nul", INPUT, "The text holds a NUL byte where none may be.") \
	X(300, ENCRYPTED, "encrypted", INPUT, "The whole configuration is encrypted: its settings are not readable.") \
	X(301, TEMPLATE, "template", INPUT, "The file is a template that has to be rendered first.") \
	X(302, FRAGMENT, "fragment", INPUT, "The file holds a few settings, but no machine.") \
	X(303, MISSING_KEY, "missing-key", INPUT, "A key that has to exist does not.") \
	X(304, INVALID_BOOLEAN, "invalid-boolean", INPUT, "A value that has to be TRUE or FALSE is something else.") \
	X(305, INVALID_INTEGER, "invalid-integer", INPUT, "A value that has to be a whole number is not, or it is too large.") \
	X(306, INVALID_UUID, "invalid-uuid", INPUT, "A value that has to be a UUID is not.") \
	X(307, INVALID_MAC, "invalid-mac", INPUT, "A value that has to be a MAC address is not.") \
	X(308, OUT_OF_RANGE, "out-of-range", INPUT, "A number is outside what the key allows.") \
	X(309, INVALID_VALUE, "invalid-value", INPUT, "A value is none of the words that the key allows.") \
	X(310, INDEX_OUT_OF_RANGE, "index-out-of-range", INPUT, "The number of a device is beyond what any machine has.") \
	X(311, INVALID_FILE_NAME, "invalid-file-name", INPUT, "A file name does not fit the rules that were asked for.") \
	X(330, CONFIG_VERSION, "config-version", INPUT, "config.version is missing or not 8.") \
	X(331, HARDWARE_VERSION, "hardware-version", INPUT, "virtualHW.version is missing or below 4.") \
	X(332, BOOLEAN_SPELLING, "boolean-spelling", INPUT, "A boolean is spelt 1, 0, yes, no, on or off.") \
	X(333, INTEGER_SPELLING, "integer-spelling", INPUT, "A number has blanks behind it.") \
	X(334, EMPTY_VALUE, "empty-value", INPUT, "A value is empty where that says nothing; it is read as if the key were not there.") \
	X(335, NAME_ESCAPES, "name-escapes", INPUT, "An escape in displayName or annotation is malformed, or cuts the text off.") \
	X(336, MEMORY_SIZE, "memory-size", INPUT, "memsize is not a multiple of 4.") \
	X(337, CORES_PER_SOCKET, "cores-per-socket", INPUT, "cpuid.coresPerSocket does not divide numvcpus.") \
	X(338, CPU_AFFINITY, "cpu-affinity", INPUT, "sched.cpu.affinity names fewer CPUs than the machine has.") \
	X(339, GENERATION_ID, "generation-id", INPUT, "The generation id is written so that the guest reads the same value as in VMware; libvirt's text is in another byte order.") \
	X(340, ARCHITECTURE, "architecture", INPUT, "The guest is an ARM system, which libvirt takes for x86_64.") \
	X(341, FIRMWARE, "firmware", INPUT, "firmware is spelt in a way that libvirt does not take.") \
	X(342, NVRAM, "nvram", INPUT, "nvram names no usable file and is left out.") \
	X(343, SCSI_MODEL, "scsi-model", INPUT, "The model of a SCSI controller is none that libvirt knows.") \
	X(344, PCI_SLOT, "pci-slot", INPUT, "A pciSlotNumber is no number.") \
	X(345, DISK_TYPE, "disk-type", INPUT, "deviceType and fileName of a disk do not go together for libvirt.") \
	X(346, DISK_IMAGE, "disk-image", INPUT, "A disk image is no .vmdk file.") \
	X(347, EMPTY_DISK_SLOT, "empty-disk-slot", INPUT, "A disk has no file; it is left out.") \
	X(348, CDROM_BACKING, "cdrom-backing", INPUT, "What is behind a CD-ROM drive does not go together for libvirt.") \
	X(349, EMPTY_DRIVE, "empty-drive", INPUT, "A drive names no medium or device that a host could have; it is empty.") \
	X(350, SCSI_UNIT, "scsi-unit", INPUT, "A SCSI unit is beyond what the hardware version has.") \
	X(351, SATA_ADDRESS, "sata-address", INPUT, "libvirt gives a SATA disk an address other than its place.") \
	X(352, TARGET_NAME, "target-name", INPUT, "Two disks would have the same target name; one gets another.") \
	X(353, FLOPPY_PRESENT, "floppy-present", INPUT, "A floppy drive is there by VMware's default, which is not libvirt's.") \
	X(354, FLOPPY_TYPE, "floppy-type", INPUT, "A floppy drive does not say whether it is a file or a device.") \
	X(355, USB_DISK, "usb-disk", INPUT, "A disk hangs on USB, which libvirt leaves out.") \
	X(356, CARD_KEY, "card-key", INPUT, "A key begins with 'ethernet', but names no card.") \
	X(357, CONNECTION_TYPE, "connection-type", INPUT, "A card is connected in a way that libvirt refuses.") \
	X(358, CONNECTION_DEFAULT, "connection-default", INPUT, "A card does not say how it is connected: VMware bridges it, libvirt does not connect it.") \
	X(359, NETWORK_NAME, "network-name", INPUT, "A card that is bridged or connected to a custom network does not name it.") \
	X(360, ADDRESS_TYPE, "address-type", INPUT, "The kind of a MAC address is none that libvirt knows.") \
	X(361, MAC_SPELLING, "mac-spelling", INPUT, "A MAC address is not spelt with colons.") \
	X(362, CHECK_MAC, "check-mac", INPUT, "checkMACAddress is spelt in capitals, which libvirt takes for false.") \
	X(363, NIC_MODEL, "nic-model", INPUT, "The model of a card is none that libvirt knows.") \
	X(364, THINPRINT, "thinprint", INPUT, "A serial port is VMware's virtual printer; it is left out.") \
	X(365, PORT_BACKING, "port-backing", INPUT, "A serial or parallel port has nothing usable behind it.") \
	X(366, SHARED_FOLDER, "shared-folder", INPUT, "A shared folder is incomplete; it is left out.") \
	X(367, FILE_NAME, "file-name", INPUT, "A file name has a backslash, which libvirt refuses where names become paths on datastores.") \
	X(400, NO_UUID, "no-uuid", INPUT, "The machine has no UUID: all zeros are written.") \
	X(401, NO_MAC, "no-mac", INPUT, "A card has no MAC address yet: all zeros are written.") \
	X(402, NO_MEMORY_SIZE, "no-memory-size", INPUT, "The machine does not say how much memory it has: VMware's default of 32 MiB is written.") \
	X(403, SNAPSHOT, "snapshot", INPUT, "A disk image is a snapshot and needs its parents.") \
	X(404, SUSPENDED, "suspended", INPUT, "The machine is suspended; its memory is not converted.") \
	X(405, ENCRYPTED_TPM, "encrypted-tpm", INPUT, "The state of the TPM is encrypted and stays behind.") \
	X(406, NO_SUCH_SLOT, "no-such-slot", INPUT, "A disk stands where no machine has a place for one; it is left out.") \
	X(407, NO_CONTROLLER, "no-controller", INPUT, "A disk hangs on a controller that is not present; it is left out.") \
	X(408, UNUSABLE_VALUE, "unusable-value", INPUT, "A value that libvirt does not read is of no use; it is left out.") \
	X(409, CONTROL_CHARACTER, "control-character", INPUT, "A text holds a character that XML can't hold; it is left out.") \
	X(500, XML_SYNTAX, "xml-syntax", INPUT, "The text is not well-formed XML.") \
	X(501, XML_DOCUMENT_TYPE, "xml-document-type", INPUT, "The XML has a DOCTYPE, which could declare entities or fetch files.") \
	X(502, XML_TOO_LARGE, "xml-too-large", INPUT, "The XML has more bytes, elements or attributes than the limit, or is nested too deeply.") \
	X(503, NOT_DOMAIN, "not-domain", INPUT, "The root element of the XML is not a domain.") \
	X(504, DOMAIN_TYPE, "domain-type", INPUT, "The domain's type is not 'vmware'.") \
	X(505, XML_MISSING, "xml-missing", INPUT, "An element or attribute that has to be there is not.") \
	X(506, XML_WORD, "xml-word", INPUT, "A word is none of those that the XML may have there.") \
	X(507, XML_NUMBER, "xml-number", INPUT, "A number in the XML is none, or is out of range.") \
	X(508, XML_DUPLICATE, "xml-duplicate", INPUT, "Two devices of the XML have the same name or address.") \
	X(509, XML_IGNORED, "xml-ignored", INPUT, "An element or attribute of the XML is not understood and left out.") \
	X(510, XML_UNSUPPORTED, "xml-unsupported", INPUT, "The XML asks for something that a VMware machine does not have.") \
	X(511, DISK_BUS, "disk-bus", INPUT, "The bus of a disk is none that VMware has.") \
	X(512, DISK_TARGET, "disk-target", INPUT, "The target name of a disk does not fit its bus, or is beyond it.") \
	X(513, DISK_ADDRESS, "disk-address", INPUT, "The address of a disk does not fit its bus or its target name.") \
	X(514, DISK_BACKING, "disk-backing", INPUT, "What is behind a disk does not fit the kind of disk.") \
	X(515, CPU_TOPOLOGY, "cpu-topology", INPUT, "The topology of the CPUs can't be had, or contradicts their number.") \
	X(516, CARD_BACKING, "card-backing", INPUT, "A network card is connected in a way that VMware does not have.") \
	X(517, HARDWARE_LACKS, "hardware-lacks", INPUT, "The hardware version of the machine lacks a device or feature.") \
	X(518, TEXT_NOT_IN_VMX, "text-not-in-vmx", INPUT, "A text holds a character that the value of a VMX file can't hold.") \
	X(519, MEMORY_ROUNDED, "memory-rounded", INPUT, "The memory is not a multiple of 4 MiB; it is rounded up.") \
	X(520, BEYOND_LIBVIRT, "beyond-libvirt", INPUT, "Something is kept that libvirt leaves out or refuses when it writes a VMX file.") \
	X(600, INVALID_URI, "invalid-uri", USAGE, "The text is no URI of a connection.") \
	X(601, UNKNOWN_SCHEME, "unknown-scheme", USAGE, "There is no module for the scheme of the URI.") \
	X(602, UNFIT_MODULE, "unfit-module", SYSTEM, "The module can't be loaded, or is made for another version of the library.") \
	X(603, INVALID_URI_PARAMETER, "invalid-uri-parameter", USAGE, "A parameter of the URI has a value that it does not take.") \
	X(604, UNKNOWN_URI_PARAMETER, "unknown-uri-parameter", INPUT, "The URI has a part that means nothing to the module.") \
	X(605, NO_CREDENTIALS, "no-credentials", USAGE, "No user or password is to be had.") \
	X(606, UNREACHABLE, "unreachable", SYSTEM, "The server can't be reached, or the connection broke.") \
	X(607, TIMED_OUT, "timed-out", SYSTEM, "The server did not answer in time.") \
	X(608, CERTIFICATE, "certificate", SYSTEM, "The server's certificate is not trusted.") \
	X(609, REDIRECTED, "redirected", SYSTEM, "The server sends the client elsewhere; that is never followed.") \
	X(610, HTTP_STATUS, "http-status", SYSTEM, "The server answers with an HTTP status that is none of success.") \
	X(611, SERVER_ANSWER, "server-answer", SYSTEM, "The server's answer can't be understood.") \
	X(612, ANSWER_TOO_LARGE, "answer-too-large", SYSTEM, "The server's answer is beyond a limit.") \
	X(613, SESSION_LOST, "session-lost", SYSTEM, "The session ended, and a new one did not help.") \
	X(614, LOGIN_REFUSED, "login-refused", INPUT, "The server does not take the user and password.") \
	X(615, PERMISSION_DENIED, "permission-denied", INPUT, "The user may not do that.") \
	X(616, WRONG_SERVER, "wrong-server", INPUT, "The server is of another product or version than is needed.") \
	X(617, SERVER_FAULT, "server-fault", INPUT, "The server refuses the request.") \
	X(618, NOT_FOUND, "not-found", INPUT, "The server has no such object or file.") \
	X(619, AMBIGUOUS_NAME, "ambiguous-name", INPUT, "Several objects have that name.") \
	X(620, WRONG_STATE, "wrong-state", INPUT, "The machine is not in the state that is needed.") \
	X(621, ALREADY_EXISTS, "already-exists", INPUT, "The server has such an object or file already.") \
	X(622, NOT_SUPPORTED, "not-supported", INPUT, "The module or the server can't do that.") \
	X(623, QUESTION_BLOCKS, "question-blocks", INPUT, "The server waits for the answer to a question.") \
	X(624, QUESTION_ANSWERED, "question-answered", INPUT, "A question of the server was answered.") \
	X(625, TASK_PENDING, "task-pending", INPUT, "Another task of the machine is not done yet.") \
	X(626, TASK_FAILED, "task-failed", INPUT, "The server could not do the task.") \
	X(627, CANCELLED, "cancelled", INPUT, "The caller or someone else has cancelled it.") \
	X(628, INCOMPLETE_OBJECT, "incomplete-object", INPUT, "The server does not tell all of an object.") \
	X(629, IN_MAINTENANCE, "in-maintenance", INPUT, "The host is in maintenance mode.") \
	X(630, UNVERIFIED_SERVER, "unverified-server", INPUT, "The server's certificate was not checked, since the URI says so.")

enum vmx_code {
	VMX_OK = 0,
#define VMX_CODE_ENUM_(number, NAME, name, FAULT, text) VMX_CODE_##NAME = number,
	VMX_CODE_LIST(VMX_CODE_ENUM_)
#undef VMX_CODE_ENUM_
	VMX_CODE_LAST_ = 65535	/* keeps the enumeration as wide as it will ever be */
};

#endif
