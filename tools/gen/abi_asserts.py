"""abi_asserts.py LAYOUT.tsv CONSTANTS.tsv OUT.c: static assertions that the headers have CPython 3.13's layouts and values."""

import csv
import sys


def rows(path):
    with open(path, newline="") as f:
        yield from csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)


def main(layout, constants, out):
    lines = ["/* Made by tools/gen/abi_asserts.py: compiling it is the test. */", "#include <Python.h>", "#include <frameobject.h>",
             "#include <marshal.h>", "#include <opcode.h>", "#include <errcode.h>", "#include <osdefs.h>", "#include <structmember.h>",
             "#include <stddef.h>"]
    for r in rows(layout):
        if r["field"] == "(total)":
            lines.append(f'_Static_assert(sizeof({r["struct"]}) == {r["size"]}, "size of {r["struct"]}");')
        else:
            lines.append(f'_Static_assert(offsetof({r["struct"]}, {r["field"]}) == {r["offset"]}, "{r["struct"]}.{r["field"]}");')
    for r in rows(constants):
        value = int(r["value"])
        if value < 0:
            lines.append(f'_Static_assert((long)({r["name"]}) == {value + 1}L - 1, "{r["name"]}");')
        else:
            lines.append(f'_Static_assert((unsigned long)({r["name"]}) == {value}UL, "{r["name"]}");')
    with open(out, "w") as f:
        f.write("\n".join(lines) + "\nint main(void) { return 0; }\n")


main(*sys.argv[1:])
