/* modules/pickle/pickle_out.c: where the pickler's bytes go.
 *
 * `out` is a bytes object, or an array on the C stack as long as it suffices. From protocol 4 on the pickle is cut in
 * frames: nine bytes are left free for the header, which is filled in when the frame is closed, or taken out again if
 * the frame is too small to deserve one. Objects of FRAME_TARGET bytes or more stand between frames and go to the file
 * without a copy. */
#include "modules/pickle/pickle.h"

enum { FRAME_HEADER = 9, FRAME_MIN = 4 };

int out_grow(struct pickler *p, Py_ssize_t n)
{
    if (n > PY_SSIZE_T_MAX / 2 - p->out_len) {
        PyErr_NoMemory();
        return -1;
    }
    Py_ssize_t cap = (p->out_len + n) / 2 * 3 + 16;
    if (cap < OUT_MIN)
        cap = OUT_MIN;
    PyObject *output = PyBytes_FromStringAndSize(NULL, cap);
    if (output == NULL)
        return -1;
    if (p->out_len > 0)
        memcpy(PyBytes_AS_STRING(output), p->out, (size_t)p->out_len);
    Py_XSETREF(p->output, output);
    p->out = PyBytes_AS_STRING(output);
    p->out_cap = cap;
    return 0;
}

int out_reset(struct pickler *p)
{
    PyObject *output = PyBytes_FromStringAndSize(NULL, OUT_MIN);
    if (output == NULL)
        return -1;
    Py_XSETREF(p->output, output);
    p->out = PyBytes_AS_STRING(output);
    p->out_len = 0;
    p->out_cap = OUT_MIN;
    return 0;
}

int out_frame_begin(struct pickler *p)
{
    Py_ssize_t start = p->out_len;
    if (out_bytes(p, "\xFE\xFE\xFE\xFE\xFE\xFE\xFE\xFE\xFE", FRAME_HEADER) < 0)
        return -1;
    p->frame_start = start;
    p->frame_limit = p->out_len + FRAME_TARGET;
    return 0;
}

int out_frame_end(struct pickler *p)
{
    if (p->frame_start < 0)
        return 0;
    Py_ssize_t n = p->out_len - p->frame_start - FRAME_HEADER;
    char *header = p->out + p->frame_start;
    if (n >= FRAME_MIN) {
        header[0] = (char)OP_FRAME;
        write_le(header + 1, (uint64_t)n, 8);
    }
    else {
        memmove(header, header + FRAME_HEADER, (size_t)n);
        p->out_len -= FRAME_HEADER;
    }
    p->frame_start = -1;
    p->frame_limit = PY_SSIZE_T_MAX;
    return 0;
}

/* With a file each frame is written when it is full: few bytes stay in memory. */
int out_frame_boundary(struct pickler *p)
{
    if (out_frame_end(p) < 0 || (p->write != NULL && out_flush(p) < 0))
        return -1;
    return out_frame_begin(p);
}

PyObject *out_take(struct pickler *p)
{
    PyObject *result;
    if (p->output == NULL)
        result = PyBytes_FromStringAndSize(p->out, p->out_len);
    else {
        result = p->output;
        p->output = NULL;
        if (_PyBytes_Resize(&result, p->out_len) < 0)
            result = NULL;
    }
    p->out = NULL;
    p->out_len = p->out_cap = 0;
    return result;
}

static int write_to_file(struct pickler *p, PyObject *data)
{
    if (p->write == NULL) {
        PyErr_SetString(p->st->pickling_error, "Pickler.__init__() failed while dump() ran");
        return -1;
    }
    PyObject *write = Py_NewRef(p->write), *result = PyObject_CallOneArg(write, data);
    Py_DECREF(write);
    if (result == NULL)
        return -1;
    Py_DECREF(result);
    return 0;
}

int out_flush(struct pickler *p)
{
    PyObject *data = out_take(p);
    int r = data == NULL ? -1 : write_to_file(p, data);
    Py_XDECREF(data);
    return r;
}

int out_large(struct pickler *p, const char *header, Py_ssize_t hn, const char *data, Py_ssize_t n, PyObject *payload)
{
    if (n < FRAME_TARGET)
        return out_bytes(p, header, hn) < 0 || out_bytes(p, data, n) < 0 ? -1 : 0;
    bool framing = p->frame_start >= 0;
    if (out_frame_end(p) < 0 || out_bytes(p, header, hn) < 0)
        return -1;
    if (p->write == NULL) {
        if (out_bytes(p, data, n) < 0)
            return -1;
    }
    else {
        payload = payload != NULL ? Py_NewRef(payload) : PyBytes_FromStringAndSize(data, n);
        int r = payload == NULL || out_flush(p) < 0 ? -1 : write_to_file(p, payload);
        Py_XDECREF(payload);
        if (r < 0)
            return -1;
    }
    return framing ? out_frame_begin(p) : 0;
}
