/* modules/posix/posix_process.c: making and ending processes. */
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "modules/posix/posix_priv.h"
#include "rt/interp.h"

FUNC_KW(_exit)
{
    int status;
    PARSE_KW("i:_exit", KWLIST("status"), &status);
    _exit(status);
}

FUNC_0(abort) { abort(); }

FUNC_FAST(kill)
{
    int pid, sig;
    if (!_PyArg_ParseStack(args, nargs, "ii:kill", &pid, &sig) || PySys_Audit("os.kill", "ii", pid, sig) < 0)
        return NULL;
    if (kill(pid, sig) < 0)
        return os_error();
    return PyErr_CheckSignals() < 0 ? NULL : Py_NewRef(Py_None);    /* it may have been for us */
}

FUNC_FAST(killpg)
{
    int pg, sig;
    if (!_PyArg_ParseStack(args, nargs, "ii:killpg", &pg, &sig) || PySys_Audit("os.killpg", "ii", pg, sig) < 0)
        return NULL;
    if (killpg(pg, sig) < 0)
        return os_error();
    return PyErr_CheckSignals() < 0 ? NULL : Py_NewRef(Py_None);
}

FUNC_KW(system)
{
    PyObject *command;
    PARSE_KW("O&:system", KWLIST("command"), PyUnicode_FSConverter, &command);
    long r = -1;
    if (PySys_Audit("os.system", "O", command) == 0) {
        const char *text = PyBytes_AS_STRING(command);
        Py_BEGIN_ALLOW_THREADS
        r = system(text);
        Py_END_ALLOW_THREADS
    }
    Py_DECREF(command);
    return PyErr_Occurred() ? NULL : PyLong_FromLong(r);
}

/* ---- fork ---- */

/* Number of threads of this process, from field 20 of /proc/self/stat; 0 when unknown. */
static int
count_threads(void)
{
    char line[512], *p;
    int n = 0;
    FILE *f = fopen("/proc/self/stat", "r");
    if (f == NULL)
        return 0;
    if (fgets(line, sizeof(line), f) != NULL && (p = strrchr(line, ')')) != NULL) {
        for (int field = 2; p != NULL && field < 20; field++)
            p = strchr(p + 1, ' ');
        n = p == NULL ? 0 : atoi(p);
    }
    fclose(f);
    return n;
}

static void
warn_of_threads(const char *name)
{
    if (count_threads() > 1
        && PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "This process (pid=%d) is multi-threaded, use of %s() may lead to "
                            "deadlocks in the child.", (int)getpid(), name) < 0)
        PyErr_WriteUnraisable(NULL);
}

static bool
may_fork(void)
{
    PyInterpreterState *interp = PyInterpreterState_Get();
    if (interp->_finalizing != NULL)
        PyErr_SetString(PyExc_PythonFinalizationError, "can't fork at interpreter shutdown");
    else if (!interp_allows(interp, RT_ALLOW_FORK))
        PyErr_SetString(PyExc_RuntimeError, "fork not supported for isolated subinterpreters");
    else
        return true;
    return false;
}

static bool
may_exec(void)
{
    if (interp_allows(PyInterpreterState_Get(), RT_ALLOW_EXEC))
        return true;
    PyErr_SetString(PyExc_RuntimeError, "exec not supported for isolated subinterpreters");
    return false;
}

static PyObject *
do_fork(int *master)
{
    if (Py_IsFinalizing()) {
        PyErr_SetString(PyExc_PythonFinalizationError, "can't fork at interpreter shutdown");
        return NULL;
    }
    PyOS_BeforeFork();
    pid_t pid = master != NULL ? forkpty(master, NULL, NULL, NULL) : fork();
    int saved = errno;
    if (pid == 0)
        PyOS_AfterFork_Child();
    else
        PyOS_AfterFork_Parent();
    if (pid > 0)
        warn_of_threads(master != NULL ? "forkpty" : "fork");
    if (pid == -1) {
        errno = saved;
        return os_error();
    }
    return master != NULL ? Py_BuildValue("(Ni)", PyLong_FromPid(pid), *master) : PyLong_FromPid(pid);
}

FUNC_0(fork)
{
    if (!may_fork())
        return NULL;
    return PySys_Audit("os.fork", NULL) < 0 ? NULL : do_fork(NULL);
}

FUNC_0(forkpty)
{
    int master = -1;
    if (!interp_is_main(PyInterpreterState_Get())) {
        PyErr_SetString(PyExc_RuntimeError, "fork not supported for subinterpreters");
        return NULL;
    }
    if (!may_fork())
        return NULL;
    return PySys_Audit("os.forkpty", NULL) < 0 ? NULL : do_fork(&master);
}

static int
add_hook(PyObject **list, PyObject *hook)
{
    if (hook == NULL)
        return 0;
    if (!PyCallable_Check(hook)) {
        PyErr_Format(PyExc_TypeError, "hooks must be callable, not %.200s", Py_TYPE(hook)->tp_name);
        return -1;
    }
    if (*list == NULL && (*list = PyList_New(0)) == NULL)
        return -1;
    return PyList_Append(*list, hook);
}

PyAPI_FUNC(int) adder_fork_hooks(PyObject ***before, PyObject ***parent, PyObject ***child);

FUNC_KW(register_at_fork)
{
    PyObject *before = NULL, *child = NULL, *parent = NULL, **b, **p, **c;
    PARSE_KW("|$OOO:register_at_fork", KWLIST("before", "after_in_child", "after_in_parent"), &before, &child, &parent);
    if (before == NULL && child == NULL && parent == NULL) {
        PyErr_SetString(PyExc_TypeError, "At least one argument is required.");
        return NULL;
    }
    adder_fork_hooks(&b, &p, &c);
    return add_hook(b, before) < 0 || add_hook(c, child) < 0 || add_hook(p, parent) < 0 ? NULL : Py_NewRef(Py_None);
}

/* ---- exec ---- */

static void
free_strings(char **strings)
{
    for (char **p = strings; p != NULL && *p != NULL; p++)
        PyMem_Free(*p);
    PyMem_Free(strings);
}

static char *
copy_fs_string(PyObject *o)
{
    PyObject *bytes;
    if (!PyUnicode_FSConverter(o, &bytes))
        return NULL;
    size_t n = (size_t)PyBytes_GET_SIZE(bytes) + 1;
    char *s = PyMem_Malloc(n);
    if (s == NULL)
        PyErr_NoMemory();
    else
        memcpy(s, PyBytes_AS_STRING(bytes), n);
    Py_DECREF(bytes);
    return s;
}

static char **
argv_strings(PyObject *argv, const char *function)
{
    if (!PyList_Check(argv) && !PyTuple_Check(argv)) {
        PyErr_Format(PyExc_TypeError, "%s: argv must be a tuple or list", function);
        return NULL;
    }
    Py_ssize_t n = PySequence_Size(argv);
    if (n < 1) {
        PyErr_Format(PyExc_ValueError, "%s() arg 2 must not be empty", function);
        return NULL;
    }
    char **out = PyMem_Calloc((size_t)n + 1, sizeof(char *));
    if (out == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PySequence_GetItem(argv, i);
        out[i] = item == NULL ? NULL : copy_fs_string(item);
        Py_XDECREF(item);
        if (out[i] == NULL) {
            free_strings(out);
            return NULL;
        }
    }
    if (out[0][0] == '\0') {
        PyErr_Format(PyExc_ValueError, "%s() arg 2 first element cannot be empty", function);
        free_strings(out);
        return NULL;
    }
    return out;
}

static char *
env_entry(PyObject *key, PyObject *value)
{
    PyObject *k = NULL, *v = NULL;
    char *s = NULL;
    if (PyUnicode_FSConverter(key, &k) && PyUnicode_FSConverter(value, &v)) {
        const char *name = PyBytes_AS_STRING(k);
        if (name[0] == '\0' || strchr(name + 1, '=') != NULL || name[0] == '=')
            PyErr_SetString(PyExc_ValueError, "illegal environment variable name");
        else {
            s = PyMem_Malloc((size_t)(PyBytes_GET_SIZE(k) + PyBytes_GET_SIZE(v) + 2));
            if (s == NULL)
                PyErr_NoMemory();
            else
                sprintf(s, "%s=%s", name, PyBytes_AS_STRING(v));
        }
    }
    Py_XDECREF(k);
    Py_XDECREF(v);
    return s;
}

static char **
env_strings(PyObject *env)
{
    Py_ssize_t n = PyMapping_Size(env);
    PyObject *keys = n < 0 ? NULL : PyMapping_Keys(env), *values = keys == NULL ? NULL : PyMapping_Values(env);
    char **out = values == NULL ? NULL : PyMem_Calloc((size_t)n + 1, sizeof(char *));
    if (out != NULL && (!PyList_Check(keys) || !PyList_Check(values))) {
        PyErr_SetString(PyExc_TypeError, "env.keys() or env.values() is not a list");
        free_strings(out);
        out = NULL;
    }
    for (Py_ssize_t i = 0; out != NULL && i < n && i < PyList_GET_SIZE(keys); i++) {
        out[i] = env_entry(PyList_GET_ITEM(keys, i), PyList_GET_ITEM(values, i));
        if (out[i] == NULL) {
            free_strings(out);
            out = NULL;
        }
    }
    if (out == NULL && !PyErr_Occurred())
        PyErr_NoMemory();
    Py_XDECREF(keys);
    Py_XDECREF(values);
    return out;
}

FUNC_FAST(execv)
{
    struct os_path path = OS_PATH("execv", "path", false, false);
    PyObject *argv;
    if (!may_exec() || !_PyArg_ParseStack(args, nargs, "O&O:execv", os_path_convert, &path, &argv))
        return NULL;
    char **av = argv_strings(argv, "execv");
    if (av != NULL) {
        if (PySys_Audit("os.exec", "OOO", path.object, argv, Py_None) == 0) {
            execv(path.narrow, av);
            os_path_error(&path);
        }
        free_strings(av);
    }
    os_path_free(&path);
    return NULL;
}

FUNC_KW(execve)
{
    struct os_path path = OS_PATH("execve", "path", false, true);
    PyObject *argv, *env;
    if (!may_exec())
        return NULL;
    PARSE_KW("O&OO:execve", KWLIST("path", "argv", "env"), os_path_convert, &path, &argv, &env);
    char **av = NULL, **ev = NULL;
    if (!PyMapping_Check(env))
        PyErr_SetString(PyExc_TypeError, "execve: environment must be a mapping object");
    else if ((av = argv_strings(argv, "execve")) != NULL && (ev = env_strings(env)) != NULL &&
             PySys_Audit("os.exec", "OOO", path.object, argv, env) == 0) {
        if (path.fd != -1)
            fexecve(path.fd, av, ev);
        else
            execve(path.narrow, av, ev);
        os_path_error(&path);
    }
    free_strings(av);
    free_strings(ev);
    os_path_free(&path);
    return NULL;
}

/* ---- posix_spawn ---- */

enum { SPAWN_OPEN = 0, SPAWN_CLOSE = 1, SPAWN_DUP2 = 2, SPAWN_CLOSEFROM = 3 };

static int
add_action(PyObject *item, posix_spawn_file_actions_t *fa, PyObject *keep)
{
    long tag, fd, fd2;
    int flags;
    unsigned long mode;
    PyObject *path;
    if (!PyTuple_Check(item) || PyTuple_GET_SIZE(item) == 0) {
        PyErr_SetString(PyExc_TypeError, "Each file_actions element must be a non-empty tuple");
        return -1;
    }
    tag = PyLong_AsLong(PyTuple_GET_ITEM(item, 0));
    if (tag == -1 && PyErr_Occurred())
        return -1;
    int err;
    switch (tag) {
    case SPAWN_OPEN:
        if (!PyArg_ParseTuple(item, "llO&ik;A open file_action tuple must have 5 elements", &tag, &fd, PyUnicode_FSConverter, &path, &flags, &mode))
            return -1;
        err = PyList_Append(keep, path);
        Py_DECREF(path);
        if (err < 0)
            return -1;
        err = posix_spawn_file_actions_addopen(fa, (int)fd, PyBytes_AS_STRING(path), flags, (mode_t)mode);
        break;
    case SPAWN_CLOSE:
        if (!PyArg_ParseTuple(item, "ll;A close file_action tuple must have 2 elements", &tag, &fd))
            return -1;
        err = posix_spawn_file_actions_addclose(fa, (int)fd);
        break;
    case SPAWN_DUP2:
        if (!PyArg_ParseTuple(item, "lll;A dup2 file_action tuple must have 3 elements", &tag, &fd, &fd2))
            return -1;
        err = posix_spawn_file_actions_adddup2(fa, (int)fd, (int)fd2);
        break;
    case SPAWN_CLOSEFROM:
        if (!PyArg_ParseTuple(item, "ll;A closefrom file_action tuple must have 2 elements", &tag, &fd))
            return -1;
        err = posix_spawn_file_actions_addclosefrom_np(fa, (int)fd);
        break;
    default:
        PyErr_SetString(PyExc_TypeError, "Unknown file_actions identifier");
        return -1;
    }
    if (err != 0) {
        errno = err;
        os_error();
        return -1;
    }
    return 0;
}

static int
signal_set(PyObject *o, sigset_t *set)
{
    sigemptyset(set);
    PyObject *it = PyObject_GetIter(o), *item;
    if (it == NULL)
        return -1;
    while ((item = PyIter_Next(it)) != NULL) {
        long n = PyLong_AsLong(item);
        Py_DECREF(item);
        if (n == -1 && PyErr_Occurred())
            break;
        if (n < 1 || n >= NSIG) {
            PyErr_Format(PyExc_ValueError, "signal number %ld out of range [1; %i]", n, NSIG - 1);
            break;
        }
        sigaddset(set, (int)n);
    }
    Py_DECREF(it);
    return PyErr_Occurred() ? -1 : 0;
}

struct spawn_options { PyObject *setpgroup, *sigmask, *sigdef, *scheduler; int resetids, setsid; };

/* (policy or None, sched_param): the flags for the attributes, or -1 with an exception. */
static int
set_scheduler(PyObject *module, posix_spawnattr_t *attr, PyObject *scheduler)
{
    PyObject *policy, *param;
    struct sched_param p;
    int flags = POSIX_SPAWN_SETSCHEDPARAM;
    if (!PyArg_ParseTuple(scheduler, "OO;A scheduler tuple must have two elements", &policy, &param))
        return -1;
    if (policy != Py_None) {
        int n = PyLong_AsInt(policy);
        if (n == -1 && PyErr_Occurred())
            return -1;
        posix_spawnattr_setschedpolicy(attr, n);
        flags |= POSIX_SPAWN_SETSCHEDULER;
    }
    if (!os_sched_param(module, param, &p))
        return -1;
    posix_spawnattr_setschedparam(attr, &p);
    return flags;
}

static int
set_attributes(PyObject *module, posix_spawnattr_t *attr, const struct spawn_options *o)
{
    short flags = 0;
    sigset_t set;
    if (o->setpgroup != NULL) {
        pid_t pg = (pid_t)PyLong_AsPid(o->setpgroup);
        if (pg == -1 && PyErr_Occurred())
            return -1;
        posix_spawnattr_setpgroup(attr, pg);
        flags |= POSIX_SPAWN_SETPGROUP;
    }
    if (o->resetids)
        flags |= POSIX_SPAWN_RESETIDS;
    if (o->setsid)
        flags |= POSIX_SPAWN_SETSID;
    if (o->sigmask != NULL) {
        if (signal_set(o->sigmask, &set) < 0)
            return -1;
        posix_spawnattr_setsigmask(attr, &set);
        flags |= POSIX_SPAWN_SETSIGMASK;
    }
    if (o->sigdef != NULL) {
        if (signal_set(o->sigdef, &set) < 0)
            return -1;
        posix_spawnattr_setsigdefault(attr, &set);
        flags |= POSIX_SPAWN_SETSIGDEF;
    }
    if (o->scheduler != NULL) {
        int more = set_scheduler(module, attr, o->scheduler);
        if (more < 0)
            return -1;
        flags |= (short)more;
    }
    posix_spawnattr_setflags(attr, flags);
    return 0;
}

static PyObject *
do_spawn(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct _PyArg_Parser *parser, const char *function, int search)
{
    struct os_path path = OS_PATH(function, "path", false, false);
    PyObject *argv, *env, *actions = NULL, *keep = NULL, *r = NULL;
    struct spawn_options o = { NULL };
    if (!_PyArg_ParseStackAndKeywords(args, nargs, kwnames, parser, os_path_convert, &path, &argv, &env, &actions, &o.setpgroup, &o.resetids,
                                      &o.setsid, &o.sigmask, &o.sigdef, &o.scheduler))
        return NULL;
    char **av = NULL, **ev = NULL;
    posix_spawn_file_actions_t fa;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_init(&fa);
    posix_spawnattr_init(&attr);
    if (env != Py_None && !PyMapping_Check(env)) {
        PyErr_Format(PyExc_TypeError, "%s: environment must be a mapping object or None", function);
        goto done;
    }
    if ((av = argv_strings(argv, function)) == NULL || (env != Py_None && (ev = env_strings(env)) == NULL) || (keep = PyList_New(0)) == NULL)
        goto done;
    if (actions != NULL && actions != Py_None) {
        PyObject *seq = PySequence_Fast(actions, "file_actions must be a sequence or None");
        for (Py_ssize_t i = 0; seq != NULL && i < PySequence_Fast_GET_SIZE(seq); i++) {
            if (add_action(PySequence_Fast_GET_ITEM(seq, i), &fa, keep) < 0)
                Py_CLEAR(seq);
        }
        if (seq == NULL)
            goto done;
        Py_DECREF(seq);
    }
    if (set_attributes(module, &attr, &o) < 0 || PySys_Audit("os.posix_spawn", "OOO", path.object, argv, env) < 0)
        goto done;
    pid_t pid;
    char **envp = ev != NULL ? ev : environ;
    int err = search ? posix_spawnp(&pid, path.narrow, &fa, &attr, av, envp) : posix_spawn(&pid, path.narrow, &fa, &attr, av, envp);
    errno = err;
    r = err != 0 ? os_path_error(&path) : PyLong_FromPid(pid);
done:
    posix_spawn_file_actions_destroy(&fa);
    posix_spawnattr_destroy(&attr);
    free_strings(av);
    free_strings(ev);
    Py_XDECREF(keep);
    os_path_free(&path);
    return r;
}

static const char *const spawn_kw[] = { "", "", "", "file_actions", "setpgroup", "resetids", "setsid", "setsigmask", "setsigdef", "scheduler", NULL };

FUNC_KW(posix_spawn)
{
    static struct _PyArg_Parser parser = { .format = "O&OO|$OOppOOO:posix_spawn", .keywords = spawn_kw };
    return do_spawn(module, args, nargs, kwnames, &parser, "posix_spawn", 0);
}

FUNC_KW(posix_spawnp)
{
    static struct _PyArg_Parser parser = { .format = "O&OO|$OOppOOO:posix_spawnp", .keywords = spawn_kw };
    return do_spawn(module, args, nargs, kwnames, &parser, "posix_spawnp", 1);
}

/* ---- Linux ---- */

FUNC_KW(pidfd_open)
{
    int pid;
    unsigned int flags = 0;
    PARSE_KW("i|I:pidfd_open", KWLIST("pid", "flags"), &pid, &flags);
    int fd = (int)syscall(SYS_pidfd_open, pid, flags);
    return fd < 0 ? os_error() : PyLong_FromLong(fd);
}

FUNC_KW(setns)
{
    int fd, nstype = 0, r;
    PARSE_KW("O&|i:setns", KWLIST("fd", "nstype"), os_fd_convert_fileno, &fd, &nstype);
    OS_CALL_ONCE(r, setns(fd, nstype));
    return os_result(r);
}

FUNC_KW(unshare)
{
    int flags, r;
    PARSE_KW("i:unshare", KWLIST("flags"), &flags);
    OS_CALL_ONCE(r, unshare(flags));
    return os_result(r);
}

PyMethodDef os_process_methods[] = {
    ROW_KW(_exit, "_exit($module, /, status)\n--\n\nEnd the process at once."),
    ROW_0(abort, "abort($module, /)\n--\n\nEnd the process with a core dump."),
    ROW_FAST(kill, "kill($module, pid, signal, /)\n--\n\nSend a signal to a process."),
    ROW_FAST(killpg, "killpg($module, pgid, signal, /)\n--\n\nSend a signal to a process group."),
    ROW_KW(system, "system($module, /, command)\n--\n\nRun a command in a shell."),
    ROW_0(fork, "fork($module, /)\n--\n\nFork a child process."),
    ROW_0(forkpty, "forkpty($module, /)\n--\n\nFork a child process with a pseudo-terminal."),
    ROW_KW(register_at_fork, "register_at_fork($module, /, *, before=<unrepresentable>,\n                 after_in_child=<unrepresentable>,\n                 after_in_parent=<unrepresentable>)\n--\n\nRegister functions to call around fork()."),
    ROW_FAST(execv, "execv($module, path, argv, /)\n--\n\nRun another program in this process."),
    ROW_KW(execve, "execve($module, /, path, argv, env)\n--\n\nRun another program in this process, with an environment."),
    ROW_KW(posix_spawn, "posix_spawn($module, path, argv, env, /, *, file_actions=(),\n            setpgroup=<unrepresentable>, resetids=False, setsid=False,\n            setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)\n--\n\nRun a program in a new process."),
    ROW_KW(posix_spawnp, "posix_spawnp($module, path, argv, env, /, *, file_actions=(),\n             setpgroup=<unrepresentable>, resetids=False, setsid=False,\n             setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)\n--\n\nRun a program, found on PATH, in a new process."),
    ROW_KW(pidfd_open, "pidfd_open($module, /, pid, flags=0)\n--\n\nA descriptor that refers to a process."),
    ROW_KW(setns, "setns($module, /, fd, nstype=0)\n--\n\nMove the thread to another namespace."),
    ROW_KW(unshare, "unshare($module, /, flags)\n--\n\nLeave shared namespaces."),
    { NULL },
};
