/* modules/pwd_grp.c: modules pwd and grp: the databases of users and groups. */
#include <Python.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

struct db_state { PyTypeObject *record; };

static struct db_state *state_of(PyObject *m) { return PyModule_GetState(m); }

/* A user or group number: 1, 0 when it is no such number (KeyError follows), -1 with an exception. -1 stands for all
 * bits set, as in C. */
static int
read_id(PyObject *arg, const char *what, unsigned *out)
{
    PyObject *index = PyIndex_Check(arg) ? PyNumber_Index(arg) : NULL;
    if (index == NULL) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "%s should be integer, not %.200s", what, Py_TYPE(arg)->tp_name);
        return -1;
    }
    int overflow;
    long long n = PyLong_AsLongLongAndOverflow(index, &overflow);
    Py_DECREF(index);
    if (n == -1 && !overflow && PyErr_Occurred())
        return -1;
    *out = (unsigned)n;
    return !overflow && n >= -1 && n <= 0xffffffffLL;
}

/* The name argument in the file system encoding, new reference. */
static PyObject *
read_name(const char *fname, const char *where, PyObject *arg)
{
    PyAPI_FUNC(void) _PyArg_BadArgument(const char *, const char *, const char *, PyObject *);
    if (!PyUnicode_Check(arg)) {
        if (strcmp(where, "argument") == 0)      /* the only argument: the type is named as it is */
            return PyErr_Format(PyExc_TypeError, "%s() argument must be str, not %.50s", fname, Py_TYPE(arg)->tp_name);
        _PyArg_BadArgument(fname, where, "str", arg);
        return NULL;
    }
    PyObject *bytes = PyUnicode_EncodeFSDefault(arg);
    if (bytes != NULL && strlen(PyBytes_AS_STRING(bytes)) != (size_t)PyBytes_GET_SIZE(bytes)) {
        PyErr_SetString(PyExc_ValueError, "embedded null byte");
        Py_CLEAR(bytes);
    }
    return bytes;
}

static PyObject *
text_or_none(const char *s)
{
    return s == NULL ? Py_NewRef(Py_None) : PyUnicode_DecodeFSDefault(s);
}

static PyObject *
id_number(unsigned id)
{
    return id == (unsigned)-1 ? PyLong_FromLong(-1) : PyLong_FromUnsignedLong(id);
}

/* The record if all its fields could be made. */
static PyObject *
checked(PyObject *record)
{
    if (record != NULL && PyErr_Occurred())
        Py_CLEAR(record);
    return record;
}

/* ---- the reentrant look-ups, with a buffer that grows ---- */

#define LOOKUP(name, entry, key_type, function) \
    static char *name(key_type key, struct entry *e, struct entry **found, int *code) \
    { \
        size_t size = 1024; \
        char *buf = NULL; \
        for (;;) { \
            char *more = PyMem_RawRealloc(buf, size); \
            if (more == NULL) { \
                PyMem_RawFree(buf); \
                *code = ENOMEM; \
                return NULL; \
            } \
            buf = more; \
            *found = NULL; \
            *code = function(key, e, buf, size, found); \
            if (*code != ERANGE || size > ((size_t)1 << 26)) \
                return buf; \
            size *= 2; \
        } \
    }
LOOKUP(user_by_id, passwd, uid_t, getpwuid_r)
LOOKUP(user_by_name, passwd, const char *, getpwnam_r)
LOOKUP(group_by_id, group, gid_t, getgrgid_r)
LOOKUP(group_by_name, group, const char *, getgrnam_r)

/* What to raise when nothing was found. */
static PyObject *
not_found(char *buf, int code, const char *format, PyObject *key)
{
    if (buf == NULL && code == ENOMEM)
        return PyErr_NoMemory();
    PyMem_RawFree(buf);
    PyErr_Format(PyExc_KeyError, format, key);
    return NULL;
}

/* ---- pwd ---- */

static PyStructSequence_Field passwd_fields[] = {
    {"pw_name", "user name"}, {"pw_passwd", "password"}, {"pw_uid", "user id"}, {"pw_gid", "group id"},
    {"pw_gecos", "real name"}, {"pw_dir", "home directory"}, {"pw_shell", "shell program"}, {NULL}
};
static PyStructSequence_Desc passwd_desc = {
    "pwd.struct_passwd", "An entry of the user database.", passwd_fields, 7 };

static PyObject *
make_user(PyObject *m, const struct passwd *p)
{
    PyObject *r = PyStructSequence_New(state_of(m)->record);
    if (r == NULL)
        return NULL;
    PyStructSequence_SetItem(r, 0, text_or_none(p->pw_name));
    PyStructSequence_SetItem(r, 1, text_or_none(p->pw_passwd));
    PyStructSequence_SetItem(r, 2, id_number(p->pw_uid));
    PyStructSequence_SetItem(r, 3, id_number(p->pw_gid));
    PyStructSequence_SetItem(r, 4, text_or_none(p->pw_gecos));
    PyStructSequence_SetItem(r, 5, text_or_none(p->pw_dir));
    PyStructSequence_SetItem(r, 6, text_or_none(p->pw_shell));
    return checked(r);
}

static PyObject *
pwd_getpwuid(PyObject *m, PyObject *arg)
{
    unsigned uid;
    int code = 0, ok = read_id(arg, "uid", &uid);
    if (ok <= 0) {
        if (ok == 0)
            PyErr_SetString(PyExc_KeyError, "getpwuid(): uid not found");
        return NULL;
    }
    struct passwd entry, *found;
    char *buf;
    Py_BEGIN_ALLOW_THREADS
    buf = user_by_id(uid, &entry, &found, &code);
    Py_END_ALLOW_THREADS
    if (buf == NULL || found == NULL) {
        PyObject *number = id_number(uid);
        if (number != NULL)
            not_found(buf, code, "getpwuid(): uid not found: %S", number);
        Py_XDECREF(number);
        return NULL;
    }
    PyObject *r = make_user(m, found);
    PyMem_RawFree(buf);
    return r;
}

static PyObject *
pwd_getpwnam(PyObject *m, PyObject *arg)
{
    PyObject *name = read_name("getpwnam", "argument", arg), *r;
    struct passwd entry, *found;
    char *buf;
    int code = 0;
    if (name == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    buf = user_by_name(PyBytes_AS_STRING(name), &entry, &found, &code);
    Py_END_ALLOW_THREADS
    Py_DECREF(name);
    if (buf == NULL || found == NULL)
        return not_found(buf, code, "getpwnam(): name not found: %R", arg);
    r = make_user(m, found);
    PyMem_RawFree(buf);
    return r;
}

static PyObject *
pwd_getpwall(PyObject *m, PyObject *unused)
{
    PyObject *list = PyList_New(0);
    struct passwd *p;
    setpwent();
    while (list != NULL && (p = getpwent()) != NULL) {
        PyObject *user = make_user(m, p);
        if (user == NULL || PyList_Append(list, user) < 0)
            Py_CLEAR(list);
        Py_XDECREF(user);
    }
    endpwent();
    return list;
}

static PyMethodDef pwd_methods[] = {
    {"getpwuid", pwd_getpwuid, METH_O, "getpwuid($module, uidobj, /)\n--\n\nThe entry of the user with this number."},
    {"getpwnam", pwd_getpwnam, METH_O, "getpwnam($module, name, /)\n--\n\nThe entry of the user with this name."},
    {"getpwall", pwd_getpwall, METH_NOARGS, "getpwall($module, /)\n--\n\nAll entries, in no particular order."},
    {NULL}
};

/* ---- grp ---- */

static PyStructSequence_Field group_fields[] = {
    {"gr_name", "group name"}, {"gr_passwd", "password"}, {"gr_gid", "group id"}, {"gr_mem", "group members"}, {NULL} };
static PyStructSequence_Desc group_desc = { "grp.struct_group", "An entry of the group database.", group_fields, 4 };

static PyObject *
make_group(PyObject *m, const struct group *g)
{
    PyObject *members = PyList_New(0);
    for (char **p = g->gr_mem; members != NULL && p != NULL && *p != NULL; p++) {
        PyObject *name = PyUnicode_DecodeFSDefault(*p);
        if (name == NULL || PyList_Append(members, name) < 0)
            Py_CLEAR(members);
        Py_XDECREF(name);
    }
    PyObject *r = members == NULL ? NULL : PyStructSequence_New(state_of(m)->record);
    if (r == NULL) {
        Py_XDECREF(members);
        return NULL;
    }
    PyStructSequence_SetItem(r, 0, text_or_none(g->gr_name));
    PyStructSequence_SetItem(r, 1, text_or_none(g->gr_passwd));
    PyStructSequence_SetItem(r, 2, id_number(g->gr_gid));
    PyStructSequence_SetItem(r, 3, members);
    return checked(r);
}

/* Does a number that is no group id lie above what a C long holds? Others are said to be too small, as a cast shows. */
static bool
is_huge(PyObject *arg)
{
    PyObject *index = PyNumber_Index(arg);
    int overflow = 0;
    if (index != NULL)
        (void)PyLong_AsLongAndOverflow(index, &overflow);
    Py_XDECREF(index);
    PyErr_Clear();
    return overflow > 0;
}

static PyObject *
grp_getgrgid(PyObject *m, PyObject *args, PyObject *kwargs)
{
    static char *const names[] = { "id", NULL };
    PyObject *arg;
    unsigned gid;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O", names, &arg))
        return NULL;
    int code = 0, ok = read_id(arg, "gid", &gid);
    if (ok == 0)
        PyErr_Format(PyExc_OverflowError, "gid is %s", is_huge(arg) ? "greater than maximum" : "less than minimum");
    if (ok <= 0)
        return NULL;
    struct group entry, *found;
    char *buf;
    Py_BEGIN_ALLOW_THREADS
    buf = group_by_id(gid, &entry, &found, &code);
    Py_END_ALLOW_THREADS
    if (buf == NULL || found == NULL) {
        PyObject *number = id_number(gid);
        if (number != NULL)
            not_found(buf, code, "getgrgid(): gid not found: %S", number);
        Py_XDECREF(number);
        return NULL;
    }
    PyObject *r = make_group(m, found);
    PyMem_RawFree(buf);
    return r;
}

static PyObject *
grp_getgrnam(PyObject *m, PyObject *args, PyObject *kwargs)
{
    static char *const names[] = { "name", NULL };
    PyObject *arg, *name, *r;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:getgrnam", names, &arg)
        || (name = read_name("getgrnam", "argument 'name'", arg)) == NULL)
        return NULL;
    struct group entry, *found;
    char *buf;
    int code = 0;
    Py_BEGIN_ALLOW_THREADS
    buf = group_by_name(PyBytes_AS_STRING(name), &entry, &found, &code);
    Py_END_ALLOW_THREADS
    Py_DECREF(name);
    if (buf == NULL || found == NULL)
        return not_found(buf, code, "getgrnam(): name not found: %R", arg);
    r = make_group(m, found);
    PyMem_RawFree(buf);
    return r;
}

static PyObject *
grp_getgrall(PyObject *m, PyObject *unused)
{
    PyObject *list = PyList_New(0);
    struct group *g;
    setgrent();
    while (list != NULL && (g = getgrent()) != NULL) {
        PyObject *group = make_group(m, g);
        if (group == NULL || PyList_Append(list, group) < 0)
            Py_CLEAR(list);
        Py_XDECREF(group);
    }
    endgrent();
    return list;
}

static PyMethodDef grp_methods[] = {
    {"getgrgid", _PyCFunction_CAST(grp_getgrgid), METH_VARARGS | METH_KEYWORDS,
     "getgrgid($module, /, id)\n--\n\nThe entry of the group with this number."},
    {"getgrnam", _PyCFunction_CAST(grp_getgrnam), METH_VARARGS | METH_KEYWORDS,
     "getgrnam($module, /, name)\n--\n\nThe entry of the group with this name."},
    {"getgrall", grp_getgrall, METH_NOARGS, "getgrall($module, /)\n--\n\nAll entries, in no particular order."},
    {NULL}
};

/* ---- modules ---- */

static int
add_record(PyObject *m, PyStructSequence_Desc *desc)
{
    state_of(m)->record = PyStructSequence_NewType(desc);
    return state_of(m)->record == NULL ? -1 : PyModule_AddType(m, state_of(m)->record);
}

static int pwd_exec(PyObject *m) { return add_record(m, &passwd_desc); }
static int grp_exec(PyObject *m) { return add_record(m, &group_desc); }

static int
db_traverse(PyObject *m, visitproc visit, void *arg)
{
    Py_VISIT(state_of(m)->record);
    return 0;
}

static int
db_clear(PyObject *m)
{
    Py_CLEAR(state_of(m)->record);
    return 0;
}

#define DB_MODULE(name, doc) \
    static PyModuleDef_Slot name##_slots[] = { \
        {Py_mod_exec, (void *)name##_exec}, \
        {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED}, {Py_mod_gil, Py_MOD_GIL_NOT_USED}, {0, NULL} }; \
    static struct PyModuleDef name##_module = { \
        PyModuleDef_HEAD_INIT, .m_name = #name, .m_doc = doc, .m_size = sizeof(struct db_state), \
        .m_methods = name##_methods, .m_slots = name##_slots, .m_traverse = db_traverse, .m_clear = db_clear }; \
    PyMODINIT_FUNC PyInit_##name(void) { return PyModuleDef_Init(&name##_module); }
DB_MODULE(pwd, "The database of users.")
DB_MODULE(grp, "The database of groups.")
