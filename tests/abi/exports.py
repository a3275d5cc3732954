"""Are exactly the right names exported? exports.py symbols.tsv PROGRAM-OR-LIBRARY...

Every stable or public name of symbols.tsv must be there, and of the others those that packages or compiled modules of the
standard library import; nothing that CPython does not export may be there, except what the linker adds."""

import pathlib
import re
import subprocess
import sys

LINKER = re.compile(r"_init|_fini|_start|_?_?[ed]?data(_start)?|__data_start|_end|__bss_start|_IO_stdin_used|_?_?environ|stdin|stdout|stderr"
                    r"|__(asan|ubsan|sanitizer|lsan|interceptor|gcov)_.*")


def exported(path):
    out = subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].split("@")[0] for line in out.splitlines() if line}


def main():
    rows = [line.split("\t") for line in pathlib.Path(sys.argv[1]).read_text().splitlines()[1:]]
    known = {name for name, tier, imported in rows}
    needed = {name for name, tier, imported in rows if imported or tier in ("stable", "stable-abi-only", "public")}
    problems = []
    for path in sys.argv[2:]:
        have = exported(path)
        problems += [f"{path}: {name} is not exported" for name in sorted(needed - have)]
        problems += [f"{path}: {name} is exported, not by CPython" for name in sorted(have - known) if not LINKER.fullmatch(name)]
        print(f"{path}: {len(have & known)} of {len(known)} names, {len(needed)} needed")
    print("\n".join(problems))
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
