/* object/text/bytes_writer.c: _PyBytesWriter: the caller keeps a write pointer, the writer keeps the memory.
 *
 * Memory starts as the buffer inside the writer and moves to a bytes object (or bytearray) when it gets too small. */
#include "object/text/bytes.h"

#include <string.h>

void
_PyBytesWriter_Init(_PyBytesWriter *w)
{
    memset(w, 0, offsetof(_PyBytesWriter, small_buffer));
}

void
_PyBytesWriter_Dealloc(_PyBytesWriter *w)
{
    Py_CLEAR(w->buffer);
}

static char *
writer_start(_PyBytesWriter *w)
{
    if (w->use_small_buffer)
        return w->small_buffer;
    return w->use_bytearray ? PyByteArray_AS_STRING(w->buffer) : PyBytes_AS_STRING(w->buffer);
}

static int
writer_to_heap(_PyBytesWriter *w, Py_ssize_t size, Py_ssize_t used)
{
    w->buffer = w->use_bytearray ? PyByteArray_FromStringAndSize(NULL, size) : PyBytes_FromStringAndSize(NULL, size);
    if (w->buffer == NULL)
        return -1;
    if (used > 0)
        memcpy(w->use_bytearray ? PyByteArray_AS_STRING(w->buffer) : PyBytes_AS_STRING(w->buffer), w->small_buffer, used);
    w->use_small_buffer = 0;
    w->allocated = size;
    return 0;
}

void *
_PyBytesWriter_Resize(_PyBytesWriter *w, void *str, Py_ssize_t size)
{
    Py_ssize_t used = (char *)str - writer_start(w), room = size;
    if (w->overallocate && room <= PY_SSIZE_T_MAX - room / 4)
        room += room / 4;
    int rc;
    if (w->use_small_buffer)
        rc = writer_to_heap(w, room, used);
    else if (w->use_bytearray)
        rc = PyByteArray_Resize(w->buffer, room);
    else
        rc = _PyBytes_Resize(&w->buffer, room);
    if (rc < 0) {
        _PyBytesWriter_Dealloc(w);
        return NULL;
    }
    w->allocated = room;
    return writer_start(w) + used;
}

void *
_PyBytesWriter_Prepare(_PyBytesWriter *w, void *str, Py_ssize_t size)
{
    if (size == 0)
        return str;
    if (w->min_size > PY_SSIZE_T_MAX - size) {
        PyErr_NoMemory();
        _PyBytesWriter_Dealloc(w);
        return NULL;
    }
    w->min_size += size;
    return w->min_size > w->allocated ? _PyBytesWriter_Resize(w, str, w->min_size) : str;
}

void *
_PyBytesWriter_Alloc(_PyBytesWriter *w, Py_ssize_t size)
{
    w->use_small_buffer = 1;
    w->allocated = sizeof(w->small_buffer);
    return _PyBytesWriter_Prepare(w, w->small_buffer, size);
}

void *
_PyBytesWriter_WriteBytes(_PyBytesWriter *w, void *str, const void *bytes, Py_ssize_t size)
{
    char *p = _PyBytesWriter_Prepare(w, str, size);
    if (p == NULL)
        return NULL;
    memcpy(p, bytes, size);
    return p + size;
}

PyObject *
_PyBytesWriter_Finish(_PyBytesWriter *w, void *str)
{
    Py_ssize_t size = (char *)str - writer_start(w);
    if (w->use_small_buffer)
        return w->use_bytearray ? PyByteArray_FromStringAndSize(w->small_buffer, size)
                                : PyBytes_FromStringAndSize(w->small_buffer, size);
    PyObject *result = w->buffer;
    w->buffer = NULL;
    if (size == 0 && !w->use_bytearray) {
        Py_DECREF(result);
        return PyBytes_FromStringAndSize(NULL, 0);
    }
    if (w->use_bytearray) {
        if (PyByteArray_Resize(result, size) < 0)
            Py_CLEAR(result);
    }
    else if (size != PyBytes_GET_SIZE(result))
        _PyBytes_Resize(&result, size);
    return result;
}
