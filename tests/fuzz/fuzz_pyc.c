/* tests/fuzz/fuzz_pyc.c: any bytes as a .pyc file, the ways that a program meets one.
 *
 * The first byte chooses: 0 a module without source, 1 the cache of a source file (its header must fit size and time, or
 * the hash), 2 the header of the file is right and only what follows is fuzzed.
 * Promises: a code object or ImportError, EOFError and what marshal raises; never a crash. The code is not run. */
#include <Python.h>

#include "program/inittab.h"
#include "fuzz.h"

static const char prepare[] =
    "import _frozen_importlib_external as ext, _imp, marshal, types\n"
    "ext._bootstrap._verbose_message = lambda *args, **kw: None\n"
    "now = [b'']\n"
    "source = b'x = 1\\n'\n"
    "class NoSource(ext.SourcelessFileLoader):\n"
    "    def get_data(self, path): return now[0]\n"
    "class Cached(ext.SourceFileLoader):\n"
    "    def path_stats(self, path): return {'mtime': 1, 'size': 6}\n"
    "    def get_data(self, path): return source if path.endswith('.py') else now[0]\n"
    "    def set_data(self, path, data, **kw): pass\n"
    "no_source, cached = NoSource('fuzz', '/fuzz.pyc'), Cached('fuzz', '/fuzz.py')\n"
    "may = ImportError, EOFError, ValueError, TypeError, MemoryError, SystemError, OverflowError\n"
    "def load(how, data):\n"
    "    now[0] = ext.MAGIC_NUMBER + bytes(12) + data if how == 2 else data\n"
    "    try:\n"
    "        code = (cached if how == 1 else no_source).get_code('fuzz')\n"
    "    except may as e:\n"
    "        return str(e)\n"
    "    assert type(code) is types.CodeType\n"
    "    list(code.co_positions()), list(code.co_lines()), repr(code), hash(code), code == code, code.replace()\n";

static PyObject *load;

void
fuzz_broken(const char *what)
{
    fprintf(stderr, "fuzz: %s\n", what);
    PyErr_Print();
    abort();
}

static void
start_python(void)
{
    PyConfig config;
    program_setup();
    PyConfig_InitIsolatedConfig(&config);
    config.site_import = 0;
    config.install_signal_handlers = 0;
    config.use_hash_seed = 1;
    config.hash_seed = 0;
    PyConfig_SetString(&config, &config.filesystem_encoding, L"utf-8");
    PyConfig_SetString(&config, &config.stdio_encoding, L"utf-8");
    PyConfig_SetBytesString(&config, &config.home, FUZZ_BUILD);
    PyStatus status = Py_InitializeFromConfig(&config);
    if (PyStatus_Exception(status))
        fuzz_broken("cannot start Python");
    PyConfig_Clear(&config);
    PyObject *globals = PyModule_GetDict(PyImport_AddModule("__main__"));
    if (PyRun_String(prepare, Py_file_input, globals, globals) == NULL)
        fuzz_broken("cannot prepare");
    load = Py_NewRef(PyDict_GetItemString(globals, "load"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (load == NULL)
        start_python();
    if (size == 0)
        return 0;
    PyObject *r = PyObject_CallFunction(load, "iy#", data[0] % 3, (const char *)data + 1, (Py_ssize_t)size - 1);
    if (r == NULL)
        fuzz_broken("an exception that loading may not raise");
    Py_DECREF(r);
    return 0;
}
