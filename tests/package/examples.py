#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the command lines that the README, the manuals and --help show.

Usage: examples.py SOURCE TOOL...

Each runs in a folder with files of the names that they use, in the order in which they stand;
no tool may find anything wrong, and where an example shows what is printed, that is printed.
Servers are the module of the tests, which forgets between two commands what was done: of
vmxremote only the command line has to be right.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

VMX = """config.version = "8"
virtualHW.version = "13"
displayName = "{name}"
guestOS = "other"
memsize = "1024"
uuid.bios = "56 4d 11 22 33 44 55 66-77 88 99 aa bb cc dd ee"
guestinfo.hostname = "{name}"
sched.mem.min = "512"
ethernet0.present = "TRUE"
ethernet0.virtualDev = "vmxnet3"
ethernet0.networkName = "VM Network"
ethernet1.present = "TRUE"
ethernet1.networkName = "VM Network"
"""
SERVER = """server
user root

datastore
id ds-1
name ds
mount host-1 /vmfs/volumes/1-2
"""
MACHINE = """
machine
id vm-{name}
name {name}
path DC/vm/{name}
datacenter DC
vmx [ds] {name}/{name}.vmx
host host-1
power on

file
path [ds] {name}/{name}.vmx
from {name}.vmx

file
path [ds] {name}/{name}.vmdk
fill 100

file
path [ds] {name}/{name}-flat.vmdk
fill 100
"""
NAMES = ["vm", "web", "web2", "a", "b", "old", "new", "backup", "edited"]
# stand for programs that need a person, or may not be there
STAND_INS = {"vi": "#!/bin/sh\n", "jq": "#!/bin/sh\ncat >/dev/null\n"}


def prepare(folder, tools):
    """The files that examples speak of, and the tools under their names."""
    programs = folder / "bin"
    for part in ("bin", "machines/more", "xml", "vmx", "backups"):
        (folder / part).mkdir(parents=True)
    for tool in tools:
        (programs / tool.name).symlink_to(tool)
    for name, text in STAND_INS.items():
        if name == "vi" or not shutil.which(name):
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
    for name in NAMES:
        (folder / f"{name}.vmx").write_text(VMX.format(name=name))
    for path in ("machines/one.vmx", "machines/more/two.vmx"):
        (folder / path).write_text(VMX.format(name="one"))
    (folder / "password").write_text("x\n")
    (folder / "password").chmod(0o600)
    (folder / "server").write_text(SERVER + "".join(MACHINE.format(name=n) for n in ("web", "web2")))
    environment = dict(os.environ, PATH=f"{programs}:{os.environ['PATH']}", LC_ALL="C.UTF-8")
    for name in ("vm", "web", "edited", "machines/one"):
        subprocess.run(["vmx2xml", "-q", "-o", f"{name}.xml", f"{name}.vmx"], cwd=folder,
                       env=environment, check=True)
    return environment


def joined(lines):
    """(command, what it prints) of lines with "$ " in front of commands."""
    pairs = []
    for line in lines:
        if line.startswith("$ "):
            pairs.append([line[2:], []])
        elif line.startswith("> ") or pairs[-1][0].endswith(("|", "\\")):
            pairs[-1][0] += "\n" + line.removeprefix("> ")
        else:
            pairs[-1][1].append(line)
    return pairs


def of_manual(path):
    """The examples of a page; each display begins with a command, but what .Dl goes on with."""
    page = path.read_text(encoding="utf-8")
    page = page[page.index(".Sh EXAMPLES\n"):].split("\n.Sh ", 1)[0]
    lines, literal = [], False
    for line in page.splitlines()[1:]:
        if line.startswith((".Bd", ".Ed")):
            literal = line.startswith(".Bd")
        elif literal or line.startswith(".Dl "):
            line = line.removeprefix(".Dl ")
            lines.append(line.replace(r"\(dq", '"').replace(r"\e", "\\"))
    return joined(lines)


def of_readme(path):
    """Those of its first section: a line each, with a comment behind."""
    section = path.read_text(encoding="utf-8").split("\n## The tools\n")[1].split("\n## ")[0]
    lines = re.findall(r"^    (\S.*?)(?: +#.*)?$", section, re.MULTILINE)
    return joined(["$ " + line for line in lines])


def of_help(tool, environment, folder):
    def text(option):
        return subprocess.run([str(tool), option], capture_output=True, text=True, check=True,
                              cwd=folder, env=environment).stdout

    pages = [text("--help")]
    pages += [text(f"--help={word}") for word in re.findall(r"--help\[=(\w+)\]", pages[0])]
    shown = [page.split("\nExamples:")[1].split("\nManual:")[0] for page in pages]
    return joined(["$ " + line.strip() for page in shown for line in page.splitlines()])


def run(command, shown, environment, folder):
    """What is wrong with it, or None."""
    local = re.sub(r"\b(?:esx|vpx)://[^\s'\"]+", "memory://host/server", command)
    local = local.replace("/etc/vmx-password", "password").replace("=/backup", "=backups")
    exported = re.fullmatch(r"export (\w+)='?([^']*)'?", local)
    if exported:
        environment[exported[1]] = exported[2]
        return None
    done = subprocess.run(["bash", "-o", "pipefail", "-c", local], capture_output=True, text=True,
                          cwd=folder, env=environment, stdin=subprocess.DEVNULL, timeout=60)
    # 1: diff has found differences
    accepted = (0, 1) if re.search(r"vmxremote|vmxedit diff", local) else (0,)
    if done.returncode not in accepted or ("vmxremote" not in local and "error:" in done.stderr):
        return f"exit status {done.returncode}: {done.stderr}"
    if shown and done.stdout.splitlines() != shown:
        return f"it prints: {done.stdout}"
    return None


def main():
    source = pathlib.Path(sys.argv[1]).resolve()
    tools = [pathlib.Path(tool).resolve() for tool in sys.argv[2:]]
    documents = {"README.md": lambda e, f: of_readme(source / "README.md")}
    for tool in tools:
        page = source / "docs" / "man" / f"{tool.name}.1"
        documents[page.name] = lambda e, f, page=page: of_manual(page)
        documents[f"{tool.name} --help"] = lambda e, f, tool=tool: of_help(tool, e, f)
    failed = 0
    for name, examples in documents.items():
        with tempfile.TemporaryDirectory() as folder:
            environment = prepare(pathlib.Path(folder), tools)
            environment["VMX_URI"] = "memory://host/server"
            pairs = examples(environment, folder)
            wrong = [f"{name}: {command}\n    {why}" for command, shown in pairs
                     if (why := run(command, shown, environment, folder))]
        if not pairs:
            wrong.append(f"{name}: there are no examples")
        print(f"{name}: {len(pairs)} examples", *wrong, sep="\n")
        failed += len(wrong)
    return failed > 0


sys.exit(main())
