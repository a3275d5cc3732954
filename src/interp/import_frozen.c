/* interp/import_frozen.c: modules frozen into the program, built-in modules, and the first steps of the import system. */
#include "interp/import.h"

#include "code/code_state.h"
#include "code/marshal_io.h"
#include "object/core/module.h"
#include "object/text/str.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/singletons.h"

const struct _frozen *PyImport_FrozenModules, *_PyImport_FrozenBootstrap, *_PyImport_FrozenStdlib, *_PyImport_FrozenTest;
const struct import_alias *import_frozen_aliases;
struct _inittab *PyImport_Inittab;

/* ---- frozen ---- */

/* Modules that importlib cannot do without are frozen whatever -X frozen_modules says. */
static bool
is_essential(const char *name)
{
    return strcmp(name, "_frozen_importlib") == 0 || strcmp(name, "_frozen_importlib_external") == 0 || strcmp(name, "zipimport") == 0;
}

static bool
use_frozen(const char *name)
{
    PyInterpreterState *interp = interp_current();
    int override = interp->imports.override_frozen_modules;
    return is_essential(name) || override > 0 || (override == 0 && interp->config.use_frozen_modules);
}

const struct _frozen *
import_find_frozen(PyObject *name)
{
    if (PyImport_FrozenModules == NULL || name == NULL || !PyUnicode_Check(name))
        return NULL;
    for (const struct _frozen *p = PyImport_FrozenModules; p->name != NULL; p++) {
        if (PyUnicode_EqualToUTF8(name, p->name))
            return use_frozen(p->name) ? p : NULL;
    }
    return NULL;
}

/* ---- code objects in the program ---- */

static const struct import_image *image;

void
import_use_image(const struct import_image *given)
{
    image = given;
    str_add_static(given->names, given->names_mask);
    code_state.next_version = given->next_version;
}

static int
complete(struct import_image_module *m)
{
    for (size_t i = 0; i < m->n_sets; i++) {
        PyObject *set = PyFrozenSet_New(m->sets[i].items);
        if (set == NULL)
            return -1;
        *m->sets[i].slot = set;
    }
    return 0;
}

/* They keep what they have learnt, so only one interpreter may run them; and none that wants to hear of new ones. */
static struct import_image_module *
image_module(const unsigned char *data)
{
    PyInterpreterState *interp = interp_current();
    if (image == NULL || !interp_is_main(interp) || interp->active_code_watchers != 0 || !code_state.debug_ranges)
        return NULL;
    for (struct import_image_module *m = image->modules; m->data != NULL; m++)
        if (m->data == data)
            return m->taken ? NULL : m;
    return NULL;
}

OWNED PyObject *
import_frozen_code(const struct _frozen *f)
{
    struct import_image_module *m = image_module(f->code);
    if (m == NULL)
        return marshal_loads_trusted((const char *)f->code, f->size);
    m->taken = true;
    return complete(m) < 0 ? NULL : Py_NewRef(m->code);
}

static PyObject *
frozen_origname(const struct _frozen *f)
{
    const char *orig = f->name;
    for (const struct import_alias *a = import_frozen_aliases; a != NULL && a->name != NULL; a++) {
        if (strcmp(a->name, f->name) == 0)
            orig = a->orig;
    }
    return orig == NULL ? Py_NewRef(Py_None) : PyUnicode_FromString(orig);
}

static int
prepare_frozen_dict(PyObject *dict, const struct _frozen *f)
{
    PyObject *orig = frozen_origname(f);
    if (orig == NULL)
        return -1;
    int r = PyDict_SetItemString(dict, "__origname__", orig);
    Py_DECREF(orig);
    if (r == 0 && f->is_package) {
        PyObject *path = PyList_New(0);
        r = path == NULL ? -1 : PyDict_SetItem(dict, ID(__path__), path);
        Py_XDECREF(path);
    }
    return r;
}

int
PyImport_ImportFrozenModuleObject(PyObject *name)
{
    const struct _frozen *f = import_find_frozen(name);
    if (f == NULL)
        return 0;
    PyObject *code = import_frozen_code(f), *m = NULL;
    if (code != NULL && !PyCode_Check(code))
        PyErr_Format(PyExc_TypeError, "frozen object %R is not a code object", name);
    else if (code != NULL && (m = PyImport_AddModuleObject(name)) != NULL) {
        Py_INCREF(m);
        PyObject *dict = PyModule_GetDict(m), *r = NULL;
        if (prepare_frozen_dict(dict, f) == 0 && PyDict_SetDefaultRef(dict, ID(__builtins__), interp_current()->builtins, NULL) >= 0)
            r = PyEval_EvalCode(code, dict, dict);
        Py_DECREF(m);
        if (r == NULL)
            m = NULL;
        Py_XDECREF(r);
    }
    Py_XDECREF(code);
    return m == NULL ? -1 : 1;
}

int
PyImport_ImportFrozenModule(const char *name)
{
    PyObject *n = PyUnicode_InternFromString(name);
    if (n == NULL)
        return -1;
    int r = PyImport_ImportFrozenModuleObject(n);
    Py_DECREF(n);
    return r;
}

/* ---- built in ---- */

bool import_has_foreign;

/* Built-in modules that call anybody's code, or share what outlives an interpreter. */
static bool
acts_foreign(const char *name)
{
    return strcmp(name, "_ctypes") == 0 || strncmp(name, "_test", 5) == 0 || strncmp(name, "_interp", 7) == 0;
}

static const struct _inittab *
find_inittab(PyObject *name)
{
    for (const struct _inittab *p = PyImport_Inittab; p != NULL && p->name != NULL; p++) {
        if (PyUnicode_EqualToUTF8(name, p->name))
            return p;
    }
    return NULL;
}

bool
import_is_builtin(PyObject *name)
{
    return find_inittab(name) != NULL;
}

OWNED PyObject *
import_builtin_names(void)
{
    PyObject *list = PyList_New(0);
    for (const struct _inittab *p = PyImport_Inittab; list != NULL && p != NULL && p->name != NULL; p++) {
        PyObject *n = PyUnicode_InternFromString(p->name);
        if (n == NULL || PyList_Append(list, n) < 0)
            Py_CLEAR(list);
        Py_XDECREF(n);
    }
    if (list == NULL || PyList_Sort(list) < 0) {
        Py_XDECREF(list);
        return NULL;
    }
    PyObject *t = PyList_AsTuple(list);
    Py_DECREF(list);
    return t;
}

OWNED PyObject *
import_create_builtin(PyObject *name, PyObject *spec)
{
    PyThreadState *ts = ts_current();
    PyObject *m;
    PyMapping_GetOptionalItem(ts->interp->imports.modules, name, &m);
    if (m != NULL || PyErr_Occurred())
        return m;
    const struct _inittab *p = find_inittab(name);
    if (p == NULL)
        Py_RETURN_NONE;
    import_has_foreign |= acts_foreign(p->name);
    if (p->initfunc == NULL)    /* sys and builtins: made before importlib */
        return PyImport_AddModuleRef(p->name);
    m = import_known_extension(name, name);
    return m != NULL || PyErr_Occurred() ? m : import_run_extension(p->initfunc, spec, name, NULL);
}

int
import_exec_module(PyObject *module)
{
    PyModuleDef *def;
    if (!PyModule_Check(module) || (def = PyModule_GetDef(module)) == NULL || def->m_slots == NULL || PyModule_GetState(module) != NULL)
        return 0;
    return PyModule_ExecDef(module, def);
}

int
PyImport_ExtendInittab(struct _inittab *extra)
{
    static struct _inittab *owned;
    size_t n = 0, m = 0;
    while (extra[n].name != NULL)
        n++;
    while (PyImport_Inittab != NULL && PyImport_Inittab[m].name != NULL)
        m++;
    struct _inittab *p = PyMem_RawMalloc((n + m + 1) * sizeof(*p));
    if (p == NULL)
        return -1;
    if (m > 0)
        memcpy(p, PyImport_Inittab, m * sizeof(*p));
    memcpy(p + m, extra, (n + 1) * sizeof(*p));
    PyMem_RawFree(owned);
    PyImport_Inittab = owned = p;
    return 0;
}

int
PyImport_AppendInittab(const char *name, PyObject *(*initfunc)(void))
{
    struct _inittab extra[2] = { { name, initfunc }, { NULL, NULL } };
    return PyImport_ExtendInittab(extra);
}

/* ---- start ---- */

int
import_init_modules(PyThreadState *ts)
{
    rt_hooks.import_module = PyImport_Import;
    return (ts->interp->imports.modules = PyDict_New()) == NULL ? -1 : 0;
}

int
import_fixup_builtin(PyObject *module, const char *name, PyObject *modules)
{
    PyObject *n = PyUnicode_InternFromString(name);
    if (n == NULL)
        return -1;
    int r = PyObject_SetItem(modules, n, module);
    Py_DECREF(n);
    return r;
}

int
import_init_core(PyThreadState *ts)
{
    struct rt_imports *imports = &ts->interp->imports;
    rt_hooks.import_module = PyImport_Import;
    int found = PyImport_ImportFrozenModule("_frozen_importlib");
    if (found <= 0) {
        if (found == 0)
            PyErr_SetString(PyExc_ImportError, "the program holds no frozen importlib");
        return -1;
    }
    imports->importlib = PyImport_AddModuleRef("_frozen_importlib");
    imports->import_func = imports->importlib == NULL ? NULL : Py_XNewRef(PyDict_GetItem(ts->interp->builtins, ID(__import__)));
    if (imports->import_func == NULL)
        return -1;
    PyObject *name = PyUnicode_FromString("_imp"), *spec = NULL, *attrs = PyDict_New(), *imp = NULL;
    if (name != NULL && attrs != NULL && PyDict_SetItemString(attrs, "name", name) == 0 && (spec = _PyNamespace_New(attrs)) != NULL)
        imp = import_create_builtin(name, spec);
    int r = imp == NULL || import_exec_module(imp) < 0 || PyObject_SetItem(imports->modules, name, imp) < 0 ? -1 : 0;
    if (r == 0) {
        PyObject *sys = PyImport_AddModuleRef("sys");
        PyObject *res = sys == NULL ? NULL : PyObject_CallMethod(imports->importlib, "_install", "OO", sys, imp);
        Py_XDECREF(sys);
        Py_XDECREF(res);
        r = res == NULL ? -1 : 0;
    }
    Py_XDECREF(name);
    Py_XDECREF(attrs);
    Py_XDECREF(spec);
    Py_XDECREF(imp);
    return r;
}

/* zipimport goes first in sys.path_hooks, when it can be had. */
static int
install_zipimport(void)
{
    PyObject *hooks = PySys_GetObject("path_hooks");
    if (hooks == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "unable to get sys.path_hooks");
        return -1;
    }
    PyObject *zipimporter = NULL, *m = PyImport_ImportModule("zipimport");
    if (m != NULL) {
        zipimporter = PyObject_GetAttrString(m, "zipimporter");
        Py_DECREF(m);
    }
    if (zipimporter == NULL) {
        PyErr_Clear();
        return 0;
    }
    int r = PyList_Insert(hooks, 0, zipimporter);
    Py_DECREF(zipimporter);
    return r;
}

int
import_init_external(PyThreadState *ts)
{
    PyObject *r = PyObject_CallMethod(ts->interp->imports.importlib, "_install_external_importers", NULL);
    Py_XDECREF(r);
    return r == NULL ? -1 : install_zipimport();
}

void
import_fini(PyThreadState *ts)
{
    Py_CLEAR(ts->interp->imports.importlib);
    Py_CLEAR(ts->interp->imports.import_func);
    Py_CLEAR(ts->interp->imports.modules_by_index);
    Py_CLEAR(ts->interp->imports.modules);
}
