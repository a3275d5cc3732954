/* modules/_posixsubprocess.c: fork and exec for the subprocess module.
 *
 * Everything that can fail or allocate happens before the fork; the child calls only async-signal-safe functions, since
 * other threads may have held locks. A failure in the child is written to the error pipe as "Class:errno-in-hex:where". */
#include "modules/posix/posix_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rt/interp.h"

struct child {
    char *const *exec_array, *const *argv, *const *envp;
    const char *cwd;
    int p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write;
    int close_fds, restore_signals, call_setsid;
    pid_t pgid_to_set;
    bool set_groups, set_gid, set_uid;
    gid_t gid, *groups;
    uid_t uid;
    int umask;
    size_t n_groups;
    const int *keep;
    size_t n_keep;
    PyObject *preexec, *preexec_args;
};

/* ---- the child ---- */

static int
make_inheritable(int fd)
{
    int flags = fcntl(fd, F_GETFD);
    return flags < 0 ? -1 : fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC);
}

static void
close_between(int low, int high)    /* low <= fd < high; high -1: all */
{
    if (high >= 0 && low >= high)
        return;
    if (syscall(SYS_close_range, (unsigned)low, high < 0 ? ~0U : (unsigned)(high - 1), 0) == 0)
        return;
    long max = high >= 0 ? high : sysconf(_SC_OPEN_MAX);
    for (long fd = low; fd < (max < 0 ? 256 : max); fd++)
        close((int)fd);
}

static void
close_others(const struct child *c)
{
    int from = 3;
    for (size_t i = 0; i < c->n_keep; i++) {
        if (c->keep[i] < from)
            continue;
        close_between(from, c->keep[i]);
        from = c->keep[i] + 1;
    }
    close_between(from, -1);
}

/* Put `fd` to where the program expects it. */
static int
place_fd(int fd, int target)
{
    if (fd == target)
        return make_inheritable(fd);
    return fd != -1 && dup2(fd, target) == -1 ? -1 : 0;
}

static int
arrange_fds(struct child *c)
{
    for (size_t i = 0; i < c->n_keep; i++) {
        if (c->keep[i] != c->errpipe_write && make_inheritable(c->keep[i]) < 0)
            return -1;
    }
    const int parents[] = { c->p2cwrite, c->c2pread, c->errread, c->errpipe_read };
    for (int i = 0; i < 4; i++) {
        if (parents[i] != -1)
            close(parents[i]);
    }
    /* The write ends must not be overwritten by the duplicates below. */
    if (c->c2pwrite == 0 && (c->c2pwrite = dup(c->c2pwrite)) < 0)
        return -1;
    while (c->errwrite == 0 || c->errwrite == 1) {
        if ((c->errwrite = dup(c->errwrite)) < 0)
            return -1;
    }
    return place_fd(c->p2cread, 0) < 0 || place_fd(c->c2pwrite, 1) < 0 || place_fd(c->errwrite, 2) < 0 ? -1 : 0;
}

static void
restore_default_signals(void)
{
    const int signals[] = { SIGPIPE, SIGXFSZ };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(signals); i++)
        signal(signals[i], SIG_DFL);
}

static int
change_identity(const struct child *c)
{
    if (c->call_setsid)
        setsid();
    if (c->pgid_to_set >= 0 && setpgid(0, c->pgid_to_set) < 0)
        return -1;
    if (c->set_groups && setgroups(c->n_groups, c->groups) < 0)
        return -1;
    if (c->set_gid && setregid(c->gid, c->gid) < 0)
        return -1;
    return c->set_uid && setreuid(c->uid, c->uid) < 0 ? -1 : 0;
}

static void
write_all(int fd, const char *text, size_t n)
{
    while (n > 0) {
        ssize_t w = write(fd, text, n);
        if (w <= 0)
            return;
        text += w;
        n -= (size_t)w;
    }
}

static void
report_failure(int fd, int err, const char *where)
{
    char hex[sizeof(err) * 2 + 1], *p = hex + sizeof(hex);
    write_all(fd, "OSError:", 8);
    do {
        *--p = "0123456789ABCDEF"[err % 16];
        err /= 16;
    } while (err != 0 && p != hex);
    write_all(fd, p, (size_t)(hex + sizeof(hex) - p));
    write_all(fd, ":", 1);
    write_all(fd, where, strlen(where));
}

static void
try_exec(const struct child *c)
{
    int saved = 0;
    for (int i = 0; c->exec_array[i] != NULL; i++) {
        if (c->envp != NULL)
            execve(c->exec_array[i], c->argv, c->envp);
        else
            execv(c->exec_array[i], c->argv);
        if (errno != ENOENT && errno != ENOTDIR && saved == 0)
            saved = errno;
    }
    if (saved != 0)
        errno = saved;
}

static void _Py_NO_RETURN
run_child(struct child *c)
{
    const char *where = "";
    if (arrange_fds(c) < 0)
        goto failed;
    if (c->cwd != NULL && chdir(c->cwd) < 0) {
        where = "noexec:chdir";
        goto failed;
    }
    where = "noexec";
    if (c->umask >= 0)
        umask((mode_t)c->umask);
    if (c->restore_signals)
        restore_default_signals();
    if (change_identity(c) < 0)
        goto failed;
    if (c->preexec != Py_None) {
        PyObject *r = PyObject_Call(c->preexec, c->preexec_args, NULL);
        if (r == NULL) {
            PyErr_Clear();
            write_all(c->errpipe_write, "SubprocessError:0:Exception occurred in preexec_fn.", 51);
            _exit(255);
        }
        Py_DECREF(r);
    }
    if (c->close_fds)
        close_others(c);
    where = "";
    try_exec(c);
failed:
    report_failure(c->errpipe_write, errno, where);
    _exit(255);
}

/* ---- arguments ---- */

static void
free_strings(char **strings)
{
    for (char **p = strings; p != NULL && *p != NULL; p++)
        PyMem_Free(*p);
    PyMem_Free(strings);
}

/* The items of a sequence by index, as a list. */
static PyObject *
items_of(PyObject *seq)
{
    if (PyTuple_CheckExact(seq) || PyList_CheckExact(seq))
        return PySequence_List(seq);
    Py_ssize_t n = PySequence_Size(seq);
    PyObject *list = n < 0 ? NULL : PyList_New(0);
    if (n > (Py_ssize_t)(PY_SSIZE_T_MAX / sizeof(char *)) - 1) {
        Py_CLEAR(list);
        PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; list != NULL && i < n; i++) {
        PyObject *item = PySequence_GetItem(seq, i);
        if (item == NULL || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

/* A NULL-terminated copy of a sequence of path-like objects (convert) or bytes. */
static char **
copy_strings(PyObject *seq, bool convert)
{
    PyObject *fast = convert ? PySequence_Fast(seq, "argv must be a tuple") : items_of(seq);
    Py_ssize_t n = fast == NULL ? 0 : PySequence_Fast_GET_SIZE(fast);
    char **out = fast == NULL ? NULL : PyMem_Calloc((size_t)n + 1, sizeof(char *));
    if (fast != NULL && out == NULL)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        PyObject *item = PySequence_Fast_GET_ITEM(fast, i), *bytes = NULL;
        char *text = NULL;
        Py_ssize_t len;
        if (convert ? PyUnicode_FSConverter(item, &bytes) != 0 : (bytes = Py_NewRef(item)) != NULL) {
            if (PyBytes_AsStringAndSize(bytes, &text, &len) == 0) {
                if ((size_t)len != strlen(text))
                    PyErr_SetString(PyExc_ValueError, "embedded null byte");
                else if ((out[i] = PyMem_Malloc((size_t)len + 1)) != NULL)
                    memcpy(out[i], text, (size_t)len + 1);
                else
                    PyErr_NoMemory();
            }
            Py_DECREF(bytes);
        }
        if (out[i] == NULL) {
            free_strings(out);
            out = NULL;
        }
    }
    Py_XDECREF(fast);
    return out;
}

static int *
copy_fds(PyObject *tuple, size_t *count)
{
    Py_ssize_t n = PyTuple_GET_SIZE(tuple);
    int *fds = PyMem_New(int, n + 1);
    long previous = -1;
    for (Py_ssize_t i = 0; fds != NULL && i < n; i++) {
        PyObject *item = PyTuple_GET_ITEM(tuple, i);
        long fd = PyLong_Check(item) ? PyLong_AsLong(item) : -1;
        if (fd < 0 || fd <= previous || fd > INT_MAX) {
            PyErr_Clear();
            PyErr_SetString(PyExc_ValueError, "bad value(s) in fds_to_keep");
            PyMem_Free(fds);
            return NULL;
        }
        fds[i] = (int)(previous = fd);
    }
    if (fds == NULL)
        PyErr_NoMemory();
    *count = (size_t)n;
    return fds;
}

static int
read_groups(PyObject *list, struct child *c)
{
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "setgroups argument must be a list");
        return -1;
    }
    Py_ssize_t n = PyList_GET_SIZE(list);
    if (n > 65536) {
        PyErr_SetString(PyExc_ValueError, "too many extra_groups");
        return -1;
    }
    c->groups = PyMem_New(gid_t, n + 1);
    if (c->groups == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *id = PyList_GET_ITEM(list, i);
        if (!PyLong_Check(id)) {
            PyErr_SetString(PyExc_TypeError, "extra_groups must be integers");
            return -1;
        }
        if (!os_gid_convert(id, &c->groups[i])) {
            PyErr_SetString(PyExc_ValueError, "invalid group id");
            return -1;
        }
    }
    c->n_groups = (size_t)n;
    c->set_groups = true;
    return 0;
}

static int
read_identity(struct child *c, PyObject *gid, PyObject *groups, PyObject *uid)
{
    if (groups != Py_None && read_groups(groups, c) < 0)
        return -1;
    if (gid != Py_None && !(c->set_gid = os_gid_convert(gid, &c->gid)))
        return -1;
    return uid != Py_None && !(c->set_uid = os_uid_convert(uid, &c->uid)) ? -1 : 0;
}

static pid_t
do_fork(struct child *c)
{
    bool hooks = c->preexec != Py_None;
    if (hooks)
        PyOS_BeforeFork();
    sigset_t all, old;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &old);
    pid_t pid = fork();
    if (pid == 0) {
        if (hooks)
            PyOS_AfterFork_Child();
        sigprocmask(SIG_SETMASK, &old, NULL);
        run_child(c);
    }
    int saved = errno;
    sigprocmask(SIG_SETMASK, &old, NULL);
    if (hooks)
        PyOS_AfterFork_Parent();
    errno = saved;
    return pid;
}

static PyObject *
fork_exec(PyObject *module, PyObject *args)
{
    struct child c = { .umask = -1 };
    PyObject *process_args, *executables, *keep, *cwd, *env, *gid, *groups, *uid, *cwd_bytes = NULL, *result = NULL;
    int allow_vfork;
    if (!PyArg_ParseTuple(args, "OOpO!OOiiiiiiiippiOOOiOp:fork_exec", &process_args, &executables, &c.close_fds, &PyTuple_Type, &keep, &cwd,
                          &env, &c.p2cread, &c.p2cwrite, &c.c2pread, &c.c2pwrite, &c.errread, &c.errwrite, &c.errpipe_read, &c.errpipe_write,
                          &c.restore_signals, &c.call_setsid, &c.pgid_to_set, &gid, &groups, &uid, &c.umask, &c.preexec, &allow_vfork))
        return NULL;
    PyInterpreterState *interp = PyInterpreterState_Get();
    if (c.preexec != Py_None && (interp->_finalizing != NULL || !interp_is_main(interp))) {
        if (interp->_finalizing != NULL)
            PyErr_SetString(PyExc_PythonFinalizationError, "preexec_fn not supported at interpreter shutdown");
        else
            PyErr_SetString(PyExc_RuntimeError, "preexec_fn not supported within subinterpreters");
        return NULL;
    }
    if (!interp_allows(interp, RT_ALLOW_FORK)) {
        PyErr_SetString(PyExc_RuntimeError, "fork not supported for isolated subinterpreters");
        return NULL;
    }
    if (c.close_fds && c.errpipe_write < 3) {
        PyErr_SetString(PyExc_ValueError, "errpipe_write must be >= 3");
        return NULL;
    }
    char **argv = NULL, **execs = NULL, **envp = NULL;
    int *fds = copy_fds(keep, &c.n_keep);
    c.keep = fds;
    if (fds == NULL || (execs = copy_strings(executables, false)) == NULL || (process_args != Py_None && (argv = copy_strings(process_args, true)) == NULL) ||
        (env != Py_None && (envp = copy_strings(env, false)) == NULL) || (cwd != Py_None && !PyUnicode_FSConverter(cwd, &cwd_bytes)) ||
        read_identity(&c, gid, groups, uid) < 0 || (c.preexec_args = PyTuple_New(0)) == NULL)
        goto done;
    c.exec_array = execs;
    c.argv = argv;
    c.envp = envp;
    c.cwd = cwd_bytes == NULL ? NULL : PyBytes_AS_STRING(cwd_bytes);
    pid_t pid = do_fork(&c);
    result = pid < 0 ? PyErr_SetFromErrno(PyExc_OSError) : PyLong_FromPid(pid);
done:
    PyMem_Free(fds);
    PyMem_Free(c.groups);
    free_strings(execs);
    free_strings(argv);
    free_strings(envp);
    Py_XDECREF(cwd_bytes);
    Py_XDECREF(c.preexec_args);
    return result;
}

PyDoc_STRVAR(fork_exec_doc,
"fork_exec($module, args, executable_list, close_fds, pass_fds, cwd,\n"
"          env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite,\n"
"          errpipe_read, errpipe_write, restore_signals, call_setsid,\n"
"          pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn,\n"
"          allow_vfork, /)\n--\n\nRun a program in a new process; its id.");

static PyMethodDef methods[] = { { "fork_exec", fork_exec, METH_VARARGS, fork_exec_doc }, { NULL } };

static PyModuleDef_Slot slots[] = {
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_posixsubprocess",
    .m_doc = PyDoc_STR("A helper of the subprocess module."),
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit__posixsubprocess(void)
{
    return PyModuleDef_Init(&def);
}
