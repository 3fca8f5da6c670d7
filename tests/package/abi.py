#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the binary interface of the library against the recorded one.

Usage: abi.py RECORD LIBRARY BUILD_INCLUDE SOURCE_INCLUDE CC...

The interface is what programs compiled earlier rely on: the name of the library, its symbols
with their versions, what functions take and answer, where the members of structures are, the
values of enumerations and constants.  A line of the record is one such fact.  A fact that is
gone or has changed breaks those programs; a new one does not, but is recorded as well.
With VMXKIT_UPDATE in the environment the record is written instead.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SKIP = 77
EXPORT = '__attribute__((visibility("default")))'
TYPE_WORDS = {"struct", "enum", "union", "const", "unsigned", "signed", "void", "char", "short",
              "int", "long", "float", "double", "_Bool", "size_t"}
# what a new version changes, and what only the compiler sees
NOT_CONSTANTS = re.compile(r"VMX_(API|BEGIN_DECLS|END_DECLS|VERSION_\w+|\w+_INIT|\w+_)$")


def output_of(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def preprocess(compiler, includes, unit, flags):
    return output_of([*compiler, "-E", *flags, *includes, str(unit)])


def declarations(text):
    """What the public headers declare: the text of each, blanks made equal."""
    ours, kept = False, []
    for line in text.splitlines():
        marker = re.match(r'# \d+ "(.*)"', line)
        if marker:
            ours = "/vmxkit/" in marker[1]
        elif ours:
            kept.append(line)
    text = re.sub(r"__attribute__\(\(format\([^)]*\)\)\)", " ", "\n".join(kept))
    text = re.sub(r"\s+", " ", text.replace("_Bool", "bool"))
    depth, start = 0, 0
    for at, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if char == ";" and depth == 0:
            yield text[start:at].strip()
            start = at + 1


def split_arguments(text):
    """At the commas that are not inside parentheses."""
    depth, start = 0, 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            yield text[start:at].strip()
            start = at + 1
    yield text[start:].strip()


def without_name(argument):
    """The type of an argument: how it is called means nothing to a program."""
    found = re.match(r"(.*[\s*])(\w+)$", argument)
    if not found or found[2] in TYPE_WORDS or re.search(r"(struct|enum|union) $", found[1]):
        return argument
    return found[1].strip()


def signature(answer, arguments):
    return f"{answer.strip()} ({', '.join(map(without_name, split_arguments(arguments)))})"


def not_understood(text):
    sys.exit(f"This declaration is not understood:\n{text}")


def members(body):
    """Name and type of each; those of a list (`int a, *b;`) share the beginning."""
    for declaration in filter(None, map(str.strip, body.split(";"))):
        function = re.match(r"(.*)\(\*(\w+)\)\((.*)\)$", declaration)
        if function:
            yield function[2], "pointer to " + signature(function[1], function[3])
            continue
        listed = re.match(r"([\w *]*?\w) ?(\**\w+(?:, ?\**\w+)*)$", declaration)
        if not listed:
            not_understood(declaration)
        for stars, name in re.findall(r"(\**)(\w+)", listed[2]):
            yield name, f"{listed[1]} {stars}".strip()


class Interface:
    """Facts that stand in the headers, and the statements of a program that prints the others."""

    def __init__(self):
        self.facts = []
        self.statements = []

    def add_struct(self, name, body):
        listed = list(members(body))
        # a size in front says how much of the rest the other side knows: it may grow
        if listed[0][0] == "size":
            self.facts.append(f"struct {name} begins with its size")
        else:
            self.statements.append(f'printf("struct {name} has %zu bytes\\n", sizeof(struct {name}));')
        for member, kind in listed:
            self.statements.append(
                f'printf("struct {name} %s at %zu has %zu bytes: {kind}\\n", "{member}", '
                f'offsetof(struct {name}, {member}), sizeof(((struct {name} *)0)->{member}));')

    def add_enum(self, name, body):
        for entry in filter(None, map(str.strip, body.split(","))):
            value = entry.split("=")[0].strip()
            self.statements.append(f'printf("enum {name} {value} is %d\\n", (int){value});')

    def add(self, text):
        block = re.match(r"(struct|enum) (\w+) \{(.*)\}$", text)
        kind = re.match(r"typedef (.*)\(\*(\w+)\)\((.*)\)$", text)
        function = re.match(re.escape(EXPORT) + r" (.*?)(\w+)\((.*)\)$", text)
        if block:
            (self.add_struct if block[1] == "struct" else self.add_enum)(block[2], block[3])
        elif kind:
            self.facts.append(f"type {kind[2]} is a pointer to {signature(kind[1], kind[3])}")
        elif function:
            self.facts.append(f"function {function[2]} is {signature(function[1], function[3])}")
        elif not re.match(r"struct \w+$", text):
            not_understood(text)

    def add_constant(self, name, value):
        if value.startswith('"'):
            self.statements.append(f'printf("constant {name} is \\"%s\\"\\n", {name});')
        else:
            self.statements.append(
                f'printf("constant {name} is %llu\\n", (unsigned long long)({name}));')

    def program(self):
        return "\n".join(["#include <stddef.h>", "#include <stdio.h>", '#include "all.h"',
                          "int main(void)", "{", *self.statements, "return 0;", "}", ""])


def read_headers(compiler, includes, folder):
    names = {path.name for include in includes for path in pathlib.Path(include[2:], "vmxkit").glob("*.h")}
    unit = folder / "all.h"
    unit.write_text("".join(f"#include <vmxkit/{name}>\n" for name in sorted(names)))
    interface = Interface()
    for text in declarations(preprocess(compiler, includes, unit, ["-x", "c"])):
        interface.add(text)
    for line in preprocess(compiler, includes, unit, ["-x", "c", "-dM"]).splitlines():
        found = re.match(r"#define (VMX_\w+) (.+)$", line)
        if found and not NOT_CONSTANTS.match(found[1]):
            interface.add_constant(found[1], found[2])
    return interface


def run_program(compiler, includes, folder, interface):
    source, program = folder / "layout.c", folder / "layout"
    source.write_text(interface.program())
    subprocess.run([*compiler, *includes, "-I", str(folder), "-o", str(program), str(source)], check=True)
    return output_of([program]).splitlines()


def symbols(library):
    for line in output_of(["readelf", "-d", library]).splitlines():
        found = re.search(r"\(SONAME\).*\[(.*)\]", line)
        if found:
            yield f"library {found[1]}"
    for line in output_of(["nm", "-D", "--defined-only", "--with-symbol-versions", library]).splitlines():
        _, kind, name = line.split()
        if kind != "A":
            yield f"symbol {name}"


def about(fact):
    """What a fact is about: facts about the same thing stand as the headers have them."""
    return fact.split()[:2]


def compare(record, now):
    then = [line for line in record.read_text().splitlines() if not line.startswith("#")]
    gone = [line for line in then if line not in set(now)]
    new = [line for line in now if line not in set(then)]
    for sign, lines in (("-", gone), ("+", new)):
        print("".join(f"{sign} {line}\n" for line in lines), end="")
    if gone:
        print("What is marked - breaks programs that were compiled before. If that has to be, raise "
              "soversion in lib/meson.build, unless no release has it.")
    if gone or new:
        print("To record the interface as it is: VMXKIT_UPDATE=1 meson test -C BUILD_DIR abi")
    else:
        print(f"{len(now)} facts, as recorded")
    return 1 if gone or new else 0


def main():
    record, library, build_include, source_include, *compiler = sys.argv[1:]
    record, includes = pathlib.Path(record), [f"-I{source_include}", f"-I{build_include}"]
    if sys.maxsize != 2**63 - 1:
        print("skipped: the record is for machines with 64-bit pointers")
        return SKIP
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        interface = read_headers(compiler, includes, folder)
        facts = interface.facts + run_program(compiler, includes, folder, interface)
    now = sorted(symbols(library)) + sorted(facts, key=about)
    if os.environ.get("VMXKIT_UPDATE"):
        record.write_text("# What tests/package/abi.py has found; it says how this is updated.\n" +
                          "".join(f"{line}\n" for line in now))
    return compare(record, now)


sys.exit(main())
