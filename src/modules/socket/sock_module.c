/* modules/socket/sock_module.c: the _socket module: names, addresses, constants. */
#include "modules/socket/sock.h"

#include <arpa/inet.h>
#include <linux/tipc.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "object/core/capsule.h"

extern PyType_Spec sock_spec;

struct sock_state *
sock_state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

/* ---- host names ---- */

static PyObject *
sock_gethostname(PyObject *m, PyObject *unused)
{
    char buf[1024];
    if (PySys_Audit("socket.gethostname", NULL) < 0)
        return NULL;
    if (gethostname(buf, sizeof(buf) - 1) < 0)
        return sock_error();
    buf[sizeof(buf) - 1] = '\0';
    return PyUnicode_DecodeFSDefault(buf);
}

static PyObject *
sock_sethostname(PyObject *m, PyObject *args)
{
    PyObject *name;
    if (!PyArg_ParseTuple(args, "O&:sethostname", PyUnicode_FSConverter, &name))
        return NULL;
    int r = PySys_Audit("socket.sethostname", "O", name) < 0 ? 1 : sethostname(PyBytes_AS_STRING(name), (size_t)PyBytes_GET_SIZE(name));
    Py_DECREF(name);
    return r > 0 ? NULL : r < 0 ? sock_error() : Py_NewRef(Py_None);
}

static PyObject *
sock_gethostbyname(PyObject *m, PyObject *args)
{
    char *name;
    union sock_addr addr;
    PyObject *r = NULL;
    if (!PyArg_ParseTuple(args, "et:gethostbyname", "idna", &name))
        return NULL;
    if (PySys_Audit("socket.gethostbyname", "s", name) == 0 && sock_resolve(NULL, name, &addr.sa, sizeof(addr), AF_INET) >= 0) {
        char buf[INET_ADDRSTRLEN];
        r = PyUnicode_FromString(inet_ntop(AF_INET, &addr.in.sin_addr, buf, sizeof(buf)));
    }
    PyMem_Free(name);
    return r;
}

/* (name, aliases, addresses) of a struct hostent. */
static PyObject *
host_result(PyObject *m, const struct hostent *h, int err)
{
    if (h == NULL) {
        PyObject *v = Py_BuildValue("(is)", err, hstrerror(err));
        if (v != NULL)
            PyErr_SetObject(sock_state_of(m)->herror, v);
        Py_XDECREF(v);
        return NULL;
    }
    PyObject *names = PyList_New(0), *addresses = PyList_New(0);
    for (char **p = h->h_aliases; names != NULL && p != NULL && *p != NULL; p++) {
        PyObject *s = PyUnicode_DecodeFSDefault(*p);
        if (s == NULL || PyList_Append(names, s) < 0)
            Py_CLEAR(names);
        Py_XDECREF(s);
    }
    for (char **p = h->h_addr_list; addresses != NULL && p != NULL && *p != NULL; p++) {
        char buf[INET6_ADDRSTRLEN];
        PyObject *s = PyUnicode_FromString(inet_ntop(h->h_addrtype, *p, buf, sizeof(buf)));
        if (s == NULL || PyList_Append(addresses, s) < 0)
            Py_CLEAR(addresses);
        Py_XDECREF(s);
    }
    if (names == NULL || addresses == NULL) {
        Py_XDECREF(names);
        Py_XDECREF(addresses);
        return NULL;
    }
    return Py_BuildValue("NNN", PyUnicode_DecodeFSDefault(h->h_name), names, addresses);
}

static PyObject *
sock_gethostbyname_ex(PyObject *m, PyObject *args)
{
    char *name, buf[16384];
    union sock_addr addr;
    PyObject *r = NULL;
    struct hostent h, *res = NULL;
    int err = 0;
    if (!PyArg_ParseTuple(args, "et:gethostbyname_ex", "idna", &name))
        return NULL;
    if (PySys_Audit("socket.gethostbyname", "s", name) == 0 && sock_resolve(NULL, name, &addr.sa, sizeof(addr), AF_INET) >= 0) {
        Py_BEGIN_ALLOW_THREADS
        gethostbyname_r(name, &h, buf, sizeof(buf), &res, &err);
        Py_END_ALLOW_THREADS
        r = host_result(m, res, err);
    }
    PyMem_Free(name);
    return r;
}

static PyObject *
sock_gethostbyaddr(PyObject *m, PyObject *args)
{
    char *name, buf[16384];
    union sock_addr addr;
    PyObject *r = NULL;
    struct hostent h, *res = NULL;
    int err = 0;
    if (!PyArg_ParseTuple(args, "et:gethostbyaddr", "idna", &name))
        return NULL;
    if (PySys_Audit("socket.gethostbyaddr", "s", name) == 0 && sock_resolve(NULL, name, &addr.sa, sizeof(addr), AF_UNSPEC) >= 0) {
        bool v6 = addr.sa.sa_family == AF_INET6;
        Py_BEGIN_ALLOW_THREADS
        gethostbyaddr_r(v6 ? (void *)&addr.in6.sin6_addr : (void *)&addr.in.sin_addr, v6 ? 16 : 4, addr.sa.sa_family, &h, buf, sizeof(buf), &res, &err);
        Py_END_ALLOW_THREADS
        r = host_result(m, res, err);
    }
    PyMem_Free(name);
    return r;
}

/* ---- getaddrinfo ---- */

static int
service_text(PyObject *port, char *buf, size_t size, PyObject **keep, const char **text)
{
    *keep = NULL;
    *text = NULL;
    if (port == Py_None)
        return 1;
    if (PyLong_CheckExact(port)) {
        *keep = PyObject_Str(port);      /* of any size: the library says which it takes */
        return *keep != NULL && (*text = PyUnicode_AsUTF8(*keep)) != NULL;
    }
    if (PyUnicode_Check(port))
        return (*text = PyUnicode_AsUTF8(port)) != NULL;
    if (PyBytes_Check(port)) {
        *text = PyBytes_AS_STRING(port);
        return 1;
    }
    PyErr_SetString(PyExc_OSError, "Int or String expected");
    return 0;
}

static PyObject *
addrinfo_list(const struct addrinfo *res)
{
    PyObject *list = PyList_New(0);
    for (; list != NULL && res != NULL; res = res->ai_next) {
        PyObject *a = sock_addr_object(res->ai_addr, res->ai_addrlen, res->ai_protocol);
        PyObject *t = a == NULL ? NULL : Py_BuildValue("iiisN", res->ai_family, res->ai_socktype, res->ai_protocol, res->ai_canonname ? res->ai_canonname : "", a);
        if (t == NULL || PyList_Append(list, t) < 0)
            Py_CLEAR(list);
        Py_XDECREF(t);
    }
    return list;
}

static PyObject *
sock_getaddrinfo(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *kwlist[] = { "host", "port", "family", "type", "proto", "flags", NULL };
    struct addrinfo hints = { 0 }, *res = NULL;
    PyObject *host, *port, *keep_host = NULL, *keep_port = NULL, *r = NULL;
    const char *node = NULL, *service;
    char buf[32];
    int err;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "OO|iiii:getaddrinfo", kwlist, &host, &port, &hints.ai_family, &hints.ai_socktype, &hints.ai_protocol, &hints.ai_flags))
        return NULL;
    if (PyUnicode_Check(host)) {
        keep_host = PyUnicode_AsEncodedString(host, "idna", NULL);
        if (keep_host == NULL)
            return NULL;
        node = PyBytes_AS_STRING(keep_host);
    } else if (PyBytes_Check(host))
        node = PyBytes_AS_STRING(host);
    else if (host != Py_None) {
        PyErr_SetString(PyExc_TypeError, "getaddrinfo() argument 1 must be string or None");
        return NULL;
    }
    if (!service_text(port, buf, sizeof(buf), &keep_port, &service) ||
        PySys_Audit("socket.getaddrinfo", "OOiii", host, port, hints.ai_family, hints.ai_socktype, hints.ai_protocol) < 0)
        goto done;
    Py_BEGIN_ALLOW_THREADS
    err = getaddrinfo(node, service, &hints, &res);
    Py_END_ALLOW_THREADS
    if (err != 0)
        sock_gai_error(err);
    else {
        r = addrinfo_list(res);
        freeaddrinfo(res);
    }
done:
    Py_XDECREF(keep_host);
    Py_XDECREF(keep_port);
    return r;
}

static PyObject *
sock_getnameinfo(PyObject *m, PyObject *args)
{
    PyObject *sa;
    int flags, port;
    const char *host;
    unsigned int flow = 0, scope = 0;
    if (!PyArg_ParseTuple(args, "Oi:getnameinfo", &sa, &flags))
        return NULL;
    if (!PyTuple_Check(sa)) {
        PyErr_SetString(PyExc_TypeError, "getnameinfo() argument 1 must be a tuple");
        return NULL;
    }
    if (!PyArg_ParseTuple(sa, "si|II;getnameinfo(): illegal sockaddr argument", &host, &port, &flow, &scope))
        return NULL;
    if (flow > 0xfffff) {
        PyErr_SetString(PyExc_OverflowError, "getnameinfo(): flowinfo must be 0-1048575.");
        return NULL;
    }
    if (PySys_Audit("socket.getnameinfo", "(O)", sa) < 0)
        return NULL;
    struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST }, *res = NULL;
    char service[16], hbuf[NI_MAXHOST], sbuf[NI_MAXSERV];
    snprintf(service, sizeof(service), "%d", port);
    int err = getaddrinfo(host, service, &hints, &res);
    if (err != 0)
        return sock_gai_error(err);
    if (res->ai_next != NULL || (res->ai_family == AF_INET && PyTuple_GET_SIZE(sa) != 2)) {
        PyErr_SetString(PyExc_OSError, res->ai_next != NULL ? "sockaddr resolved to multiple addresses" : "IPv4 sockaddr must be 2 tuple");
        freeaddrinfo(res);
        return NULL;
    }
    if (res->ai_family == AF_INET6) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)res->ai_addr;
        in6->sin6_flowinfo = htonl(flow);
        in6->sin6_scope_id = scope;
    }
    Py_BEGIN_ALLOW_THREADS
    err = getnameinfo(res->ai_addr, res->ai_addrlen, hbuf, sizeof(hbuf), sbuf, sizeof(sbuf), flags);
    Py_END_ALLOW_THREADS
    freeaddrinfo(res);
    return err != 0 ? sock_gai_error(err) : Py_BuildValue("Ns", PyUnicode_DecodeFSDefault(hbuf), sbuf);
}

/* ---- services and protocols ---- */

static PyObject *
sock_getservbyname(PyObject *m, PyObject *args)
{
    const char *name, *proto = NULL;
    if (!PyArg_ParseTuple(args, "s|s:getservbyname", &name, &proto) || PySys_Audit("socket.getservbyname", "ss", name, proto) < 0)
        return NULL;
    struct servent *sp = getservbyname(name, proto);
    if (sp == NULL) {
        PyErr_SetString(PyExc_OSError, "service/proto not found");
        return NULL;
    }
    return PyLong_FromLong(ntohs((uint16_t)sp->s_port));
}

static PyObject *
sock_getservbyport(PyObject *m, PyObject *args)
{
    int port;
    const char *proto = NULL;
    if (!PyArg_ParseTuple(args, "i|s:getservbyport", &port, &proto))
        return NULL;
    if (port < 0 || port > 0xffff) {
        PyErr_SetString(PyExc_OverflowError, "getservbyport: port must be 0-65535.");
        return NULL;
    }
    if (PySys_Audit("socket.getservbyport", "is", port, proto) < 0)
        return NULL;
    struct servent *sp = getservbyport(htons((uint16_t)port), proto);
    if (sp == NULL) {
        PyErr_SetString(PyExc_OSError, "port/proto not found");
        return NULL;
    }
    return PyUnicode_FromString(sp->s_name);
}

static PyObject *
sock_getprotobyname(PyObject *m, PyObject *args)
{
    const char *name;
    if (!PyArg_ParseTuple(args, "s:getprotobyname", &name))
        return NULL;
    struct protoent *p = getprotobyname(name);
    if (p == NULL) {
        PyErr_SetString(PyExc_OSError, "protocol not found");
        return NULL;
    }
    return PyLong_FromLong(p->p_proto);
}

/* ---- conversions ---- */

static PyObject *
short_order(PyObject *arg, const char *name)
{
    int x = PyLong_AsInt(arg);
    if (x == -1 && PyErr_Occurred())
        return NULL;
    if (x < 0 || x > 0xffff) {
        PyErr_Format(PyExc_OverflowError, x < 0 ? "%s: can't convert negative Python int to C 16-bit unsigned integer" : "%s: Python int too large to convert to C 16-bit unsigned integer", name);
        return NULL;
    }
    return PyLong_FromLong(htons((uint16_t)x));
}

static PyObject *
long_order(PyObject *arg, const char *name)
{
    if (!PyLong_Check(arg)) {
        PyErr_Format(PyExc_TypeError, "expected int, %s found", Py_TYPE(arg)->tp_name);
        return NULL;
    }
    unsigned long x = PyLong_AsUnsignedLong(arg);
    if (x == (unsigned long)-1 && PyErr_Occurred())
        return NULL;
    if (x > 0xffffffffUL) {
        PyErr_SetString(PyExc_OverflowError, "int larger than 32 bits");
        return NULL;
    }
    return PyLong_FromUnsignedLong(htonl((uint32_t)x));
}

static PyObject *sock_htons(PyObject *m, PyObject *arg) { return short_order(arg, "htons"); }
static PyObject *sock_ntohs(PyObject *m, PyObject *arg) { return short_order(arg, "ntohs"); }
static PyObject *sock_htonl(PyObject *m, PyObject *arg) { return long_order(arg, "htonl"); }
static PyObject *sock_ntohl(PyObject *m, PyObject *arg) { return long_order(arg, "ntohl"); }

static PyObject *
sock_inet_aton(PyObject *m, PyObject *arg)
{
    struct in_addr a;
    const char *text = PyUnicode_AsUTF8(arg);
    if (text == NULL)
        return NULL;
    if (inet_aton(text, &a) == 0) {
        PyErr_SetString(PyExc_OSError, "illegal IP address string passed to inet_aton");
        return NULL;
    }
    return PyBytes_FromStringAndSize((const char *)&a, sizeof(a));
}

static PyObject *
ntop(int family, const void *data, Py_ssize_t n)
{
    char buf[INET6_ADDRSTRLEN];
    if (family != AF_INET && family != AF_INET6) {
        PyErr_Format(PyExc_ValueError, "unknown address family %d", family);
        return NULL;
    }
    if (n != (family == AF_INET ? 4 : 16)) {
        PyErr_SetString(PyExc_ValueError, "invalid length of packed IP address string");
        return NULL;
    }
    return PyUnicode_FromString(inet_ntop(family, data, buf, sizeof(buf)));
}

static PyObject *
sock_inet_ntoa(PyObject *m, PyObject *arg)
{
    Py_buffer b;
    if (PyObject_GetBuffer(arg, &b, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *r = NULL;
    if (b.len != 4)
        PyErr_SetString(PyExc_OSError, "packed IP wrong length");
    else
        r = ntop(AF_INET, b.buf, 4);
    PyBuffer_Release(&b);
    return r;
}

static PyObject *
sock_inet_pton(PyObject *m, PyObject *args)
{
    int family;
    const char *text;
    char packed[16];
    if (!PyArg_ParseTuple(args, "is:inet_pton", &family, &text))
        return NULL;
    int r = inet_pton(family, text, packed);
    if (r < 0)
        return sock_error();
    if (r == 0) {
        PyErr_SetString(PyExc_OSError, "illegal IP address string passed to inet_pton");
        return NULL;
    }
    return PyBytes_FromStringAndSize(packed, family == AF_INET ? 4 : 16);
}

static PyObject *
sock_inet_ntop(PyObject *m, PyObject *args)
{
    int family;
    Py_buffer b;
    if (!PyArg_ParseTuple(args, "iy*:inet_ntop", &family, &b))
        return NULL;
    PyObject *r = ntop(family, b.buf, b.len);
    PyBuffer_Release(&b);
    return r;
}

/* ---- descriptors and interfaces ---- */

static PyObject *
sock_close_fd(PyObject *m, PyObject *arg)
{
    int fd = PyLong_AsInt(arg), r;
    if (fd == -1 && PyErr_Occurred())
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    r = close(fd);
    Py_END_ALLOW_THREADS
    return r < 0 && errno != ECONNRESET ? sock_error() : Py_NewRef(Py_None);
}

static PyObject *
sock_dup(PyObject *m, PyObject *arg)
{
    int fd = PyLong_AsInt(arg);
    if (fd == -1 && PyErr_Occurred())
        return NULL;
    int r = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return r < 0 ? sock_error() : PyLong_FromLong(r);
}

static PyObject *
sock_socketpair(PyObject *m, PyObject *args)
{
    int family = AF_UNIX, type = SOCK_STREAM, proto = 0, fds[2];
    if (!PyArg_ParseTuple(args, "|iii:socketpair", &family, &type, &proto))
        return NULL;
    if (socketpair(family, type | SOCK_CLOEXEC, proto, fds) < 0)
        return sock_error();
    PyObject *a = PyObject_CallFunction((PyObject *)sock_state_of(m)->type, "iiii", family, type, proto, fds[0]);
    PyObject *b = a == NULL ? NULL : PyObject_CallFunction((PyObject *)sock_state_of(m)->type, "iiii", family, type, proto, fds[1]);
    if (b == NULL) {
        close(fds[1]);
        if (a == NULL)
            close(fds[0]);
        Py_XDECREF(a);
        return NULL;
    }
    return Py_BuildValue("NN", a, b);
}

static PyObject *
sock_if_nameindex(PyObject *m, PyObject *unused)
{
    struct if_nameindex *ni = if_nameindex();
    if (ni == NULL)
        return sock_error();
    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL && ni[i].if_index != 0; i++) {
        PyObject *t = Py_BuildValue("IN", ni[i].if_index, PyUnicode_DecodeFSDefault(ni[i].if_name));
        if (t == NULL || PyList_Append(list, t) < 0)
            Py_CLEAR(list);
        Py_XDECREF(t);
    }
    if_freenameindex(ni);
    return list;
}

static PyObject *
sock_if_nametoindex(PyObject *m, PyObject *arg)
{
    PyObject *name;
    if (!PyUnicode_FSConverter(arg, &name))
        return NULL;
    unsigned int i = if_nametoindex(PyBytes_AS_STRING(name));
    Py_DECREF(name);
    return i == 0 ? sock_error() : PyLong_FromUnsignedLong(i);
}

static PyObject *
sock_if_indextoname(PyObject *m, PyObject *arg)
{
    char name[IF_NAMESIZE + 1];
    unsigned long i = PyLong_AsUnsignedLong(arg);
    if (i == (unsigned long)-1 && PyErr_Occurred())
        return NULL;
    if (i > UINT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "index is too large");
        return NULL;
    }
    return if_indextoname((unsigned int)i, name) == NULL ? sock_error() : PyUnicode_DecodeFSDefault(name);
}

/* ---- timeouts ---- */

static PyObject *
sock_getdefaulttimeout(PyObject *m, PyObject *unused)
{
    PyTime_t t = sock_state_of(m)->default_timeout;
    return t < 0 ? Py_NewRef(Py_None) : PyFloat_FromDouble((double)t / 1e9);
}

static PyObject *
sock_setdefaulttimeout(PyObject *m, PyObject *arg)
{
    return sock_parse_timeout(arg, &sock_state_of(m)->default_timeout) < 0 ? NULL : Py_NewRef(Py_None);
}

/* What `size` makes of the length argument. */
static PyObject *
cmsg_size(PyObject *args, const char *format, bool (*size)(size_t, size_t *))
{
    Py_ssize_t n;
    size_t total;
    if (!PyArg_ParseTuple(args, format, &n))
        return NULL;
    if (n < 0 || !size((size_t)n, &total))
        return PyErr_Format(PyExc_OverflowError, "%s() argument out of range", strchr(format, ':') + 1);
    return PyLong_FromSize_t(total);
}

static PyObject *sock_CMSG_LEN(PyObject *m, PyObject *args) { return cmsg_size(args, "n:CMSG_LEN", sock_cmsg_len); }
static PyObject *sock_CMSG_SPACE(PyObject *m, PyObject *args) { return cmsg_size(args, "n:CMSG_SPACE", sock_cmsg_space); }

/* ---- the module ---- */

#define ROW(name, flags, doc) { #name, sock_##name, flags, PyDoc_STR(doc) }
static PyMethodDef functions[] = {
    ROW(gethostbyname, METH_VARARGS, "gethostbyname(host) -> address\n\nThe IPv4 address of a host."),
    ROW(gethostbyname_ex, METH_VARARGS, "gethostbyname_ex(host) -> (name, aliaslist, addresslist)\n\nNames and addresses of a host."),
    ROW(gethostbyaddr, METH_VARARGS, "gethostbyaddr(host) -> (name, aliaslist, addresslist)\n\nNames and addresses of a host by its address."),
    ROW(gethostname, METH_NOARGS, "gethostname() -> string\n\nThe name of this host."),
    ROW(sethostname, METH_VARARGS, "sethostname(name)\n\nSet the name of this host."),
    ROW(getservbyname, METH_VARARGS, "getservbyname(servicename[, protocolname]) -> integer\n\nThe port of a service."),
    ROW(getservbyport, METH_VARARGS, "getservbyport(port[, protocolname]) -> string\n\nThe service of a port."),
    ROW(getprotobyname, METH_VARARGS, "getprotobyname(name) -> integer\n\nThe number of a protocol."),
    { "close", sock_close_fd, METH_O, PyDoc_STR("close(integer) -> None\n\nClose a socket descriptor.") },
    ROW(dup, METH_O, "dup(integer) -> integer\n\nDuplicate a socket descriptor."),
    ROW(socketpair, METH_VARARGS, "socketpair([family[, type [, proto]]]) -> (socket object, socket object)\n\nTwo connected sockets."),
    ROW(ntohs, METH_O, "ntohs($self, x, /)\n--\n\nA 16-bit integer from network to host order."),
    ROW(ntohl, METH_O, "ntohl(integer) -> integer\n\nA 32-bit integer from network to host order."),
    ROW(htons, METH_O, "htons($self, x, /)\n--\n\nA 16-bit integer from host to network order."),
    ROW(htonl, METH_O, "htonl(integer) -> integer\n\nA 32-bit integer from host to network order."),
    ROW(inet_aton, METH_O, "inet_aton($self, ip_addr, /)\n--\n\nAn IPv4 address as four bytes."),
    ROW(inet_ntoa, METH_O, "inet_ntoa($self, packed_ip, /)\n--\n\nFour bytes as an IPv4 address."),
    ROW(inet_pton, METH_VARARGS, "inet_pton(af, ip) -> packed IP address string\n\nAn address as bytes."),
    ROW(inet_ntop, METH_VARARGS, "inet_ntop(af, packed_ip) -> string formatted IP address\n\nBytes as an address."),
    { "getaddrinfo", _PyCFunction_CAST(sock_getaddrinfo), METH_VARARGS | METH_KEYWORDS, PyDoc_STR("getaddrinfo(host, port [, family, type, proto, flags])\n    -> list of (family, type, proto, canonname, sockaddr)\n\nAddresses of a host and a service.") },
    ROW(getnameinfo, METH_VARARGS, "getnameinfo(sockaddr, flags) --> (host, port)\n\nHost and service of an address."),
    ROW(getdefaulttimeout, METH_NOARGS, "getdefaulttimeout() -> timeout\n\nThe timeout of new sockets."),
    ROW(setdefaulttimeout, METH_O, "setdefaulttimeout(timeout)\n\nSet the timeout of new sockets."),
    ROW(if_nameindex, METH_NOARGS, "if_nameindex()\n\nNumbers and names of the network interfaces."),
    ROW(if_nametoindex, METH_O, "if_nametoindex($self, oname, /)\n--\n\nThe number of an interface."),
    ROW(if_indextoname, METH_O, "if_indextoname(if_index)\n\nThe name of an interface."),
    ROW(CMSG_LEN, METH_VARARGS, "CMSG_LEN(length) -> control message length\n\nSize of an ancillary data item."),
    ROW(CMSG_SPACE, METH_VARARGS, "CMSG_SPACE(length) -> buffer size\n\nSpace for an ancillary data item."),
    { NULL },
};

static int
add_constants(PyObject *m)
{
#define C(name) \
    if (PyModule_AddIntConstant(m, #name, (long)(name)) < 0) \
        return -1;
#include "modules/socket/socket_constants.def"
    /* enumerators, which #ifdef does not see */
    C(SOCK_STREAM) C(SOCK_DGRAM) C(SOCK_RAW) C(SOCK_SEQPACKET) C(SOCK_RDM) C(SOCK_CLOEXEC) C(SOCK_NONBLOCK) C(IPPROTO_IP) C(IPPROTO_ICMP)
    C(IPPROTO_IGMP) C(IPPROTO_TCP) C(IPPROTO_UDP) C(IPPROTO_IPV6) C(IPPROTO_ICMPV6) C(IPPROTO_RAW) C(IPPROTO_EGP) C(IPPROTO_PUP) C(IPPROTO_IDP)
    C(IPPROTO_TP) C(IPPROTO_ROUTING) C(IPPROTO_FRAGMENT) C(IPPROTO_RSVP) C(IPPROTO_GRE) C(IPPROTO_ESP) C(IPPROTO_AH) C(IPPROTO_NONE)
    C(IPPROTO_DSTOPTS) C(IPPROTO_PIM) C(IPPROTO_SCTP) C(IPPROTO_HOPOPTS) C(IPPROTO_IPIP) C(IPPROTO_UDPLITE) C(SHUT_RD) C(SHUT_WR) C(SHUT_RDWR)
    C(MSG_OOB) C(MSG_PEEK) C(MSG_DONTROUTE) C(MSG_DONTWAIT) C(MSG_EOR) C(MSG_TRUNC) C(MSG_CTRUNC) C(MSG_WAITALL) C(MSG_NOSIGNAL) C(MSG_CONFIRM)
    C(MSG_ERRQUEUE) C(MSG_FASTOPEN) C(MSG_MORE) C(MSG_CMSG_CLOEXEC)
#undef C
    return 0;
}

/* ---- _socket.CAPI: for extension modules that make or check sockets ---- */

struct socket_capi {
    PyTypeObject *type;
    PyObject *error, *timeout;
};

static int
capi_traverse(PyObject *capsule, visitproc visit, void *arg)
{
    struct socket_capi *api = PyCapsule_GetPointer(capsule, "_socket.CAPI");
    Py_VISIT(api->type);
    Py_VISIT(api->error);
    Py_VISIT(api->timeout);
    return 0;
}

static int
capi_clear(PyObject *capsule)
{
    struct socket_capi *api = PyCapsule_GetPointer(capsule, "_socket.CAPI");
    Py_CLEAR(api->type);
    Py_CLEAR(api->error);
    Py_CLEAR(api->timeout);
    return 0;
}

static void
capi_free(PyObject *capsule)
{
    capi_clear(capsule);
    PyMem_Free(PyCapsule_GetPointer(capsule, "_socket.CAPI"));
}

static int
add_capi(PyObject *m, PyTypeObject *type)
{
    struct socket_capi *api = PyMem_New(struct socket_capi, 1);
    if (api == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *api = (struct socket_capi){ (PyTypeObject *)Py_NewRef(type), Py_NewRef(PyExc_OSError), Py_NewRef(PyExc_TimeoutError) };
    PyObject *capsule = PyCapsule_New(api, "_socket.CAPI", capi_free);
    if (capsule == NULL) {
        Py_DECREF(api->type);
        PyMem_Free(api);
        return -1;
    }
    int r = _PyCapsule_SetTraverse(capsule, capi_traverse, capi_clear) < 0 ? -1 : PyModule_AddObjectRef(m, "CAPI", capsule);
    Py_DECREF(capsule);
    return r;
}

static int
sock_exec(PyObject *m)
{
    struct sock_state *s = sock_state_of(m);
    s->default_timeout = -1;
    s->herror = PyErr_NewException("socket.herror", PyExc_OSError, NULL);
    s->gaierror = PyErr_NewException("socket.gaierror", PyExc_OSError, NULL);
    s->type = (PyTypeObject *)PyType_FromModuleAndSpec(m, &sock_spec, NULL);
    if (s->herror == NULL || s->gaierror == NULL || s->type == NULL)
        return -1;
    return PyModule_AddObjectRef(m, "error", PyExc_OSError) < 0 || PyModule_AddObjectRef(m, "timeout", PyExc_TimeoutError) < 0 ||
           PyModule_AddObjectRef(m, "herror", s->herror) < 0 || PyModule_AddObjectRef(m, "gaierror", s->gaierror) < 0 ||
           PyModule_AddObjectRef(m, "socket", (PyObject *)s->type) < 0 || PyModule_AddObjectRef(m, "SocketType", (PyObject *)s->type) < 0 ||
           PyModule_AddObjectRef(m, "has_ipv6", Py_True) < 0 || add_constants(m) < 0 || sock_family_constants(m) < 0 || add_capi(m, s->type) < 0 ? -1 : 0;
}

static int
sock_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct sock_state *s = sock_state_of(m);
    Py_VISIT(s->type);
    Py_VISIT(s->herror);
    Py_VISIT(s->gaierror);
    return 0;
}

static int
sock_clear(PyObject *m)
{
    struct sock_state *s = sock_state_of(m);
    Py_CLEAR(s->type);
    Py_CLEAR(s->herror);
    Py_CLEAR(s->gaierror);
    return 0;
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, sock_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

struct PyModuleDef sock_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_socket",
    .m_doc = PyDoc_STR("Sockets: the base of the socket module."),
    .m_size = sizeof(struct sock_state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = sock_traverse,
    .m_clear = sock_clear,
};

PyMODINIT_FUNC
PyInit__socket(void)
{
    return PyModuleDef_Init(&sock_module);
}
