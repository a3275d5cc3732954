"""-X perf_jit writes a file that `perf inject --jit` can read: records one behind the other, a table before each function's code."""

import os
import struct
import subprocess
import sys

PROGRAM = "import os\ndef outer():\n    inner()\ndef inner():\n    pass\nouter()\nprint(os.getpid())"


def records(data):
    magic, version, size = struct.unpack_from("<III", data)
    assert (magic, version) == (0x4A695444, 1)
    while size < len(data):
        kind, length, time = struct.unpack_from("<IIQ", data, size)
        yield kind, data[size + 16:size + length]
        size += length
    assert size == len(data)


def functions(data):
    table = None
    for kind, content in records(data):
        if kind == 4:
            size, header_size, mapped = struct.unpack_from("<QQQ", content)
            table = content[24:24 + size]
            assert header_size == 20 and mapped >= size
        else:
            assert kind == 0
            pid, thread, vma, address, size, index = struct.unpack_from("<IIQQQQ", content)
            name, code = content[40:-size].rstrip(b"\0").decode(), content[-size:]
            # the header at the table's end points to the entry, the entry to the code, which ends where the table begins
            start = len(table) - 20
            entry = start + struct.unpack_from("<i", table, start + 16)[0]
            to_code, covered = struct.unpack_from("<iI", table, entry + 8)
            assert entry + 8 + to_code == -((size + 7) // 8 * 8) and covered == size and len(code) == size
            assert start + struct.unpack_from("<i", table, start + 12)[0] == entry + 8 + to_code
            yield name


result = subprocess.run([sys.executable, "-I", "-X", "perf_jit", "-c", PROGRAM], capture_output=True, text=True)
if result.returncode != 0 or result.stderr:
    print(result)
path = f"/tmp/jit-{int(result.stdout)}.dump"
with open(path, "rb") as f:
    names = list(functions(f.read()))
os.unlink(path)
print([name for name in names if name.endswith(":<string>")])
# expect: ['py::<module>:<string>', 'py::outer:<string>', 'py::inner:<string>']
print(len(names) > 10, all(name.startswith("py::") for name in names))
# expect: True True
