"""Which code object of a file differs, and in what: one byte for each part of each code object, in places.bin.

digests.txt decides whether a file is as recorded. These bytes only say where to look: a part that differs escapes them
once in 256 times. A file's record is, for each optimisation level, the code objects in the order of nested(), six bytes
each; all records are compressed together. Levels 1 and 2 are stored as differences from level 0, mostly zeros."""
import dis
import difflib
import hashlib
import marshal
import os
import shlex
import subprocess
import types
import zlib

from canonical import constant_bytes, differences, nested

PLACES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "places.bin")
PARTS = [
    ("instructions", ["co_code"]),
    ("constants", ["co_consts"]),
    ("names", ["co_names", "co_varnames", "co_cellvars", "co_freevars", "co_name", "co_qualname"]),
    ("line table", ["co_linetable"]),
    ("exception table", ["co_exceptiontable"]),
    ("numbers", ["co_flags", "co_stacksize", "co_firstlineno", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_nlocals"]),
]
SHOWN = 60                          # lines of a disassembly


def all_codes(co):
    yield co
    for inner in nested(co):
        yield from all_codes(inner)


def part_bytes(co):
    """A byte for each part; code objects among the constants count for themselves."""
    return bytes(hashlib.sha256(b"".join(constant_bytes(getattr(co, f), lambda co: b"") for f in fields)).digest()[0]
                 for name, fields in PARTS)


def record(co):
    return b"".join(part_bytes(c) for c in all_codes(co))


# ---- places.bin: {path: [record of level 0, ...]} ------------------------------------------------------------------

def against(first, other):
    """`other` as its difference from `first`, and back."""
    return bytes(a ^ b for a, b in zip(other, first.ljust(len(other), b"\0")))


def write(records):
    out = []
    for path in sorted(records):
        levels = records[path]
        out.append(path.encode() + b"\0" + bytes([len(levels)]))
        for i, level in enumerate(levels):
            out.append(len(level).to_bytes(4, "little") + (against(levels[0], level) if i else level))
    with open(PLACES, "wb") as f:
        f.write(zlib.compress(b"".join(out), 9))


def read():
    with open(PLACES, "rb") as f:
        data = zlib.decompress(f.read())
    records, at = {}, 0
    while at < len(data):
        end = data.index(b"\0", at)
        path, count, levels = data[at:end].decode(), data[end + 1], []
        at = end + 2
        for i in range(count):
            size = int.from_bytes(data[at:at + 4], "little")
            level = data[at + 4:at + 4 + size]
            levels.append(against(levels[0], level) if i else level)
            at += 4 + size
        records[path] = levels
    return records


# ---- telling what differs ------------------------------------------------------------------------------------------

def listing(co):
    """Instructions with their positions, then the exception table."""
    lines = []
    try:
        for i in dis.get_instructions(co):
            value = "code" if isinstance(i.argval, types.CodeType) else repr(i.argval)[:60]
            lines.append(f"{i.offset} {i.opname} {'' if i.arg is None else i.arg} {value} {tuple(i.positions)}")
        lines += [str(entry) for entry in dis._parse_exception_table(co)]
    except Exception as e:
        lines.append(repr(e))
    return lines


def show_lines(lines):
    for line in lines[:SHOWN]:
        print("    " + line)
    if len(lines) > SHOWN:
        print(f"    ... {len(lines) - SHOWN} more")


def locate(co, recorded):
    """[(code object, names of the parts that differ)]; an empty list when the bytes do not tell."""
    codes, width = list(all_codes(co)), len(PARTS)
    found = []
    for i, c in enumerate(codes):
        got, want = part_bytes(c), recorded[i * width:(i + 1) * width]
        parts = [PARTS[k][0] for k in range(width) if want[k:k + 1] != got[k:k + 1]]
        if parts:
            found.append((c, parts))
    if len(recorded) != len(codes) * width:          # from the first one on everything is shifted
        found = found[:1] or [(co, [])]
        found[0][1].append(f"number of code objects: {len(recorded) // width} expected, {len(codes)} here")
    return found


def reference_code(python, path, source_file, level):
    """The code object that another interpreter (a command, of the same version) makes of the file."""
    script = ("import marshal, sys, warnings; warnings.simplefilter('ignore'); sys.setrecursionlimit(10000)\n"
              "with open(sys.argv[1], 'rb') as f: text = f.read()\n"
              "co = compile(text, sys.argv[2], 'exec', dont_inherit=True, optimize=int(sys.argv[3]))\n"
              "sys.stdout.buffer.write(marshal.dumps(co))")
    out = subprocess.run([*shlex.split(python), "-I", "-c", script, source_file, path, str(level)], capture_output=True)
    if out.returncode != 0:
        print("    " + out.stderr.decode(errors="replace").strip()[-300:])
        return None
    return marshal.loads(out.stdout)


def explain(top, path, level, recorded, python=None):
    """Print which code objects of the file differ, with their disassembly, or with `python` the difference of both."""
    source_file = os.path.join(top, path)
    with open(source_file, "rb") as f:
        source = f.read()
    try:
        got = compile(source, path, "exec", dont_inherit=True, optimize=level)
    except Exception as e:
        print(f"  compile() raised {e!r}; {len(recorded) // len(PARTS)} code objects expected")
        return
    want = reference_code(python, path, source_file, level) if python else None
    if want is not None:
        found = differences(want, got)
        if not found:
            print(f"  equal to what {python} makes: its version is another than the recorded one")
        for a, b, fields in found:
            print(f"  {b.co_qualname}, line {b.co_firstlineno}: {', '.join(fields)}")
            for field in fields:
                if field not in ("co_code", "co_linetable", "co_exceptiontable"):
                    print(f"    {field}: expected {str(getattr(a, field))[:200]}, here {str(getattr(b, field))[:200]}")
            show_lines(list(difflib.unified_diff(listing(a), listing(b), "expected", "here", lineterm="", n=3)))
        return
    found = locate(got, recorded)
    if not found:
        print("  the differing code object escapes places.bin: use --python")
    for co, parts in found[:10]:
        print(f"  {co.co_qualname}, line {co.co_firstlineno}: {', '.join(parts)}")
        show_lines(listing(co))
