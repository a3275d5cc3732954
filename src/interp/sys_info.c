/* interp/sys_info.c: facts in sys: version, implementation, limits, flags. */
#include "interp/sys.h"

#include <float.h>

#include "interp/config.h"
#include "interp/import.h"
#include "jit/jit.h"
#include "object/core/structseq.h"
#include "rt/interp.h"
#include "rt/singletons.h"

/* ---- struct sequences ---- */

static PyTypeObject flags_type, version_info_type, float_info_type, int_info_type, hash_info_type, thread_info_type, hooks_type;

static PyStructSequence_Field flags_fields[] = {
    { "debug", "-d" }, { "inspect", "-i" }, { "interactive", "-i" }, { "optimize", "-O or -OO" },
    { "dont_write_bytecode", "-B" }, { "no_user_site", "-s" }, { "no_site", "-S" }, { "ignore_environment", "-E" },
    { "verbose", "-v" }, { "bytes_warning", "-b" }, { "quiet", "-q" }, { "hash_randomization", "-R" },
    { "isolated", "-I" }, { "dev_mode", "-X dev" }, { "utf8_mode", "-X utf8" },
    { "warn_default_encoding", "-X warn_default_encoding" }, { "safe_path", "-P" },
    { "int_max_str_digits", "-X int_max_str_digits" }, { "gil", "-X gil" }, { NULL, NULL },
};
static PyStructSequence_Desc flags_desc = { "sys.flags", "sys.flags\n\nThe flags that the command line or the environment set.", flags_fields, 18 };

static PyStructSequence_Field version_fields[] = {
    { "major", "Major release number" }, { "minor", "Minor release number" }, { "micro", "Patch release number" },
    { "releaselevel", "'alpha', 'beta', 'candidate', or 'final'" }, { "serial", "Serial release number" }, { NULL, NULL },
};
static PyStructSequence_Desc version_desc = { "sys.version_info", "sys.version_info\n\nThe version as a named tuple.", version_fields, 5 };

static PyStructSequence_Field float_fields[] = {
    { "max", "largest finite float" }, { "max_exp", "largest e with radix**(e-1) finite" },
    { "max_10_exp", "largest e with 10**e finite" }, { "min", "smallest normalized float" },
    { "min_exp", "smallest e with radix**(e-1) normalized" }, { "min_10_exp", "smallest e with 10**e normalized" },
    { "dig", "decimal digits that survive a round trip" }, { "mant_dig", "digits of the mantissa" },
    { "epsilon", "1.0's distance to the next float" }, { "radix", "radix of the exponent" },
    { "rounds", "rounding mode of arithmetic" }, { NULL, NULL },
};
static PyStructSequence_Desc float_desc = { "sys.float_info", "sys.float_info\n\nLimits and properties of the float type.", float_fields, 11 };

static PyStructSequence_Field int_fields[] = {
    { "bits_per_digit", "bits in an internal digit" }, { "sizeof_digit", "bytes of an internal digit" },
    { "default_max_str_digits", "default limit of digits in conversions" },
    { "str_digits_check_threshold", "smallest limit that can be set" }, { NULL, NULL },
};
static PyStructSequence_Desc int_desc = { "sys.int_info", "sys.int_info\n\nHow integers are represented.", int_fields, 4 };

static PyStructSequence_Field hash_fields[] = {
    { "width", "bits of a hash value" }, { "modulus", "prime of the hash of numbers" }, { "inf", "hash of infinity" },
    { "nan", "hash of a nan, no longer used" }, { "imag", "multiplier of the imaginary part" },
    { "algorithm", "hash of str, bytes and memoryview" }, { "hash_bits", "bits of the algorithm" },
    { "seed_bits", "bits of its seed" }, { "cutoff", "length below which another algorithm serves" }, { NULL, NULL },
};
static PyStructSequence_Desc hash_desc = { "sys.hash_info", "sys.hash_info\n\nHow hashes are computed.", hash_fields, 9 };

static PyStructSequence_Field thread_fields[] = {
    { "name", "thread implementation" }, { "lock", "lock implementation" }, { "version", "its version" }, { NULL, NULL },
};
static PyStructSequence_Desc thread_desc = { "sys.thread_info", "sys.thread_info\n\nThe thread implementation.", thread_fields, 3 };

static PyStructSequence_Field hooks_fields[] = { { "firstiter", "called when iteration starts" }, { "finalizer", "called instead of closing" }, { NULL, NULL } };
static PyStructSequence_Desc hooks_desc = { "asyncgen_hooks", "asyncgen_hooks\n\nWhat is called for asynchronous generators.", hooks_fields, 2 };

/* Make one instance and forbid more: these are facts, not a type to play with. */
static int
ready_sequence(PyTypeObject *type, PyStructSequence_Desc *desc, int only_one)
{
    if (_PyStructSequence_InitBuiltinWithFlags(interp_current(), type, desc, only_one ? Py_TPFLAGS_DISALLOW_INSTANTIATION : 0) < 0)
        return -1;
    if (only_one) {
        type->tp_init = NULL;
        PyObject *d = PyType_GetDict(type);
        int r = d == NULL ? -1 : PyDict_Pop(d, ID(__new__), NULL);
        Py_XDECREF(d);
        PyType_Modified(type);
        if (r < 0)
            return -1;
    }
    return 0;
}

/* Fill a sequence; steals the items; any NULL item means failure. */
static PyObject *
fill_sequence(PyTypeObject *type, PyObject **items, Py_ssize_t n)
{
    PyObject *seq = PyStructSequence_New(type);
    int ok = seq != NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        ok = ok && items[i] != NULL;
        if (seq != NULL)
            PyStructSequence_SetItem(seq, i, items[i]);
        else
            Py_XDECREF(items[i]);
    }
    if (!ok)
        Py_CLEAR(seq);
    return seq;
}

#define L(x) PyLong_FromLong((long)(x))
#define B(x) PyBool_FromLong((long)(x))
#define S(x) PyUnicode_FromString(x)
#define F(x) PyFloat_FromDouble(x)

OWNED PyObject *
sys_make_flags(void)
{
    const PyConfig *c = &interp_current()->config;
    PyObject *items[] = {
        L(c->parser_debug != 0), L(c->inspect != 0), L(c->interactive != 0), L(c->optimization_level), L(!c->write_bytecode),
        L(!c->user_site_directory), L(!c->site_import), L(!c->use_environment), L(c->verbose), L(c->bytes_warning),
        L(c->quiet != 0), L(c->use_hash_seed == 0 || c->hash_seed != 0), L(c->isolated), B(c->dev_mode),
        L(config_utf8_mode()), L(c->warn_default_encoding), B(c->safe_path), L(interp_current()->long_max_str_digits), L(1),
    };
    return fill_sequence(&flags_type, items, Py_ARRAY_LENGTH(items));
}

static PyObject *
make_version_info(void)
{
    PyObject *items[] = { L(PY_MAJOR_VERSION), L(PY_MINOR_VERSION), L(PY_MICRO_VERSION), S("final"), L(PY_RELEASE_SERIAL) };
    return fill_sequence(&version_info_type, items, 5);
}

static PyObject *
make_float_info(void)
{
    PyObject *items[] = { F(DBL_MAX), L(DBL_MAX_EXP), L(DBL_MAX_10_EXP), F(DBL_MIN), L(DBL_MIN_EXP), L(DBL_MIN_10_EXP),
                          L(DBL_DIG), L(DBL_MANT_DIG), F(DBL_EPSILON), L(FLT_RADIX), L(FLT_ROUNDS) };
    return fill_sequence(&float_info_type, items, 11);
}

static PyObject *
make_int_info(void)
{
    PyObject *items[] = { L(30), L(sizeof(digit)), L(4300), L(640) };
    return fill_sequence(&int_info_type, items, 4);
}

static PyObject *
make_hash_info(void)
{
    PyObject *items[] = { L(8 * sizeof(Py_hash_t)), PyLong_FromSsize_t(((Py_ssize_t)1 << 61) - 1), L(314159), L(0), L(1000003),
                          S("siphash13"), L(64), L(128), L(0) };
    return fill_sequence(&hash_info_type, items, 9);
}

static PyObject *
make_thread_info(void)
{
    PyObject *items[] = { S("pthread"), S("semaphore"), PyUnicode_FromFormat("NPTL %d.%d", __GLIBC__, __GLIBC_MINOR__) };
    return fill_sequence(&thread_info_type, items, 3);
}

static PyObject *
make_implementation(PyObject *version_info)
{
    PyObject *d = PyDict_New(), *items[] = { S("cpython"), S("cpython-313"), L(PY_VERSION_HEX), S("x86_64-linux-gnu") };
    static const char *const names[] = { "name", "cache_tag", "hexversion", "_multiarch" };
    int ok = d != NULL;
    for (int i = 0; i < 4; i++) {
        ok = ok && items[i] != NULL && PyDict_SetItemString(d, names[i], items[i]) == 0;
        Py_XDECREF(items[i]);
        if (i == 1)
            ok = ok && PyDict_SetItemString(d, "version", version_info) == 0;
    }
    PyObject *r = ok ? _PyNamespace_New(d) : NULL;
    Py_XDECREF(d);
    return r;
}

/* ---- the version text ---- */

const char *
Py_GetVersion(void)
{
    return PY_VERSION " (main, 1 Jan 2026, 00:00:00) [Adder, GCC " __VERSION__ "]";
}

const char *
Py_GetBuildInfo(void)
{
    return "main, 1 Jan 2026, 00:00:00";
}

const char *
Py_GetCompiler(void)
{
    return "[Adder, GCC " __VERSION__ "]";
}

const char *
Py_GetPlatform(void)
{
    return "linux";
}

const char *
Py_GetCopyright(void)
{
    return "Copyright (c) 2026 The Adder authors.\nAll Rights Reserved.";
}

const unsigned long Py_Version = PY_VERSION_HEX;

/* Names of all modules of the standard library (docs: sys.stdlib_module_names). */
static const char stdlib_names[] =
    "__future__ _abc _aix_support _android_support _apple_support _ast _asyncio _bisect _blake2 _bz2 _codecs _codecs_cn "
    "_codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections _collections_abc _colorize _compat_pickle "
    "_compression _contextvars _csv _ctypes _curses _curses_panel _datetime _dbm _decimal _elementtree _frozen_importlib "
    "_frozen_importlib_external _functools _gdbm _hashlib _heapq _imp _interpchannels _interpqueues _interpreters _io "
    "_ios_support _json _locale _lsprof _lzma _markupbase _md5 _multibytecodec _multiprocessing _opcode _opcode_metadata "
    "_operator _osx_support _overlapped _pickle _posixshmem _posixsubprocess _py_abc _pydatetime _pydecimal _pyio _pylong "
    "_pyrepl _queue _random _scproxy _sha1 _sha2 _sha3 _signal _sitebuiltins _socket _sqlite3 _sre _ssl _stat _statistics "
    "_string _strptime _struct _suggestions _symtable _sysconfig _thread _threading_local _tkinter _tokenize _tracemalloc "
    "_typing _uuid _warnings _weakref _weakrefset _winapi _wmi _zoneinfo abc antigravity argparse array ast asyncio atexit "
    "base64 bdb binascii bisect builtins bz2 cProfile calendar cmath cmd code codecs codeop collections colorsys compileall "
    "concurrent configparser contextlib contextvars copy copyreg csv ctypes curses dataclasses datetime dbm decimal difflib "
    "dis doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib "
    "functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib "
    "importlib inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox marshal math mimetypes "
    "mmap modulefinder msvcrt multiprocessing netrc nt ntpath nturl2path numbers opcode operator optparse os pathlib pdb "
    "pickle pickletools pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr "
    "pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select "
    "selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3 sre_compile sre_constants sre_parse ssl "
    "stat statistics string stringprep struct subprocess symtable sys sysconfig syslog tabnanny tarfile tempfile termios "
    "textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo "
    "types typing unicodedata unittest urllib uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xml "
    "xmlrpc zipapp zipfile zipimport zlib zoneinfo";

static PyObject *
make_stdlib_names(void)
{
    PyObject *text = PyUnicode_FromString(stdlib_names), *list = text == NULL ? NULL : PyUnicode_Split(text, NULL, -1);
    PyObject *set = list == NULL ? NULL : PyFrozenSet_New(list);
    Py_XDECREF(text);
    Py_XDECREF(list);
    return set;
}

/* Steals value. */
static int
set_fact(PyObject *dict, const char *name, STEALS PyObject *value)
{
    int r = value == NULL ? -1 : PyDict_SetItemString(dict, name, value);
    Py_XDECREF(value);
    return r;
}

static PyObject *
make_git(void)
{
    PyObject *name = S("CPython"), *empty = EMPTY_STR, *r = name == NULL ? NULL : PyTuple_Pack(3, name, empty, empty);
    Py_XDECREF(name);
    return r;
}

static int
add_texts(PyObject *d)
{
    return set_fact(d, "version", S(Py_GetVersion())) < 0 || set_fact(d, "hexversion", L(PY_VERSION_HEX)) < 0 ||
           set_fact(d, "_git", make_git()) < 0 || set_fact(d, "_framework", S("")) < 0 ||
           set_fact(d, "api_version", L(PYTHON_API_VERSION)) < 0 || set_fact(d, "copyright", S(Py_GetCopyright())) < 0 ||
           set_fact(d, "platform", S(Py_GetPlatform())) < 0 || set_fact(d, "maxsize", PyLong_FromSsize_t(PY_SSIZE_T_MAX)) < 0 ||
           set_fact(d, "maxunicode", L(0x10ffff)) < 0 || set_fact(d, "stdlib_module_names", make_stdlib_names()) < 0 ||
           set_fact(d, "byteorder", S("little")) < 0 || set_fact(d, "abiflags", S("")) < 0 ||
           set_fact(d, "float_repr_style", S("short")) < 0 ? -1 : 0;
}

/* ---- sys._adder: what is ours and not CPython's ---- */

static PyObject *adder_jit_stats(PyObject *self, PyObject *unused) { return jit_stats_dict(); }
static PyMethodDef adder_jit_stats_def = { "jit_stats", adder_jit_stats, METH_NOARGS,
    "jit_stats($module, /)\n--\n\nA dict of what the just-in-time compiler has done so far." };

static PyObject *
make_adder(void)
{
    PyObject *d = PyDict_New();
    int ok = d != NULL && set_fact(d, "name", S("adder")) == 0 && set_fact(d, "jit_stats", PyCFunction_New(&adder_jit_stats_def, NULL)) == 0;
    PyObject *r = ok ? _PyNamespace_New(d) : NULL;
    Py_XDECREF(d);
    return r;
}

int
sys_add_info(PyObject *d)
{
    if (ready_sequence(&flags_type, &flags_desc, 1) < 0 || ready_sequence(&version_info_type, &version_desc, 1) < 0 ||
        ready_sequence(&float_info_type, &float_desc, 0) < 0 || ready_sequence(&int_info_type, &int_desc, 0) < 0 ||
        ready_sequence(&hash_info_type, &hash_desc, 0) < 0 || ready_sequence(&thread_info_type, &thread_desc, 0) < 0 ||
        ready_sequence(&hooks_type, &hooks_desc, 0) < 0)
        return -1;
    PyObject *version = make_version_info();
    int r = version == NULL || add_texts(d) < 0 || set_fact(d, "implementation", make_implementation(version)) < 0 ||
            set_fact(d, "version_info", Py_NewRef(version)) < 0 || set_fact(d, "float_info", make_float_info()) < 0 ||
            set_fact(d, "int_info", make_int_info()) < 0 || set_fact(d, "hash_info", make_hash_info()) < 0 ||
            set_fact(d, "thread_info", make_thread_info()) < 0 || set_fact(d, "_adder", make_adder()) < 0 ? -1 : 0;
    Py_XDECREF(version);
    return r;
}

/* ---- asynchronous generator hooks ---- */

static PyObject *
sys_get_asyncgen_hooks(PyObject *module, PyObject *unused)
{
    PyThreadState *ts = ts_current();
    PyObject *items[] = { Py_NewRef(ts->async_gen_firstiter ? ts->async_gen_firstiter : Py_None),
                          Py_NewRef(ts->async_gen_finalizer ? ts->async_gen_finalizer : Py_None) };
    return fill_sequence(&hooks_type, items, 2);
}

static int
check_hook(PyObject *hook, const char *name)
{
    if (hook == NULL || hook == Py_None || PyCallable_Check(hook))
        return 0;
    PyErr_Format(PyExc_TypeError, "callable %s expected, got %.50s", name, Py_TYPE(hook)->tp_name);
    return -1;
}

static PyObject *
sys_set_asyncgen_hooks(PyObject *module, PyObject *args, PyObject *kwds)
{
    PyThreadState *ts = ts_current();
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    PyObject *hook[2] = { n > 0 ? PyTuple_GET_ITEM(args, 0) : NULL, n > 1 ? PyTuple_GET_ITEM(args, 1) : NULL };
    if (n > 2) {
        PyErr_Format(PyExc_TypeError, "set_asyncgen_hooks() takes at most 2 arguments (%zd given)", n);
        return NULL;
    }
    PyObject *key, *value;
    for (Py_ssize_t pos = 0; kwds != NULL && PyDict_Next(kwds, &pos, &key, &value);) {
        int i = PyUnicode_EqualToUTF8(key, "firstiter") ? 0 : PyUnicode_EqualToUTF8(key, "finalizer") ? 1 : -1;
        if (i < 0) {
            PyErr_Format(PyExc_TypeError, "set_asyncgen_hooks() got an unexpected keyword argument '%S'", key);
            return NULL;
        }
        hook[i] = value;
    }
    if (check_hook(hook[1], "finalizer") < 0 || check_hook(hook[0], "firstiter") < 0)
        return NULL;
    if (hook[1] != NULL) {
        if (PySys_Audit("sys.set_asyncgen_hook_finalizer", NULL) < 0)
            return NULL;
        Py_XSETREF(ts->async_gen_finalizer, hook[1] == Py_None ? NULL : Py_NewRef(hook[1]));
    }
    if (hook[0] != NULL) {
        if (PySys_Audit("sys.set_asyncgen_hook_firstiter", NULL) < 0)
            return NULL;
        Py_XSETREF(ts->async_gen_firstiter, hook[0] == Py_None ? NULL : Py_NewRef(hook[0]));
    }
    Py_RETURN_NONE;
}

PyMethodDef sys_info_methods[] = {
    { "get_asyncgen_hooks", sys_get_asyncgen_hooks, METH_NOARGS, PyDoc_STR("get_asyncgen_hooks($module, /)\n--\n\nThe installed asynchronous generator hooks.") },
    { "set_asyncgen_hooks", _PyCFunction_CAST(sys_set_asyncgen_hooks), METH_VARARGS | METH_KEYWORDS, PyDoc_STR("set_asyncgen_hooks([firstiter] [, finalizer])\n\nInstall asynchronous generator hooks.") },
    { NULL },
};
