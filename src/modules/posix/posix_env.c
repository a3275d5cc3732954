/* modules/posix/posix_env.c: the environment, facts about the system, random bytes, helpers of os.path. */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>

#include "modules/posix/posix_priv.h"

/* ---- environment ---- */

static PyObject *
environ_dict(void)
{
    PyObject *d = PyDict_New();
    for (char **e = environ; d != NULL && e != NULL && *e != NULL; e++) {
        const char *eq = strchr(*e, '=');
        if (eq == NULL)
            continue;
        PyObject *k = PyBytes_FromStringAndSize(*e, eq - *e), *v = PyBytes_FromString(eq + 1);
        if (k == NULL || v == NULL || PyDict_SetDefaultRef(d, k, v, NULL) < 0)
            Py_CLEAR(d);
        Py_XDECREF(k);
        Py_XDECREF(v);
    }
    return d;
}

FUNC_FAST(putenv)
{
    PyObject *name, *value = NULL, *r = NULL;
    if (!_PyArg_ParseStack(args, nargs, "O&O&:putenv", PyUnicode_FSConverter, &name, PyUnicode_FSConverter, &value))
        return NULL;
    if (strchr(PyBytes_AS_STRING(name), '=') != NULL)
        PyErr_SetString(PyExc_ValueError, "illegal environment variable name");
    else if (PySys_Audit("os.putenv", "OO", name, value) == 0)
        r = os_result(setenv(PyBytes_AS_STRING(name), PyBytes_AS_STRING(value), 1));
    Py_DECREF(name);
    Py_XDECREF(value);
    return r;
}

FUNC_O(unsetenv)
{
    PyObject *name, *r = NULL;
    if (!PyUnicode_FSConverter(arg, &name))
        return NULL;
    if (PySys_Audit("os.unsetenv", "O", name) == 0)
        r = os_result(unsetenv(PyBytes_AS_STRING(name)));
    Py_DECREF(name);
    return r;
}

FUNC_O(strerror)
{
    int code = PyLong_AsInt(arg);
    if (code == -1 && PyErr_Occurred())
        return NULL;
    return PyUnicode_DecodeLocale(strerror(code), "surrogateescape");
}

/* ---- the system ---- */

static PyStructSequence_Field uname_fields[] = { { "sysname", "operating system name" }, { "nodename", "name of machine on network (implementation-defined)" },
    { "release", "operating system release" }, { "version", "operating system version" }, { "machine", "hardware identifier" }, { NULL, NULL } };
static PyStructSequence_Desc uname_desc = { "posix.uname_result", "uname_result: Result from os.uname().", uname_fields, 5 };
static PyStructSequence_Field times_fields[] = { { "user", "user time" }, { "system", "system time" }, { "children_user", "user time of children" },
    { "children_system", "system time of children" }, { "elapsed", "elapsed time since an arbitrary point in the past" }, { NULL, NULL } };
static PyStructSequence_Desc times_desc = { "posix.times_result", "times_result: Result from os.times().", times_fields, 5 };
static PyStructSequence_Field size_fields[] = { { "columns", "width of the terminal window in characters" }, { "lines", "height of the terminal window in characters" }, { NULL, NULL } };
static PyStructSequence_Desc size_desc = { "os.terminal_size", "A tuple of (columns, lines) for holding terminal window size", size_fields, 2 };

FUNC_0(uname)
{
    struct utsname u;
    if (uname(&u) < 0)
        return os_error();
    PyObject *v = PyStructSequence_New(os_state_of(module)->uname_result);
    const char *const texts[] = { u.sysname, u.nodename, u.release, u.version, u.machine };
    for (Py_ssize_t i = 0; v != NULL && i < 5; i++)
        PyStructSequence_SetItem(v, i, PyUnicode_DecodeFSDefault(texts[i]));
    return v;
}

FUNC_0(times)
{
    struct tms t;
    clock_t elapsed = times(&t);
    if (elapsed == (clock_t)-1)
        return os_error();
    double tick = (double)sysconf(_SC_CLK_TCK);
    const double values[] = { (double)t.tms_utime / tick, (double)t.tms_stime / tick, (double)t.tms_cutime / tick, (double)t.tms_cstime / tick, (double)elapsed / tick };
    PyObject *v = PyStructSequence_New(os_state_of(module)->times_result);
    for (Py_ssize_t i = 0; v != NULL && i < 5; i++)
        PyStructSequence_SetItem(v, i, PyFloat_FromDouble(values[i]));
    return v;
}

FUNC_FAST(get_terminal_size)
{
    int fd = fileno(stdout);
    struct winsize w;
    if (!_PyArg_ParseStack(args, nargs, "|i:get_terminal_size", &fd))
        return NULL;
    if (ioctl(fd, TIOCGWINSZ, &w) != 0)
        return os_error();
    PyObject *v = PyStructSequence_New(os_state_of(module)->terminal_size);
    if (v != NULL) {
        PyStructSequence_SetItem(v, 0, PyLong_FromLong(w.ws_col));
        PyStructSequence_SetItem(v, 1, PyLong_FromLong(w.ws_row));
    }
    return v;
}

FUNC_0(cpu_count)
{
    PyObject *f = PySys_GetObject("_get_cpu_count_config");
    PyObject *r = f == NULL ? NULL : PyObject_CallNoArgs(f);
    if (r != NULL && PyLong_AsLong(r) > 0)
        return r;
    Py_XDECREF(r);
    PyErr_Clear();
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? Py_NewRef(Py_None) : PyLong_FromLong(n);
}

FUNC_0(getloadavg)
{
    double avg[3];
    if (getloadavg(avg, 3) != 3) {
        PyErr_SetString(PyExc_OSError, "Load averages are unobtainable");
        return NULL;
    }
    return Py_BuildValue("ddd", avg[0], avg[1], avg[2]);
}

/* ---- sysconf and friends ---- */

struct conf_name { const char *name; int value; };
#define SC(x) { "SC_" #x, _SC_##x }
static const struct conf_name sysconf_table[] = {
    SC(ARG_MAX), SC(CHILD_MAX), SC(CLK_TCK), SC(NGROUPS_MAX), SC(OPEN_MAX), SC(STREAM_MAX), SC(TZNAME_MAX), SC(JOB_CONTROL), SC(SAVED_IDS),
    SC(VERSION), SC(PAGESIZE), SC(PAGE_SIZE), SC(NPROCESSORS_CONF), SC(NPROCESSORS_ONLN), SC(PHYS_PAGES), SC(AVPHYS_PAGES), SC(IOV_MAX),
    SC(LINE_MAX), SC(LOGIN_NAME_MAX), SC(GETPW_R_SIZE_MAX), SC(GETGR_R_SIZE_MAX), SC(HOST_NAME_MAX), SC(SEM_NSEMS_MAX), SC(SEM_VALUE_MAX),
    SC(THREAD_STACK_MIN), SC(TTY_NAME_MAX), SC(SYMLOOP_MAX), SC(RTSIG_MAX), SC(BC_BASE_MAX), SC(MONOTONIC_CLOCK), SC(CPUTIME), SC(THREADS),
};
#define PC(x) { "PC_" #x, _PC_##x }
static const struct conf_name pathconf_table[] = {
    PC(LINK_MAX), PC(MAX_CANON), PC(MAX_INPUT), PC(NAME_MAX), PC(PATH_MAX), PC(PIPE_BUF), PC(CHOWN_RESTRICTED), PC(NO_TRUNC), PC(VDISABLE),
    PC(SYNC_IO), PC(ASYNC_IO), PC(PRIO_IO), PC(FILESIZEBITS), PC(REC_INCR_XFER_SIZE), PC(REC_MAX_XFER_SIZE), PC(REC_MIN_XFER_SIZE),
    PC(REC_XFER_ALIGN), PC(ALLOC_SIZE_MIN), PC(SYMLINK_MAX), PC(SOCK_MAXBUF),
};
static const struct conf_name confstr_table[] = { { "CS_PATH", _CS_PATH }, { "CS_GNU_LIBC_VERSION", _CS_GNU_LIBC_VERSION }, { "CS_GNU_LIBPTHREAD_VERSION", _CS_GNU_LIBPTHREAD_VERSION } };

static int
conf_value(PyObject *arg, const struct conf_name *table, size_t n, int *value)
{
    if (PyLong_Check(arg)) {
        *value = PyLong_AsInt(arg);
        return !(*value == -1 && PyErr_Occurred());
    }
    if (!PyUnicode_Check(arg)) {
        PyErr_SetString(PyExc_TypeError, "configuration names must be strings or integers");
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (PyUnicode_EqualToUTF8(arg, table[i].name)) {
            *value = table[i].value;
            return 1;
        }
    }
    PyErr_SetString(PyExc_ValueError, "unrecognized configuration name");
    return 0;
}

static PyObject *
conf_result(long r)
{
    return r == -1 && errno != 0 ? os_error() : PyLong_FromLong(r);
}

FUNC_O(sysconf)
{
    int name;
    if (!conf_value(arg, sysconf_table, Py_ARRAY_LENGTH(sysconf_table), &name))
        return NULL;
    errno = 0;
    return conf_result(sysconf(name));
}

FUNC_KW(pathconf)
{
    struct os_path path = OS_PATH("pathconf", "path", false, true);
    PyObject *name_obj, *r = NULL;
    int name;
    PARSE_KW("O&O:pathconf", KWLIST("path", "name"), os_path_convert, &path, &name_obj);
    if (conf_value(name_obj, pathconf_table, Py_ARRAY_LENGTH(pathconf_table), &name)) {
        errno = 0;
        long v = path.fd != -1 ? fpathconf(path.fd, name) : pathconf(path.narrow, name);
        r = v == -1 && errno != 0 ? os_path_error(&path) : PyLong_FromLong(v);
    }
    os_path_free(&path);
    return r;
}

FUNC_FAST(fpathconf)
{
    int fd, name;
    PyObject *name_obj;
    if (!_PyArg_ParseStack(args, nargs, "O&O:fpathconf", os_fd_convert_fileno, &fd, &name_obj) || !conf_value(name_obj, pathconf_table, Py_ARRAY_LENGTH(pathconf_table), &name))
        return NULL;
    errno = 0;
    return conf_result(fpathconf(fd, name));
}

FUNC_O(confstr)
{
    int name;
    char buf[1024];
    if (!conf_value(arg, confstr_table, Py_ARRAY_LENGTH(confstr_table), &name))
        return NULL;
    errno = 0;
    size_t n = confstr(name, buf, sizeof(buf));
    if (n == 0)
        return errno != 0 ? os_error() : Py_NewRef(Py_None);
    return PyUnicode_DecodeFSDefault(buf);
}

static int
add_conf_names(PyObject *module, const char *attr, const struct conf_name *table, size_t n)
{
    PyObject *d = PyDict_New();
    for (size_t i = 0; d != NULL && i < n; i++) {
        PyObject *v = PyLong_FromLong(table[i].value);
        if (v == NULL || PyDict_SetItemString(d, table[i].name, v) < 0)
            Py_CLEAR(d);
        Py_XDECREF(v);
    }
    return PyModule_Add(module, attr, d);
}

/* ---- random bytes ---- */

FUNC_O(urandom)
{
    Py_ssize_t size = PyNumber_AsSsize_t(arg, PyExc_OverflowError);
    if (size == -1 && PyErr_Occurred())
        return NULL;
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "negative argument not allowed");
        return NULL;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);
    for (Py_ssize_t done = 0; bytes != NULL && done < size;) {
        Py_ssize_t n;
        OS_CALL(n, getrandom(PyBytes_AS_STRING(bytes) + done, (size_t)(size - done), 0));
        if (n < 0) {
            Py_DECREF(bytes);
            return os_call_error();
        }
        done += n;
    }
    return bytes;
}

FUNC_KW(getrandom)
{
    Py_ssize_t size, n;
    int flags = 0;
    PARSE_KW("n|i:getrandom", KWLIST("size", "flags"), &size, &flags);
    if (size < 0) {
        errno = EINVAL;
        return os_error();
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);
    if (bytes == NULL)
        return NULL;
    OS_CALL(n, getrandom(PyBytes_AS_STRING(bytes), (size_t)size, (unsigned)flags));
    if (n < 0) {
        Py_DECREF(bytes);
        return os_call_error();
    }
    if (n != size)
        _PyBytes_Resize(&bytes, n);
    return bytes;
}

/* ---- paths ---- */

FUNC_KW(fspath)
{
    PyObject *path;
    PARSE_KW("O:fspath", KWLIST("path"), &path);
    return PyOS_FSPath(path);
}

/* Where the root of a POSIX path ends: 0, 1 or (exactly two leading slashes) 2. */
static Py_ssize_t
root_length(PyObject *p)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(p), i = 0;
    while (i < n && PyUnicode_READ_CHAR(p, i) == '/')
        i++;
    return i == 2 ? 2 : i > 0 ? 1 : 0;
}

/* Paths come as str or bytes and leave as such. */
static PyObject *
to_text(const char *function, PyObject *path, int *was_bytes)
{
    PyObject *p = NULL;
    if (PyUnicode_Check(path) || PyBytes_Check(path) || PyObject_HasAttrString((PyObject *)Py_TYPE(path), "__fspath__"))
        p = PyOS_FSPath(path);
    else
        PyErr_Format(PyExc_TypeError, "%s: path should be string, bytes or os.PathLike, not %.200s", function, Py_TYPE(path)->tp_name);
    *was_bytes = p != NULL && PyBytes_Check(p);
    if (*was_bytes)
        Py_SETREF(p, PyUnicode_DecodeFSDefaultAndSize(PyBytes_AS_STRING(p), PyBytes_GET_SIZE(p)));
    return p;
}

static PyObject *
from_text(PyObject *text, int to_bytes)    /* steals text */
{
    if (text == NULL || !to_bytes)
        return text;
    PyObject *b = PyUnicode_EncodeFSDefault(text);
    Py_DECREF(text);
    return b;
}

FUNC_KW(_path_splitroot_ex)
{
    PyObject *path;
    int bytes;
    PARSE_KW("O:_path_splitroot_ex", KWLIST("p"), &path);
    PyObject *p = to_text("_path_splitroot_ex", path, &bytes);
    if (p == NULL)
        return NULL;
    Py_ssize_t root = root_length(p), n = PyUnicode_GET_LENGTH(p);
    PyObject *r = Py_BuildValue("NNN", from_text(PyUnicode_FromString(""), bytes), from_text(PyUnicode_Substring(p, 0, root), bytes),
                                from_text(PyUnicode_Substring(p, root, n), bytes));
    Py_DECREF(p);
    return r;
}

/* Normalise in place: drop empty and "." parts, let ".." take the part before it. */
static Py_ssize_t
normalize(Py_UCS4 *s, Py_ssize_t n, Py_ssize_t root)
{
    Py_ssize_t out = root, i = root;
    while (i < n) {
        while (i < n && s[i] == '/')
            i++;
        Py_ssize_t start = i;
        while (i < n && s[i] != '/')
            i++;
        Py_ssize_t len = i - start;
        if (len == 0 || (len == 1 && s[start] == '.'))
            continue;
        if (len == 2 && s[start] == '.' && s[start + 1] == '.') {
            Py_ssize_t prev = out;
            while (prev > root && s[prev - 1] != '/')
                prev--;
            bool is_up = out - prev == 2 && s[prev] == '.' && s[prev + 1] == '.';
            if (out > root && !is_up) {
                out = prev > root ? prev - 1 : root;
                continue;
            }
            if (out == root && root > 0)
                continue;
        }
        if (out > root)
            s[out++] = '/';
        memmove(s + out, s + start, (size_t)len * sizeof(*s));
        out += len;
    }
    return out;
}

FUNC_KW(_path_normpath)
{
    PyObject *path, *r = NULL;
    int bytes;
    PARSE_KW("O:_path_normpath", KWLIST("path"), &path);
    PyObject *p = to_text("_path_normpath", path, &bytes);
    Py_UCS4 *s = p == NULL ? NULL : PyUnicode_AsUCS4Copy(p);
    if (s != NULL) {
        Py_ssize_t n = PyUnicode_GET_LENGTH(p), root = root_length(p), skip = root;
        while (skip < n && s[skip] == '/')
            skip++;
        n = normalize(s, n, root);
        r = n == 0 ? PyUnicode_FromString(".") : PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, s, n);
        r = from_text(r, bytes);
    }
    PyMem_Free(s);
    Py_XDECREF(p);
    return r;
}

FUNC_0(_inputhook)
{
    int r = PyOS_InputHook == NULL ? 0 : PyOS_InputHook();
    return PyLong_FromLong(r);
}

FUNC_0(_is_inputhook_installed) { return PyBool_FromLong(PyOS_InputHook != NULL); }

int
os_add_info_types(PyObject *module)
{
    struct os_state *s = os_state_of(module);
    s->uname_result = PyStructSequence_NewType(&uname_desc);
    s->times_result = PyStructSequence_NewType(&times_desc);
    s->terminal_size = PyStructSequence_NewType(&size_desc);
    if (s->uname_result == NULL || s->times_result == NULL || s->terminal_size == NULL ||
        PyModule_AddObjectRef(module, "uname_result", (PyObject *)s->uname_result) < 0 ||
        PyModule_AddObjectRef(module, "times_result", (PyObject *)s->times_result) < 0 ||
        PyModule_AddObjectRef(module, "terminal_size", (PyObject *)s->terminal_size) < 0)
        return -1;
    return PyModule_Add(module, "environ", environ_dict()) < 0 ||
           add_conf_names(module, "sysconf_names", sysconf_table, Py_ARRAY_LENGTH(sysconf_table)) < 0 ||
           add_conf_names(module, "pathconf_names", pathconf_table, Py_ARRAY_LENGTH(pathconf_table)) < 0 ||
           add_conf_names(module, "confstr_names", confstr_table, Py_ARRAY_LENGTH(confstr_table)) < 0 ? -1 : 0;
}

PyMethodDef os_env_methods[] = {
    ROW_FAST(putenv, "putenv($module, name, value, /)\n--\n\nSet an environment variable."),
    ROW_O(unsetenv, "unsetenv($module, name, /)\n--\n\nDelete an environment variable."),
    ROW_O(strerror, "strerror($module, code, /)\n--\n\nThe message of an error number."),
    ROW_0(uname, "uname($module, /)\n--\n\nFacts about the operating system."),
    ROW_0(times, "times($module, /)\n--\n\nProcess times."),
    ROW_FAST(get_terminal_size, "get_terminal_size($module, fd=<unrepresentable>, /)\n--\n\nColumns and lines of a terminal."),
    ROW_0(cpu_count, "cpu_count($module, /)\n--\n\nNumber of processors, or None."),
    ROW_0(getloadavg, "getloadavg($module, /)\n--\n\nAverage numbers of running processes."),
    ROW_O(sysconf, "sysconf($module, name, /)\n--\n\nA system configuration value."),
    ROW_KW(pathconf, "pathconf($module, /, path, name)\n--\n\nA configuration value of a file."),
    ROW_FAST(fpathconf, "fpathconf($module, fd, name, /)\n--\n\nA configuration value of an open file."),
    ROW_O(confstr, "confstr($module, name, /)\n--\n\nA system configuration text."),
    ROW_O(urandom, "urandom($module, size, /)\n--\n\nRandom bytes."),
    ROW_KW(getrandom, "getrandom($module, /, size, flags=0)\n--\n\nRandom bytes, with flags."),
    ROW_KW(fspath, "fspath($module, /, path)\n--\n\nThe path as str or bytes."),
    ROW_KW(_path_splitroot_ex, "_path_splitroot_ex($module, /, p)\n--\n\nDrive, root and tail of a path."),
    ROW_KW(_path_normpath, "_path_normpath($module, /, path)\n--\n\nThe path without redundant parts."),
    ROW_0(_inputhook, "_inputhook($module, /)\n--\n\nCall PyOS_InputHook."),
    ROW_0(_is_inputhook_installed, "_is_inputhook_installed($module, /)\n--\n\nIs PyOS_InputHook set?"),
    { NULL },
};
