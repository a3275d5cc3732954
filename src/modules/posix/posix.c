/* modules/posix/posix.c: the module that `os` is made of: its tables put together. */
#include <dlfcn.h>
#include <linux/memfd.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <sysexits.h>
#include <limits.h>
#include <linux/limits.h>

#include "modules/posix/posix_priv.h"

#ifndef MFD_HUGE_16GB
#define MFD_HUGE_16GB (34U << 26)
#endif
#ifndef SCHED_RESET_ON_FORK
#define SCHED_RESET_ON_FORK 0x40000000
#endif
#ifndef SCHED_IDLE
#define SCHED_IDLE 5
#endif
#ifndef PIDFD_NONBLOCK
#define PIDFD_NONBLOCK O_NONBLOCK
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

struct os_state *
os_state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

static int
add_constants(PyObject *m)
{
#define C(name) \
    if (PyModule_AddIntConstant(m, #name, (long)(name)) < 0) \
        return -1;
#include "modules/posix/posix_constants.def"
#undef C
    static const struct { const char *name; int value; } own[] = {
        { "POSIX_SPAWN_OPEN", 0 }, { "POSIX_SPAWN_CLOSE", 1 }, { "POSIX_SPAWN_DUP2", 2 }, { "POSIX_SPAWN_CLOSEFROM", 3 },
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(own); i++) {
        if (PyModule_AddIntConstant(m, own[i].name, own[i].value) < 0)
            return -1;
    }
    return PyModule_AddObjectRef(m, "error", PyExc_OSError);
}

/* What os.supports_* is computed from. */
static int
add_have_functions(PyObject *m)
{
    static const char *const names[] = {
        "HAVE_FACCESSAT", "HAVE_FCHDIR", "HAVE_FCHMOD", "HAVE_FCHMODAT", "HAVE_FCHOWN", "HAVE_FCHOWNAT", "HAVE_FDOPENDIR", "HAVE_FEXECVE",
        "HAVE_FPATHCONF", "HAVE_FSTATAT", "HAVE_FSTATVFS", "HAVE_FTRUNCATE", "HAVE_FUTIMENS", "HAVE_LINKAT", "HAVE_LCHOWN", "HAVE_LSTAT",
        "HAVE_LUTIMES", "HAVE_MEMFD_CREATE", "HAVE_MKDIRAT", "HAVE_MKFIFOAT", "HAVE_MKNODAT", "HAVE_OPENAT", "HAVE_READLINKAT",
        "HAVE_RENAMEAT", "HAVE_SYMLINKAT", "HAVE_UNLINKAT", "HAVE_UTIMENSAT",
    };
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < Py_ARRAY_LENGTH(names); i++) {
        PyObject *s = PyUnicode_FromString(names[i]);
        if (s == NULL || PyList_Append(list, s) < 0)
            Py_CLEAR(list);
        Py_XDECREF(s);
    }
    return PyModule_Add(m, "_have_functions", list);
}

static int
posix_exec(PyObject *m)
{
    PyMethodDef *const parts[] = { os_stat_methods, os_dir_methods, os_file_methods, os_fd_methods, os_id_methods, os_process_methods,
                                   os_wait_methods, os_sched_methods, os_timerfd_methods, os_env_methods, os_xattr_methods };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(parts); i++) {
        if (PyModule_AddFunctions(m, parts[i]) < 0)
            return -1;
    }
    return add_constants(m) < 0 || add_have_functions(m) < 0 || os_add_stat_types(m) < 0 || os_add_dir_types(m) < 0 ||
           os_add_info_types(m) < 0 || os_add_sched_types(m) < 0 || os_add_wait_types(m) < 0 || os_add_timerfd_constants(m) < 0 ? -1 : 0;
}

static int
posix_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct os_state *s = os_state_of(m);
    Py_VISIT(s->dir_entry);
    Py_VISIT(s->scandir_iterator);
    Py_VISIT(s->struct_rusage);
    return 0;
}

static int
posix_clear(PyObject *m)
{
    struct os_state *s = os_state_of(m);
    Py_CLEAR(s->stat_result);
    Py_CLEAR(s->statvfs_result);
    Py_CLEAR(s->terminal_size);
    Py_CLEAR(s->times_result);
    Py_CLEAR(s->uname_result);
    Py_CLEAR(s->waitid_result);
    Py_CLEAR(s->sched_param);
    Py_CLEAR(s->dir_entry);
    Py_CLEAR(s->scandir_iterator);
    Py_CLEAR(s->billion);
    Py_CLEAR(s->struct_rusage);
    return 0;
}

static PyModuleDef_Slot posix_slots[] = {
    { Py_mod_exec, posix_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef posix_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "posix",
    .m_doc = PyDoc_STR("The operating system's functions that the os module shows."),
    .m_size = sizeof(struct os_state),
    .m_slots = posix_slots,
    .m_traverse = posix_traverse,
    .m_clear = posix_clear,
};

PyMODINIT_FUNC
PyInit_posix(void)
{
    return PyModuleDef_Init(&posix_def);
}
