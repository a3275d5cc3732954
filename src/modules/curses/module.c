/* modules/curses/module.c: module _curses: text screens by the host's ncurses. */
#include "modules/curses/curses.h"

#include <stdio.h>

/* ---- constants ---- */

#define NAMED(name) { #name, (long)(name) },
static const struct { const char *name; long value; } constants[] = {
    NAMED(ERR) NAMED(OK)
    NAMED(A_ATTRIBUTES) NAMED(A_NORMAL) NAMED(A_STANDOUT) NAMED(A_UNDERLINE) NAMED(A_REVERSE) NAMED(A_BLINK) NAMED(A_DIM) NAMED(A_BOLD)
    NAMED(A_ALTCHARSET) NAMED(A_INVIS) NAMED(A_PROTECT) NAMED(A_HORIZONTAL) NAMED(A_LEFT) NAMED(A_LOW) NAMED(A_RIGHT) NAMED(A_TOP)
    NAMED(A_VERTICAL) NAMED(A_CHARTEXT) NAMED(A_COLOR) NAMED(A_ITALIC)
    NAMED(COLOR_BLACK) NAMED(COLOR_RED) NAMED(COLOR_GREEN) NAMED(COLOR_YELLOW) NAMED(COLOR_BLUE) NAMED(COLOR_MAGENTA) NAMED(COLOR_CYAN)
    NAMED(COLOR_WHITE)
#define BUTTON(n) \
    NAMED(BUTTON##n##_PRESSED) NAMED(BUTTON##n##_RELEASED) NAMED(BUTTON##n##_CLICKED) NAMED(BUTTON##n##_DOUBLE_CLICKED) \
    NAMED(BUTTON##n##_TRIPLE_CLICKED)
    BUTTON(1) BUTTON(2) BUTTON(3) BUTTON(4)
#if NCURSES_MOUSE_VERSION > 1
    BUTTON(5)
#endif
    NAMED(BUTTON_SHIFT) NAMED(BUTTON_CTRL) NAMED(BUTTON_ALT) NAMED(ALL_MOUSE_EVENTS) NAMED(REPORT_MOUSE_POSITION)
};
#undef NAMED

/* KEY_... as the library names them: "KEY_F(1)" becomes KEY_F1; those without a name in capitals are none of its keys. */
static int
add_keys(PyObject *m)
{
    for (int key = KEY_MIN; key < KEY_MAX; key++) {
        const char *from = nc.keyname(key);
        char name[64], *to = name;
        if (from == NULL || strncmp(from, "KEY_", 4) != 0 || strlen(from) >= sizeof name)
            continue;
        for (; *from != '\0'; from++)
            if (*from != '(' && *from != ')')
                *to++ = *from;
        *to = '\0';
        if (PyModule_AddIntConstant(m, name, key) < 0)
            return -1;
    }
    return PyModule_AddIntMacro(m, KEY_MIN) < 0 ? -1 : PyModule_AddIntMacro(m, KEY_MAX);
}

static int
add_constants(PyObject *m)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(constants); i++)
        if (PyModule_AddIntConstant(m, constants[i].name, constants[i].value) < 0)
            return -1;
    return add_keys(m);
}

/* ---- versions ---- */

static PyStructSequence_Field version_fields[] = {
    { "major", "Major release number" }, { "minor", "Minor release number" }, { "patch", "Patch release number" }, { NULL },
};
static PyStructSequence_Desc version_desc = { "curses.ncurses_version", "The version of ncurses, as numbers.", version_fields, 3 };

/* Let a type make no more objects. */
static int
only_object(PyTypeObject *type)
{
    PyObject *dict = PyType_GetDict(type);
    type->tp_new = NULL;
    type->tp_flags |= Py_TPFLAGS_DISALLOW_INSTANTIATION;
    int r = PyDict_PopString(dict, "__new__", NULL);
    Py_DECREF(dict);
    PyType_Modified(type);
    return r < 0 ? -1 : 0;
}

static PyObject *
ncurses_version(void)
{
    int n[3] = { NCURSES_VERSION_MAJOR, NCURSES_VERSION_MINOR, NCURSES_VERSION_PATCH };
    const char *text = nc.curses_version();
    if (text != NULL)
        sscanf(text, "%*[^0-9]%d.%d.%d", &n[0], &n[1], &n[2]);
    PyTypeObject *type = PyStructSequence_NewType(&version_desc);
    PyObject *version = type == NULL ? NULL : PyStructSequence_New(type);
    for (int i = 0; version != NULL && i < 3; i++) {
        PyObject *o = PyLong_FromLong(n[i]);
        if (o == NULL)
            Py_CLEAR(version);
        else
            PyStructSequence_SET_ITEM(version, i, o);
    }
    if (version != NULL && only_object(type) < 0)
        Py_CLEAR(version);
    Py_XDECREF(type);
    return version;
}

static int
add_versions(PyObject *m)
{
    PyObject *text = PyBytes_FromString("2.2");
    int r = text == NULL || PyModule_AddObjectRef(m, "version", text) < 0 || PyModule_AddObjectRef(m, "__version__", text) < 0 ? -1 : 0;
    Py_XDECREF(text);
    return r < 0 ? r : PyModule_Add(m, "ncurses_version", ncurses_version());
}

/* ---- the module ---- */

/* Functions for others: py_curses.h says what stands where. */
static void *api[PyCurses_API_pointers] = { &curses_window_type, (void *)curses_has_term, (void *)curses_has_screen, (void *)curses_has_colors };

static int
add_objects(PyObject *m)
{
    curses_error = PyErr_NewException("_curses.error", NULL, NULL);
    if (curses_error == NULL || PyModule_AddObjectRef(m, "error", curses_error) < 0
        || PyModule_Add(m, "_C_API", PyCapsule_New(api, PyCurses_CAPSULE_NAME, NULL)) < 0)
        return -1;
    static PyMethodDef *const functions[] = { curses_mode_functions, curses_color_functions, curses_term_functions, curses_screen_functions };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(functions); i++)
        if (PyModule_AddFunctions(m, functions[i]) < 0)
            return -1;
    return PyModule_AddObjectRef(m, "window", (PyObject *)&curses_window_type);
}

static int
open_library(void)
{
    static const struct clib_entry entries[] = {
#define NC_ENTRY(name) CLIB_ENTRY(nc_table, name)
        NC_FUNCTIONS(NC_ENTRY) NC_VARIABLES(NC_ENTRY)
#undef NC_ENTRY
    };
    return clib_open(NC_FILE("libncursesw"), entries, Py_ARRAY_LENGTH(entries), &nc);
}

/* The module has one screen and one state for the process: no interpreter but the first may have it. */
static struct PyModuleDef curses_module = { PyModuleDef_HEAD_INIT, .m_name = "_curses", .m_size = -1 };

PyMODINIT_FUNC
PyInit__curses(void)
{
    if (open_library() < 0 || PyType_Ready(&curses_window_type) < 0)
        return NULL;
    PyObject *m = PyModule_Create(&curses_module);
    if (m == NULL)
        return NULL;
    if (add_objects(m) < 0 || add_constants(m) < 0 || add_versions(m) < 0) {
        Py_DECREF(m);
        return NULL;
    }
    curses_dict = Py_NewRef(PyModule_GetDict(m));
    return m;
}
