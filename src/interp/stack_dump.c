/* interp/stack_dump.c: Python stacks as text, whatever state the process is in.
 *
 * Signal handlers and watchdogs ask without the GIL: threads come and go meanwhile, frames are left, their memory is given back. So what belongs to a thread or a
 * frame is read by a system call that fails where nothing is mapped, each thing once; what does not look like what it should be ends a list. */
#include "interp/stack_dump.h"

#include <errno.h>
#include <stddef.h>
#include <sys/uio.h>
#include <unistd.h>

#include "code/code.h"
#include "rt/interp.h"
#include "rt/runtime.h"
#include "vm/frame.h"

#define FRAMES_SHOWN 100
#define FRAMES_SEEN 10000              /* with those that are not shown */
#define THREADS_SHOWN 100
#define TEXT_SHOWN 500

/* A copy of n bytes at `from`. False: there is no such memory. */
static bool
look(void *to, const void *from, size_t n)
{
    struct iovec here = { to, n }, there = { (void *)from, n };
    ssize_t got = process_vm_readv(getpid(), &here, 1, &there, 1, 0);
    if (got >= 0 || (errno != ENOSYS && errno != EPERM))
        return got == (ssize_t)n;
    memcpy(to, from, n);               /* a sandbox without this call */
    return true;
}

/* ---- writing ---- */

static void
put(int fd, const char *s, size_t n)
{
    while (n > 0) {
        ssize_t w = write(fd, s, n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w <= 0)
            return;
        s += w;
        n -= (size_t)w;
    }
}

void dump_put(int fd, const char *s) { put(fd, s, strlen(s)); }

void
dump_put_number(int fd, unsigned long v, unsigned base, int width)
{
    char buf[72], *p = buf + sizeof(buf);
    do {
        *--p = "0123456789abcdef"[v % base];
        v /= base;
    } while (v != 0 || buf + sizeof(buf) - p < width);
    put(fd, p, (size_t)(buf + sizeof(buf) - p));
}

static void
put_char(int fd, Py_UCS4 c)
{
    if (c >= ' ' && c < 127) {
        char one = (char)c;
        put(fd, &one, 1);
        return;
    }
    dump_put(fd, c < 256 ? "\\x" : c < 65536 ? "\\u" : "\\U");
    dump_put_number(fd, c, 16, c < 256 ? 2 : c < 65536 ? 4 : 8);
}

/* Is it a str? Then *head is a copy of its beginning, and the result where its characters lie. Else NULL. */
static const char *
str_data(PyObject *s, PyASCIIObject *head)
{
    unsigned long flags;
    const char *data;
    if (s == NULL || !look(head, s, sizeof(*head)) || !look(&flags, (char *)head->ob_base.ob_type + offsetof(PyTypeObject, tp_flags), sizeof(flags))
        || (flags & Py_TPFLAGS_UNICODE_SUBCLASS) == 0)
        return NULL;
    if (head->state.compact)
        return (char *)s + (head->state.ascii ? sizeof(PyASCIIObject) : sizeof(PyCompactUnicodeObject));
    return look(&data, (char *)s + offsetof(PyUnicodeObject, data), sizeof(data)) ? data : NULL;
}

void
dump_put_str(int fd, PyObject *s)
{
    PyASCIIObject head;
    const char *data = str_data(s, &head);
    int kind = data == NULL ? 0 : head.state.kind;
    if (kind != 1 && kind != 2 && kind != 4) {
        dump_put(fd, "???");
        return;
    }
    Py_ssize_t shown = head.length < TEXT_SHOWN ? head.length : TEXT_SHOWN;
    Py_UCS4 c = 0;                     /* little-endian: the low bytes are enough */
    for (Py_ssize_t i = 0; i < shown && look(&c, data + i * kind, (size_t)kind); i++)
        put_char(fd, c);
    if (shown < head.length)
        dump_put(fd, "...");
}

void
dump_put_place(int fd, PyObject *filename, int line)
{
    dump_put(fd, "  File ");
    if (filename != NULL)
        dump_put(fd, "\"");
    dump_put_str(fd, filename);
    if (filename != NULL)
        dump_put(fd, "\"");
    dump_put(fd, ", line ");
    if (line >= 0)
        dump_put_number(fd, (unsigned long)line, 10, 1);
    else
        dump_put(fd, "???");
}

/* ---- frames ---- */

struct window { const char *next; Py_ssize_t left; uint8_t bytes[512]; };      /* of the table of lines: what comes behind the bytes */
enum { ENTRY_BYTES = 64 };             /* no entry is longer, with the first byte of the next one */

/* At least one whole entry lies in the window, if there is one. False: the table cannot be read. */
static bool
fill_window(struct window *w, PyCodeAddressRange *r)
{
    size_t have = (size_t)(r->opaque.limit - r->opaque.lo_next), more = sizeof(w->bytes) - have;
    if (have >= ENTRY_BYTES || w->left == 0)
        return true;
    if ((Py_ssize_t)more > w->left)
        more = (size_t)w->left;
    memmove(w->bytes, r->opaque.lo_next, have);
    if (!look(w->bytes + have, w->next, more))
        return false;
    w->next += more;
    w->left -= (Py_ssize_t)more;
    r->opaque.lo_next = w->bytes;
    r->opaque.limit = w->bytes + have + more;
    return true;
}

/* The line at this offset of the code object of which `code` is a copy, or -1. */
static int
line_at(const PyCodeObject *code, Py_ssize_t offset)
{
    PyBytesObject table;
    struct window w;
    if (offset < 0)
        return code->co_firstlineno;
    if (!look(&table, code->co_linetable, offsetof(PyBytesObject, ob_sval)) || table.ob_base.ob_base.ob_type != &PyBytes_Type)
        return -1;
    w.next = (char *)code->co_linetable + offsetof(PyBytesObject, ob_sval);
    w.left = Py_MAX(table.ob_base.ob_size, 0);
    PyCodeAddressRange r = { .ar_start = -1, .ar_line = -1, .opaque = { .computed_line = code->co_firstlineno, .lo_next = w.bytes, .limit = w.bytes } };
    while (fill_window(&w, &r) && code_next_range(&r))
        if (r.ar_end > offset)
            return r.ar_line;
    return -1;
}

/* A copy of the frame at *at, or of the first one below it that Python code may see, and of its code object. False: there is none, *at is NULL, or they
 * cannot be read. */
static bool
look_at_frame(_PyInterpreterFrame **at, _PyInterpreterFrame *f, PyCodeObject *code)
{
    for (int seen = 0; *at != NULL; *at = f->previous, seen++) {
        if (seen == FRAMES_SEEN || !look(f, *at, offsetof(_PyInterpreterFrame, localsplus)))
            return false;
        if (f->owner == FRAME_OWNED_BY_CSTACK)
            continue;
        if (!look(code, f->f_executable, offsetof(PyCodeObject, co_code_adaptive)) || code->ob_base.ob_base.ob_type != &PyCode_Type)
            return false;
        if (f->owner == FRAME_OWNED_BY_GENERATOR || f->instr_ptr >= _PyCode_CODE((PyCodeObject *)f->f_executable) + code->_co_firsttraceable)
            return true;
    }
    return false;
}

static void
put_frame(int fd, const _PyInterpreterFrame *f, const PyCodeObject *code)
{
    Py_ssize_t offset = (char *)f->instr_ptr - (char *)_PyCode_CODE((PyCodeObject *)f->f_executable);
    dump_put_place(fd, code->co_filename, line_at(code, offset));
    dump_put(fd, " in ");
    dump_put_str(fd, code->co_name);
    dump_put(fd, "\n");
}

/* ts: a copy, of the thread that runs this if `collecting` is what that does. */
static void
put_stack(int fd, const PyThreadState *ts, bool collecting, const char *header)
{
    _PyInterpreterFrame *at = ts->current_frame, f;
    PyCodeObject code;
    dump_put(fd, header);
    if (collecting)
        dump_put(fd, "  Garbage-collecting\n");
    int depth = 0;
    for (; look_at_frame(&at, &f, &code); at = f.previous, depth++) {
        if (depth == FRAMES_SHOWN) {
            dump_put(fd, "  ...\n");
            return;
        }
        put_frame(fd, &f, &code);
    }
    if (at != NULL)
        dump_put(fd, "  <invalid frame>\n");
    else if (depth == 0)
        dump_put(fd, "  <no Python frame>\n");
}

static bool
is_collecting(const PyThreadState *ts)
{
    return ts == PyGILState_GetThisThreadState() && ts->interp->gc.collecting;
}

void
dump_stacks(int fd, bool all_threads, PyThreadState *current)
{
    PyInterpreterState *interp = current != NULL ? current->interp : rt_main_interp;
    PyThreadState ts;
    if (!all_threads) {
        if (current != NULL && look(&ts, current, sizeof(ts)))
            put_stack(fd, &ts, is_collecting(current), "Stack (most recent call first):\n");
        return;
    }
    int n = 0;
    for (PyThreadState *t = interp->threads.head; t != NULL && look(&ts, t, sizeof(ts)) && ts.interp == interp; t = ts.next, n++) {
        if (n > 0)
            dump_put(fd, "\n");
        if (n == THREADS_SHOWN) {
            dump_put(fd, "...\n");
            return;
        }
        dump_put(fd, t == current ? "Current thread 0x" : "Thread 0x");
        dump_put_number(fd, ts.thread_id, 16, 16);
        put_stack(fd, &ts, is_collecting(t), " (most recent call first):\n");
    }
}
