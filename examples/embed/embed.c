/* A program that embeds Adder: it hands a function in, runs code, calls back, ends, and starts again.
 *
 *     cc embed.c $(python3.13-config --embed --cflags --ldflags) -o embed
 *     ./embed [ROUNDS]
 *
 * Prints what the code printed in the first round, and at the end how much memory the process took after the tenth
 * round and after the last. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long calls;

static PyObject *
host_double(PyObject *Py_UNUSED(module), PyObject *arg)
{
    calls++;
    return PyNumber_Add(arg, arg);
}

static PyMethodDef host_methods[] = {
    { "double", host_double, METH_O, PyDoc_STR("double(x, /)\n--\n\nWhat the host makes of x.") },
    { NULL, NULL, 0, NULL },
};

static struct PyModuleDef host_module = { PyModuleDef_HEAD_INIT, .m_name = "host", .m_size = 0, .m_methods = host_methods };

static PyObject *
PyInit_host(void)
{
    return PyModuleDef_Init(&host_module);
}

static const char code[] =
    "import host, json, re, collections\n"
    "class Node:\n"
    "    def __init__(self): self.me = self\n"
    "def work(n):\n"
    "    nodes = [Node() for i in range(n)]\n"
    "    words = collections.Counter(re.findall('[a-z]+', 'spam eggs spam'))\n"
    "    return json.dumps({'double': host.double(n), 'words': words, 'nodes': len(nodes)})\n";

static void
die(PyStatus status)
{
    if (PyStatus_IsExit(status))
        exit(status.exitcode);
    Py_ExitStatusException(status);
}

static void
start(void)
{
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    PyStatus status = PyConfig_SetString(&config, &config.program_name, L"embed");
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status))
        die(status);
}

/* Run the code, call its function; 0, or -1 with the error printed. */
static int
use(int round)
{
    int result = -1;
    PyObject *globals = PyDict_New(), *value = NULL, *text = NULL;
    if (globals != NULL && PyDict_SetItemString(globals, "__builtins__", PyEval_GetBuiltins()) == 0)
        value = PyRun_String(code, Py_file_input, globals, globals);
    if (value != NULL)
        text = PyObject_CallFunction(PyDict_GetItemString(globals, "work"), "i", 100);
    if (text != NULL) {
        if (round == 0)
            printf("%s\n", PyUnicode_AsUTF8(text));
        result = 0;
    } else
        PyErr_Print();
    Py_XDECREF(text);
    Py_XDECREF(value);
    Py_XDECREF(globals);
    return result;
}

static long
resident_kb(void)
{
    long size, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL || fscanf(f, "%ld %ld", &size, &resident) != 2)
        resident = 0;
    if (f != NULL)
        fclose(f);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

int
main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 100;
    long early = 0;
    PyImport_AppendInittab("host", PyInit_host);
    for (int round = 0; round < rounds; round++) {
        start();
        if (use(round) < 0)
            return 1;
        if (Py_FinalizeEx() < 0) {
            fprintf(stderr, "round %d: could not flush\n", round);
            return 1;
        }
        if (round == 9)
            early = resident_kb();
        if (getenv("EMBED_TRACE") != NULL)
            fprintf(stderr, "%d %ld\n", round, resident_kb());
    }
    printf("%d rounds, %ld calls, %ld kB after ten, %ld kB at the end\n", rounds, calls, early, resident_kb());
    return 0;
}
