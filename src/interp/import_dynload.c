/* interp/import_dynload.c: extension modules from shared objects (PEP 489). */
#include "interp/import.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jit/jit.h"
#include "object/core/module.h"
#include "rt/interp.h"
#include "rt/singletons.h"

/* The init symbol of a module: PyInit_name, or PyInitU_punycode for names outside ASCII. New bytes object. */
static PyObject *
init_symbol(PyObject *name)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(name), dot = PyUnicode_FindChar(name, '.', 0, n, -1);
    PyObject *last = dot < -1 ? NULL : PyUnicode_Substring(name, dot + 1, n), *enc = NULL, *r = NULL;
    if (last == NULL)
        return NULL;
    const char *prefix = PyUnicode_IS_ASCII(last) ? "PyInit_" : "PyInitU_";
    enc = PyUnicode_IS_ASCII(last) ? PyUnicode_AsASCIIString(last) : PyUnicode_AsEncodedString(last, "punycode", NULL);
    if (enc != NULL) {
        r = PyBytes_FromFormat("%s%s", prefix, PyBytes_AS_STRING(enc));
        Py_DECREF(enc);
        for (char *p = r == NULL ? NULL : PyBytes_AS_STRING(r); p != NULL && *p; p++)
            if (*p == '-')
                *p = '_';
    }
    Py_DECREF(last);
    return r;
}

static void
raise_import_error(STEALS PyObject *text, PyObject *name, PyObject *path)
{
    if (text != NULL) {
        PyErr_SetImportError(text, name, path);
        Py_DECREF(text);
    }
}

/* Does the file end before what it says it holds? The loader would map the missing part all the same, and die touching it. */
static bool
is_cut_off(const char *file)
{
    ElfW(Ehdr) head;
    ElfW(Phdr) part;
    struct stat st;
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    bool cut = false;
    if (fd < 0)
        return false;                        /* not our question */
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && pread(fd, &head, sizeof(head), 0) == sizeof(head)
        && memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 && head.e_phentsize == sizeof(part)) {
        for (int i = 0; i < head.e_phnum && !cut; i++) {
            if (pread(fd, &part, sizeof(part), (off_t)(head.e_phoff + i * sizeof(part))) != sizeof(part))
                break;
            cut = part.p_type == PT_LOAD && part.p_filesz > 0
                  && (part.p_offset > (size_t)st.st_size || part.p_filesz > (size_t)st.st_size - part.p_offset);
        }
    }
    close(fd);
    return cut;
}

/* dlopen() the file; ImportError tells the path that dlopen() was given. */
static void *
open_library(PyObject *name, const char *file)
{
    char *with_dir = strchr(file, '/') != NULL ? NULL : PyMem_RawMalloc(strlen(file) + 3);
    if (with_dir != NULL) {    /* dlopen() looks on the library path unless there is a slash */
        strcpy(with_dir, "./");
        strcat(with_dir, file);
        file = with_dir;
    }
    bool cut = is_cut_off(file);
    void *handle = cut ? NULL : dlopen(file, interp_current()->imports.dlopenflags);
    if (handle != NULL)
        jit_extension_loaded();
    if (handle == NULL) {
        const char *why = cut ? NULL : dlerror();
        PyObject *path = PyUnicode_DecodeFSDefault(file);
        if (path != NULL)
            raise_import_error(cut ? PyUnicode_FromFormat("%U: file too short", path)
                                   : PyUnicode_DecodeLocale(why == NULL ? "unknown dlopen() error" : why, "surrogateescape"), name, path);
        Py_XDECREF(path);
    }
    PyMem_RawFree(with_dir);
    return handle;
}

typedef PyObject *(*init_function)(void);

static init_function
find_init(PyObject *name, PyObject *path)
{
    PyObject *encoded = PyUnicode_EncodeFSDefault(path), *symbol = encoded == NULL ? NULL : init_symbol(name);
    import_has_foreign |= symbol != NULL;
    void *handle = symbol == NULL ? NULL : open_library(name, PyBytes_AS_STRING(encoded));
    init_function init = handle == NULL ? NULL : (init_function)dlsym(handle, PyBytes_AS_STRING(symbol));
    if (handle != NULL && init == NULL)
        raise_import_error(PyUnicode_FromFormat("dynamic module does not define module export function (%s)", PyBytes_AS_STRING(symbol)), name, path);
    Py_XDECREF(encoded);
    Py_XDECREF(symbol);
    return init;
}

/* ---- the init function ---- */

static int
check_init_result(PyObject *m, PyObject *name)
{
    const char *text = PyUnicode_AsUTF8(name);
    if (m == NULL) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_SystemError, "initialization of %s failed without raising an exception", text);
        return -1;
    }
    if (PyErr_Occurred()) {
        PyObject *cause = PyErr_GetRaisedException();
        PyErr_Format(PyExc_SystemError, "initialization of %s raised unreported exception", text);
        PyObject *exc = PyErr_GetRaisedException();
        PyException_SetCause(exc, Py_NewRef(cause));
        PyException_SetContext(exc, cause);
        PyErr_SetRaisedException(exc);
        return -1;
    }
    if (Py_TYPE(m) == NULL) {
        PyErr_Format(PyExc_SystemError, "init function of %s returned uninitialized object", text);
        return -1;
    }
    return 0;
}

/* Call the init function, which may import in turn (also the same module): the name of the module that is being loaded
 * is put back afterwards. */
static PyObject *
call_init(init_function init, PyObject *name)
{
    const char *outer = module_package_context;
    module_package_context = PyUnicode_AsUTF8(name);
    PyObject *m = init();
    module_package_context = outer;
    return check_init_result(m, name) < 0 ? NULL : m;
}

/* ---- single-phase modules: kept to be found again ---- */

PyAPI_FUNC(int) _PyState_AddModule(PyThreadState *ts, PyObject *module, PyModuleDef *def);
PyAPI_FUNC(PyObject *) PyState_FindModule(PyModuleDef *def);
PyAPI_FUNC(int) PyState_RemoveModule(PyModuleDef *def);

/* What the process knows of an extension that one interpreter has loaded in one phase. The copied dict (m_size -1) is in
 * the definition, where older code looks for it; it belongs to the main interpreter. */
struct extension {
    struct extension *next;
    PyModuleDef *def;
    init_function init;
    char *path, *name;         /* the keys, in one block behind the struct */
};
static struct extension *extensions;

/* The address of the link to the entry of these names; its target is NULL if there is none. NULL with an exception. */
static struct extension **
find_extension(PyObject *path, PyObject *name)
{
    const char *p = PyUnicode_AsUTF8(path), *n = p == NULL ? NULL : PyUnicode_AsUTF8(name);
    if (n == NULL) {    /* surrogates: such a file has no entry */
        static struct extension *none;
        PyErr_Clear();
        return &none;
    }
    struct extension **e = &extensions;
    while (*e != NULL && (strcmp((*e)->path, p) != 0 || strcmp((*e)->name, n) != 0))
        e = &(*e)->next;
    return e;
}

static int
remember_extension(PyObject *path, PyObject *name, PyObject *m, PyModuleDef *def, init_function init)
{
    if (def->m_size == -1) {    /* a copy that another name of the definition left is out of date */
        PyObject *copy = PyDict_Copy(PyModule_GetDict(m));
        if (copy == NULL)
            return -1;
        Py_XSETREF(def->m_base.m_copy, copy);
    }
    const char *p = PyUnicode_AsUTF8(path), *n = p == NULL ? NULL : PyUnicode_AsUTF8(name);
    if (n == NULL)
        return PyErr_Clear(), 0;
    struct extension **at = find_extension(path, name), *e = *at;
    if (e == NULL) {
        size_t lp = strlen(p) + 1, ln = strlen(n) + 1;
        e = PyMem_RawMalloc(sizeof(*e) + lp + ln);
        if (e == NULL)
            return PyErr_NoMemory(), -1;
        e->path = memcpy((char *)(e + 1), p, lp);
        e->name = memcpy((char *)(e + 1) + lp, n, ln);
        e->next = NULL;
        *at = e;
    }
    e->def = def;
    e->init = init;
    return 0;
}

int
_PyImport_ClearExtension(PyObject *name, PyObject *path)
{
    if (!PyUnicode_Check(name) || !PyUnicode_Check(path))
        return PyErr_BadArgument(), -1;
    struct extension **at = find_extension(path, name), *e = *at;
    if (e == NULL)
        return 0;
    if (PyState_FindModule(e->def) != NULL && PyState_RemoveModule(e->def) < 0)
        return -1;
    *at = e->next;
    Py_CLEAR(e->def->m_base.m_copy);
    PyMem_RawFree(e);
    return 0;
}

void
import_fini_extensions(void)
{
    while (extensions != NULL) {
        struct extension *e = extensions;
        extensions = e->next;
        Py_CLEAR(e->def->m_base.m_copy);
        PyMem_RawFree(e);
    }
}

static void
set_file(PyObject *m, PyObject *path)
{
    if (path != NULL && PyModule_AddObjectRef(m, "__file__", path) < 0)
        PyErr_Clear();
}

/* Put the module where PyState_FindModule() and import find it. */
static int
enter_module(PyObject *m, PyModuleDef *def, PyObject *name)
{
    return _PyState_AddModule(ts_current(), m, def) < 0 || PyObject_SetItem(interp_current()->imports.modules, name, m) < 0 ? -1 : 0;
}

/* May a module made in one phase live in this interpreter? 0, or -1 with ImportError. */
static int
check_single_phase(PyObject *name)
{
    return interp_is_main(interp_current()) ? 0 : _PyImport_CheckSubinterpIncompatibleExtensionAllowed(PyUnicode_AsUTF8(name));
}

/* A module that was loaded before in one phase, here or in another interpreter: its dict again if it cannot be made twice
 * (m_size -1), or a new one by its init function. NULL without exception: load it. */
static PyObject *
reload_extension(struct extension *e, PyObject *path, PyObject *name)
{
    PyModuleDef *def = e->def;
    PyObject *m;
    if (check_single_phase(name) < 0 || (def->m_size == -1 && def->m_base.m_copy == NULL))
        return NULL;
    if (def->m_size == -1) {
        m = Py_XNewRef(PyImport_AddModuleObject(name));
        if (m != NULL && (PyDict_Update(PyModule_GetDict(m), def->m_base.m_copy) < 0 || _PyState_AddModule(ts_current(), m, def) < 0))
            Py_CLEAR(m);
        return m;
    }
    m = call_init(e->init, name);
    if (m != NULL) {
        def = PyModule_Check(m) ? PyModule_GetDef(m) : NULL;
        set_file(m, path);
        if (def != NULL && enter_module(m, def, name) < 0)
            Py_CLEAR(m);
    }
    return m;
}

/* ---- loading ---- */

static PyModuleDef *
single_phase_def(PyObject *m, PyObject *name)
{
    PyModuleDef *def = PyModule_Check(m) ? PyModule_GetDef(m) : NULL;
    if (def == NULL)
        PyErr_Format(PyExc_SystemError, "initialization of %U did not return an extension module", name);
    return def;
}

/* In the main interpreter. */
static PyObject *
run_init(init_function init, PyObject *spec, PyObject *name, PyObject *path)
{
    PyObject *m = call_init(init, name);
    if (m == NULL)
        return NULL;
    if (PyObject_TypeCheck(m, &PyModuleDef_Type))
        return PyModule_FromDefAndSpec((PyModuleDef *)m, spec);
    PyModuleDef *def = single_phase_def(m, name);
    if (def == NULL) {
        Py_DECREF(m);
        return NULL;
    }
    def->m_base.m_init = init;
    set_file(m, path);
    if (remember_extension(path == NULL ? name : path, name, m, def, init) < 0 || enter_module(m, def, name) < 0) {
        Py_DECREF(m);
        return NULL;
    }
    return m;
}

/* What an init function did in the main interpreter: it returned a definition, or it has made a module, which is known
 * now; neither: it failed, and the exception has been printed. */
struct first_run { PyModuleDef *multi_phase; bool single_phase; };

static struct first_run
run_init_in_main(init_function init, PyObject *name, PyObject *path)
{
    struct first_run r = { NULL, false };
    PyObject *m = call_init(init, name);
    if (m != NULL && PyObject_TypeCheck(m, &PyModuleDef_Type))
        r.multi_phase = (PyModuleDef *)m;
    else if (m != NULL) {
        PyModuleDef *def = single_phase_def(m, name);
        if (def != NULL) {
            def->m_base.m_init = init;
            set_file(m, path);
            r.single_phase = remember_extension(path == NULL ? name : path, name, m, def, init) == 0;
        }
        Py_DECREF(m);
    }
    if (PyErr_Occurred())
        PyErr_PrintEx(0);
    return r;
}

/* Another interpreter than the main one imports: the init function runs in the main one first, so that what a module made
 * in one phase keeps in C variables belongs to the interpreter that lives longest. */
static PyObject *
run_init_elsewhere(init_function init, PyObject *spec, PyObject *name, PyObject *path)
{
    PyThreadState *here = ts_current(), *there = ts_new(rt_main_interp, TS_EXEC);
    if (there == NULL)
        return PyErr_NoMemory();
    ts_bind(there);
    PyThreadState_Swap(there);
    struct first_run r = run_init_in_main(init, name, path);
    PyThreadState_Clear(there);
    PyThreadState_Swap(here);
    PyThreadState_Delete(there);
    if (r.multi_phase != NULL)
        return PyModule_FromDefAndSpec(r.multi_phase, spec);
    struct extension **e = r.single_phase ? find_extension(path == NULL ? name : path, name) : NULL;
    if (e != NULL && *e != NULL)
        return reload_extension(*e, path, name);
    PyErr_Format(PyExc_ImportError, "initialization of %U failed in the main interpreter", name);
    return NULL;
}

OWNED PyObject *
import_run_extension(PyObject *(*init)(void), PyObject *spec, PyObject *name, PyObject *path)
{
    return interp_is_main(interp_current()) ? run_init(init, spec, name, path) : run_init_elsewhere(init, spec, name, path);
}

OWNED PyObject *
import_known_extension(PyObject *path, PyObject *name)
{
    struct extension *e = *find_extension(path, name);
    return e == NULL ? NULL : reload_extension(e, path == name ? NULL : path, name);
}

/* Names and paths become C strings: no null character, and the name has a UTF-8 form. */
static bool
check_text(PyObject *text, const char *what)
{
    if (!PyUnicode_Check(text))
        PyErr_Format(PyExc_TypeError, "module %s must be a string", what);
    else if (PyUnicode_FindChar(text, 0, 0, PyUnicode_GET_LENGTH(text), 1) >= 0)
        PyErr_SetString(PyExc_ValueError, "embedded null character");
    else
        return true;
    return false;
}

OWNED PyObject *
import_create_dynamic(PyObject *spec, PyObject *path)
{
    PyObject *name = PyObject_GetAttr(spec, ID(name)), *m = NULL;
    path = path == NULL ? PyObject_GetAttr(spec, ID(origin)) : Py_NewRef(path);
    if (name == NULL || path == NULL || !check_text(name, "name") || !check_text(path, "filename") || PyUnicode_AsUTF8(name) == NULL)
        goto done;
    m = import_known_extension(path, name);
    if (m != NULL || PyErr_Occurred())
        goto done;
    if (PySys_Audit("import", "OOOOO", name, path, Py_None, Py_None, Py_None) < 0)
        goto done;
    init_function init = find_init(name, path);
    if (init != NULL)
        m = import_run_extension(init, spec, name, path);
done:
    Py_XDECREF(name);
    Py_XDECREF(path);
    return m;
}
