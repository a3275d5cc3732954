/* errno.c: the numbers of system errors and their names. Where two names share a number, errorcode shows the later one
 * of the list. */
#include <Python.h>
#include <errno.h>

static const struct { const char *name; int code; } codes[] = {
#define E(name) { #name, name },
    E(EDEADLK) E(EOPNOTSUPP) E(EWOULDBLOCK) E(ENODEV) E(ENOCSI) E(EHOSTUNREACH) E(ENOMSG) E(EUCLEAN) E(EL2NSYNC)
    E(EL2HLT) E(ENODATA) E(ENOTBLK) E(ENOSYS) E(EPIPE) E(EINVAL) E(EOVERFLOW) E(EADV) E(EINTR) E(EUSERS) E(ENOTEMPTY)
    E(ENOBUFS) E(EPROTO) E(EREMOTE) E(ENAVAIL) E(ECHILD) E(ELOOP) E(EXDEV) E(E2BIG) E(ESRCH) E(EMSGSIZE)
    E(EAFNOSUPPORT) E(EBADR) E(EHOSTDOWN) E(EPFNOSUPPORT) E(ENOPROTOOPT) E(EBUSY) E(EAGAIN) E(EBADFD) E(EDOTDOT)
    E(EISCONN) E(ENOANO) E(ESHUTDOWN) E(ECHRNG) E(ELIBBAD) E(ENONET) E(EBADE) E(EBADF) E(EMULTIHOP) E(EIO) E(EUNATCH)
    E(EPROTOTYPE) E(ENOSPC) E(ENOEXEC) E(EALREADY) E(ENETDOWN) E(ENOTNAM) E(EACCES) E(ELNRNG) E(EILSEQ) E(ENOTDIR)
    E(ENOTUNIQ) E(EPERM) E(EDOM) E(EXFULL) E(ECONNREFUSED) E(EISDIR) E(EPROTONOSUPPORT) E(EROFS) E(EADDRNOTAVAIL)
    E(EIDRM) E(ECOMM) E(ESRMNT) E(EREMOTEIO) E(EL3RST) E(EBADMSG) E(ENFILE) E(ELIBMAX) E(ESPIPE) E(ENOLINK)
    E(ENETRESET) E(ETIMEDOUT) E(ENOENT) E(EEXIST) E(EDQUOT) E(ENOSTR) E(EBADSLT) E(EBADRQC) E(ELIBACC) E(EFAULT)
    E(EFBIG) E(EDEADLOCK) E(ENOTCONN) E(EDESTADDRREQ) E(ELIBSCN) E(ENOLCK) E(EISNAM) E(ECONNABORTED) E(ENETUNREACH)
    E(ESTALE) E(ENOSR) E(ENOMEM) E(ENOTSOCK) E(ESTRPIPE) E(EMLINK) E(ERANGE) E(ELIBEXEC) E(EL3HLT) E(ECONNRESET)
    E(EADDRINUSE) E(ENOTSUP) E(EREMCHG) E(ENAMETOOLONG) E(ENOTTY) E(ERESTART) E(ESOCKTNOSUPPORT) E(ETIME) E(EBFONT)
    E(ETOOMANYREFS) E(EMFILE) E(ETXTBSY) E(EINPROGRESS) E(ENXIO) E(ENOPKG) E(ENOMEDIUM) E(EMEDIUMTYPE) E(ECANCELED)
    E(ENOKEY) E(EKEYEXPIRED) E(EKEYREVOKED) E(EKEYREJECTED) E(EOWNERDEAD) E(ENOTRECOVERABLE) E(ERFKILL)
#undef E
};

static int
errno_exec(PyObject *m)
{
    PyObject *names = PyDict_New();
    int rc = names == NULL || PyModule_AddObjectRef(m, "errorcode", names) < 0 ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < sizeof(codes) / sizeof(codes[0]); i++) {
        PyObject *name = PyUnicode_InternFromString(codes[i].name), *code = PyLong_FromLong(codes[i].code);
        if (name == NULL || code == NULL || PyDict_SetItem(names, code, name) < 0 || PyModule_AddObjectRef(m, codes[i].name, code) < 0)
            rc = -1;
        Py_XDECREF(name);
        Py_XDECREF(code);
    }
    Py_XDECREF(names);
    return rc;
}

static PyModuleDef_Slot errno_slots[] = {
    { Py_mod_exec, errno_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL }
};

static PyModuleDef errno_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "errno",
    .m_doc = "Numbers of system errors; errorcode maps each to its name.",
    .m_slots = errno_slots,
};

PyMODINIT_FUNC PyInit_errno(void) { return PyModuleDef_Init(&errno_module); }
