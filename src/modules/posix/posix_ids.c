/* modules/posix/posix_ids.c: users, groups, sessions, priorities. */
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>

#include "modules/posix/posix_priv.h"

#define ID_GETTER(name) FUNC_0(name) { return os_from_uid((uid_t)name()); }
ID_GETTER(getuid)
ID_GETTER(geteuid)
ID_GETTER(getgid)
ID_GETTER(getegid)
#define PID_GETTER(name) FUNC_0(name) { return PyLong_FromPid(name()); }
PID_GETTER(getpid)
PID_GETTER(getppid)
PID_GETTER(getpgrp)

#define ID_SETTER(name, type, convert) \
    FUNC_O(name) \
    { \
        type id; \
        return convert(arg, &id) ? os_result(name(id)) : NULL; \
    }
ID_SETTER(setuid, uid_t, os_uid_convert)
ID_SETTER(seteuid, uid_t, os_uid_convert)
ID_SETTER(setgid, gid_t, os_gid_convert)
ID_SETTER(setegid, gid_t, os_gid_convert)

#define ID_SETTER2(name, type, convert) \
    FUNC_FAST(name) \
    { \
        type a, b; \
        return _PyArg_ParseStack(args, nargs, "O&O&:" #name, convert, &a, convert, &b) ? os_result(name(a, b)) : NULL; \
    }
ID_SETTER2(setreuid, uid_t, os_uid_convert)
ID_SETTER2(setregid, gid_t, os_gid_convert)

#define ID_SETTER3(name, type, convert) \
    FUNC_FAST(name) \
    { \
        type a, b, c; \
        return _PyArg_ParseStack(args, nargs, "O&O&O&:" #name, convert, &a, convert, &b, convert, &c) ? os_result(name(a, b, c)) : NULL; \
    }
ID_SETTER3(setresuid, uid_t, os_uid_convert)
ID_SETTER3(setresgid, gid_t, os_gid_convert)

FUNC_0(getresuid)
{
    uid_t r, e, s;
    return getresuid(&r, &e, &s) < 0 ? os_error() : Py_BuildValue("(NNN)", os_from_uid(r), os_from_uid(e), os_from_uid(s));
}

FUNC_0(getresgid)
{
    gid_t r, e, s;
    return getresgid(&r, &e, &s) < 0 ? os_error() : Py_BuildValue("(NNN)", os_from_uid(r), os_from_uid(e), os_from_uid(s));
}

static PyObject *
group_list(const gid_t *groups, int n)
{
    PyObject *list = PyList_New(n);
    for (int i = 0; list != NULL && i < n; i++) {
        PyObject *g = os_from_uid(groups[i]);
        if (g == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, g);
    }
    return list;
}

FUNC_0(getgroups)
{
    int n = getgroups(0, NULL);
    gid_t *groups = n < 0 ? NULL : PyMem_New(gid_t, n + 1);
    if (n < 0)
        return os_error();
    if (groups == NULL)
        return PyErr_NoMemory();
    n = getgroups(n, groups);
    PyObject *r = n < 0 ? os_error() : group_list(groups, n);
    PyMem_Free(groups);
    return r;
}

FUNC_O(setgroups)
{
    if (!PySequence_Check(arg)) {
        PyErr_SetString(PyExc_TypeError, "setgroups argument must be a sequence");
        return NULL;
    }
    Py_ssize_t n = PySequence_Size(arg);
    if (n < 0)
        return NULL;
    if (n > 65536) {
        PyErr_SetString(PyExc_ValueError, "too many groups");
        return NULL;
    }
    gid_t *groups = PyMem_New(gid_t, n + 1);
    if (groups == NULL)
        return PyErr_NoMemory();
    PyObject *r = NULL;
    Py_ssize_t i;
    for (i = 0; i < n; i++) {
        PyObject *item = PySequence_GetItem(arg, i);
        int ok = item != NULL && (PyLong_Check(item) || (PyErr_SetString(PyExc_TypeError, "groups must be integers"), 0)) && os_gid_convert(item, &groups[i]);
        Py_XDECREF(item);
        if (!ok)
            break;
    }
    if (i == n)
        r = os_result(setgroups((size_t)n, groups));
    PyMem_Free(groups);
    return r;
}

FUNC_FAST(initgroups)
{
    PyObject *name;
    gid_t gid;
    if (!_PyArg_ParseStack(args, nargs, "O&O&:initgroups", PyUnicode_FSConverter, &name, os_gid_convert, &gid))
        return NULL;
    int r = initgroups(PyBytes_AS_STRING(name), gid);
    Py_DECREF(name);
    return os_result(r);
}

FUNC_FAST(getgrouplist)
{
    const char *user;
    gid_t base;
    if (!_PyArg_ParseStack(args, nargs, "sO&:getgrouplist", &user, os_gid_convert, &base))
        return NULL;
    int n = 64;
    gid_t *groups = NULL;
    for (;;) {
        int room = n;
        gid_t *more = PyMem_Realloc(groups, (size_t)room * sizeof(gid_t));
        if (more == NULL) {
            PyMem_Free(groups);
            return PyErr_NoMemory();
        }
        groups = more;
        if (getgrouplist(user, base, groups, &n) >= 0)
            break;
        n = n > room ? n : room * 2;
    }
    PyObject *r = group_list(groups, n);
    PyMem_Free(groups);
    return r;
}

FUNC_0(getlogin)
{
    errno = 0;
    char *name = getlogin();
    if (name != NULL)
        return PyUnicode_DecodeFSDefault(name);
    if (errno != 0)
        return os_error();
    PyErr_SetString(PyExc_OSError, "unable to determine login name");
    return NULL;
}

/* ---- process groups and sessions ---- */

FUNC_KW(getpgid)
{
    int pid;
    PARSE_KW("i:getpgid", KWLIST("pid"), &pid);
    pid_t pg = getpgid(pid);
    return pg < 0 ? os_error() : PyLong_FromPid(pg);
}

FUNC_FAST(setpgid)
{
    int pid, pg;
    return _PyArg_ParseStack(args, nargs, "ii:setpgid", &pid, &pg) ? os_result(setpgid(pid, pg)) : NULL;
}

FUNC_0(setpgrp) { return os_result(setpgrp()); }
FUNC_0(setsid) { return os_result(setsid() < 0 ? -1 : 0); }

FUNC_O(getsid)
{
    int pid = PyLong_AsInt(arg);
    if (pid == -1 && PyErr_Occurred())
        return NULL;
    pid_t sid = getsid(pid);
    return sid < 0 ? os_error() : PyLong_FromPid(sid);
}

/* ---- priorities ---- */

FUNC_O(nice)
{
    int inc = PyLong_AsInt(arg);
    if (inc == -1 && PyErr_Occurred())
        return NULL;
    errno = 0;
    int r = nice(inc);
    return r == -1 && errno != 0 ? os_error() : PyLong_FromLong(r);
}

FUNC_KW(getpriority)
{
    int which, who;
    PARSE_KW("ii:getpriority", KWLIST("which", "who"), &which, &who);
    errno = 0;
    int r = getpriority(which, (id_t)who);
    return errno != 0 ? os_error() : PyLong_FromLong(r);
}

FUNC_KW(setpriority)
{
    int which, who, priority;
    PARSE_KW("iii:setpriority", KWLIST("which", "who", "priority"), &which, &who, &priority);
    return os_result(setpriority(which, (id_t)who, priority));
}

FUNC_O(umask)
{
    int mask = PyLong_AsInt(arg);
    if (mask == -1 && PyErr_Occurred())
        return NULL;
    return PyLong_FromLong((long)umask((mode_t)mask));
}

PyMethodDef os_id_methods[] = {
    ROW_0(getuid, "getuid($module, /)\n--\n\nUser id of the process."),
    ROW_0(geteuid, "geteuid($module, /)\n--\n\nEffective user id of the process."),
    ROW_0(getgid, "getgid($module, /)\n--\n\nGroup id of the process."),
    ROW_0(getegid, "getegid($module, /)\n--\n\nEffective group id of the process."),
    ROW_0(getpid, "getpid($module, /)\n--\n\nId of the process."),
    ROW_0(getppid, "getppid($module, /)\n--\n\nId of the parent process."),
    ROW_0(getpgrp, "getpgrp($module, /)\n--\n\nId of the process group."),
    ROW_O(setuid, "setuid($module, uid, /)\n--\n\nSet the user id."),
    ROW_O(seteuid, "seteuid($module, euid, /)\n--\n\nSet the effective user id."),
    ROW_O(setgid, "setgid($module, gid, /)\n--\n\nSet the group id."),
    ROW_O(setegid, "setegid($module, egid, /)\n--\n\nSet the effective group id."),
    ROW_FAST(setreuid, "setreuid($module, ruid, euid, /)\n--\n\nSet real and effective user ids."),
    ROW_FAST(setregid, "setregid($module, rgid, egid, /)\n--\n\nSet real and effective group ids."),
    ROW_FAST(setresuid, "setresuid($module, ruid, euid, suid, /)\n--\n\nSet real, effective and saved user ids."),
    ROW_FAST(setresgid, "setresgid($module, rgid, egid, sgid, /)\n--\n\nSet real, effective and saved group ids."),
    ROW_0(getresuid, "getresuid($module, /)\n--\n\nReal, effective and saved user ids."),
    ROW_0(getresgid, "getresgid($module, /)\n--\n\nReal, effective and saved group ids."),
    ROW_0(getgroups, "getgroups($module, /)\n--\n\nSupplemental group ids."),
    ROW_O(setgroups, "setgroups($module, groups, /)\n--\n\nSet the supplemental group ids."),
    ROW_FAST(initgroups, "initgroups($module, username, gid, /)\n--\n\nSet the group ids that a user has."),
    ROW_FAST(getgrouplist, "getgrouplist($module, user, group, /)\n--\n\nThe groups of a user."),
    ROW_0(getlogin, "getlogin($module, /)\n--\n\nThe login name."),
    ROW_KW(getpgid, "getpgid($module, /, pid)\n--\n\nProcess group of a process."),
    ROW_FAST(setpgid, "setpgid($module, pid, pgrp, /)\n--\n\nSet the process group of a process."),
    ROW_0(setpgrp, "setpgrp($module, /)\n--\n\nMake the process a group leader."),
    ROW_0(setsid, "setsid($module, /)\n--\n\nMake the process a session leader."),
    ROW_O(getsid, "getsid($module, pid, /)\n--\n\nSession of a process."),
    ROW_O(nice, "nice($module, increment, /)\n--\n\nChange the priority."),
    ROW_KW(getpriority, "getpriority($module, /, which, who)\n--\n\nScheduling priority."),
    ROW_KW(setpriority, "setpriority($module, /, which, who, priority)\n--\n\nSet the scheduling priority."),
    ROW_O(umask, "umask($module, mask, /)\n--\n\nSet the file mode creation mask; the old one."),
    { NULL },
};
