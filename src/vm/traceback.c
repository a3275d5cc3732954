/* vm/traceback.c: traceback objects, made as an exception leaves frames; and a printer for when the module `traceback` cannot be used.
 *
 * An entry keeps the frame and the instruction; the line is looked up when somebody asks (tb_lineno -1 until then). */
#include "vm/traceback.h"

#include <structmember.h>

#include "code/code.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "rt/gc_track.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/eval.h"
#include "vm/frame.h"

#define TB(op) ((PyTracebackObject *)(op))

static PyObject *
tb_make(PyTracebackObject *next, PyFrameObject *frame, int lasti, int lineno)
{
    PyTracebackObject *tb = PyObject_GC_New(PyTracebackObject, &PyTraceBack_Type);
    if (tb == NULL)
        return NULL;
    tb->tb_next = (PyTracebackObject *)Py_XNewRef(next);
    tb->tb_frame = (PyFrameObject *)Py_XNewRef(frame);
    tb->tb_lasti = lasti;
    tb->tb_lineno = lineno;
    gc_track((PyObject *)tb);
    return (PyObject *)tb;
}

static int
line_of(PyTracebackObject *tb)
{
    if (tb->tb_lineno == -1)
        return PyCode_Addr2Line(frame_code(tb->tb_frame->f_frame), tb->tb_lasti);
    return tb->tb_lineno;
}

PyObject *
_PyTraceBack_FromFrame(PyObject *next, PyFrameObject *frame)
{
    return tb_make(TB(next), frame, PyFrame_GetLasti(frame), frame->f_lineno != 0 ? frame->f_lineno : -1);
}

int
PyTraceBack_Here(PyFrameObject *frame)
{
    PyThreadState *ts = ts_current();
    PyObject *exc = err_get_raised(ts), **tb = &((PyBaseExceptionObject *)exc)->traceback;
    PyObject *fresh = _PyTraceBack_FromFrame(*tb, frame);
    if (fresh == NULL) {
        err_chain(ts, exc);
        return -1;
    }
    Py_XSETREF(*tb, fresh);
    err_set_raised(ts, exc);
    return 0;
}

int
traceback_here(PyFrameObject *frame)
{
    return PyTraceBack_Here(frame);
}

/* An entry for C code: a frame that never ran. */
void
_PyTraceback_Add(const char *funcname, const char *filename, int lineno)
{
    PyThreadState *ts = ts_current();
    PyObject *exc = err_get_raised(ts), *globals = PyDict_New();
    PyCodeObject *code = globals == NULL ? NULL : PyCode_NewEmpty(filename, funcname, lineno);
    PyFrameObject *frame = code == NULL ? NULL : PyFrame_New(ts, code, globals, NULL);
    Py_XDECREF(code);
    Py_XDECREF(globals);
    if (frame == NULL) {
        err_chain(ts, exc);
        return;
    }
    frame->f_lineno = lineno;
    err_set_raised(ts, exc);
    PyTraceBack_Here(frame);
    Py_DECREF(frame);
}

/* ---- the type ---- */

static PyObject *
tb_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "tb_next", "tb_frame", "tb_lasti", "tb_lineno" };
    PyObject *a[4];
    if (args_unpack_tuple("traceback", args, kwargs, names, 4, 4, 4, a) < 0)
        return NULL;
    if (a[0] != Py_None && !PyTraceBack_Check(a[0]))
        return PyErr_Format(PyExc_TypeError, "expected traceback object or None, got '%s'", Py_TYPE(a[0])->tp_name);
    if (!PyFrame_Check(a[1])) {
        args_bad("traceback", "argument 'tb_frame'", "frame", a[1]);
        return NULL;
    }
    int lasti = PyLong_AsInt(a[2]);
    if (lasti == -1 && PyErr_Occurred())
        return NULL;
    int lineno = PyLong_AsInt(a[3]);
    if (lineno == -1 && PyErr_Occurred())
        return NULL;
    return tb_make(a[0] == Py_None ? NULL : TB(a[0]), (PyFrameObject *)a[1], lasti, lineno);
}

static PyObject *
tb_dir(PyObject *self, PyObject *ignored)
{
    static const char *const names[] = { "tb_frame", "tb_next", "tb_lasti", "tb_lineno" };
    PyObject *list = PyList_New(4);
    for (int i = 0; list != NULL && i < 4; i++) {
        PyObject *s = PyUnicode_FromString(names[i]);
        if (s == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, s);
    }
    return list;
}

static PyObject *
get_next(PyObject *self, void *c)
{
    return Py_NewRef(TB(self)->tb_next == NULL ? Py_None : (PyObject *)TB(self)->tb_next);
}

static int
set_next(PyObject *self, PyObject *v, void *c)
{
    if (v == NULL) {
        PyErr_Format(PyExc_TypeError, "can't delete tb_next attribute");
        return -1;
    }
    if (v == Py_None)
        v = NULL;
    else if (!PyTraceBack_Check(v)) {
        PyErr_Format(PyExc_TypeError, "expected traceback object, got '%s'", Py_TYPE(v)->tp_name);
        return -1;
    }
    for (PyTracebackObject *t = TB(v); t != NULL; t = t->tb_next) {
        if (t == TB(self)) {
            PyErr_Format(PyExc_ValueError, "traceback loop detected");
            return -1;
        }
    }
    Py_XSETREF(TB(self)->tb_next, TB(Py_XNewRef(v)));
    return 0;
}

static PyObject *
get_lineno(PyObject *self, void *c)
{
    int line = line_of(TB(self));
    if (line == -1)
        Py_RETURN_NONE;
    return PyLong_FromLong(line);
}

static void
tb_dealloc(PyObject *self)
{
    gc_untrack(self);
    Py_TRASHCAN_BEGIN(self, tb_dealloc)
    Py_XDECREF(TB(self)->tb_next);
    Py_XDECREF(TB(self)->tb_frame);
    PyObject_GC_Del(self);
    Py_TRASHCAN_END
}

static int
tb_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(TB(self)->tb_next);
    Py_VISIT(TB(self)->tb_frame);
    return 0;
}

static int
tb_clear(PyObject *self)
{
    Py_CLEAR(TB(self)->tb_next);
    Py_CLEAR(TB(self)->tb_frame);
    return 0;
}

static PyMethodDef tb_methods[] = {
    { "__dir__", tb_dir, METH_NOARGS, "__dir__($self, /)\n--\n\nNames of the attributes." },
    { NULL },
};
static PyMemberDef tb_members[] = {
    { "tb_frame", _Py_T_OBJECT, offsetof(PyTracebackObject, tb_frame), Py_READONLY | Py_AUDIT_READ },
    { "tb_lasti", Py_T_INT, offsetof(PyTracebackObject, tb_lasti), Py_READONLY },
    { NULL },
};
static PyGetSetDef tb_getset[] = { { "tb_next", get_next, set_next }, { "tb_lineno", get_lineno }, { NULL } };

PyTypeObject PyTraceBack_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "traceback",
    .tp_basicsize = sizeof(PyTracebackObject),
    .tp_dealloc = tb_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = "traceback(tb_next, tb_frame, tb_lasti, tb_lineno)\n--\n\nWhere an exception passed.",
    .tp_traverse = tb_traverse,
    .tp_clear = tb_clear,
    .tp_methods = tb_methods,
    .tp_members = tb_members,
    .tp_getset = tb_getset,
    .tp_new = tb_new,
};

/* ---- printing ---- */

#define PRINT_LIMIT 1000
#define REPEAT_LIMIT 3
#define LINE_MAX_BYTES 4096

struct printer { PyObject *file; int indent; const char *margin; };

static int
put(struct printer *p, PyObject *text)
{
    int rc = text == NULL ? -1 : PyFile_WriteObject(text, p->file, Py_PRINT_RAW);
    Py_XDECREF(text);
    return rc;
}

static int
put_lead(struct printer *p)
{
    return put(p, PyUnicode_FromFormat("%*s%s", p->indent, "", p->margin != NULL ? p->margin : ""));
}

/* Line `lineno` of a file, without its end; NULL without exception when it cannot be read. */
static PyObject *
source_line(PyObject *filename, int lineno)
{
    PyObject *path = PyUnicode_EncodeFSDefault(filename);
    FILE *fp = path == NULL ? NULL : fopen(PyBytes_AS_STRING(path), "rb");
    char buf[LINE_MAX_BYTES];
    bool found = false;
    Py_XDECREF(path);
    PyErr_Clear();
    if (fp == NULL || lineno <= 0)
        goto done;
    for (int n = 0; n < lineno;) {
        if (fgets(buf, sizeof(buf), fp) == NULL)
            goto done;
        n += strchr(buf, '\n') != NULL || feof(fp);
        found = n == lineno;
    }
done:
    if (fp != NULL)
        fclose(fp);
    if (!found)
        return NULL;
    size_t len = strcspn(buf, "\r\n");
    return PyUnicode_DecodeUTF8(buf, (Py_ssize_t)len, "replace");
}

static Py_ssize_t
leading_blanks(PyObject *line)
{
    Py_ssize_t i = 0;
    while (i < PyUnicode_GET_LENGTH(line) && (PyUnicode_READ_CHAR(line, i) == ' ' || PyUnicode_READ_CHAR(line, i) == '\t' || PyUnicode_READ_CHAR(line, i) == '\f'))
        i++;
    return i;
}

static int
put_source(struct printer *p, PyCodeObject *co, int lineno)
{
    PyObject *line = source_line(co->co_filename, lineno);
    if (line == NULL) {
        PyErr_Clear();
        return 0;
    }
    Py_ssize_t cut = leading_blanks(line);
    PyObject *text = PyUnicode_Substring(line, cut, PyUnicode_GET_LENGTH(line));
    int rc = text == NULL || put_lead(p) < 0 ? -1 : put(p, PyUnicode_FromFormat("    %U\n", text));
    Py_XDECREF(text);
    Py_DECREF(line);
    return rc;
}

static int
put_entry(struct printer *p, PyTracebackObject *tb)
{
    PyCodeObject *co = frame_code(tb->tb_frame->f_frame);
    int line = line_of(tb);
    if (put_lead(p) < 0 || put(p, PyUnicode_FromFormat("  File \"%U\", line %d, in %U\n", co->co_filename, line, co->co_name)) < 0)
        return -1;
    return put_source(p, co, line);
}

static int
put_repeats(struct printer *p, long count)
{
    if (count <= REPEAT_LIMIT)
        return 0;
    count -= REPEAT_LIMIT;
    if (put_lead(p) < 0)
        return -1;
    return put(p, PyUnicode_FromFormat(count > 1 ? "  [Previous line repeated %ld more times]\n" : "  [Previous line repeated %ld more time]\n", count));
}

static int
put_entries(struct printer *p, PyTracebackObject *tb, long limit)
{
    long depth = 0, same = 0;
    PyCodeObject *last = NULL;
    int last_line = -1;
    for (PyTracebackObject *t = tb; t != NULL; t = t->tb_next)
        depth++;
    for (; tb != NULL && depth > limit; tb = tb->tb_next)
        depth--;
    for (; tb != NULL; tb = tb->tb_next) {
        PyCodeObject *co = frame_code(tb->tb_frame->f_frame);
        int line = line_of(tb);
        if (co != last || line != last_line) {
            if (put_repeats(p, same) < 0)
                return -1;
            last = co;
            last_line = line;
            same = 0;
        }
        if (++same <= REPEAT_LIMIT && put_entry(p, tb) < 0)
            return -1;
        if (vm_signals_pending != NULL && vm_signals_pending(ts_current()) < 0)
            return -1;
    }
    return put_repeats(p, same);
}

/* sys.tracebacklimit, or the default; -1: print nothing. */
static long
print_limit(void)
{
    PyObject *sys = interp_current()->sysdict, *v = sys == NULL ? NULL : PyDict_GetItemString(sys, "tracebacklimit");
    if (v == NULL || !PyLong_Check(v))
        return PRINT_LIMIT;
    int overflow;
    long limit = PyLong_AsLongAndOverflow(v, &overflow);
    return overflow > 0 ? LONG_MAX : limit <= 0 ? -1 : limit;
}

int
traceback_print(PyObject *tb, PyObject *file, int indent, const char *margin, const char *header)
{
    if (tb == NULL)
        return 0;
    if (!PyTraceBack_Check(tb)) {
        PyErr_BadInternalCall();
        return -1;
    }
    long limit = print_limit();
    if (limit < 0)
        return 0;
    struct printer p = { file, indent, margin };
    if (put_lead(&p) < 0 || put(&p, PyUnicode_FromFormat("%s\n", header != NULL ? header : "Traceback (most recent call last):")) < 0)
        return -1;
    return put_entries(&p, TB(tb), limit);
}

int
PyTraceBack_Print(PyObject *tb, PyObject *file)
{
    return traceback_print(tb, file, 0, NULL, NULL);
}

int
_Py_DisplaySourceLine(PyObject *file, PyObject *filename, int lineno, int indent, int *truncation, PyObject **line_out)
{
    PyObject *line = source_line(filename, lineno);
    if (line == NULL)
        return PyErr_Occurred() ? -1 : 1;
    Py_ssize_t cut = leading_blanks(line);
    if (truncation != NULL)
        *truncation = (int)cut;
    PyObject *text = PyUnicode_Substring(line, cut, PyUnicode_GET_LENGTH(line));
    struct printer p = { file, indent, NULL };
    int rc = text == NULL ? -1 : put(&p, PyUnicode_FromFormat("%*s%U\n", indent, "", text));
    Py_XDECREF(text);
    if (line_out != NULL && rc == 0)
        *line_out = line;
    else
        Py_DECREF(line);
    return rc;
}
