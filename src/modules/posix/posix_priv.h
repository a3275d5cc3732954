/* modules/posix/posix_priv.h: what the parts of the posix module share. */
#ifndef ADDER_MODULES_POSIX_PRIV_H
#define ADDER_MODULES_POSIX_PRIV_H

#include <Python.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* ---- arguments ---- */

PyAPI_FUNC(int) _PyArg_ParseStackAndKeywords(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct _PyArg_Parser *parser, ...);
PyAPI_FUNC(int) _PyArg_ParseStack(PyObject *const *args, Py_ssize_t nargs, const char *format, ...);

#define FUNC_O(name) static PyObject *posix_##name(PyObject *module, PyObject *arg)
#define FUNC_0(name) static PyObject *posix_##name(PyObject *module, PyObject *unused)
#define FUNC_FAST(name) static PyObject *posix_##name(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
#define FUNC_KW(name) static PyObject *posix_##name(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)

/* In a FUNC_KW body: parse or return NULL. Keywords as a list of strings; "" for positional-only ones. */
#define PARSE_KW(format_, keywords_, ...) \
    static const char *const kwlist[] = keywords_; \
    static struct _PyArg_Parser parser = { .format = format_, .keywords = kwlist }; \
    if (!_PyArg_ParseStackAndKeywords(args, nargs, kwnames, &parser, __VA_ARGS__)) \
        return NULL
#define KWLIST(...) { __VA_ARGS__, NULL }

#define ROW_O(name, doc) { #name, posix_##name, METH_O, PyDoc_STR(doc) }
#define ROW_0(name, doc) { #name, posix_##name, METH_NOARGS, PyDoc_STR(doc) }
#define ROW_FAST(name, doc) { #name, _PyCFunction_CAST(posix_##name), METH_FASTCALL, PyDoc_STR(doc) }
#define ROW_KW(name, doc) { #name, _PyCFunction_CAST(posix_##name), METH_FASTCALL | METH_KEYWORDS, PyDoc_STR(doc) }

/* ---- paths: "O&" converters ---- */

struct os_path {
    const char *function, *argument;   /* for messages: "stat", "path" */
    bool nullable, allow_fd;
    const char *narrow;                /* in the file system's encoding, NULL if a descriptor or None */
    int fd;                            /* -1 unless a descriptor was given */
    Py_ssize_t length;
    PyObject *object;                  /* what the caller gave, or its __fspath__(), for errors (borrowed) */
    PyObject *cleanup, *fspath;        /* owned */
};
#define OS_PATH(function, argument, nullable, allow_fd) { function, argument, nullable, allow_fd, NULL, -1, 0, NULL, NULL }

/* Converter: str, bytes, os.PathLike; None if nullable; int if allow_fd. Release with os_path_free(). */
int os_path_convert(PyObject *o, void *path);
void os_path_free(struct os_path *p);
/* None is AT_FDCWD. */
int os_dir_fd_convert(PyObject *o, void *fd);
int os_fd_convert(PyObject *o, void *fd);
int os_fd_convert_fileno(PyObject *o, void *fd);      /* also objects with fileno() */
int os_off_t_convert(PyObject *o, void *off);
int os_uid_convert(PyObject *o, void *uid);
int os_gid_convert(PyObject *o, void *gid);
int os_id_t_convert(PyObject *o, void *id);
int os_dev_convert(PyObject *o, void *dev);           /* -1 is NODEV */

/* ---- errors and results ---- */

PyObject *os_error(void);                            /* OSError from errno; NULL */
PyObject *os_path_error(const struct os_path *p);    /* with the path as file name */
PyObject *os_path_error2(const struct os_path *a, const struct os_path *b);
/* None if r == 0, else an error. */
PyObject *os_result(int r);
PyObject *os_path_result(int r, const struct os_path *p);
PyObject *os_from_uid(uid_t uid);                    /* -1 stays -1 */

/* Run a call with the GIL released; try again on EINTR unless a signal handler raises. `r` gets -1 on failure. */
#define OS_CALL(r, expr) \
    do { \
        do { \
            Py_BEGIN_ALLOW_THREADS \
            r = (expr); \
            Py_END_ALLOW_THREADS \
        } while (r < 0 && errno == EINTR && !os_signal_raised()); \
    } while (0)
#define OS_CALL_ONCE(r, expr) do { Py_BEGIN_ALLOW_THREADS r = (expr); Py_END_ALLOW_THREADS } while (0)
int os_signal_raised(void);
/* The error after OS_CALL: a signal handler's exception stays. */
PyObject *os_call_error(void);

int os_set_inheritable(int fd, int inheritable);     /* 0 or -1 with errno */

/* ---- the module ---- */

struct os_state {
    PyTypeObject *stat_result, *statvfs_result, *terminal_size, *times_result, *uname_result, *waitid_result, *sched_param;
    PyTypeObject *dir_entry, *scandir_iterator;
    PyObject *st_mode_name, *billion, *struct_rusage;
};
struct os_state *os_state_of(PyObject *module);

extern PyMethodDef os_stat_methods[], os_dir_methods[], os_file_methods[], os_fd_methods[], os_id_methods[], os_process_methods[],
    os_wait_methods[], os_sched_methods[], os_env_methods[], os_info_methods[], os_xattr_methods[], os_timerfd_methods[];
int os_add_constants(PyObject *module);
int os_add_stat_types(PyObject *module);
int os_add_dir_types(PyObject *module);
int os_add_info_types(PyObject *module);
int os_add_sched_types(PyObject *module);
int os_add_wait_types(PyObject *module);
int os_add_timerfd_constants(PyObject *module);
/* The priority in a posix.sched_param: true, or false with an exception. */
struct sched_param;
int os_sched_param(PyObject *module, PyObject *o, struct sched_param *p);
PyObject *os_stat_tuple(PyObject *module, const struct stat *st);

#endif
