/* modules/ssl/bio.c: the streams under a connection, as the library wants them, and MemoryBIO.
 *
 * Sockets: receive and send never block, whatever the mode of the socket. Memory: bytes between `start` and `end`, under
 * a lock of their own that nobody holds while waiting for anything, because the library reads and writes them without
 * the GIL. */
#include "modules/ssl/ssl.h"

#include <errno.h>
#include <sys/socket.h>

PyAPI_FUNC(int) _PyArg_CheckPositional(const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t);

static BIO_METHOD *socket_method, *memory_method;

enum { RETRY_FLAGS = BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY };

/* ---- sockets ---- */

static int
socket_result(BIO *b, Py_ssize_t n, int retry)
{
    if (n >= 0)
        return n;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOTCONN || errno == EINPROGRESS || errno == EALREADY)
        ossl.BIO_set_flags(b, retry | BIO_FLAGS_SHOULD_RETRY);
    return -1;
}

static int
socket_read(BIO *b, char *out, int n)
{
    ossl.BIO_clear_flags(b, RETRY_FLAGS | BIO_FLAGS_IN_EOF);
    Py_ssize_t got = recv((int)(intptr_t)ossl.BIO_get_data(b), out, n, MSG_DONTWAIT);
    if (got == 0 && n > 0)
        ossl.BIO_set_flags(b, BIO_FLAGS_IN_EOF);
    return socket_result(b, got, BIO_FLAGS_READ);
}

static int
socket_write(BIO *b, const char *data, int n)
{
    ossl.BIO_clear_flags(b, RETRY_FLAGS);
    return socket_result(b, send((int)(intptr_t)ossl.BIO_get_data(b), data, n, MSG_DONTWAIT | MSG_NOSIGNAL), BIO_FLAGS_WRITE);
}

static long
socket_ctrl(BIO *b, int command, long n, void *p)
{
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return ossl.BIO_test_flags(b, BIO_FLAGS_IN_EOF) != 0;
    default:
        return 0;       /* kernel TLS among them: encryption stays with the library */
    }
}

BIO *
ssl_bio_for_socket(int fd)
{
    BIO *b = ossl.BIO_new(socket_method);
    if (b == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    ossl.BIO_set_data(b, (void *)(intptr_t)fd);
    ossl.BIO_set_init(b, 1);
    return b;
}

void
ssl_bio_forget_socket(BIO *b)
{
    ossl.BIO_set_data(b, (void *)(intptr_t)-1);
}

/* ---- memory ---- */

struct memory {
    pthread_mutex_t lock;
    char *data;
    size_t start, end, size;
    bool ended;                 /* write_eof() was called */
};

enum { KEPT = 1 << 17 };        /* an empty stream keeps at most this much memory */

static int
memory_create(BIO *b)
{
    struct memory *m = PyMem_RawCalloc(1, sizeof(*m));
    if (m == NULL)
        return 0;
    pthread_mutex_init(&m->lock, NULL);
    ossl.BIO_set_data(b, m);
    ossl.BIO_set_init(b, 1);
    return 1;
}

static int
memory_destroy(BIO *b)
{
    struct memory *m = ossl.BIO_get_data(b);
    if (m == NULL)
        return 1;
    pthread_mutex_destroy(&m->lock);
    PyMem_RawFree(m->data);
    PyMem_RawFree(m);
    return 1;
}

static size_t
memory_take(struct memory *m, char *out, size_t n)
{
    pthread_mutex_lock(&m->lock);
    if (n > m->end - m->start)
        n = m->end - m->start;
    if (n > 0)
        memcpy(out, m->data + m->start, n);
    m->start += n;
    if (m->start == m->end) {
        m->start = m->end = 0;
        if (m->size > KEPT) {
            PyMem_RawFree(m->data);
            m->data = NULL;
            m->size = 0;
        }
    }
    pthread_mutex_unlock(&m->lock);
    return n;
}

/* Room for n more bytes at the end. */
static bool
memory_reserve(struct memory *m, size_t n)
{
    if (m->size - m->end >= n)
        return true;
    if (m->start > 0) {
        memmove(m->data, m->data + m->start, m->end - m->start);
        m->end -= m->start;
        m->start = 0;
    }
    if (m->size - m->end >= n)
        return true;
    if (n > PY_SSIZE_T_MAX / 2 - m->end)
        return false;
    size_t size = m->end + n + m->end / 2 + 512;
    char *data = PyMem_RawRealloc(m->data, size);
    if (data == NULL)
        return false;
    m->data = data;
    m->size = size;
    return true;
}

static bool
memory_put(struct memory *m, const char *data, size_t n)
{
    pthread_mutex_lock(&m->lock);
    bool room = memory_reserve(m, n);
    if (room && n > 0) {
        memcpy(m->data + m->end, data, n);
        m->end += n;
    }
    pthread_mutex_unlock(&m->lock);
    return room;
}

static size_t
memory_pending(struct memory *m)
{
    pthread_mutex_lock(&m->lock);
    size_t n = m->end - m->start;
    pthread_mutex_unlock(&m->lock);
    return n;
}

static int
memory_bio_read(BIO *b, char *out, int n)
{
    struct memory *m = ossl.BIO_get_data(b);
    ossl.BIO_clear_flags(b, RETRY_FLAGS);
    if (n <= 0)
        return 0;
    size_t got = memory_take(m, out, n);
    if (got > 0 || m->ended)
        return got;
    ossl.BIO_set_flags(b, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY);
    return -1;
}

static int
memory_bio_write(BIO *b, const char *data, int n)
{
    ossl.BIO_clear_flags(b, RETRY_FLAGS);
    return n <= 0 ? 0 : memory_put(ossl.BIO_get_data(b), data, n) ? n : -1;
}

static long
memory_ctrl(BIO *b, int command, long n, void *p)
{
    struct memory *m = ossl.BIO_get_data(b);
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return m->ended && memory_pending(m) == 0;
    case BIO_CTRL_PENDING:
        return memory_pending(m);
    default:
        return 0;
    }
}

/* ---- both ---- */

static BIO_METHOD *
make_method(const char *name, int (*reader)(BIO *, char *, int), int (*writer)(BIO *, const char *, int), long (*ctrl)(BIO *, int, long, void *))
{
    int index = ossl.BIO_get_new_index();
    BIO_METHOD *method = index < 0 ? NULL : ossl.BIO_meth_new(index | BIO_TYPE_SOURCE_SINK, name);
    if (method != NULL) {
        ossl.BIO_meth_set_read(method, reader);
        ossl.BIO_meth_set_write(method, writer);
        ossl.BIO_meth_set_ctrl(method, ctrl);
    }
    return method;
}

int
ssl_bio_setup(void)
{
    if (socket_method == NULL)
        socket_method = make_method("socket of Python", socket_read, socket_write, socket_ctrl);
    if (memory_method == NULL && (memory_method = make_method("memory of Python", memory_bio_read, memory_bio_write, memory_ctrl)) != NULL) {
        ossl.BIO_meth_set_create(memory_method, memory_create);
        ossl.BIO_meth_set_destroy(memory_method, memory_destroy);
    }
    if (socket_method != NULL && memory_method != NULL)
        return 0;
    PyErr_NoMemory();
    return -1;
}

/* ---- MemoryBIO ---- */

static struct memory *
memory_of(PyObject *self)
{
    return ossl.BIO_get_data(((struct ssl_bio *)self)->bio);
}

static PyObject *
bio_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    if (kwds != NULL && PyDict_GET_SIZE(kwds) > 0) {
        PyErr_SetString(PyExc_TypeError, "MemoryBIO() takes no keyword arguments");
        return NULL;
    }
    if (PyTuple_GET_SIZE(args) > 0) {
        PyErr_SetString(PyExc_TypeError, "MemoryBIO() takes no positional arguments");
        return NULL;
    }
    PyObject *module = PyType_GetModuleByDef(type, &ssl_module);
    struct ssl_bio *b = module == NULL ? NULL : (struct ssl_bio *)type->tp_alloc(type, 0);
    if (b == NULL)
        return NULL;
    b->st = PyModule_GetState(module);
    if ((b->bio = ossl.BIO_new(memory_method)) == NULL) {
        Py_DECREF(b);
        return PyErr_NoMemory();
    }
    return (PyObject *)b;
}

static int
bio_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static void
bio_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (((struct ssl_bio *)self)->bio != NULL)
        ossl.BIO_free_all(((struct ssl_bio *)self)->bio);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
bio_read(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    int n = -1;
    if (!_PyArg_CheckPositional("read", nargs, 0, 1) || (nargs > 0 && (n = PyLong_AsInt(args[0])) == -1 && PyErr_Occurred()))
        return NULL;
    struct memory *m = memory_of(self);
    size_t there = memory_pending(m), want = n < 0 || (size_t)n > there ? there : (size_t)n;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, want);
    if (bytes == NULL)
        return NULL;
    size_t got = want == 0 ? 0 : memory_take(m, PyBytes_AS_STRING(bytes), want);
    if (got < want)
        _PyBytes_Resize(&bytes, got);
    return bytes;
}

static PyObject *
bio_write(PyObject *self, PyObject *data)
{
    struct memory *m = memory_of(self);
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    Py_ssize_t n = view.len;
    PyObject *r = NULL;
    if (n > INT_MAX)
        PyErr_Format(PyExc_OverflowError, "string longer than %d bytes", INT_MAX);
    else if (m->ended)
        PyErr_SetString(((struct ssl_bio *)self)->st->error, "cannot write() after write_eof()");
    else if (!memory_put(m, view.buf, n))
        PyErr_NoMemory();
    else
        r = PyLong_FromSsize_t(n);
    PyBuffer_Release(&view);
    return r;
}

static PyObject *
bio_write_eof(PyObject *self, PyObject *unused)
{
    memory_of(self)->ended = true;
    Py_RETURN_NONE;
}

static PyObject *
bio_get_pending(PyObject *self, void *unused)
{
    return PyLong_FromSize_t(memory_pending(memory_of(self)));
}

static PyObject *
bio_get_eof(PyObject *self, void *unused)
{
    struct memory *m = memory_of(self);
    return PyBool_FromLong(m->ended && memory_pending(m) == 0);
}

static PyMethodDef bio_methods[] = {
    { "read", _PyCFunction_CAST(bio_read), METH_FASTCALL, "read($self, size=-1, /)\n--\n\nTakes bytes out: all of them, or at most `size`." },
    { "write", bio_write, METH_O, "write($self, b, /)\n--\n\nPuts bytes in; their number." },
    { "write_eof", bio_write_eof, METH_NOARGS, "write_eof($self, /)\n--\n\nNothing comes after what is in the stream now." },
    { NULL },
};

static PyGetSetDef bio_getset[] = {
    { "pending", bio_get_pending, NULL, "The number of bytes in the stream.", NULL },
    { "eof", bio_get_eof, NULL, "Whether the stream is empty and ended.", NULL },
    { NULL },
};

static PyType_Slot bio_slots[] = {
    { Py_tp_new, bio_new },
    { Py_tp_dealloc, bio_dealloc },
    { Py_tp_traverse, bio_traverse },
    { Py_tp_methods, bio_methods },
    { Py_tp_getset, bio_getset },
    { 0, NULL },
};

PyType_Spec ssl_bio_spec = {
    .name = "_ssl.MemoryBIO",
    .basicsize = sizeof(struct ssl_bio),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = bio_slots,
};
