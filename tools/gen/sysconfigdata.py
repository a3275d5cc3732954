"""sysconfigdata.py PYCONFIG.h OUT.py: what the sysconfig module tells about the build.

The values are those a build of extensions needs; paths are computed at import from sys.base_prefix, so that the
folder can be moved."""

import pprint
import re
import sys

MULTIARCH = "x86_64-linux-gnu"
VARS = {
    "ABIFLAGS": "", "AR": "ar", "ARFLAGS": "rcs", "CC": "gcc", "CXX": "g++", "CPP": "gcc -E", "CCSHARED": "-fPIC",
    "CFLAGS": "-fno-strict-overflow -Wsign-compare -DNDEBUG -g -O2 -Wall", "OPT": "-DNDEBUG -g -O2 -Wall", "BASECFLAGS": "-fno-strict-overflow -Wsign-compare",
    "CPPFLAGS": "", "LDFLAGS": "", "LDSHARED": "gcc -shared", "BLDSHARED": "gcc -shared", "LDCXXSHARED": "g++ -shared", "LINKCC": "gcc",
    "EXT_SUFFIX": f".cpython-313-{MULTIARCH}.so", "SHLIB_SUFFIX": ".so", "SOABI": f"cpython-313-{MULTIARCH}", "MULTIARCH": MULTIARCH,
    "EXE": "", "EXEEXT": "", "BUILDEXE": "", "VERSION": "3.13", "LDVERSION": "3.13", "PYTHONFRAMEWORK": "", "PLATLIBDIR": "lib", "MACHDEP": "linux",
    "HOST_GNU_TYPE": "x86_64-pc-linux-gnu", "BUILD_GNU_TYPE": "x86_64-pc-linux-gnu", "WITH_PYMALLOC": 1, "WITH_DOC_STRINGS": 1, "WITH_MIMALLOC": 0,
    "Py_DEBUG": 0, "Py_TRACE_REFS": 0, "Py_GIL_DISABLED": 0, "Py_ENABLE_SHARED": 0, "Py_HASH_ALGORITHM": 0, "LIBS": "-lpthread -ldl -lutil", "LIBM": "-lm", "LIBC": "",
    "SYSLIBS": "-lm", "SHLIBS": "-lpthread -ldl -lutil", "MODLIBS": "", "LIBRARY": "libpython3.13.a", "LDLIBRARY": "libpython3.13.so", "INSTSONAME": "libpython3.13.so.1.0",
    "LN": "ln", "MAKESETUP": "", "HAVE_GETRANDOM": 1, "TZPATH": "/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo",
    "CONFIG_ARGS": "", "RUNSHARED": "", "DESTDIRS": "", "srcdir": ".", "WHEEL_PKG_DIR": "",
}


def header_values(path):
    with open(path) as f:
        for m in re.finditer(r"^\s*#define (\w+) (.*)$", f.read(), re.M):
            try:
                yield m[1], int(m[2])
            except ValueError:
                yield m[1], m[2].strip('"')


def main(header, out):
    values = {**dict(header_values(header)), **VARS}
    with open(out, "w") as f:
        f.write('"""What sysconfig tells about this build of Adder."""\n\nimport sys as _sys\n\nbuild_time_vars = ')
        f.write(pprint.pformat(values))
        f.write("""

_prefix = _sys.base_prefix
build_time_vars.update({
    'prefix': _prefix, 'exec_prefix': _prefix, 'BINDIR': _prefix + '/bin', 'LIBDIR': _prefix + '/lib', 'LIBDEST': _prefix + '/lib/python3.13',
    'LIBPL': _prefix + '/lib/python3.13/config-3.13-x86_64-linux-gnu', 'INCLUDEDIR': _prefix + '/include', 'INCLUDEPY': _prefix + '/include/python3.13',
    'CONFINCLUDEPY': _prefix + '/include/python3.13', 'DESTSHARED': _prefix + '/lib/python3.13/lib-dynload',
})
""")


main(*sys.argv[1:])
