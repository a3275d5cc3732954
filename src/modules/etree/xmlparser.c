/* modules/etree/xmlparser.c: type XMLParser: libexpat's events go to a target, and straight to a builder where that is exactly ours.
 *
 * Names come from the library as "uri}name" and are known as "{uri}name": a table from the library's bytes to the str makes each
 * name once. A handler that fails leaves its exception set; the others then do nothing, and the call that fed the parser fails. */
#include "modules/etree/etree.h"

#include <limits.h>
#include <string.h>

#include "modules/expat/expat.h"
#include "modules/modargs.h"

PyAPI_FUNC(Py_hash_t) _Py_HashBytes(const void *, Py_ssize_t);
PyAPI_FUNC(int) _PyArg_CheckPositional(const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t);
PyAPI_DATA(struct { unsigned char hash[16]; uint64_t expat_salt; }) _Py_HashSecret;

enum { FILE_CHUNK = 64 * 1024, FIRST_NAMES = 64 };

/* A name as the library gives it, and as Python sees it. */
struct name { Py_hash_t hash; PyObject *str; };

enum { ON_START_NS, ON_END_NS, ON_START, ON_DATA, ON_END, ON_COMMENT, ON_PI, ON_DOCTYPE, ON_CLOSE, ON_COUNT };
static const char *const target_methods[ON_COUNT] = { "start_ns", "end_ns", "start", "data", "end", "comment", "pi", "doctype", "close" };

struct etparser {
    PyObject_HEAD
    XML_Parser parser;                  /* NULL before __init__() */
    PyObject *target;
    PyObject *entity;                   /* dict of entities that a document may use undeclared */
    PyObject *on[ON_COUNT];             /* methods of the target, or NULL */
    struct builder *builder;            /* the target, if it is exactly a TreeBuilder; borrowed from it */
    struct etree_state *st;
    struct name *names;                 /* open addressing; size is a power of 2 */
    size_t names_used, names_size;
    bool parsing;
};

static const XML_Memory_Handling_Suite memory = { PyMem_Malloc, PyMem_Realloc, PyMem_Free };

/* ---- names ---- */

/* Whether a str is the name for the library's bytes: the same, or behind a '{' where there is a namespace. */
static bool
name_is(PyObject *str, const char *s, Py_ssize_t n)
{
    Py_ssize_t have;
    const char *utf8 = PyUnicode_AsUTF8AndSize(str, &have);
    if (utf8 == NULL)
        return PyErr_Clear(), false;
    if (have == n + 1 && utf8[0] == '{')
        return memcmp(utf8 + 1, s, (size_t)n) == 0;
    return have == n && memcmp(utf8, s, (size_t)n) == 0;
}

static OWNED PyObject *
name_make(const char *s, Py_ssize_t n)
{
    if (memchr(s, '}', (size_t)n) == NULL)
        return PyUnicode_DecodeUTF8(s, n, "strict");
    PyObject *str = NULL;
    char *p = PyMem_Malloc((size_t)n + 1);
    if (p == NULL)
        return PyErr_NoMemory();
    p[0] = '{';
    memcpy(p + 1, s, (size_t)n);
    str = PyUnicode_DecodeUTF8(p, n + 1, "strict");
    PyMem_Free(p);
    return str;
}

static int
names_grow(struct etparser *p)
{
    size_t size = p->names_size == 0 ? FIRST_NAMES : p->names_size * 2;
    struct name *fresh = PyMem_Calloc(size, sizeof(*fresh));
    if (fresh == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < p->names_size; i++)
        if (p->names[i].str != NULL) {
            size_t at = (size_t)p->names[i].hash & (size - 1);
            while (fresh[at].str != NULL)
                at = (at + 1) & (size - 1);
            fresh[at] = p->names[i];
        }
    PyMem_Free(p->names);
    p->names = fresh;
    p->names_size = size;
    return 0;
}

static OWNED PyObject *
name_of(struct etparser *p, const char *s)
{
    Py_ssize_t n = (Py_ssize_t)strlen(s);
    Py_hash_t hash = _Py_HashBytes(s, n);
    if (p->names_used * 2 >= p->names_size && names_grow(p) < 0)
        return NULL;
    size_t mask = p->names_size - 1, at = (size_t)hash & mask;
    for (; p->names[at].str != NULL; at = (at + 1) & mask)
        if (p->names[at].hash == hash && name_is(p->names[at].str, s, n))
            return Py_NewRef(p->names[at].str);
    PyObject *str = name_make(s, n);
    if (str == NULL)
        return NULL;
    p->names[at] = (struct name){ hash, Py_NewRef(str) };
    p->names_used++;
    return str;
}

static void
names_free(struct etparser *p)
{
    for (size_t i = 0; i < p->names_size; i++)
        Py_XDECREF(p->names[i].str);
    PyMem_Free(p->names);
    p->names = NULL;
    p->names_used = p->names_size = 0;
}

/* ---- errors ---- */

static int
set_item(PyObject *err, const char *name, PyObject *value)
{
    int r = value == NULL ? -1 : PyObject_SetAttrString(err, name, value);
    Py_XDECREF(value);
    return r;
}

static void
raise_parse_error(struct etparser *p, int code, Py_ssize_t line, Py_ssize_t column, const char *message)
{
    PyObject *text = PyUnicode_FromFormat("%s: line %zd, column %zd", message != NULL ? message : XML_ErrorString(code), line, column);
    PyObject *err = text == NULL ? NULL : PyObject_CallOneArg(p->st->parse_error, text);
    Py_XDECREF(text);
    if (err != NULL && set_item(err, "code", PyLong_FromLong(code)) == 0 && set_item(err, "position", Py_BuildValue("(nn)", line, column)) == 0)
        PyErr_SetObject(p->st->parse_error, err);
    Py_XDECREF(err);
}

/* ---- what the library calls ---- */

static OWNED PyObject *
text(const char *s)
{
    return PyUnicode_DecodeUTF8(s == NULL ? "" : s, s == NULL ? 0 : (Py_ssize_t)strlen(s), "strict");
}

/* Calls a method of the target with `n` arguments, which it takes; NULL among them is a failure. */
static void
tell(struct etparser *p, int which, PyObject **args, size_t n)
{
    PyObject *method = Py_XNewRef(p->on[which]);
    bool whole = method != NULL;
    for (size_t i = 0; i < n; i++)
        whole = whole && args[i] != NULL;
    if (whole)
        Py_XDECREF(PyObject_Vectorcall(method, args, n, NULL));
    Py_XDECREF(method);
    for (size_t i = 0; i < n; i++)
        Py_XDECREF(args[i]);
}

#define TELL(p, which, ...) tell(p, which, (PyObject *[]){ __VA_ARGS__ }, sizeof((PyObject *[]){ __VA_ARGS__ }) / sizeof(PyObject *))

static void
tell_text(struct etparser *p, PyObject *data)
{
    if (data == NULL)
        return;
    if (p->builder != NULL) {
        Py_XDECREF(builder_data(p->builder, data));
        Py_DECREF(data);
    } else
        TELL(p, ON_DATA, data);
}

/* A reference to an entity comes here by the default handler. */
static void XMLCALL
on_default(void *userdata, const XML_Char *s, int n)
{
    struct etparser *p = userdata;
    if (n < 2 || s[0] != '&' || PyErr_Occurred())
        return;
    PyObject *key = PyUnicode_DecodeUTF8(s + 1, n - 2, "strict"), *value = NULL;
    int r = key == NULL ? -1 : PyDict_GetItemRef(p->entity, key, &value);
    Py_XDECREF(key);
    if (r > 0)
        tell_text(p, value);
    else if (r == 0) {
        char message[128];
        snprintf(message, sizeof(message), "undefined entity %.*s", n < 100 ? n : 100, s);
        raise_parse_error(p, XML_ERROR_UNDEFINED_ENTITY, (Py_ssize_t)XML_GetErrorLineNumber(p->parser),
                          (Py_ssize_t)XML_GetErrorColumnNumber(p->parser), message);
    }
}

static OWNED PyObject *
attributes(struct etparser *p, const XML_Char **atts)
{
    PyObject *dict = PyDict_New();
    for (; dict != NULL && atts[0] != NULL; atts += 2) {
        PyObject *name = name_of(p, atts[0]), *value = name == NULL ? NULL : text(atts[1]);
        if (value == NULL || PyDict_SetItem(dict, name, value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(name);
        Py_XDECREF(value);
    }
    return dict;
}

static void XMLCALL
on_start(void *userdata, const XML_Char *name, const XML_Char **atts)
{
    struct etparser *p = userdata;
    if (PyErr_Occurred() || (p->builder == NULL && p->on[ON_START] == NULL))
        return;
    PyObject *tag = name_of(p, name), *attrib = NULL;
    if (tag == NULL)
        return;
    bool none = p->builder != NULL && atts[0] == NULL;
    if (!none && (attrib = attributes(p, atts)) == NULL) {
        Py_DECREF(tag);
        return;
    }
    if (p->builder == NULL) {
        TELL(p, ON_START, tag, attrib);
        return;
    }
    Py_XDECREF(builder_start(p->builder, tag, attrib));
    Py_DECREF(tag);
    Py_XDECREF(attrib);
}

static void XMLCALL
on_end(void *userdata, const XML_Char *name)
{
    struct etparser *p = userdata;
    if (PyErr_Occurred())
        return;
    if (p->builder != NULL)
        Py_XDECREF(builder_end(p->builder));
    else if (p->on[ON_END] != NULL)
        TELL(p, ON_END, name_of(p, name));
}

static void XMLCALL
on_data(void *userdata, const XML_Char *s, int n)
{
    struct etparser *p = userdata;
    if (PyErr_Occurred())
        return;
    if (p->builder != NULL)
        (void)builder_raw_data(p->builder, s, n);
    else if (p->on[ON_DATA] != NULL)
        tell_text(p, PyUnicode_DecodeUTF8(s, n, "strict"));
}

static void XMLCALL
on_start_ns(void *userdata, const XML_Char *prefix, const XML_Char *uri)
{
    struct etparser *p = userdata;
    if (PyErr_Occurred())
        return;
    if (p->builder == NULL) {
        if (p->on[ON_START_NS] != NULL)
            TELL(p, ON_START_NS, text(prefix), text(uri));
        return;
    }
    PyObject *a = text(prefix), *b = text(uri);
    if (a != NULL && b != NULL)
        (void)builder_start_ns(p->builder, a, b);
    Py_XDECREF(a);
    Py_XDECREF(b);
}

static void XMLCALL
on_end_ns(void *userdata, const XML_Char *prefix)
{
    struct etparser *p = userdata;
    if (PyErr_Occurred())
        return;
    if (p->builder != NULL)
        (void)builder_end_ns(p->builder);
    else if (p->on[ON_END_NS] != NULL)
        TELL(p, ON_END_NS, text(prefix));
}

static void XMLCALL
on_comment(void *userdata, const XML_Char *s)
{
    struct etparser *p = userdata;
    if (PyErr_Occurred())
        return;
    if (p->builder == NULL) {
        if (p->on[ON_COMMENT] != NULL)
            TELL(p, ON_COMMENT, text(s));
        return;
    }
    PyObject *comment = builder_wants_comment(p->builder) ? text(s) : NULL;
    if (comment != NULL)
        Py_XDECREF(builder_comment(p->builder, comment));
    Py_XDECREF(comment);
}

static void XMLCALL
on_pi(void *userdata, const XML_Char *target, const XML_Char *s)
{
    struct etparser *p = userdata;
    if (PyErr_Occurred())
        return;
    if (p->builder == NULL) {
        if (p->on[ON_PI] != NULL)
            TELL(p, ON_PI, text(target), text(s));
        return;
    }
    if (!builder_wants_pi(p->builder))
        return;
    PyObject *a = text(target), *b = text(s);
    if (a != NULL && b != NULL)
        Py_XDECREF(builder_pi(p->builder, a, b));
    Py_XDECREF(a);
    Py_XDECREF(b);
}

static OWNED PyObject *
text_or_none(const XML_Char *s)
{
    return s == NULL ? Py_NewRef(Py_None) : text(s);
}

static void XMLCALL
on_doctype(void *userdata, const XML_Char *name, const XML_Char *system, const XML_Char *public, int has_internal_subset)
{
    struct etparser *p = userdata;
    PyObject *own;
    if (PyErr_Occurred())
        return;
    if (p->on[ON_DOCTYPE] != NULL) {
        TELL(p, ON_DOCTYPE, text(name), text_or_none(public), text_or_none(system));
        return;
    }
    if (PyObject_GetOptionalAttr((PyObject *)p, p->st->str_doctype, &own) > 0) {
        Py_DECREF(own);
        (void)PyErr_WarnEx(PyExc_RuntimeWarning, "The doctype() method of XMLParser is ignored.  Define doctype() method on the "
                           "TreeBuilder target.", 1);
    }
}

/* ---- parsing ---- */

static int
check_ready(struct etparser *p)
{
    if (p->parser != NULL)
        return 0;
    PyErr_SetString(PyExc_ValueError, "XMLParser.__init__() wasn't called");
    return -1;
}

static int
check_idle(struct etparser *p)
{
    if (!p->parsing)
        return 0;
    PyErr_SetString(PyExc_RuntimeError, "the parser is parsing already");
    return -1;
}

static int
parse(struct etparser *p, const char *s, Py_ssize_t n, int is_final)
{
    if (check_idle(p) < 0)
        return -1;
    if (n > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "size does not fit in an int");
        return -1;
    }
    p->parsing = true;
    enum XML_Status status = XML_Parse(p->parser, s, (int)n, is_final);
    p->parsing = false;
    if (PyErr_Occurred())
        return -1;
    if (status != XML_STATUS_ERROR)
        return 0;
    raise_parse_error(p, XML_GetErrorCode(p->parser), (Py_ssize_t)XML_GetErrorLineNumber(p->parser),
                      (Py_ssize_t)XML_GetErrorColumnNumber(p->parser), NULL);
    return -1;
}

static int
parse_buffer(struct etparser *p, PyObject *data)
{
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return -1;
    int r = parse(p, view.buf, view.len, 0);
    PyBuffer_Release(&view);
    return r;
}

static PyObject *
feed(struct etparser *p, PyObject *data)
{
    Py_ssize_t n;
    int r = -1;
    if (check_ready(p) < 0)
        return NULL;
    if (PyUnicode_Check(data)) {
        const char *s = PyUnicode_AsUTF8AndSize(data, &n);
        if (s != NULL && check_idle(p) == 0) {
            (void)XML_SetEncoding(p->parser, "utf-8");
            r = parse(p, s, n, 0);
        }
    } else
        r = parse_buffer(p, data);
    if (r < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
parser_close(struct etparser *p, PyObject *ignored)
{
    if (check_ready(p) < 0 || parse(p, "", 0, 1) < 0)
        return NULL;
    if (p->builder != NULL)
        return builder_done(p->builder);
    if (p->on[ON_CLOSE] == NULL)
        Py_RETURN_NONE;
    PyObject *method = Py_NewRef(p->on[ON_CLOSE]), *r = PyObject_CallNoArgs(method);
    Py_DECREF(method);
    return r;
}

static PyObject *
parser_flush(struct etparser *p, PyObject *ignored)
{
    if (check_ready(p) < 0)
        return NULL;
    if (!expat_has_deferral())
        Py_RETURN_NONE;
    expat_defer(p->parser, false);
    int r = parse(p, "", 0, 0);
    expat_defer(p->parser, true);
    if (r < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* A chunk as read() gives it: 1 when it was parsed, 0 at the end, -1. */
static int
parse_chunk(struct etparser *p, PyObject *chunk)
{
    if (PyUnicode_CheckExact(chunk)) {
        if (PyUnicode_GET_LENGTH(chunk) == 0)
            return 0;
        PyObject *bytes = PyUnicode_AsEncodedString(chunk, "utf-8", "surrogatepass");
        int r = bytes == NULL ? -1 : parse(p, PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes), 0);
        Py_XDECREF(bytes);
        return r < 0 ? -1 : 1;
    }
    if (!PyBytes_CheckExact(chunk) || PyBytes_GET_SIZE(chunk) == 0)
        return 0;
    return parse(p, PyBytes_AS_STRING(chunk), PyBytes_GET_SIZE(chunk), 0) < 0 ? -1 : 1;
}

static PyObject *
parse_whole(struct etparser *p, PyObject *file)
{
    int r = 1;
    PyObject *read = check_ready(p) < 0 ? NULL : PyObject_GetAttrString(file, "read");
    if (read == NULL)
        return NULL;
    while (r > 0) {
        PyObject *chunk = PyObject_CallFunction(read, "i", FILE_CHUNK);
        r = chunk == NULL ? -1 : parse_chunk(p, chunk);
        Py_XDECREF(chunk);
    }
    Py_DECREF(read);
    if (r < 0 || parse(p, "", 0, 1) < 0)
        return NULL;
    if (p->builder != NULL)
        return builder_done(p->builder);
    Py_RETURN_NONE;
}

static PyObject *
set_events(struct etparser *p, PyObject *const *args, Py_ssize_t nargs)
{
    if (!_PyArg_CheckPositional("_setevents", nargs, 1, 2) || check_ready(p) < 0)
        return NULL;
    if (p->builder == NULL) {
        PyErr_SetString(PyExc_TypeError, "event handling only supported for ElementTree.TreeBuilder targets");
        return NULL;
    }
    PyObject *append = PyObject_GetAttr(args[0], p->st->str_append);
    int mask = append == NULL ? -1 : builder_set_events(p->builder, append, nargs == 2 ? args[1] : Py_None);
    Py_XDECREF(append);
    if (mask < 0)
        return NULL;
    if (mask & (1 << EVENT_START_NS | 1 << EVENT_END_NS))
        XML_SetNamespaceDeclHandler(p->parser, on_start_ns, on_end_ns);
    if (mask & 1 << EVENT_COMMENT)
        XML_SetCommentHandler(p->parser, on_comment);
    if (mask & 1 << EVENT_PI)
        XML_SetProcessingInstructionHandler(p->parser, on_pi);
    Py_RETURN_NONE;
}

/* ---- the type ---- */

static PyObject *
type_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    struct etparser *p = (struct etparser *)type->tp_alloc(type, 0);    /* zeroed */
    if (p != NULL)
        p->st = PyModule_GetState(PyType_GetModuleByDef(type, &etree_module));
    return (PyObject *)p;
}

static int
type_clear(struct etparser *p)
{
    p->builder = NULL;
    Py_CLEAR(p->target);
    for (int i = 0; i < ON_COUNT; i++)
        Py_CLEAR(p->on[i]);
    return 0;
}

/* Puts the handlers into the library, those for what the target does not want excepted. */
static void
install(struct etparser *p)
{
    XML_SetUserData(p->parser, p);
    XML_SetElementHandler(p->parser, on_start, on_end);
    XML_SetDefaultHandlerExpand(p->parser, on_default);
    XML_SetCharacterDataHandler(p->parser, on_data);
    if (p->on[ON_START_NS] != NULL || p->on[ON_END_NS] != NULL)
        XML_SetNamespaceDeclHandler(p->parser, on_start_ns, on_end_ns);
    if (p->on[ON_COMMENT] != NULL)
        XML_SetCommentHandler(p->parser, on_comment);
    if (p->on[ON_PI] != NULL)
        XML_SetProcessingInstructionHandler(p->parser, on_pi);
    XML_SetStartDoctypeDeclHandler(p->parser, on_doctype);
    XML_SetUnknownEncodingHandler(p->parser, expat_unknown_encoding, NULL);
}

static int
set_target(struct etparser *p, PyObject *target)
{
    p->target = target == NULL || target == Py_None ? builder_new(p->st) : Py_NewRef(target);
    if (p->target == NULL)
        return -1;
    for (int i = 0; i < ON_COUNT; i++)
        if (PyObject_GetOptionalAttrString(p->target, target_methods[i], &p->on[i]) < 0)
            return -1;
    if (Py_IS_TYPE(p->target, p->st->builder_type))
        p->builder = (struct builder *)p->target;
    return 0;
}

static int
type_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "target", "encoding", NULL };
    struct etparser *p = (struct etparser *)self;
    PyObject *target = NULL;
    const char *encoding = NULL;
    if (PyTuple_GET_SIZE(args) > 0) {
        PyErr_SetString(PyExc_TypeError, "XMLParser() takes no positional arguments");
        return -1;
    }
    PyObject *given = kwargs == NULL ? NULL : PyDict_GetItemString(kwargs, "encoding");
    if (given != NULL && given != Py_None && !PyUnicode_Check(given)) {
        PyErr_Format(PyExc_TypeError, "XMLParser() argument 'encoding' must be str or None, not %.50s", Py_TYPE(given)->tp_name);
        return -1;
    }
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$Oz:XMLParser", names, &target, &encoding) || check_idle(p) < 0)
        return -1;
    if (p->parser != NULL)
        XML_ParserFree(p->parser);
    p->parser = NULL;
    type_clear(p);
    Py_XSETREF(p->entity, PyDict_New());
    if (p->entity == NULL || set_target(p, target) < 0)
        return -1;
    XML_Parser parser = XML_ParserCreate_MM(encoding, &memory, "}");
    if (parser == NULL) {
        type_clear(p);
        PyErr_NoMemory();
        return -1;
    }
    XML_SetHashSalt(parser, (unsigned long)_Py_HashSecret.expat_salt);
    expat_defer(parser, true);
    p->parser = parser;
    install(p);
    return 0;
}

static int
type_traverse(struct etparser *p, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(p));
    Py_VISIT(p->target);
    Py_VISIT(p->entity);
    for (int i = 0; i < ON_COUNT; i++)
        Py_VISIT(p->on[i]);
    return 0;
}

static void
type_dealloc(struct etparser *p)
{
    PyTypeObject *type = Py_TYPE(p);
    PyObject_GC_UnTrack(p);
    if (p->parser != NULL)
        XML_ParserFree(p->parser);
    type_clear(p);
    Py_CLEAR(p->entity);
    names_free(p);
    type->tp_free(p);
    Py_DECREF(type);
}

static PyObject *
get_version(struct etparser *p, void *c)
{
    return PyUnicode_FromFormat("Expat %d.%d.%d", XML_MAJOR_VERSION, XML_MINOR_VERSION, XML_MICRO_VERSION);
}

static PyMethodDef methods[] = {
    { "feed", (PyCFunction)feed, METH_O, "feed($self, data, /)\n--\n\nParse data." },
    { "flush", (PyCFunction)parser_flush, METH_NOARGS, "flush($self, /)\n--\n\nParse what was put off." },
    { "close", (PyCFunction)parser_close, METH_NOARGS, "close($self, /)\n--\n\nEnd the document, and return what the target makes of it." },
    { "_parse_whole", (PyCFunction)parse_whole, METH_O, "_parse_whole($self, file, /)\n--\n\nParse all that file.read() gives." },
    { "_setevents", _PyCFunction_CAST(set_events), METH_FASTCALL,
      "_setevents($self, events_queue, events_to_report=None, /)\n--\n\nAppend events to a queue." },
    { NULL },
};

static PyMemberDef members[] = {
    { "entity", _Py_T_OBJECT, offsetof(struct etparser, entity), Py_READONLY, NULL },
    { "target", _Py_T_OBJECT, offsetof(struct etparser, target), Py_READONLY, NULL },
    { NULL },
};

static PyGetSetDef getset[] = {
    { "version", (getter)get_version, NULL, NULL, NULL },
    { NULL },
};

static PyType_Slot slots[] = {
    { Py_tp_dealloc, type_dealloc },
    { Py_tp_traverse, type_traverse },
    { Py_tp_clear, type_clear },
    { Py_tp_methods, methods },
    { Py_tp_members, members },
    { Py_tp_getset, getset },
    { Py_tp_init, type_init },
    { Py_tp_new, type_new },
    { Py_tp_alloc, PyType_GenericAlloc },
    { 0, NULL },
};

PyType_Spec xmlparser_spec = {
    .name = "xml.etree.ElementTree.XMLParser",
    .basicsize = sizeof(struct etparser),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
