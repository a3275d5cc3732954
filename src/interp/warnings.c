/* interp/warnings.c: deciding what becomes of a warning: the C half of the warnings module.
 *
 * Once the Python module is imported its `filters`, `onceregistry` and `defaultaction` are asked (users replace them);
 * before, and if they are missing, the interpreter's own. Showing goes through warnings._showwarnmsg when it is there. */
#include "interp/warnings.h"

#include "interp/args.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/frame.h"
#include "vm/traceback.h"

#define STATE (&interp_current()->warnings)

/* ---- the Python module's variables ---- */

/* warnings.<name>: new reference; NULL without exception if the module or name is missing. */
static PyObject *
module_attr(const char *name, int try_import)
{
    PyObject *m = NULL, *v = NULL;
    if (try_import) {
        m = PyImport_ImportModule("warnings");
        if (m == NULL && PyErr_ExceptionMatches(PyExc_ImportError))
            PyErr_Clear();
    } else if (!Py_IsFinalizing())
        m = PyImport_GetModule(ID(warnings));
    if (m != NULL) {
        (void)PyObject_GetOptionalAttrString(m, name, &v);
        Py_DECREF(m);
    }
    return v;
}

/* The module's variable, or `own` while there is none: a new reference. NULL with `error` if it is not an instance of the type that
 * has this flag; the complaint may name the type it has. */
static PyObject *
variable(const char *name, PyObject *own, unsigned long type_flag, PyObject *error, const char *complaint)
{
    PyObject *v = module_attr(name, 0);
    if (v == NULL)
        return PyErr_Occurred() ? NULL : Py_NewRef(own);
    if (!PyType_FastSubclass(Py_TYPE(v), type_flag)) {
        PyErr_Format(error, complaint, Py_TYPE(v)->tp_name);
        Py_CLEAR(v);
    }
    return v;
}

static PyObject *
once_registry(void)
{
    return variable("onceregistry", STATE->once_registry, Py_TPFLAGS_DICT_SUBCLASS, PyExc_TypeError,
                    "_warnings.onceregistry must be a dict, not '%.200s'");
}

static PyObject *
default_action(void)
{
    return variable("defaultaction", STATE->default_action, Py_TPFLAGS_UNICODE_SUBCLASS, PyExc_TypeError,
                    "_warnings.defaultaction must be a string, not '%.200s'");
}

/* The last list seen serves when there is none any more. */
static PyObject *
current_filters(void)
{
    PyObject *f = variable("filters", STATE->filters, Py_TPFLAGS_LIST_SUBCLASS, PyExc_ValueError, "_warnings.filters must be a list");
    if (f != NULL && f != STATE->filters)
        Py_XSETREF(STATE->filters, Py_NewRef(f));
    return f;
}

/* ---- filters ---- */

/* pattern: None, an exact str, or an object with match(). 1, 0, -1. */
static int
pattern_matches(PyObject *pattern, PyObject *text)
{
    if (pattern == Py_None)
        return 1;
    if (PyUnicode_CheckExact(pattern)) {
        int c = PyUnicode_Compare(pattern, text);
        return c == -1 && PyErr_Occurred() ? -1 : c == 0;
    }
    PyObject *r = PyObject_CallMethodOneArg(pattern, ID(match), text);
    int truth = r == NULL ? -1 : PyObject_IsTrue(r);
    Py_XDECREF(r);
    return truth;
}

static int
filter_matches(PyObject *item, PyObject *category, PyObject *text, Py_ssize_t lineno, PyObject *module)
{
    Py_ssize_t line = PyLong_AsSsize_t(PyTuple_GET_ITEM(item, 4));
    if (line == -1 && PyErr_Occurred())
        return -1;
    int r = pattern_matches(PyTuple_GET_ITEM(item, 1), text);
    if (r > 0)
        r = PyObject_IsSubclass(category, PyTuple_GET_ITEM(item, 2));
    if (r > 0)
        r = pattern_matches(PyTuple_GET_ITEM(item, 3), module);
    return r > 0 ? line == 0 || line == lineno : r;
}

/* The action: new reference; *item: the filter (new reference) or None. */
static PyObject *
find_action(PyObject *category, PyObject *text, Py_ssize_t lineno, PyObject *module, PyObject **item)
{
    PyObject *filters = current_filters(), *action = NULL;
    *item = NULL;
    if (filters == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(filters); i++) {
        PyObject *f = Py_NewRef(PyList_GET_ITEM(filters, i));
        if (!PyTuple_Check(f) || PyTuple_GET_SIZE(f) != 5) {
            PyErr_Format(PyExc_ValueError, "_warnings.filters item %zd isn't a 5-tuple", i);
            Py_DECREF(f);
            goto done;
        }
        PyObject *a = PyTuple_GET_ITEM(f, 0);
        int m = -1;
        if (!PyUnicode_Check(a))
            PyErr_Format(PyExc_TypeError, "action must be a string, not '%.200s'", Py_TYPE(a)->tp_name);
        else
            m = filter_matches(f, category, text, lineno, module);
        if (m > 0) {
            action = Py_NewRef(a);
            *item = f;
            goto done;
        }
        Py_DECREF(f);
        if (m < 0)
            goto done;
    }
    action = default_action();
    *item = Py_NewRef(Py_None);
done:
    Py_DECREF(filters);
    if (action == NULL)
        Py_CLEAR(*item);
    return action;
}

/* ---- registries ---- */

/* Was `key` warned about before (since the filters changed)? Marks it if should_set. 1, 0, -1. */
static int
already_warned(PyObject *registry, PyObject *key, int should_set)
{
    if (key == NULL || registry == NULL)
        return -1;
    PyObject *version = PyDict_GetItemWithError(registry, ID(version));
    if (version == NULL && PyErr_Occurred())
        return -1;
    if (version == NULL || !PyLong_CheckExact(version) || PyLong_AsLong(version) != STATE->filters_version) {
        PyDict_Clear(registry);
        version = PyLong_FromLong(STATE->filters_version);
        int r = version == NULL ? -1 : PyDict_SetItem(registry, ID(version), version);
        Py_XDECREF(version);
        if (r < 0)
            return -1;
    } else {
        PyObject *v = PyDict_GetItemWithError(registry, key);
        if (v == NULL && PyErr_Occurred())
            return -1;
        int truth = v == NULL ? 0 : PyObject_IsTrue(v);
        if (truth)
            return truth;
    }
    return should_set ? PyDict_SetItem(registry, key, Py_True) : 0;
}

/* Mark (text, category[, 0]) in a registry: 1 if it was there. */
static int
update_registry(PyObject *registry, PyObject *text, PyObject *category, int add_zero)
{
    PyObject *key = add_zero ? PyTuple_Pack(3, text, category, SMALL_INT(0)) : PyTuple_Pack(2, text, category);
    int r = already_warned(registry, key, 1);
    Py_XDECREF(key);
    return r;
}

/* ---- showing ---- */

static PyObject *
module_name_of(PyObject *filename)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(filename);
    if (n == 0)
        return PyUnicode_FromString("<unknown>");
    if (n >= 3 && PyUnicode_READ_CHAR(filename, n - 3) == '.' && PyUnicode_READ_CHAR(filename, n - 2) == 'p' &&
        PyUnicode_READ_CHAR(filename, n - 1) == 'y')
        return PyUnicode_Substring(filename, 0, n - 3);
    return Py_NewRef(filename);
}

static void
show_plainly(PyObject *filename, int lineno, PyObject *text, PyObject *category, PyObject *line)
{
    PyObject *file = PySys_GetObject("stderr"), *name = PyObject_GetAttr(category, ID(__name__));
    if (file == NULL || file == Py_None || name == NULL)
        goto done;
    char number[32];
    snprintf(number, sizeof(number), ":%d: ", lineno);
    if (PyFile_WriteObject(filename, file, Py_PRINT_RAW) < 0 || PyFile_WriteString(number, file) < 0 ||
        PyFile_WriteObject(name, file, Py_PRINT_RAW) < 0 || PyFile_WriteString(": ", file) < 0 ||
        PyFile_WriteObject(text, file, Py_PRINT_RAW) < 0 || PyFile_WriteString("\n", file) < 0)
        goto done;
    if (line != NULL && PyUnicode_Check(line)) {
        PyObject *stripped = PyObject_CallMethod(line, "strip", NULL);
        if (stripped != NULL && PyFile_WriteString("  ", file) == 0 && PyFile_WriteObject(stripped, file, Py_PRINT_RAW) == 0)
            PyFile_WriteString("\n", file);
        Py_XDECREF(stripped);
    } else
        _Py_DisplaySourceLine(file, filename, lineno, 2, NULL, NULL);
done:
    Py_XDECREF(name);
    PyErr_Clear();
}

static int
show_warning(PyObject *category, PyObject *text, PyObject *message, PyObject *filename, int lineno, PyObject *source_line, PyObject *source)
{
    PyObject *show = module_attr("_showwarnmsg", source != NULL && !Py_IsFinalizing()), *type = NULL, *msg = NULL, *r = NULL;
    int status = -1;
    if (show == NULL) {
        if (PyErr_Occurred())
            return -1;
        show_plainly(filename, lineno, text, category, source_line);
        return 0;
    }
    if (!PyCallable_Check(show)) {
        PyErr_SetString(PyExc_TypeError, "warnings._showwarnmsg() must be set to a callable");
        goto done;
    }
    type = module_attr("WarningMessage", 0);
    if (type == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_RuntimeError, "unable to get warnings.WarningMessage");
        goto done;
    }
    PyObject *line = PyLong_FromLong(lineno);
    PyObject *const args[7] = { message, category, filename, line, Py_None, Py_None, source == NULL ? Py_None : source };
    msg = line == NULL ? NULL : PyObject_Vectorcall(type, args, 7, NULL);
    Py_XDECREF(line);
    if (msg != NULL && (r = PyObject_CallOneArg(show, msg)) != NULL)
        status = 0;
done:
    Py_XDECREF(show);
    Py_XDECREF(type);
    Py_XDECREF(msg);
    Py_XDECREF(r);
    return status;
}

/* ---- the decision ---- */

struct warning {
    PyObject *category, *message, *text, *filename, *module, *registry, *source_line, *source;   /* borrowed */
    int lineno;
};

/* Does the action say to show it? 1, 0, -1 with an exception (for "error" the warning itself). */
static int
decide(const struct warning *w, PyObject *key)
{
    PyObject *item, *action = find_action(w->category, w->text, w->lineno, w->module, &item);
    int show = -1;
    if (action == NULL)
        return -1;
    if (PyUnicode_EqualToUTF8(action, "error"))
        PyErr_SetObject(w->category, w->message);
    else if (PyUnicode_EqualToUTF8(action, "ignore"))
        show = 0;
    else if (PyUnicode_EqualToUTF8(action, "always") || PyUnicode_EqualToUTF8(action, "all"))
        show = 1;
    else if (w->registry != NULL && w->registry != Py_None && PyDict_SetItem(w->registry, key, Py_True) < 0)
        show = -1;
    else if (PyUnicode_EqualToUTF8(action, "once")) {
        PyObject *registry = w->registry == NULL || w->registry == Py_None ? once_registry() : Py_NewRef(w->registry);
        int seen = registry == NULL ? -1 : update_registry(registry, w->text, w->category, 0);
        Py_XDECREF(registry);
        show = seen < 0 ? -1 : !seen;
    } else if (PyUnicode_EqualToUTF8(action, "module")) {
        int seen = w->registry == NULL || w->registry == Py_None ? 0 : update_registry(w->registry, w->text, w->category, 1);
        show = seen < 0 ? -1 : !seen;
    } else if (PyUnicode_EqualToUTF8(action, "default"))
        show = 1;
    else
        PyErr_Format(PyExc_RuntimeError, "Unrecognized action (%R) in warnings.filters:\n %R", action, item);
    Py_DECREF(action);
    Py_DECREF(item);
    return show;
}

static PyObject *
warn_explicit(PyObject *category, PyObject *message, PyObject *filename, int lineno, PyObject *module, PyObject *registry,
              PyObject *source_line, PyObject *source)
{
    struct warning w = { category, message, NULL, filename, module, registry, source_line, source, lineno };
    PyObject *text = NULL, *owned_message = NULL, *owned_module = NULL, *key = NULL, *line = NULL, *r = NULL;
    if (module == Py_None)
        Py_RETURN_NONE;
    if (registry != NULL && registry != Py_None && !PyDict_Check(registry)) {
        PyErr_SetString(PyExc_TypeError, "'registry' must be a dict or None");
        return NULL;
    }
    if (module == NULL && (w.module = owned_module = module_name_of(filename)) == NULL)
        return NULL;
    int is_warning = PyObject_IsInstance(message, PyExc_Warning);
    if (is_warning < 0)
        goto done;
    if (is_warning) {
        text = PyObject_Str(message);
        w.category = (PyObject *)Py_TYPE(message);
    } else {
        text = Py_NewRef(message);
        w.message = owned_message = PyObject_CallOneArg(category, message);
    }
    if (text == NULL || w.message == NULL || (line = PyLong_FromLong(lineno)) == NULL || (key = PyTuple_Pack(3, text, w.category, line)) == NULL)
        goto done;
    w.text = text;
    if (registry != NULL && registry != Py_None) {
        int seen = already_warned(registry, key, 0);
        if (seen != 0) {
            r = seen < 0 ? NULL : Py_NewRef(Py_None);
            goto done;
        }
    }
    int show = decide(&w, key);
    if (show == 0 || (show > 0 && show_warning(w.category, text, w.message, filename, lineno, source_line, source) == 0))
        r = Py_NewRef(Py_None);
done:
    Py_XDECREF(text);
    Py_XDECREF(owned_message);
    Py_XDECREF(owned_module);
    Py_XDECREF(key);
    Py_XDECREF(line);
    return r;
}

/* ---- where a warning belongs ---- */

static int
is_importlib_file(PyObject *filename)
{
    return PyUnicode_Check(filename) && PyUnicode_GET_LENGTH(filename) > 0 &&
           PyUnicode_Find(filename, ID(importlib), 0, PY_SSIZE_T_MAX, 1) >= 0 &&
           PyUnicode_Find(filename, ID(_bootstrap), 0, PY_SSIZE_T_MAX, 1) >= 0;
}

static int
has_skipped_prefix(PyObject *filename, PyObject *prefixes)
{
    for (Py_ssize_t i = 0; prefixes != NULL && i < PyTuple_GET_SIZE(prefixes); i++) {
        if (PyUnicode_Tailmatch(filename, PyTuple_GET_ITEM(prefixes, i), 0, PY_SSIZE_T_MAX, -1) > 0)
            return 1;
    }
    return 0;
}

static _PyInterpreterFrame *
next_frame(_PyInterpreterFrame *f, PyObject *prefixes, int skip_internal)
{
    do
        f = f == NULL ? NULL : frame_walk(f->previous);
    while (f != NULL && ((skip_internal && is_importlib_file(frame_code(f)->co_filename)) || has_skipped_prefix(frame_code(f)->co_filename, prefixes)));
    return f;
}

struct warn_place { PyObject *filename, *module, *registry; int lineno; };   /* new references */

static int
set_registry(PyObject *globals, struct warn_place *p)
{
    PyObject *r;
    int found = PyDict_GetItemRef(globals, ID(__warningregistry__), &r);
    if (found < 0)
        return -1;
    if (found == 0) {
        r = PyDict_New();
        if (r == NULL || PyDict_SetItem(globals, ID(__warningregistry__), r) < 0) {
            Py_XDECREF(r);
            return -1;
        }
    }
    p->registry = r;
    return 0;
}

static int
find_place(PyThreadState *ts, Py_ssize_t stack_level, PyObject *prefixes, struct warn_place *p)
{
    _PyInterpreterFrame *f = frame_current(ts);
    PyObject *globals;
    if (prefixes != NULL && stack_level < 2)
        stack_level = 2;
    if (stack_level <= 0 || (f != NULL && is_importlib_file(frame_code(f)->co_filename)))
        while (--stack_level > 0 && f != NULL)
            f = next_frame(f, prefixes, 0);
    else
        while (--stack_level > 0 && f != NULL)
            f = next_frame(f, prefixes, 1);
    if (f == NULL) {
        globals = ts->interp->sysdict;
        p->filename = PyUnicode_FromString("<sys>");
        p->lineno = 0;
    } else {
        globals = f->f_globals;
        p->filename = Py_NewRef(frame_code(f)->co_filename);
        p->lineno = frame_line(f);
    }
    if (p->filename == NULL || set_registry(globals, p) < 0)
        return -1;
    int found = PyDict_GetItemRef(globals, ID(__name__), &p->module);
    if (found == 0 || (found > 0 && p->module != Py_None && !PyUnicode_Check(p->module))) {
        Py_XDECREF(p->module);
        p->module = PyUnicode_FromString("<string>");
    }
    return p->module == NULL ? -1 : 0;
}

static PyObject *
do_warn(PyObject *message, PyObject *category, Py_ssize_t stack_level, PyObject *source, PyObject *prefixes)
{
    struct warn_place p = { NULL };
    PyObject *r = NULL;
    if (find_place(ts_current(), stack_level, prefixes, &p) == 0)
        r = warn_explicit(category, message, p.filename, p.lineno, p.module, p.registry, NULL, source);
    Py_XDECREF(p.filename);
    Py_XDECREF(p.module);
    Py_XDECREF(p.registry);
    return r;
}

/* ---- C API ---- */

static int
warn_unicode(PyObject *category, PyObject *message, Py_ssize_t stack_level, PyObject *source)
{
    if (message == NULL)
        return -1;
    PyObject *r = do_warn(message, category == NULL ? PyExc_RuntimeWarning : category, stack_level, source, NULL);
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

static int
warn_format_v(PyObject *category, Py_ssize_t stack_level, const char *format, va_list va)
{
    PyObject *message = PyUnicode_FromFormatV(format, va);
    int r = warn_unicode(category, message, stack_level, NULL);
    Py_XDECREF(message);
    return r;
}

int
PyErr_ResourceWarning(PyObject *source, Py_ssize_t stack_level, const char *format, ...)
{
    va_list va;
    va_start(va, format);
    PyObject *message = PyUnicode_FromFormatV(format, va);
    va_end(va);
    int r = warn_unicode(PyExc_ResourceWarning, message, stack_level, source);
    Py_XDECREF(message);
    return r;
}

int
PyErr_WarnExplicitObject(PyObject *category, PyObject *message, PyObject *filename, int lineno, PyObject *module, PyObject *registry)
{
    PyObject *r = warn_explicit(category == NULL ? PyExc_RuntimeWarning : category, message, filename, lineno, module, registry, NULL, NULL);
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

int
PyErr_WarnExplicit(PyObject *category, const char *text, const char *filename, int lineno, const char *module, PyObject *registry)
{
    PyObject *message = PyUnicode_FromString(text), *file = message == NULL ? NULL : PyUnicode_DecodeFSDefault(filename);
    PyObject *mod = module == NULL || file == NULL ? NULL : PyUnicode_FromString(module);
    int r = file == NULL || (module != NULL && mod == NULL) ? -1 : PyErr_WarnExplicitObject(category, message, file, lineno, mod, registry);
    Py_XDECREF(message);
    Py_XDECREF(file);
    Py_XDECREF(mod);
    return r;
}

int
PyErr_WarnExplicitFormat(PyObject *category, const char *filename, int lineno, const char *module, PyObject *registry, const char *format, ...)
{
    va_list va;
    va_start(va, format);
    PyObject *message = PyUnicode_FromFormatV(format, va), *file = message == NULL ? NULL : PyUnicode_DecodeFSDefault(filename);
    va_end(va);
    PyObject *mod = module == NULL || file == NULL ? NULL : PyUnicode_FromString(module);
    int r = file == NULL || (module != NULL && mod == NULL) ? -1 : PyErr_WarnExplicitObject(category, message, file, lineno, mod, registry);
    Py_XDECREF(message);
    Py_XDECREF(file);
    Py_XDECREF(mod);
    return r;
}

/* ---- the module ---- */

static PyObject *
warn_category(PyObject *message, PyObject *category)
{
    int is_warning = PyObject_IsInstance(message, PyExc_Warning);
    if (is_warning < 0)
        return NULL;
    if (is_warning)
        category = (PyObject *)Py_TYPE(message);
    else if (category == NULL || category == Py_None)
        category = PyExc_UserWarning;
    int ok = PyType_Check(category) ? PyObject_IsSubclass(category, PyExc_Warning) : 0;
    if (ok < 0)
        return NULL;
    if (!ok) {
        PyErr_Format(PyExc_TypeError, "category must be a Warning subclass, not '%s'", Py_TYPE(category)->tp_name);
        return NULL;
    }
    return category;
}

static int
check_prefixes(PyObject *prefixes)
{
    if (!PyTuple_Check(prefixes)) {
        PyErr_Format(PyExc_TypeError, "warn() argument 'skip_file_prefixes' must be tuple, not %.50s", Py_TYPE(prefixes)->tp_name);
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(prefixes); i++) {
        PyObject *p = PyTuple_GET_ITEM(prefixes, i);
        if (!PyUnicode_Check(p)) {
            PyErr_Format(PyExc_TypeError, "Found non-str '%s' in skip_file_prefixes.", Py_TYPE(p)->tp_name);
            return -1;
        }
    }
    return 0;
}

static PyObject *
warnings_warn(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "message", "category", "stacklevel", "source", "skip_file_prefixes", NULL };
    static const struct args_spec spec = { "warn", names, 1, 4 };
    PyObject *a[5];
    if (args_bind(&spec, args, nargs, kwnames, a) < 0)
        return NULL;
    Py_ssize_t level = a[2] == NULL ? 1 : PyNumber_AsSsize_t(a[2], PyExc_OverflowError);
    if ((level == -1 && PyErr_Occurred()) || (a[4] != NULL && check_prefixes(a[4]) < 0))
        return NULL;
    PyObject *category = warn_category(a[0], a[1]), *prefixes = a[4] != NULL && PyTuple_GET_SIZE(a[4]) > 0 ? a[4] : NULL;
    return category == NULL ? NULL : do_warn(a[0], category, level, a[3] == Py_None ? NULL : a[3], prefixes);
}

/* The loader that a module's globals name in __loader__ or __spec__: new reference; the import system raises or warns
 * when they disagree. */
static PyObject *
find_loader(PyObject *globals)
{
    PyObject *external = PyImport_ImportModule("_frozen_importlib_external");
    PyObject *bless = external == NULL ? NULL : PyObject_GetAttrString(external, "_bless_my_loader");
    PyObject *loader = bless == NULL ? NULL : PyObject_CallOneArg(bless, globals);
    Py_XDECREF(bless);
    Py_XDECREF(external);
    return loader;
}

/* The source line through module_globals' loader, for modules in zip files: new reference, NULL without exception if none. */
static PyObject *
line_from_loader(PyObject *globals, int lineno)
{
    PyObject *loader = find_loader(globals), *name = PyDict_GetItemWithError(globals, ID(__name__));
    PyObject *get = NULL, *source = NULL, *lines = NULL, *line = NULL;
    if (loader != NULL && name != NULL && PyObject_GetOptionalAttr(loader, ID(get_source), &get) > 0)
        source = PyObject_CallOneArg(get, name);
    Py_XDECREF(loader);
    Py_XDECREF(get);
    if (source != NULL && source != Py_None && PyUnicode_Check(source) && (lines = PyUnicode_Splitlines(source, 0)) != NULL &&
        lineno >= 1 && lineno <= PyList_GET_SIZE(lines))
        line = Py_NewRef(PyList_GET_ITEM(lines, lineno - 1));
    Py_XDECREF(source);
    Py_XDECREF(lines);
    return line;
}

static PyObject *
warnings_warn_explicit(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "message", "category", "filename", "lineno", "module", "registry", "module_globals", "source", NULL };
    static const struct args_spec spec = { "warn_explicit", names, 4, 8 };
    PyObject *a[8];
    if (args_bind(&spec, args, nargs, kwnames, a) < 0)
        return NULL;
    if (!PyUnicode_Check(a[2])) {
        PyErr_Format(PyExc_TypeError, "warn_explicit() argument 'filename' must be str, not %.50s", Py_TYPE(a[2])->tp_name);
        return NULL;
    }
    int lineno = PyLong_AsInt(a[3]);
    if (lineno == -1 && PyErr_Occurred())
        return NULL;
    PyObject *line = NULL;
    if (a[6] != NULL && a[6] != Py_None) {
        if (!PyDict_Check(a[6])) {
            PyErr_Format(PyExc_TypeError, "module_globals must be a dict, not '%.200s'", Py_TYPE(a[6])->tp_name);
            return NULL;
        }
        line = line_from_loader(a[6], lineno);
        if (line == NULL && PyErr_Occurred())
            return NULL;
    }
    PyObject *r = warn_explicit(a[1], a[0], a[2], lineno, a[4], a[5], line, a[7] == Py_None ? NULL : a[7]);
    Py_XDECREF(line);
    return r;
}

static PyObject *
warnings_filters_mutated(PyObject *module, PyObject *unused)
{
    STATE->filters_version++;
    Py_RETURN_NONE;
}

static PyMethodDef warnings_methods[] = {
    { "warn", _PyCFunction_CAST(warnings_warn), METH_FASTCALL | METH_KEYWORDS,
      PyDoc_STR("warn($module, /, message, category=None, stacklevel=1, source=None, *,\n     skip_file_prefixes=<unrepresentable>)\n--\n\nIssue a warning, maybe ignore it or raise it.") },
    { "warn_explicit", _PyCFunction_CAST(warnings_warn_explicit), METH_FASTCALL | METH_KEYWORDS,
      PyDoc_STR("warn_explicit($module, /, message, category, filename, lineno,\n              module=<unrepresentable>, registry=None,\n              module_globals=None, source=None)\n--\n\nIssue a warning for a given place.") },
    { "_filters_mutated", warnings_filters_mutated, METH_NOARGS, PyDoc_STR("_filters_mutated($module, /)\n--\n\nForget what was warned about under the old filters.") },
    { NULL },
};

static int
warnings_exec(PyObject *m)
{
    struct rt_warnings *s = STATE;
    return PyModule_AddObjectRef(m, "filters", s->filters) < 0 || PyModule_AddObjectRef(m, "_onceregistry", s->once_registry) < 0 ||
           PyModule_AddObjectRef(m, "_defaultaction", s->default_action) < 0 ? -1 : 0;
}

static PyModuleDef_Slot warnings_slots[] = {
    { Py_mod_exec, warnings_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef warnings_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_warnings",
    .m_doc = PyDoc_STR("The part of the warnings module that C code needs too."),
    .m_methods = warnings_methods,
    .m_slots = warnings_slots,
};

PyMODINIT_FUNC
PyInit__warnings(void)
{
    return PyModuleDef_Init(&warnings_def);
}

static int
add_filter(PyObject *filters, const char *action, PyObject *category, const char *module)
{
    PyObject *a = PyUnicode_InternFromString(action), *m = module == NULL ? Py_NewRef(Py_None) : PyUnicode_InternFromString(module);
    PyObject *t = a == NULL || m == NULL ? NULL : PyTuple_Pack(5, a, Py_None, category, m, SMALL_INT(0));
    int r = t == NULL ? -1 : PyList_Append(filters, t);
    Py_XDECREF(a);
    Py_XDECREF(m);
    Py_XDECREF(t);
    return r;
}

/* rt_hooks.warn_explicit: a warning about a place in a source file, each place once. */
static int
warn_about_source(PyObject *category, PyObject *message, PyObject *filename, int lineno)
{
    PyThreadState *ts = ts_current();
    struct warn_place p = { NULL };
    if (frame_current(ts) == NULL)
        return PyErr_WarnExplicitObject(category, message, filename, lineno, NULL, NULL);
    /* Module and registry are those of the code that compiles, so that compiling twice warns once. */
    int r = find_place(ts, 1, NULL, &p);
    if (r == 0)
        r = PyErr_WarnExplicitObject(category, message, filename, lineno, p.module, p.registry);
    Py_XDECREF(p.filename);
    Py_XDECREF(p.module);
    Py_XDECREF(p.registry);
    return r;
}

int
warnings_init(PyThreadState *ts)
{
    struct rt_warnings *s = &ts->interp->warnings;
    rt_hooks.warn = warn_format_v;
    rt_hooks.warn_explicit = warn_about_source;
    s->filters = PyList_New(0);
    s->once_registry = PyDict_New();
    s->default_action = PyUnicode_FromString("default");
    if (s->filters == NULL || s->once_registry == NULL || s->default_action == NULL)
        return -1;
    return add_filter(s->filters, "default", PyExc_DeprecationWarning, "__main__") < 0 ||
           add_filter(s->filters, "ignore", PyExc_DeprecationWarning, NULL) < 0 ||
           add_filter(s->filters, "ignore", PyExc_PendingDeprecationWarning, NULL) < 0 ||
           add_filter(s->filters, "ignore", PyExc_ImportWarning, NULL) < 0 ||
           add_filter(s->filters, "ignore", PyExc_ResourceWarning, NULL) < 0 ? -1 : 0;
}
