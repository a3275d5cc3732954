/* modules/socket/sock_addr.c: addresses: tuples and paths to struct sockaddr and back, name resolution. */
#include "modules/socket/sock.h"

#include <arpa/inet.h>
#include <net/if.h>

PyObject *
sock_error(void)
{
    return PyErr_SetFromErrno(PyExc_OSError);
}

PyObject *
sock_gai_error(int code)
{
    if (code == EAI_SYSTEM)
        return sock_error();
    PyObject *m = PyImport_ImportModule("_socket"), *type = m == NULL ? NULL : PyObject_GetAttrString(m, "gaierror");
    PyObject *v = type == NULL ? NULL : Py_BuildValue("(is)", code, gai_strerror(code));
    if (v != NULL)
        PyErr_SetObject(type, v);
    Py_XDECREF(v);
    Py_XDECREF(type);
    Py_XDECREF(m);
    return NULL;
}

int
sock_resolve(PyObject *unused, const char *name, struct sockaddr *out, socklen_t out_size, int family)
{
    struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_DGRAM }, *res = NULL;
    const char *node = name;
    if (name[0] == '\0') {
        hints.ai_flags = AI_PASSIVE;
        node = NULL;
    } else if (strcmp(name, "<broadcast>") == 0 || strcmp(name, "255.255.255.255") == 0) {
        struct sockaddr_in *in = (struct sockaddr_in *)out;
        if (family != AF_INET && family != AF_UNSPEC) {
            PyErr_SetString(PyExc_OSError, "address family mismatched");
            return -1;
        }
        *in = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = INADDR_BROADCAST };
        return sizeof(*in);
    }
    int err;
    Py_BEGIN_ALLOW_THREADS
    err = getaddrinfo(node, node == NULL ? "0" : NULL, &hints, &res);
    Py_END_ALLOW_THREADS
    if (err != 0) {
        sock_gai_error(err);
        return -1;
    }
    socklen_t n = res->ai_addrlen < out_size ? res->ai_addrlen : out_size;
    memcpy(out, res->ai_addr, n);
    freeaddrinfo(res);
    return (int)n;
}

/* ---- to C ---- */

static int
host_text(PyObject *o, PyObject **keep, const char **text)
{
    Py_ssize_t size = -1;
    *keep = NULL;
    if (PyUnicode_Check(o)) {
        *keep = PyUnicode_IS_ASCII(o) ? PyUnicode_AsASCIIString(o) : PyUnicode_AsEncodedString(o, "idna", NULL);
        if (*keep == NULL)
            return 0;
        *text = PyBytes_AS_STRING(*keep);
        size = PyBytes_GET_SIZE(*keep);
    } else if (PyBytes_Check(o) || PyByteArray_Check(o)) {
        *text = PyBytes_Check(o) ? PyBytes_AS_STRING(o) : PyByteArray_AS_STRING(o);
        size = PyObject_Size(o);
    }
    if (size >= 0 && strlen(*text) == (size_t)size)
        return 1;
    if (size >= 0) {
        PyErr_SetString(PyExc_TypeError, "host name must not contain null character");
        Py_CLEAR(*keep);
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "str, bytes or bytearray expected, not %s", Py_TYPE(o)->tp_name);
    return 0;
}

static int
inet_from(PyObject *args, union sock_addr *out, socklen_t *len, int family, const char *caller)
{
    PyObject *host, *keep;
    const char *text;
    int port;
    unsigned int flow = 0, scope = 0;
    if (!PyTuple_Check(args)) {
        PyErr_Format(PyExc_TypeError, "%s(): %s address must be tuple, not %.500s", caller, family == AF_INET ? "AF_INET" : "AF_INET6", Py_TYPE(args)->tp_name);
        return 0;
    }
    if (family == AF_INET ? !PyArg_ParseTuple(args, "Oi;AF_INET address must be a pair (host, port)", &host, &port)
                          : !PyArg_ParseTuple(args, "Oi|II;AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])", &host, &port, &flow, &scope)) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError))
            PyErr_Format(PyExc_OverflowError, "%s(): port must be 0-65535.", caller);
        return 0;
    }
    if (!host_text(host, &keep, &text))
        return 0;
    int n = sock_resolve(NULL, text, &out->sa, sizeof(*out), family);
    Py_XDECREF(keep);
    if (n < 0)
        return 0;
    if (port < 0 || port > 0xffff) {
        PyErr_Format(PyExc_OverflowError, "%s(): port must be 0-65535.", caller);
        return 0;
    }
    if (flow > 0xfffff) {
        PyErr_Format(PyExc_OverflowError, "%s(): flowinfo must be 0-1048575.", caller);
        return 0;
    }
    out->sa.sa_family = (sa_family_t)family;
    if (family == AF_INET) {
        out->in.sin_port = htons((uint16_t)port);
        *len = sizeof(out->in);
    } else {
        out->in6.sin6_port = htons((uint16_t)port);
        out->in6.sin6_flowinfo = htonl(flow);
        out->in6.sin6_scope_id = scope ? scope : out->in6.sin6_scope_id;
        *len = sizeof(out->in6);
    }
    return 1;
}

static int
unix_from(PyObject *args, union sock_addr *out, socklen_t *len)
{
    PyObject *bytes;
    Py_buffer path;
    if (PyUnicode_Check(args)) {
        if ((bytes = PyUnicode_EncodeFSDefault(args)) == NULL)
            return 0;
    } else
        bytes = Py_NewRef(args);
    int ok = PyObject_GetBuffer(bytes, &path, PyBUF_SIMPLE) == 0;
    Py_DECREF(bytes);
    if (!ok)
        return 0;
    /* no zero byte ends a name without a place in the file system; with an empty one the system chooses a name */
    bool abstract = path.len == 0 || *(const char *)path.buf == 0;
    if ((size_t)path.len + !abstract > sizeof(out->un.sun_path)) {
        PyErr_SetString(PyExc_OSError, "AF_UNIX path too long");
        PyBuffer_Release(&path);
        return 0;
    }
    out->un.sun_family = AF_UNIX;
    memcpy(out->un.sun_path, path.buf, (size_t)path.len);
    if (!abstract)
        out->un.sun_path[path.len] = 0;
    *len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)path.len + !abstract);
    PyBuffer_Release(&path);
    return 1;
}

static int
vsock_from(PyObject *args, union sock_addr *out, socklen_t *len, const char *caller)
{
    unsigned int cid, port;
    if (!PyTuple_Check(args)) {
        PyErr_Format(PyExc_TypeError, "getsockaddrarg: AF_VSOCK address must be tuple, not %.500s", Py_TYPE(args)->tp_name);
        return 0;
    }
    if (!PyArg_ParseTuple(args, "II:getsockaddrarg", &cid, &port))
        return 0;
    out->vm = (struct sockaddr_vm){ .svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port };
    *len = sizeof(out->vm);
    return 1;
}

int
sock_addr_from(struct sock *s, PyObject *args, union sock_addr *out, socklen_t *len, const char *caller)
{
    memset(out, 0, sizeof(*out));
    switch (s->family) {
    case AF_UNIX: return unix_from(args, out, len);
    case AF_VSOCK: return vsock_from(args, out, len, caller);
    case AF_INET: case AF_INET6: return inet_from(args, out, len, s->family, caller);
    case AF_RDS: return inet_from(args, out, len, AF_INET, caller);
    default: return sock_family_from(s, args, out, len, caller);
    }
}

/* ---- to Python ---- */

/* The address in digits, without the name of a scope. */
static PyObject *
numeric_host(int family, const void *address)
{
    char buf[INET6_ADDRSTRLEN];
    return inet_ntop(family, address, buf, sizeof(buf)) == NULL ? sock_error() : PyUnicode_FromString(buf);
}

PyObject *
sock_addr_object(const struct sockaddr *sa, socklen_t len, int proto)
{
    if (len == 0)
        Py_RETURN_NONE;
    const union sock_addr *a = (const union sock_addr *)sa;
    switch (sa->sa_family) {
    case AF_INET:
        return Py_BuildValue("Ni", numeric_host(AF_INET, &a->in.sin_addr), ntohs(a->in.sin_port));
    case AF_INET6:
        return Py_BuildValue("NiII", numeric_host(AF_INET6, &a->in6.sin6_addr), ntohs(a->in6.sin6_port), ntohl(a->in6.sin6_flowinfo), a->in6.sin6_scope_id);
    case AF_VSOCK:
        return Py_BuildValue("II", a->vm.svm_cid, a->vm.svm_port);
    case AF_UNIX: {
        size_t n = len - offsetof(struct sockaddr_un, sun_path);
        if (n > 0 && a->un.sun_path[0] == 0)
            return PyBytes_FromStringAndSize(a->un.sun_path, (Py_ssize_t)n);
        return PyUnicode_DecodeFSDefault(n == 0 ? "" : a->un.sun_path);
    }
    default:
        return sock_family_object(a, proto);
    }
}
