/* modules/zlib/zlib_impl.h: what the parts of the zlib module share. */
#ifndef ADDER_MODULES_ZLIB_IMPL_H
#define ADDER_MODULES_ZLIB_IMPL_H

#include <Python.h>
#include <zlib.h>

enum { ZLIB_BUF_SIZE = 16 * 1024, ZLIB_MEM_LEVEL = 8 };
enum { ZLIB_RAISED = -1000 };      /* beside zlib's own codes: an exception is set */

struct zlib_state {
    PyTypeObject *compress, *decompress, *decompressor;
    PyObject *error;               /* zlib.error */
};

/* The result while it grows: a bytes object of which the stream fills next_out .. next_out + avail_out. */
struct zlib_out {
    PyObject *bytes;
    Py_ssize_t limit;              /* most bytes wanted, or -1 */
};
/* Make room for `first` bytes (not beyond the limit): 0, or -1 with MemoryError. */
int zlib_out_init(struct zlib_out *out, z_stream *z, Py_ssize_t first, Py_ssize_t limit);
/* The bytes written, a new reference or NULL with an exception. Ends `out`. */
PyObject *zlib_out_take(struct zlib_out *out, z_stream *z);
void zlib_out_drop(struct zlib_out *out);

/* Compress all of in[0..size) with `flush` at its end: zlib's code, or ZLIB_RAISED. Lets other threads run. */
int zlib_deflate(z_stream *z, struct zlib_out *out, const void *in, Py_ssize_t size, int flush);
/* Decompress in[0..size), with `last` as the flush mode of the last part and `flush` before, until the input or the
 * stream ends or the limit is reached; z->next_in tells how far it came. zdict is a buffer for streams that ask for a
 * dictionary, or NULL. zlib's code, or ZLIB_RAISED. Lets other threads run. */
int zlib_inflate(struct zlib_state *st, z_stream *z, struct zlib_out *out, const void *in, Py_ssize_t size, int flush, int last, PyObject *zdict);
/* Give the stream its dictionary: 0, or -1 with an exception. */
int zlib_set_dictionary(struct zlib_state *st, z_stream *z, PyObject *zdict);

/* Raise zlib.error "Error <code> <when>[: <why>]"; NULL. */
PyObject *zlib_raise(struct zlib_state *st, const z_stream *z, int code, const char *when);
/* Raise what a failed deflateInit2() or inflateInit2() means for a new object ("compression" or "decompression"). */
void zlib_raise_init(struct zlib_state *st, const z_stream *z, int code, const char *what);
/* A stream whose memory comes from the interpreter's allocator. */
void zlib_stream_init(z_stream *z);

/* An int argument, or `fallback` when absent: 0, or -1 with an exception. */
int zlib_int_arg(PyObject *arg, int fallback, int *out);
int zlib_size_arg(PyObject *arg, Py_ssize_t fallback, Py_ssize_t *out);

/* Take the lock of an object that another thread may be using. */
void zlib_lock(PyThread_type_lock lock);

/* zlib.compressobj() and zlib.decompressobj(). */
PyObject *zlib_compressobj(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *zlib_decompressobj(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);

extern PyType_Spec zlib_compress_spec, zlib_decompress_spec, zlib_decompressor_spec;

#endif
