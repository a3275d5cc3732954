"""Compare the code objects of a compile_stream run with those that this interpreter makes.

    python3.13 compare_stream.py STREAM [-O | -OO] [--strip PREFIX] [--show N]

Every field of every code object is compared but co_filename. Differences are shown as a diff of the two
disassemblies, with positions and exception tables. PREFIX is taken off the paths before the files are opened.
"""
import argparse
import difflib
import marshal
import sys
import warnings

from canonical import differences
from places import listing


def show(want, got, fields):
    print("###", want.co_filename, want.co_qualname, want.co_firstlineno, fields)
    for f in fields:
        if f not in ("co_code", "co_linetable", "co_exceptiontable"):
            print("  ", f, "want", str(getattr(want, f))[:200], "got", str(getattr(got, f))[:200])
    for line in list(difflib.unified_diff(listing(want), listing(got), "want", "got", lineterm="", n=3))[:40]:
        print("   ", line)


def read_stream(f):
    data = f.read()
    at = 0
    while at < len(data):
        end = data.index(b"\0", at)
        path = data[at:end].decode()
        at = end + 1
        end = data.index(b"\0", at)
        size = int(data[at:end])
        at = end + 1
        yield path, data[at:at + size]
        at += size


def main():
    p = argparse.ArgumentParser()
    p.add_argument("stream")
    p.add_argument("-O", action="count", default=0)
    p.add_argument("--strip", default="")
    p.add_argument("--show", type=int, default=10)
    args = p.parse_args()
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(10000)
    files = bad = shown = 0
    with open(args.stream, "rb") as f:
        for path, data in read_stream(f):
            path = path.removeprefix(args.strip)
            with open(path, "rb") as source:
                text = source.read()
            try:
                want = compile(text, path, "exec", dont_inherit=True, optimize=args.O)
            except (SyntaxError, ValueError) as e:
                want = None
            files += 1
            if want is None or not data:
                if (want is None) != (not data):
                    bad += 1
                    print("###", path, "compiles only", "here" if want else "there")
                continue
            found = differences(want, marshal.loads(data))
            bad += bool(found)
            for d in found:
                if shown < args.show:
                    shown += 1
                    show(*d)
    print(f"{files} files, {bad} differ")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
