/* modules/socket/sock_msg.c: sendmsg(), recvmsg(), recvmsg_into(): scattered data with ancillary items.
 *
 * Idea:      a message is an array of buffers, pinned while the call runs, and one control block. The control block of
 *            a sent message is laid out item by item with the CMSG_* macros; the one of a received message is read back
 *            the same way, never beyond what the kernel says it filled.
 * Invariant: descriptors that arrive (SCM_RIGHTS) but cannot be handed to the caller are closed: they would leak. */
#include "modules/socket/sock.h"

#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* ---- sizes of control blocks ---- */

bool
sock_cmsg_len(size_t length, size_t *out)
{
    if (length > INT_MAX - CMSG_LEN(0))
        return false;
    *out = CMSG_LEN(length);
    return true;
}

bool
sock_cmsg_space(size_t length, size_t *out)
{
    if (length > INT_MAX - CMSG_SPACE(1))   /* room for the padding before and after the data */
        return false;
    *out = CMSG_SPACE(length);
    return true;
}

/* ---- the buffers of a message ---- */

struct buffers { Py_buffer *views; struct iovec *vec; Py_ssize_t count; };

static void
buffers_release(struct buffers *b)
{
    for (Py_ssize_t i = 0; i < b->count; i++)
        PyBuffer_Release(&b->views[i]);
    PyMem_Free(b->views);
    PyMem_Free(b->vec);
}

/* Pin each item of `arg` as `format` (of PyArg_Parse) says: 0, or -1 with an exception and nothing to release. */
static int
buffers_init(struct buffers *b, PyObject *arg, const char *caller, const char *format)
{
    char text[64];
    *b = (struct buffers){ NULL, NULL, 0 };
    PyOS_snprintf(text, sizeof(text), "%s() argument 1 must be an iterable", caller);
    PyObject *fast = PySequence_Fast(arg, text);
    if (fast == NULL)
        return -1;
    Py_ssize_t n = PySequence_Fast_GET_SIZE(fast);
    if (n > INT_MAX) {
        PyErr_Format(PyExc_OSError, "%s() argument 1 is too long", caller);
        goto fail;
    }
    b->views = PyMem_New(Py_buffer, n > 0 ? n : 1);
    b->vec = PyMem_New(struct iovec, n > 0 ? n : 1);
    if (b->views == NULL || b->vec == NULL) {
        PyErr_NoMemory();
        goto fail;
    }
    /* a list may shrink while its items run code of their own */
    for (; b->count < n && b->count < PySequence_Fast_GET_SIZE(fast); b->count++) {
        Py_buffer *view = &b->views[b->count];
        if (!PyArg_Parse(PySequence_Fast_GET_ITEM(fast, b->count), format, view))
            goto fail;
        b->vec[b->count] = (struct iovec){ view->buf, (size_t)view->len };
    }
    Py_DECREF(fast);
    return 0;
fail:
    Py_DECREF(fast);
    buffers_release(b);
    return -1;
}

/* ---- sending ---- */

struct item { int level, type; Py_buffer data; };
struct items { struct item *at; Py_ssize_t count; size_t space; };

static void
items_release(struct items *s)
{
    for (Py_ssize_t i = 0; i < s->count; i++)
        PyBuffer_Release(&s->at[i].data);
    PyMem_Free(s->at);
}

/* Take one (level, type, data) tuple and count its space: 0, or -1 with an exception. */
static int
items_add(struct items *s, PyObject *arg)
{
    struct item *it = &s->at[s->count];
    size_t space;
    if (!PyArg_Parse(arg, "(iiy*):[sendmsg() ancillary data items]", &it->level, &it->type, &it->data))
        return -1;
    s->count++;
    if (!sock_cmsg_space((size_t)it->data.len, &space)) {
        PyErr_SetString(PyExc_OSError, "ancillary data item too large");
        return -1;
    }
    if (space > INT_MAX - s->space) {
        PyErr_SetString(PyExc_OSError, "too much ancillary data");
        return -1;
    }
    s->space += space;
    return 0;
}

static int
items_init(struct items *s, PyObject *arg)
{
    *s = (struct items){ NULL, 0, 0 };
    if (arg == NULL)
        return 0;
    PyObject *fast = PySequence_Fast(arg, "sendmsg() argument 2 must be an iterable");
    if (fast == NULL)
        return -1;
    Py_ssize_t n = PySequence_Fast_GET_SIZE(fast);
    int r = 0;
    s->at = PyMem_New(struct item, n > 0 ? n : 1);
    if (s->at == NULL) {
        PyErr_NoMemory();
        r = -1;
    }
    for (Py_ssize_t i = 0; r == 0 && i < n && i < PySequence_Fast_GET_SIZE(fast); i++)
        r = items_add(s, PySequence_Fast_GET_ITEM(fast, i));
    Py_DECREF(fast);
    if (r < 0)
        items_release(s);
    return r;
}

/* Lay the items out in a new control block: 0, or -1 with an exception. */
static int
lay_out(struct msghdr *msg, const struct items *s)
{
    if (s->count == 0)
        return 0;
    msg->msg_control = PyMem_Calloc(1, s->space);
    if (msg->msg_control == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    msg->msg_controllen = s->space;
    struct cmsghdr *c = NULL;
    for (Py_ssize_t i = 0; i < s->count; i++) {
        const struct item *it = &s->at[i];
        c = i == 0 ? CMSG_FIRSTHDR(msg) : CMSG_NXTHDR(msg, c);
        if (c == NULL) {
            PyErr_Format(PyExc_RuntimeError, "unexpected NULL result from %s()", i == 0 ? "CMSG_FIRSTHDR" : "CMSG_NXTHDR");
            return -1;
        }
        c->cmsg_level = it->level;
        c->cmsg_type = it->type;
        c->cmsg_len = CMSG_LEN((size_t)it->data.len);
        memcpy(CMSG_DATA(c), it->data.buf, (size_t)it->data.len);
    }
    return 0;
}

struct msg_call { struct msghdr *msg; int flags; };

static Py_ssize_t
call_sendmsg(struct sock *s, void *data)
{
    struct msg_call *c = data;
    return sendmsg(s->fd, c->msg, c->flags);
}

static Py_ssize_t
call_recvmsg(struct sock *s, void *data)
{
    struct msg_call *c = data;
    return recvmsg(s->fd, c->msg, c->flags);
}

PyObject *
sock_sendmsg(PyObject *op, PyObject *args)
{
    PyObject *data, *ancillary = NULL, *where = Py_None;
    union sock_addr addr;
    socklen_t addr_len;
    struct msghdr msg = { 0 };
    struct msg_call call = { &msg, 0 };
    struct buffers b;
    struct items items;
    Py_ssize_t n = -1;
    if (!PyArg_ParseTuple(args, "O|OiO:sendmsg", &data, &ancillary, &call.flags, &where))
        return NULL;
    if (where != Py_None) {
        if (!sock_addr_from((struct sock *)op, where, &addr, &addr_len, "sendmsg"))
            return NULL;
        msg.msg_name = &addr;
        msg.msg_namelen = addr_len;
    }
    if (PySys_Audit("socket.sendmsg", "OO", op, where) < 0 || buffers_init(&b, data, "sendmsg", "y*") < 0)
        return NULL;
    msg.msg_iov = b.vec;
    msg.msg_iovlen = (size_t)b.count;
    if (items_init(&items, ancillary) == 0) {
        if (lay_out(&msg, &items) == 0)
            n = sock_run((struct sock *)op, POLLOUT, call_sendmsg, &call, false);
        PyMem_Free(msg.msg_control);
        items_release(&items);
    }
    buffers_release(&b);
    return n < 0 ? NULL : PyLong_FromSsize_t(n);
}

/* ---- receiving ---- */

/* How much data of an item lies inside the control block: whole is set to false when the item claims more. */
static size_t
item_size(const struct msghdr *msg, struct cmsghdr *c, bool *whole)
{
    size_t before = (size_t)((char *)CMSG_DATA(c) - (char *)msg->msg_control);
    size_t claimed = c->cmsg_len < CMSG_LEN(0) ? 0 : c->cmsg_len - CMSG_LEN(0);
    size_t there = before > msg->msg_controllen ? 0 : msg->msg_controllen - before;
    *whole = c->cmsg_len >= CMSG_LEN(0) && before <= msg->msg_controllen && claimed <= there;
    return claimed < there ? claimed : there;
}

static void
close_received(struct msghdr *msg)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
        bool whole;
        size_t size = item_size(msg, c, &whole);
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t at = 0; at + sizeof(int) <= size; at += sizeof(int)) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + at, sizeof(fd));
            close(fd);
        }
    }
}

/* The items of a received control block as a list of (level, type, data), new reference. */
static PyObject *
read_items(struct msghdr *msg)
{
    PyObject *list = PyList_New(0);
    bool whole = true;
    struct cmsghdr *c = msg->msg_controllen > 0 ? CMSG_FIRSTHDR(msg) : NULL;
    for (; list != NULL && c != NULL && whole; c = CMSG_NXTHDR(msg, c)) {
        size_t size = item_size(msg, c, &whole);
        if (!whole && PyErr_WarnEx(PyExc_RuntimeWarning, "received malformed or improperly-truncated ancillary data", 1) < 0) {
            Py_CLEAR(list);
            break;
        }
        if (!whole && c->cmsg_len < CMSG_LEN(0))
            break;
        PyObject *bytes = PyBytes_FromStringAndSize((char *)CMSG_DATA(c), (Py_ssize_t)size);
        PyObject *item = bytes == NULL ? NULL : Py_BuildValue("iiN", (int)c->cmsg_level, (int)c->cmsg_type, bytes);
        if (item == NULL || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

/* Receive into the buffers. The first element of the result is made by `first` from the number of bytes. */
static PyObject *
receive(PyObject *op, struct iovec *vec, Py_ssize_t count, int flags, Py_ssize_t control_size,
        PyObject *(*first)(Py_ssize_t n, void *data), void *data)
{
    union sock_addr addr;
    PyObject *result = NULL, *list = NULL;
    if (control_size < 0 || control_size > INT_MAX) {
        PyErr_SetString(PyExc_ValueError, "invalid ancillary data buffer length");
        return NULL;
    }
    void *control = control_size > 0 ? PyMem_Calloc(1, (size_t)control_size) : NULL;
    if (control_size > 0 && control == NULL)
        return PyErr_NoMemory();
    memset(&addr, 0, sizeof(addr));
    addr.sa.sa_family = AF_UNSPEC;
    struct msghdr msg = { .msg_name = &addr, .msg_namelen = sizeof(addr), .msg_iov = vec, .msg_iovlen = (size_t)count,
                          .msg_control = control, .msg_controllen = (size_t)control_size };
    struct msg_call call = { &msg, flags };
    Py_ssize_t n = sock_run((struct sock *)op, POLLIN, call_recvmsg, &call, false);
    if (n >= 0) {
        list = read_items(&msg);
        if (list != NULL)
            result = Py_BuildValue("NOiN", first(n, data), list, (int)msg.msg_flags,
                                   sock_addr_object(&addr.sa, msg.msg_namelen < sizeof(addr) ? msg.msg_namelen : (socklen_t)sizeof(addr), ((struct sock *)op)->proto));
        Py_XDECREF(list);
        if (result == NULL)
            close_received(&msg);
    }
    PyMem_Free(control);
    return result;
}

/* The bytes object received into, cut to size; takes the reference that *data holds. */
static PyObject *
first_bytes(Py_ssize_t n, void *data)
{
    PyObject **bytes = data, *r;
    if (n != PyBytes_GET_SIZE(*bytes) && _PyBytes_Resize(bytes, n) < 0)
        return NULL;
    r = *bytes;
    *bytes = NULL;
    return r;
}

static PyObject *
first_count(Py_ssize_t n, void *unused)
{
    return PyLong_FromSsize_t(n);
}

PyObject *
sock_recvmsg(PyObject *op, PyObject *args)
{
    Py_ssize_t size, control_size = 0;
    int flags = 0;
    if (!PyArg_ParseTuple(args, "n|ni:recvmsg", &size, &control_size, &flags))
        return NULL;
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "negative buffer size in recvmsg()");
        return NULL;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);
    if (bytes == NULL)
        return NULL;
    struct iovec vec = { PyBytes_AS_STRING(bytes), (size_t)size };
    PyObject *r = receive(op, &vec, 1, flags, control_size, first_bytes, &bytes);
    Py_XDECREF(bytes);
    return r;
}

PyObject *
sock_recvmsg_into(PyObject *op, PyObject *args)
{
    PyObject *where;
    Py_ssize_t control_size = 0;
    int flags = 0;
    struct buffers b;
    if (!PyArg_ParseTuple(args, "O|ni:recvmsg_into", &where, &control_size, &flags)
        || buffers_init(&b, where, "recvmsg_into",
                        "w*;recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers") < 0)
        return NULL;
    PyObject *r = receive(op, b.vec, b.count, flags, control_size, first_count, NULL);
    buffers_release(&b);
    return r;
}

/* ---- the kernel's cryptography: parameters of an operation as ancillary data ---- */

static struct cmsghdr *
alg_item(struct msghdr *msg, struct cmsghdr *after, int type, size_t size)
{
    struct cmsghdr *h = after == NULL ? CMSG_FIRSTHDR(msg) : CMSG_NXTHDR(msg, after);
    h->cmsg_level = SOL_ALG;
    h->cmsg_type = type;
    h->cmsg_len = CMSG_LEN(size);
    return h;
}

static int
alg_lay_out(struct msghdr *msg, uint32_t operation, const Py_buffer *iv, long assoclen)
{
    size_t iv_size = offsetof(struct af_alg_iv, iv) + (size_t)iv->len;
    msg->msg_controllen = CMSG_SPACE(4) + (iv->buf != NULL ? CMSG_SPACE(iv_size) : 0) + (assoclen >= 0 ? CMSG_SPACE(4) : 0);
    msg->msg_control = PyMem_Calloc(1, msg->msg_controllen);
    if (msg->msg_control == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    struct cmsghdr *h = alg_item(msg, NULL, ALG_SET_OP, 4);
    memcpy(CMSG_DATA(h), &operation, 4);
    if (iv->buf != NULL) {
        uint32_t n = (uint32_t)iv->len;
        h = alg_item(msg, h, ALG_SET_IV, iv_size);
        memcpy(CMSG_DATA(h), &n, 4);
        memcpy(CMSG_DATA(h) + offsetof(struct af_alg_iv, iv), iv->buf, n);
    }
    if (assoclen >= 0) {
        uint32_t n = (uint32_t)assoclen;
        h = alg_item(msg, h, ALG_SET_AEAD_ASSOCLEN, 4);
        memcpy(CMSG_DATA(h), &n, 4);
    }
    return 0;
}

/* A number that must not be negative; false with an exception. */
static bool
alg_number(PyObject *o, long *out, const char *complaint)
{
    if (o != NULL && (*out = PyLong_AsLong(o)) == -1 && PyErr_Occurred())
        return false;
    if (*out < 0 && (o != NULL || complaint[0] == 'I')) {
        PyErr_SetString(PyExc_TypeError, complaint);
        return false;
    }
    return true;
}

PyObject *
sock_sendmsg_afalg(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = { "msg", "op", "iv", "assoclen", "flags", NULL };
    PyObject *data = NULL, *operation = NULL, *assoc = NULL;
    Py_buffer iv = { NULL, NULL };
    struct msghdr msg = { 0 };
    struct msg_call call = { &msg, 0 };
    struct buffers b;
    long code = -1, assoclen = -1;
    Py_ssize_t n = -1;
    if (((struct sock *)op)->family != AF_ALG) {
        PyErr_SetString(PyExc_OSError, "algset is only supported for AF_ALG");
        return NULL;
    }
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O$O!y*O!i:sendmsg_afalg", keywords, &data, &PyLong_Type, &operation, &iv, &PyLong_Type,
                                     &assoc, &call.flags))
        return NULL;
    PyObject *none = data == NULL ? PyTuple_New(0) : NULL;
    if ((data != NULL || none != NULL) && alg_number(operation, &code, "Invalid or missing argument 'op'")
        && alg_number(assoc, &assoclen, "assoclen must be positive") && buffers_init(&b, data == NULL ? none : data, "sendmsg", "y*") == 0) {
        msg.msg_iov = b.vec;
        msg.msg_iovlen = (size_t)b.count;
        if (alg_lay_out(&msg, (uint32_t)code, &iv, assoclen) == 0)
            n = sock_run((struct sock *)op, POLLOUT, call_sendmsg, &call, false);
        PyMem_Free(msg.msg_control);
        buffers_release(&b);
    }
    Py_XDECREF(none);
    PyBuffer_Release(&iv);
    return n < 0 ? NULL : PyLong_FromSsize_t(n);
}
