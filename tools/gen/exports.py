#!/usr/bin/env python3
"""The list of exported names, for the linker: exports.py dynamic-list|version-script symbols.tsv OUT

dynamic-list is for --dynamic-list of a program, version-script for --version-script of a library."""

import pathlib
import sys


def main():
    form, table, out = sys.argv[1:]
    rows = pathlib.Path(table).read_text().splitlines()[1:]
    names = "".join(f"  {row.split(chr(9))[0]};\n" for row in rows)
    text = "{\n" + names + "};\n" if form == "dynamic-list" else "{\nglobal:\n" + names + "local:\n  *;\n};\n"
    pathlib.Path(out).write_text(text)


if __name__ == "__main__":
    main()
