"""sysconfigdata.py BUILD [LIB]: what the sysconfig module tells about the build in BUILD, written to LIB (BUILD/lib/python3.13).

Compiler and options are those that Meson wrote down when it set BUILD up, the facts of the platform those of
include/pyconfig.h. Two files: _sysconfigdata_*.py, whose paths are computed at import from sys.base_prefix so that the
folder can be moved, and config-3.13-*/Makefile with the same values for make. A LIB that is another build folder's
(a symbolic link) describes that one and stays as it is."""

import json
import os
import pathlib
import pprint
import re
import shlex
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
MULTIARCH = "x86_64-linux-gnu"
SOABI = f"cpython-313-{MULTIARCH}"
WRAPPERS = {"ccache", "sccache", "distcc", "icecc"}

# Of the options that our own sources are compiled with, those that mean something to others too.
OURS_ONLY = re.compile(r"-I|-fdiagnostics-color|-Winvalid-pch|-Werror|-Wno-|-fvisibility|-fno-pie|-fno-plt|-std|-DADDER_|-D_GNU_SOURCE|-D_FILE_OFFSET")

# Paths as formats; {prefix} is sys.base_prefix in Python and $(prefix) in the Makefile.
PATHS = {
    "prefix": "{prefix}", "exec_prefix": "{prefix}", "BINDIR": "{prefix}/bin", "LIBDIR": "{prefix}/lib", "SCRIPTDIR": "{prefix}/lib",
    "datarootdir": "{prefix}/share", "MANDIR": "{prefix}/share/man", "INCLUDEDIR": "{prefix}/include", "CONFINCLUDEDIR": "{prefix}/include",
    "INCLUDEPY": "{prefix}/include/python3.13", "CONFINCLUDEPY": "{prefix}/include/python3.13",
    "LIBDEST": "{prefix}/lib/python3.13", "BINLIBDEST": "{prefix}/lib/python3.13", "DESTLIB": "{prefix}/lib/python3.13",
    "MACHDESTLIB": "{prefix}/lib/python3.13", "DESTSHARED": "{prefix}/lib/python3.13/lib-dynload", "LIBPC": "{prefix}/lib/pkgconfig",
    "LIBPL": f"{{prefix}}/lib/python3.13/config-3.13-{MULTIARCH}", "WHEEL_PKG_DIR": "{prefix}/lib/python3.13/ensurepip/_bundled",
}


def header_values(path):
    for m in re.finditer(r"^\s*#define (\w+) (.*)$", path.read_text(), re.M):
        try:
            yield m[1], int(m[2])
        except ValueError:
            yield m[1], m[2].strip('"')


def build_facts(build):
    """(compiler command, options our sources are compiled with, options of the build) as Meson knows them."""
    targets = json.loads((build / "meson-info/intro-targets.json").read_text())
    sources = next(t for t in targets if t["name"] == "adder")["target_sources"][0]
    compiler = [word for word in sources["compiler"] if os.path.basename(word) not in WRAPPERS]
    options = json.loads((build / "meson-info/intro-buildoptions.json").read_text())
    return compiler, sources["parameters"], {o["name"]: o["value"] for o in options}


def compilers(command):
    """(C, C++) commands, the second guessed from the first."""
    name = os.path.basename(command[0])
    cxx = name.replace("clang", "clang++") if "clang" in name else re.sub(r"gcc|cc", "g++", name, count=1)
    return shlex.join([name, *command[1:]]), shlex.join([cxx, *command[1:]])


def variables(build):
    command, parameters, options = build_facts(build)
    cc, cxx = compilers(command)
    core = [p for p in parameters if not OURS_ONLY.match(p)]
    # Extensions are optimised whatever this build is.
    base, opt = "-fno-strict-overflow -Wsign-compare", "-DNDEBUG -g -O2 -Wall"
    sanitize = " ".join(p for p in parameters if p.startswith("-fsanitize")) or (
        f"-fsanitize={options['b_sanitize']}" if options.get("b_sanitize", "none") not in ("none", "", []) else "")
    args = [f"-D{name}={options[name]}" for name in ("buildtype", "optimization", "b_lto", "b_pgo", "b_ndebug") if name in options]
    return {
        "ABIFLAGS": "", "ABI_THREAD": "", "AR": "ar", "ARFLAGS": "rcs", "CC": cc, "CXX": cxx, "CPP": f"{cc} -E", "MAINCC": cc, "CCSHARED": "-fPIC",
        "BASECFLAGS": base, "OPT": opt, "CFLAGS": f"{base} {opt}", "PY_CFLAGS": f"{base} {opt}", "CFLAGSFORSHARED": "-fPIC",
        "PY_CFLAGS_NODIST": sanitize, "CONFIGURE_CFLAGS_NODIST": sanitize, "PY_CORE_CFLAGS": " ".join(core), "CPPFLAGS": "", "PY_CPPFLAGS": "",
        "LDFLAGS": "", "PY_LDFLAGS": "", "PY_LDFLAGS_NODIST": sanitize, "LDSHARED": f"{cc} -shared", "BLDSHARED": f"{cc} -shared",
        "LDCXXSHARED": f"{cxx} -shared", "LINKCC": cc, "LINKFORSHARED": "-Wl,--export-dynamic", "LIBPYTHON": "", "LIBS": "-ldl -lm", "LIBM": "-lm", "LIBC": "",
        "SYSLIBS": "-lm", "SHLIBS": "-ldl -lm", "MODLIBS": "", "LOCALMODLIBS": "", "BASEMODLIBS": "", "MODULE_CMATH_LDFLAGS": "-lm",
        "EXT_SUFFIX": f".{SOABI}.so", "SHLIB_SUFFIX": ".so", "SOABI": SOABI, "MULTIARCH": MULTIARCH, "ALT_SOABI": 0,
        "EXE": "", "EXEEXT": "", "BUILDEXE": "", "BUILDPYTHON": "adder", "VERSION": "3.13", "LDVERSION": "3.13", "PLATLIBDIR": "lib", "MACHDEP": "linux",
        "PYTHONFRAMEWORK": "", "PYTHONFRAMEWORKDIR": "no-framework", "PYTHONFRAMEWORKINSTALLDIR": "", "PYTHONFRAMEWORKPREFIX": "",
        "HOST_GNU_TYPE": "x86_64-pc-linux-gnu", "BUILD_GNU_TYPE": "x86_64-pc-linux-gnu", "GNULD": "yes",
        "WITH_PYMALLOC": 1, "WITH_DOC_STRINGS": 1, "WITH_MIMALLOC": 0, "WITH_FREELISTS": 1, "WITH_DTRACE": 0, "WITH_VALGRIND": 0,
        "Py_DEBUG": 0, "Py_TRACE_REFS": 0, "Py_GIL_DISABLED": 0, "Py_STATS": 0, "Py_HASH_ALGORITHM": 0, "TEST_MODULES": "yes",
        "LIBRARY": "libpython3.13.a", "LDLIBRARY": "libpython3.13.so", "INSTSONAME": "libpython3.13.so.1.0", "PY3LIBRARY": "libpython3.so",
        "BLDLIBRARY": "-lpython3.13", "LDLIBRARYDIR": "", "RUNSHARED": "", "HOSTRUNNER": "", "STATIC_LIBPYTHON": 0,
        "TZPATH": "/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo",
        "PY_BUILTIN_HASHLIB_HASHES": "md5,sha1,sha2,sha3,blake2", "HAVE_GETRANDOM": 1,
        "CONFIG_ARGS": shlex.join(args), "LN": "ln", "SHELL": "/bin/sh", "INSTALL": "/usr/bin/install -c", "MAKESETUP": "", "DESTDIRS": "",
        "srcdir": ".", "VPATH": "",
    }


# Written behind the table: what depends on where the folder is, and whether libpython was built too.
TAIL = """
_prefix = _sys.base_prefix
build_time_vars.update({{name: value.format(prefix=_prefix) for name, value in {paths}.items()}})
build_time_vars['Py_ENABLE_SHARED'] = build_time_vars['PY_ENABLE_SHARED'] = int(
    _os.path.exists(_os.path.join(_prefix, 'lib', build_time_vars['LDLIBRARY'])))
"""


def data_file(values):
    return ('"""What sysconfig tells about this build of Adder."""\n\nimport os as _os\nimport sys as _sys\n\nbuild_time_vars = '
            + pprint.pformat(values) + "\n" + TAIL.format(paths=pprint.pformat(PATHS)))


def makefile(values):
    lines = ["# What sysconfig tells about this build of Adder, for make.",
             "prefix = $(abspath $(dir $(lastword $(MAKEFILE_LIST)))../../..)"]
    lines += [f"{name} = {value.format(prefix='$(prefix)')}" for name, value in PATHS.items() if name != "prefix"]
    lines += [f"{name} = {value}" for name, value in sorted(values.items())]
    return "\n".join(lines) + "\n"


def main(build, lib=None):
    build = pathlib.Path(build)
    folder = pathlib.Path(lib) if lib else build / "lib/python3.13"
    if not lib and (folder.is_symlink() or folder.parent.is_symlink()):
        return
    values = {**dict(header_values(TOP / "include/pyconfig.h")), **variables(build)}
    config = folder / f"config-3.13-{MULTIARCH}"
    config.mkdir(exist_ok=True)
    (config / "Makefile").write_text(makefile(values))
    (folder / f"_sysconfigdata__linux_{MULTIARCH}.py").write_text(data_file(values))


main(*sys.argv[1:])
