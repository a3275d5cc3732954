#!/usr/bin/env python3
"""Makes the static hash table of the strings in _PyRuntime: intern_table.py IDS.def OUT.h

Interning a name must return the static object of that text; finding it through a table that is laid out at
build time means that starting an interpreter inserts nothing. The hash does not depend on the hash seed.
One-character strings are found by their code and are left out."""
import re
import sys


FACTOR, ALL = 0x9E3779B97F4A7C15, (1 << 64) - 1


def text_hash(data):
    """str_text_hash() of src/object/text/str_intern.c."""
    n = len(data)
    h = n * FACTOR & ALL
    number = lambda part: int.from_bytes(part, "little")
    if n >= 8:
        for i in range(0, n - 8, 8):
            h = (h ^ number(data[i:i + 8])) * FACTOR & ALL
            h ^= h >> 32
        w = number(data[-8:])
    elif n >= 4:
        w = number(data[:4]) | number(data[-4:]) << 32
    else:
        w = data[0] | data[n // 2] << 8 | data[-1] << 16 if n else 0
    h = (h ^ w) * FACTOR & ALL
    return h >> 32


def read_defs(path):
    for line in open(path, encoding="utf-8"):
        m = re.match(r'STR_DEF\((\w+), "(.*)"\)', line)
        if m:
            yield f"STR({m[1]})", m[2].encode()
        m = re.match(r"ID_DEF\((\w+)\)", line)
        if m:
            yield f"ID({m[1]})", m[1].encode()


def main():
    ids, path = sys.argv[1:]
    entries = [(expr, text) for expr, text in read_defs(ids) if len(text) > 1]
    size = 1 << (len(entries) * 2).bit_length()
    table = [None] * size
    seen = set()
    for expr, text in entries:
        if text in seen:
            continue
        seen.add(text)
        i = text_hash(text) & size - 1
        while table[i]:
            i = i + 1 & size - 1
        table[i] = (expr, text)
    with open(path, "w", encoding="ascii") as out:
        out.write("/* Made by tools/gen/intern_table.py out of rt/ids.def. */\n")
        out.write(f"#define STATIC_TABLE_MASK {size - 1}\nstatic PyObject *const static_table[{size}] = {{\n")
        for i, e in enumerate(table):
            if e:
                out.write(f"[{i}] = {e[0]},\n")
        out.write("};\n")


main()
