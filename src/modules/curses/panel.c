/* modules/curses/panel.c: module _curses_panel: windows that lie on each other, by the host's libpanelw.
 *
 * The library knows panels only: a list leads from each to its object. An object leaves the list when it dies, and takes its
 * panel out of the stack. A panel's user pointer holds a reference. */
#include "modules/curses/curses.h"

typedef struct panel_object {
    PyObject ob_base;
    PANEL *panel;
    PyCursesWindowObject *window;
    struct panel_object *next;           /* in all_panels */
} panel_object;

struct panel_table pn;
static panel_object *all_panels;
static PyObject *panel_error;
static PyTypeObject *panel_type;

#define PANEL_OF(op) (((panel_object *)(op))->panel)

static OWNED PyObject *
check(int code, const char *name)
{
    if (code != ERR)
        Py_RETURN_NONE;
    return PyErr_Format(panel_error, "%s() returned ERR", name);
}

/* The object of a panel; None without one; an error if somebody else made the panel. */
static OWNED PyObject *
object_of(PANEL *panel, const char *function)
{
    if (panel == NULL)
        Py_RETURN_NONE;
    for (panel_object *op = all_panels; op != NULL; op = op->next)
        if (op->panel == panel)
            return Py_NewRef((PyObject *)op);
    return PyErr_Format(PyExc_RuntimeError, "%s: can't find Panel Object", function);
}

/* ---- panels ---- */

static void
panel_dealloc(PyObject *self)
{
    panel_object *op = (panel_object *)self;
    PyTypeObject *type = Py_TYPE(self);
    PyObject *user = op->panel != NULL ? (PyObject *)pn.panel_userptr(op->panel) : NULL;
    for (panel_object **p = &all_panels; *p != NULL; p = &(*p)->next)
        if (*p == op) {
            *p = op->next;
            break;
        }
    if (op->panel != NULL)
        pn.del_panel(op->panel);
    Py_XDECREF(user);
    Py_XDECREF(op->window);
    PyObject_Free(op);
    Py_DECREF(type);
}

static PyObject *
fn_new_panel(PyObject *m, PyObject *window)
{
    if (!Py_IS_TYPE(window, &curses_window_type))
        return PyErr_Format(PyExc_TypeError, "new_panel() argument must be _curses.window, not %.50s", window == Py_None ? "None" : Py_TYPE(window)->tp_name);
    PANEL *panel = pn.new_panel(WIN(window));
    if (panel == NULL) {
        PyErr_SetString(panel_error, catchall_NULL);
        return NULL;
    }
    panel_object *op = PyObject_New(panel_object, panel_type);
    if (op == NULL) {
        pn.del_panel(panel);
        return NULL;
    }
    op->panel = panel;
    op->window = (PyCursesWindowObject *)Py_NewRef(window);
    op->next = all_panels;
    all_panels = op;
    return (PyObject *)op;
}

static PyObject *m_above(PyObject *self, PyObject *unused) { return object_of(pn.panel_above(PANEL_OF(self)), "panel_above"); }
static PyObject *m_below(PyObject *self, PyObject *unused) { return object_of(pn.panel_below(PANEL_OF(self)), "panel_below"); }
static PyObject *m_window(PyObject *self, PyObject *unused) { return Py_NewRef((PyObject *)((panel_object *)self)->window); }

static PyObject *
m_hidden(PyObject *self, PyObject *unused)
{
    return PyBool_FromLong(pn.panel_hidden(PANEL_OF(self)) == TRUE);
}

/* Methods that look at the module's state say it in their own words when they get arguments. */
#define STACK(name, function) \
    static PyObject * \
    m_##name(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) \
    { \
        if (nargs != 0 || (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0)) \
            return PyErr_Format(PyExc_TypeError, "%s() takes no arguments", #name); \
        return check(pn.function(PANEL_OF(self)), #name); \
    }
STACK(bottom, bottom_panel) STACK(hide, hide_panel) STACK(show, show_panel) STACK(top, top_panel)
#undef STACK

static bool
take(const char *name, Py_ssize_t nargs, PyObject *kwnames, Py_ssize_t count)
{
    if (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0) {
        PyErr_Format(PyExc_TypeError, "%s() takes no keyword arguments", name);
        return false;
    }
    if (nargs != count)
        PyErr_Format(PyExc_TypeError, "%s() takes exactly %zd positional argument%s (%zd given)", name, count, count == 1 ? "" : "s", nargs);
    return nargs == count;
}

static PyObject *
m_move(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    int y, x;
    if (!take("move", nargs, kwnames, 2) || !curses_int(args[0], &y) || !curses_int(args[1], &x))
        return NULL;
    return check(pn.move_panel(PANEL_OF(self), y, x), "move_panel");
}

static PyObject *
m_replace(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    panel_object *op = (panel_object *)self;
    if (!take("replace", nargs, kwnames, 1))
        return NULL;
    if (!Py_IS_TYPE(args[0], &curses_window_type))
        return PyErr_Format(PyExc_TypeError, "replace() argument 1 must be _curses.window, not %.50s",
                            args[0] == Py_None ? "None" : Py_TYPE(args[0])->tp_name);
    if (pn.replace_panel(op->panel, WIN(args[0])) == ERR)
        return check(ERR, "replace_panel");
    Py_SETREF(op->window, (PyCursesWindowObject *)Py_NewRef(args[0]));
    Py_RETURN_NONE;
}

static PyObject *
m_set_userptr(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (!take("set_userptr", nargs, kwnames, 1) || !curses_has_screen())
        return NULL;
    PyObject *old = (PyObject *)pn.panel_userptr(PANEL_OF(self));
    int code = pn.set_panel_userptr(PANEL_OF(self), Py_NewRef(args[0]));
    Py_XDECREF(code == ERR ? args[0] : old);
    return check(code, "set_panel_userptr");
}

static PyObject *
m_userptr(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs != 0 || (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0))
        return PyErr_Format(PyExc_TypeError, "userptr() takes no arguments");
    if (!curses_has_screen())
        return NULL;
    PyObject *user = (PyObject *)pn.panel_userptr(PANEL_OF(self));
    if (user == NULL) {
        PyErr_SetString(panel_error, "no userptr set");
        return NULL;
    }
    return Py_NewRef(user);
}

#define PLAIN(name, text) { #name, m_##name, METH_NOARGS, CURSES_DOC(#name "($self, /)", text) }
#define WITH_CLASS(name, arguments, text) \
    { #name, _PyCFunction_CAST(m_##name), METH_METHOD | METH_FASTCALL | METH_KEYWORDS, CURSES_DOC(#name "($self, " arguments "/)", text) }
static PyMethodDef panel_methods[] = {
    PLAIN(above, "The panel above, or None."),
    PLAIN(below, "The panel below, or None."),
    WITH_CLASS(bottom, "", "Lay it below all others."),
    PLAIN(hidden, "Is it out of the stack?"),
    WITH_CLASS(hide, "", "Take it out of the stack, so that it is not seen."),
    WITH_CLASS(move, "y, x, ", "Move it to a place on the screen."),
    WITH_CLASS(replace, "win, ", "Give it another window."),
    WITH_CLASS(set_userptr, "obj, ", "Let it remember an object."),
    WITH_CLASS(show, "", "Lay it on top, where it is seen again."),
    WITH_CLASS(top, "", "Lay it on top."),
    WITH_CLASS(userptr, "", "The object that set_userptr() gave."),
    PLAIN(window, "Its window."),
    { NULL },
};

static PyType_Slot panel_slots[] = { { Py_tp_dealloc, panel_dealloc }, { Py_tp_methods, panel_methods }, { 0, NULL } };
static PyType_Spec panel_spec = { "_curses_panel.panel", sizeof(panel_object), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, panel_slots };

/* ---- the module ---- */

static PyObject *
fn_bottom_panel(PyObject *m, PyObject *unused)
{
    return curses_has_screen() ? object_of(pn.panel_above(NULL), "panel_above") : NULL;
}

static PyObject *
fn_top_panel(PyObject *m, PyObject *unused)
{
    return curses_has_screen() ? object_of(pn.panel_below(NULL), "panel_below") : NULL;
}

static PyObject *
fn_update_panels(PyObject *m, PyObject *unused)
{
    if (!curses_has_screen())
        return NULL;
    pn.update_panels();
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    { "bottom_panel", fn_bottom_panel, METH_NOARGS, CURSES_DOC("bottom_panel($module, /)", "The lowest panel, or None.") },
    { "new_panel", fn_new_panel, METH_O, CURSES_DOC("new_panel($module, win, /)", "A panel on top of the stack that shows the window.") },
    { "top_panel", fn_top_panel, METH_NOARGS, CURSES_DOC("top_panel($module, /)", "The highest panel, or None.") },
    { "update_panels", fn_update_panels, METH_NOARGS,
      CURSES_DOC("update_panels($module, /)", "Bring the virtual screen up to date with the stack; curses.doupdate() shows it.") },
    { NULL },
};

static int
panel_exec(PyObject *m)
{
    static const struct clib_entry entries[] = {
#define PANEL_ENTRY(name) CLIB_ENTRY(panel_table, name)
        PANEL_FUNCTIONS(PANEL_ENTRY)
#undef PANEL_ENTRY
    };
    if (PyCapsule_Import(PyCurses_CAPSULE_NAME, 1) == NULL || clib_open(NC_FILE("libpanelw"), entries, Py_ARRAY_LENGTH(entries), &pn) < 0)
        return -1;
    PyObject *type = PyType_FromModuleAndSpec(m, &panel_spec, NULL), *error = PyErr_NewException("_curses_panel.error", NULL, NULL);
    Py_XSETREF(panel_type, (PyTypeObject *)type);
    Py_XSETREF(panel_error, error);
    if (type == NULL || error == NULL || PyModule_AddObjectRef(m, "panel", type) < 0 || PyModule_AddObjectRef(m, "error", error) < 0)
        return -1;
    return PyModule_AddStringConstant(m, "version", "2.1") < 0 ? -1 : PyModule_AddStringConstant(m, "__version__", "2.1");
}

static PyModuleDef_Slot module_slots[] = {
    { Py_mod_exec, panel_exec },
    { Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED },
    { 0, NULL },
};
static struct PyModuleDef panel_module = { PyModuleDef_HEAD_INIT, .m_name = "_curses_panel", .m_methods = functions, .m_slots = module_slots };

PyMODINIT_FUNC PyInit__curses_panel(void) { return PyModuleDef_Init(&panel_module); }
