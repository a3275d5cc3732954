/* modules/io/text_seek.c: tell() and seek() of TextIOWrapper.
 *
 * A position is a number that packs a safe start in the byte stream, the decoder's flags there, and how to go on from
 * it: bytes to feed, whether to signal the end, characters to skip. Usually only the start is not zero. */
#include "modules/io/text.h"

struct cookie { long long start; int flags, feed, skip; char need_eof; };
#define COOKIE_BYTES (8 + 4 + 4 + 4 + 1)

static PyObject *
cookie_to_int(const struct cookie *c)
{
    unsigned char b[COOKIE_BYTES];
    memcpy(b, &c->start, 8);
    memcpy(b + 8, &c->flags, 4);
    memcpy(b + 12, &c->feed, 4);
    memcpy(b + 16, &c->skip, 4);
    b[20] = (unsigned char)c->need_eof;
    return PyLong_FromUnsignedNativeBytes(b, sizeof(b), Py_ASNATIVEBYTES_LITTLE_ENDIAN);
}

static int
cookie_from_int(struct cookie *c, PyObject *number)
{
    unsigned char b[COOKIE_BYTES];
    PyObject *exact = PyNumber_Long(number);
    if (exact == NULL)
        return -1;
    Py_ssize_t n = PyLong_AsNativeBytes(exact, b, sizeof(b), Py_ASNATIVEBYTES_LITTLE_ENDIAN | Py_ASNATIVEBYTES_UNSIGNED_BUFFER
                                        | Py_ASNATIVEBYTES_REJECT_NEGATIVE);
    Py_DECREF(exact);
    if (n < 0)
        return -1;
    if (n > (Py_ssize_t)sizeof(b)) {
        PyErr_SetString(PyExc_OverflowError, "int too big to convert");
        return -1;
    }
    memcpy(&c->start, b, 8);
    memcpy(&c->flags, b + 8, 4);
    memcpy(&c->feed, b + 12, 4);
    memcpy(&c->skip, b + 16, 4);
    c->need_eof = (char)b[20];
    return 0;
}

/* ---- decoder and encoder states ---- */

static int
dropped(PyObject *result)
{
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

static int
set_decoder(struct text *t, const struct cookie *c)
{
    if (c->start == 0 && c->flags == 0)      /* the start of the stream: also handles a byte order mark */
        return dropped(io_call(t->decoder, NAME(reset)));
    return dropped(PyObject_CallMethod(t->decoder, "setstate", "((yi))", "", c->flags));
}

int
text_reset_encoder(struct text *t, bool start_of_stream)
{
    PyObject *result;
    if (start_of_stream) {
        result = io_call(t->encoder, NAME(reset));
        t->encoding_start_of_stream = 1;
    }
    else {
        PyObject *zero = PyLong_FromLong(0);
        result = zero == NULL ? NULL : io_call1(t->encoder, NAME(setstate), zero);
        Py_XDECREF(zero);
        t->encoding_start_of_stream = 0;
    }
    return dropped(result);
}

/* ---- tell() ---- */

/* Decodes n bytes at p; the number of characters, or -1. */
static Py_ssize_t
decoded_length(struct text *t, const char *p, Py_ssize_t n, bool final)
{
    PyObject *bytes = PyBytes_FromStringAndSize(p, n), *text;
    if (bytes == NULL)
        return -1;
    text = PyObject_CallMethodObjArgs(t->decoder, NAME(decode), bytes, final ? Py_True : Py_False, NULL);
    Py_DECREF(bytes);
    if (text != NULL && !PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "decoder should return a string result, not '%.200s'", Py_TYPE(text)->tp_name);
        Py_CLEAR(text);
    }
    if (text == NULL)
        return -1;
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    Py_DECREF(text);
    return length;
}

/* Bytes waiting in the decoder and its flags: 0 or -1. */
static int
decoder_waiting(struct text *t, Py_ssize_t *waiting, int *flags)
{
    PyObject *state, *bytes;
    if (text_decoder_state(t, &state, &bytes, flags) < 0)
        return -1;
    *waiting = PyBytes_GET_SIZE(bytes);
    Py_DECREF(state);
    return 0;
}

/* A guess of how many bytes lie before the position, corrected until decoding them stops between two characters. Sets
 * c->flags and lowers *chars. The number of bytes, or -1. */
static Py_ssize_t
guess_start(struct text *t, struct cookie *c, PyObject *input, Py_ssize_t *chars)
{
    Py_ssize_t skip = (Py_ssize_t)(t->b2cratio * (double)*chars), back = 1;
    if (skip > PyBytes_GET_SIZE(input))
        skip = PyBytes_GET_SIZE(input);
    while (skip > 0) {
        if (set_decoder(t, c) < 0)
            return -1;
        Py_ssize_t n = decoded_length(t, PyBytes_AS_STRING(input), skip, false);
        if (n < 0)
            return -1;
        if (n <= *chars) {
            Py_ssize_t waiting;
            int flags;
            if (decoder_waiting(t, &waiting, &flags) < 0)
                return -1;
            if (waiting == 0) {
                c->flags = flags;
                *chars -= n;
                return skip;
            }
            skip -= waiting;         /* cut off the incomplete character */
            back = 1;
        }
        else {
            skip -= back;
            back *= 2;
        }
    }
    return set_decoder(t, c) < 0 ? -1 : 0;
}

/* Feeds bytes one by one and notes the last safe start. 0 or -1. */
static int
step_to(struct text *t, struct cookie *c, PyObject *input, Py_ssize_t from, Py_ssize_t chars)
{
    const char *p = PyBytes_AS_STRING(input) + from, *end = PyBytes_AS_STRING(input) + PyBytes_GET_SIZE(input);
    Py_ssize_t decoded = 0;
    while (p < end) {
        Py_ssize_t waiting, n = decoded_length(t, p, 1, false);
        int flags;
        if (n < 0)
            return -1;
        decoded += n;
        c->feed++;
        p++;
        if (decoder_waiting(t, &waiting, &flags) < 0)
            return -1;
        if (waiting == 0 && decoded <= chars) {
            c->start += c->feed;
            chars -= decoded;
            c->flags = flags;
            c->feed = 0;
            decoded = 0;
        }
        if (decoded >= chars)
            break;
    }
    if (p == end && decoded < chars) {       /* the last character comes out only at the end */
        Py_ssize_t n = decoded_length(t, "", 0, true);
        if (n < 0)
            return -1;
        decoded += n;
        c->need_eof = 1;
        if (decoded < chars) {
            PyErr_SetString(PyExc_OSError, "can't reconstruct logical file position");
            return -1;
        }
    }
    c->skip = (int)chars;
    return 0;
}

static int
locate(struct text *t, struct cookie *c, PyObject *input)
{
    Py_ssize_t chars = t->decoded_chars_used;
    PyObject *saved = io_call(t->decoder, NAME(getstate));
    if (saved == NULL)
        return -1;
    int rc = -1;
    Py_ssize_t skip = guess_start(t, c, input, &chars);
    if (skip >= 0) {
        c->start += skip;
        c->skip = (int)chars;
        rc = chars == 0 ? 0 : step_to(t, c, input, skip, chars);
    }
    PyObject *exc = PyErr_GetRaisedException();
    int restored = dropped(io_call1(t->decoder, NAME(setstate), saved));
    io_chain(exc);
    Py_DECREF(saved);
    return rc < 0 || restored < 0 ? -1 : 0;
}

PyObject *
text_tell(PyObject *self, PyObject *unused)
{
    struct text *t = TEXT(self);
    struct cookie c = { 0 };
    if (text_check_attached(t) < 0 || text_check_open(t) < 0)
        return NULL;
    if (!t->seekable)
        return io_unsupported(t->state, "underlying stream is not seekable");
    if (!t->telling) {
        PyErr_SetString(PyExc_OSError, "telling position disabled by next() call");
        return NULL;
    }
    if (text_write_pending(t) < 0 || text_flush(t) < 0)
        return NULL;
    PyObject *position = io_call(t->buffer, NAME(tell)), *input;
    if (position == NULL || t->decoder == NULL || t->snapshot == NULL)
        return position;
    c.start = PyLong_AsLongLong(position);
    Py_DECREF(position);
    if (c.start == -1 && PyErr_Occurred())
        return NULL;
    if (!PyArg_ParseTuple(t->snapshot, "iO", &c.flags, &input))
        return NULL;
    c.start -= PyBytes_GET_SIZE(input);
    if (t->decoded_chars_used > 0) {
        Py_INCREF(input);
        int rc = locate(t, &c, input);
        Py_DECREF(input);
        if (rc < 0)
            return NULL;
    }
    return cookie_to_int(&c);
}

/* ---- seek() ---- */

static PyObject *
seek_end(struct text *t)
{
    if (text_flush(t) < 0)
        return NULL;
    text_set_decoded(t, NULL);
    Py_CLEAR(t->snapshot);
    if (t->decoder != NULL && dropped(io_call(t->decoder, NAME(reset))) < 0)
        return NULL;
    PyObject *end = PyObject_CallMethod(t->buffer, "seek", "ii", 0, 2);
    if (end != NULL && t->encoder != NULL) {
        int nonzero = PyObject_IsTrue(end);
        if (nonzero < 0 || text_reset_encoder(t, !nonzero) < 0)
            Py_CLEAR(end);
    }
    return end;
}

/* Reads and decodes what lies between the safe start and the position. */
static int
restore_chars(struct text *t, const struct cookie *c)
{
    PyObject *chunk = PyObject_CallMethod(t->buffer, "read", "i", c->feed), *text;
    if (chunk == NULL)
        return -1;
    if (!PyBytes_Check(chunk)) {
        PyErr_Format(PyExc_TypeError, "underlying read() should have returned a bytes object, not '%.200s'",
                     Py_TYPE(chunk)->tp_name);
        Py_DECREF(chunk);
        return -1;
    }
    PyObject *snapshot = Py_BuildValue("iO", c->flags, chunk);
    if (snapshot == NULL) {
        Py_DECREF(chunk);
        return -1;
    }
    Py_XSETREF(t->snapshot, snapshot);
    text = PyObject_CallMethodObjArgs(t->decoder, NAME(decode), chunk, c->need_eof ? Py_True : Py_False, NULL);
    Py_DECREF(chunk);
    if (text != NULL && !PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "decoder should return a string result, not '%.200s'", Py_TYPE(text)->tp_name);
        Py_CLEAR(text);
    }
    if (text == NULL)
        return -1;
    text_set_decoded(t, text);
    if (PyUnicode_GET_LENGTH(text) < c->skip) {
        PyErr_SetString(PyExc_OSError, "can't restore logical file position");
        return -1;
    }
    t->decoded_chars_used = c->skip;
    return 0;
}

static int
seek_cookie(struct text *t, PyObject *number)
{
    struct cookie c;
    if (cookie_from_int(&c, number) < 0)
        return -1;
    PyObject *start = PyLong_FromLongLong(c.start);
    if (start == NULL)
        return -1;
    int rc = dropped(io_call1(t->buffer, NAME(seek), start));
    Py_DECREF(start);
    if (rc < 0)
        return -1;
    text_set_decoded(t, NULL);
    Py_CLEAR(t->snapshot);
    if (t->decoder != NULL && set_decoder(t, &c) < 0)
        return -1;
    if (c.skip != 0) {
        if (restore_chars(t, &c) < 0)
            return -1;
    }
    else {
        t->snapshot = Py_BuildValue("iy", c.flags, "");
        if (t->snapshot == NULL)
            return -1;
    }
    return t->encoder == NULL ? 0 : text_reset_encoder(t, c.start == 0 && c.flags == 0);
}

/* The position for whence 1 and 2 (only offset 0 makes sense): new reference; NULL with *done: that is the result. */
static PyObject *
relative_position(PyObject *self, struct text *t, PyObject *number, int whence, bool *done)
{
    int nonzero = PyObject_IsTrue(number);
    *done = false;
    if (nonzero < 0)
        return NULL;
    if (nonzero)
        return io_unsupported(t->state, whence == 1 ? "can't do nonzero cur-relative seeks"
                                                    : "can't do nonzero end-relative seeks");
    if (whence == 1)
        return io_call(self, NAME(tell));    /* flushes, and checks the state as a side effect */
    *done = true;
    return seek_end(t);
}

PyObject *
text_seek(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct text *t = TEXT(self);
    int whence = 0;
    bool done;
    if (!_PyArg_CheckPositional("seek", nargs, 1, 2))
        return NULL;
    if (nargs > 1 && (whence = PyLong_AsInt(args[1])) == -1 && PyErr_Occurred())
        return NULL;
    if (text_check_attached(t) < 0 || text_check_open(t) < 0)
        return NULL;
    if (!t->seekable)
        return io_unsupported(t->state, "underlying stream is not seekable");
    if (whence < 0 || whence > 2) {
        PyErr_Format(PyExc_ValueError, "invalid whence (%d, should be %d, %d or %d)", whence, 0, 1, 2);
        return NULL;
    }
    PyObject *number = Py_NewRef(args[0]);
    if (whence != 0) {
        number = relative_position(self, t, args[0], whence, &done);
        Py_DECREF(args[0]);
        if (number == NULL || done)
            return number;
    }
    PyObject *zero = PyLong_FromLong(0);
    int negative = zero == NULL ? -1 : PyObject_RichCompareBool(number, zero, Py_LT);
    Py_XDECREF(zero);
    if (negative > 0)
        PyErr_Format(PyExc_ValueError, "negative seek position %R", number);
    if (negative != 0 || text_flush(t) < 0 || seek_cookie(t, number) < 0)
        Py_CLEAR(number);
    return number;
}
