/* modules/expat/parser.c: type xmlparser: methods and attributes. */
#include "modules/expat/expat.h"

#include <limits.h>
#include <string.h>

#include "modules/modargs.h"

PyAPI_FUNC(void) _PyArg_BadArgument(const char *, const char *, const char *, PyObject *);
PyAPI_DATA(struct { unsigned char hash[16]; uint64_t expat_salt; }) _Py_HashSecret;

enum { TEXT_BUFFER = 8192, FILE_CHUNK = 2048, PARSE_CHUNK = 1 << 20 };

static const XML_Memory_Handling_Suite memory = { PyMem_Malloc, PyMem_Realloc, PyMem_Free };

/* ---- making and freeing ---- */

static struct xmlparser *
parser_alloc(struct expat_state *st)
{
    struct xmlparser *p = PyObject_GC_New(struct xmlparser, st->parser_type);
    if (p == NULL)
        return NULL;
    memset((char *)p + sizeof(PyObject), 0, sizeof(*p) - sizeof(PyObject));
    p->st = st;
    p->buffer_size = TEXT_BUFFER;
    p->handlers = PyMem_Calloc(H_COUNT, sizeof(PyObject *));
    if (p->handlers == NULL) {
        Py_DECREF(p);
        PyErr_NoMemory();
        return NULL;
    }
    return p;
}

bool
expat_has_deferral(void)
{
#ifdef HAVE_XML_REPARSE_DEFERRAL
    XML_Expat_Version v = XML_ExpatVersionInfo();
    return v.major > 2 || (v.major == 2 && v.minor >= 6);
#else
    return false;
#endif
}

void
expat_defer(XML_Parser parser, bool on)
{
#ifdef HAVE_XML_REPARSE_DEFERRAL
    XML_SetReparseDeferralEnabled(parser, on && expat_has_deferral() ? XML_TRUE : XML_FALSE);
#endif
}

PyObject *
expat_parser_new(struct expat_state *st, const char *encoding, const char *separator, PyObject *intern)
{
    struct xmlparser *p = parser_alloc(st);
    if (p == NULL)
        return NULL;
    p->intern = Py_XNewRef(intern);
    p->parser = XML_ParserCreate_MM(encoding, &memory, separator);
    if (p->parser == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "XML_ParserCreate failed");
        Py_DECREF(p);
        return NULL;
    }
    XML_SetHashSalt(p->parser, (unsigned long)_Py_HashSecret.expat_salt);
    XML_SetUserData(p->parser, p);
    XML_SetUnknownEncodingHandler(p->parser, expat_unknown_encoding, NULL);
    p->reparse_deferral = expat_has_deferral();
    expat_defer(p->parser, true);
    PyObject_GC_Track(p);
    return (PyObject *)p;
}

static int
parser_traverse(struct xmlparser *p, visitproc visit, void *arg)
{
    for (int i = 0; p->handlers != NULL && i < H_COUNT; i++)
        Py_VISIT(p->handlers[i]);
    Py_VISIT(p->intern);
    Py_VISIT(p->parent);
    Py_VISIT(Py_TYPE(p));
    return 0;
}

static int
parser_clear(struct xmlparser *p)
{
    if (p->parser != NULL && p->handlers != NULL)
        expat_drop_handlers(p);
    Py_CLEAR(p->intern);
    return 0;
}

static void
parser_dealloc(struct xmlparser *p)
{
    PyTypeObject *type = Py_TYPE(p);
    PyObject_GC_UnTrack(p);
    parser_clear(p);
    if (p->parser != NULL)
        XML_ParserFree(p->parser);
    PyMem_Free(p->handlers);
    PyMem_Free(p->buffer);
    Py_XDECREF(p->parent);              /* after its child: they share data */
    PyObject_GC_Del(p);
    Py_DECREF(type);
}

/* ---- parsing ---- */

static OWNED PyObject *
raise_code(struct xmlparser *p, enum XML_Error code)
{
    unsigned long line = XML_GetErrorLineNumber(p->parser), column = XML_GetErrorColumnNumber(p->parser);
    PyObject *err = PyObject_CallFunction(p->st->error, "N", PyUnicode_FromFormat("%s: line %lu, column %lu", XML_ErrorString(code), line, column));
    const struct { const char *name; unsigned long value; } attributes[] = { { "code", code }, { "offset", column }, { "lineno", line } };
    for (int i = 0; err != NULL && i < 3; i++) {
        PyObject *v = PyLong_FromUnsignedLong(attributes[i].value);
        if (v == NULL || PyObject_SetAttrString(err, attributes[i].name, v) < 0)
            Py_CLEAR(err);
        Py_XDECREF(v);
    }
    if (err != NULL)
        PyErr_SetObject(p->st->error, err);
    Py_XDECREF(err);
    return NULL;
}

/* What Parse() returns for the library's `status`. */
static OWNED PyObject *
parse_result(struct xmlparser *p, int status)
{
    if (PyErr_Occurred())
        return NULL;
    if (status == XML_STATUS_ERROR)
        return raise_code(p, XML_GetErrorCode(p->parser));
    if (expat_flush(p) < 0)
        return NULL;
    return PyLong_FromLong(status);
}

/* The library must not be entered again for a parser it works on. 0, or -1 with RuntimeError. */
static int
parse_enter(struct xmlparser *p)
{
    if (p->parsing) {
        PyErr_SetString(PyExc_RuntimeError, "the parser is parsing already");
        return -1;
    }
    p->parsing = true;
    return 0;
}

static void
parse_leave(struct xmlparser *p)
{
    p->parsing = false;
    expat_settle(p);
}

static int
parse_bytes(struct xmlparser *p, const char *s, Py_ssize_t n, int is_final)
{
    int status = XML_STATUS_OK;
    for (; n > PARSE_CHUNK && status != XML_STATUS_ERROR && !PyErr_Occurred(); s += PARSE_CHUNK, n -= PARSE_CHUNK)
        status = XML_Parse(p->parser, s, PARSE_CHUNK, 0);
    return status == XML_STATUS_ERROR || PyErr_Occurred() ? XML_STATUS_ERROR : (int)XML_Parse(p->parser, s, (int)n, is_final);
}

static PyObject *
parser_parse(struct xmlparser *p, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[2];
    Py_buffer view = { .obj = NULL };
    const char *s;
    Py_ssize_t n;
    if (MOD_BIND(a, "Parse", args, nargs, kwnames, 1, 2, "", "") < 0)
        return NULL;
    int is_final = a[1] == NULL ? 0 : PyObject_IsTrue(a[1]);
    if (is_final < 0)
        return NULL;
    if (PyUnicode_Check(a[0])) {
        if ((s = PyUnicode_AsUTF8AndSize(a[0], &n)) == NULL)
            return NULL;
    } else {
        if (PyObject_GetBuffer(a[0], &view, PyBUF_SIMPLE) < 0)
            return NULL;
        s = view.buf;
        n = view.len;
    }
    PyObject *r = NULL;
    if (parse_enter(p) == 0) {
        if (view.obj == NULL)
            (void)XML_SetEncoding(p->parser, "utf-8");
        int status = parse_bytes(p, s, n, is_final);
        parse_leave(p);
        r = parse_result(p, status);
    }
    PyBuffer_Release(&view);
    return r;
}

/* Reads a chunk and puts it into the library's buffer: its length, or -1 with an exception; -2 for the library's error. */
static int
read_chunk(struct xmlparser *p, PyObject *read)
{
    PyObject *data = PyObject_CallFunction(read, "i", FILE_CHUNK);
    if (data == NULL)
        return -1;
    const char *s = NULL;
    Py_ssize_t n = -1;
    if (PyBytes_Check(data)) {
        s = PyBytes_AS_STRING(data);
        n = PyBytes_GET_SIZE(data);
    } else if (PyByteArray_Check(data)) {
        s = PyByteArray_AS_STRING(data);
        n = PyByteArray_GET_SIZE(data);
    } else
        PyErr_Format(PyExc_TypeError, "read() did not return a bytes object (type=%.400s)", Py_TYPE(data)->tp_name);
    if (n > FILE_CHUNK) {
        PyErr_Format(PyExc_ValueError, "read() returned too much data: %i bytes requested, %zd returned", FILE_CHUNK, n);
        n = -1;
    }
    if (n >= 0) {
        void *to = XML_GetBuffer(p->parser, FILE_CHUNK);
        if (to == NULL)
            n = -2;
        else
            memcpy(to, s, (size_t)n);
    }
    Py_DECREF(data);
    return (int)n;
}

static PyObject *
parser_parse_file(struct xmlparser *p, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *file, *read;
    if (MOD_BIND(&file, "ParseFile", args, nargs, kwnames, 1, 1, "") < 0)
        return NULL;
    if (PyObject_GetOptionalAttrString(file, "read", &read) <= 0) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "argument must have 'read' attribute");
        return NULL;
    }
    int n, status = XML_STATUS_ERROR;
    if (parse_enter(p) < 0) {
        Py_DECREF(read);
        return NULL;
    }
    do {
        n = read_chunk(p, read);
        status = n < 0 ? XML_STATUS_ERROR : (int)XML_ParseBuffer(p->parser, n, n == 0);
    } while (n > 0 && status != XML_STATUS_ERROR && !PyErr_Occurred());
    parse_leave(p);
    Py_DECREF(read);
    return parse_result(p, status);
}

/* ---- settings ---- */

/* Text of an argument, in UTF-8; *out is NULL for None where that is allowed. 0, or -1 with an exception. */
static int
text_arg(PyObject *arg, const char *fname, const char *which, bool none_too, const char **out)
{
    Py_ssize_t n;
    *out = NULL;
    if (none_too && (arg == NULL || arg == Py_None))
        return 0;
    if (!PyUnicode_Check(arg)) {
        _PyArg_BadArgument(fname, which, none_too ? "str or None" : "str", arg);
        return -1;
    }
    if ((*out = PyUnicode_AsUTF8AndSize(arg, &n)) == NULL)
        return -1;
    if (strlen(*out) == (size_t)n)
        return 0;
    PyErr_SetString(PyExc_ValueError, "embedded null character");
    return -1;
}

static PyObject *
parser_set_base(struct xmlparser *p, PyObject *arg)
{
    const char *base;
    if (text_arg(arg, "SetBase", "argument", false, &base) < 0)
        return NULL;
    if (!XML_SetBase(p->parser, base))
        return PyErr_NoMemory();
    Py_RETURN_NONE;
}

static PyObject *
parser_get_base(struct xmlparser *p, PyObject *ignored)
{
    return Py_BuildValue("z", XML_GetBase(p->parser));
}

static PyObject *
parser_get_input_context(struct xmlparser *p, PyObject *ignored)
{
    int offset, size;
    const char *s = p->in_callback ? XML_GetInputContext(p->parser, &offset, &size) : NULL;
    if (s == NULL)
        Py_RETURN_NONE;
    return PyBytes_FromStringAndSize(s + offset, size - offset);
}

static PyObject *
parser_set_param_entity_parsing(struct xmlparser *p, PyObject *arg)
{
    int flag = PyLong_AsInt(arg);
    if (flag == -1 && PyErr_Occurred())
        return NULL;
    return PyLong_FromLong(XML_SetParamEntityParsing(p->parser, flag));
}

static PyObject *
parser_use_foreign_dtd(struct xmlparser *p, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *arg;
    if (MOD_BIND(&arg, "UseForeignDTD", args, nargs, kwnames, 0, 1, "") < 0)
        return NULL;
    int flag = arg == NULL ? 1 : PyObject_IsTrue(arg);
    if (flag < 0)
        return NULL;
    enum XML_Error code = XML_UseForeignDTD(p->parser, flag ? XML_TRUE : XML_FALSE);
    if (code != XML_ERROR_NONE)
        return raise_code(p, code);
    Py_RETURN_NONE;
}

static PyObject *
parser_set_deferral(struct xmlparser *p, PyObject *arg)
{
    int on = PyObject_IsTrue(arg);
    if (on < 0)
        return NULL;
    p->reparse_deferral = on && expat_has_deferral();
    expat_defer(p->parser, on);
    Py_RETURN_NONE;
}

static PyObject *
parser_get_deferral(struct xmlparser *p, PyObject *ignored)
{
    return PyBool_FromLong(p->reparse_deferral);
}

/* ---- parsers of external entities ---- */

static int
inherit(struct xmlparser *child, struct xmlparser *p, const char *context, const char *encoding)
{
    child->ordered_attributes = p->ordered_attributes;
    child->specified_attributes = p->specified_attributes;
    child->namespace_prefixes = p->namespace_prefixes;
    child->reparse_deferral = p->reparse_deferral;
    child->buffer_size = p->buffer_size;
    child->intern = Py_XNewRef(p->intern);
    child->parent = Py_NewRef((PyObject *)p);
    if (p->buffer != NULL && (child->buffer = PyMem_Malloc((size_t)child->buffer_size)) == NULL)
        return -1;
    child->parser = XML_ExternalEntityParserCreate(p->parser, context, encoding);
    if (child->parser == NULL)
        return -1;
    XML_SetUserData(child->parser, child);
    for (int i = 0; i < H_COUNT; i++)
        if (p->handlers[i] != NULL) {
            child->handlers[i] = Py_NewRef(p->handlers[i]);
            expat_install(child, i, true);
        }
    return 0;
}

static PyObject *
parser_external_entity(struct xmlparser *p, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[2];
    const char *context, *encoding = NULL;
    if (MOD_BIND(a, "ExternalEntityParserCreate", args, nargs, kwnames, 1, 2, "", "") < 0
        || text_arg(a[0], "ExternalEntityParserCreate", "argument 1", true, &context) < 0
        || (a[1] != NULL && text_arg(a[1], "ExternalEntityParserCreate", "argument 2", false, &encoding) < 0))
        return NULL;
    struct xmlparser *child = parser_alloc(p->st);
    if (child == NULL)
        return NULL;
    int r = inherit(child, p, context, encoding);
    PyObject_GC_Track(child);
    if (r == 0)
        return (PyObject *)child;
    Py_DECREF(child);
    return PyErr_NoMemory();
}

/* ---- attributes ---- */

static int
no_delete(PyObject *value)
{
    if (value != NULL)
        return 0;
    PyErr_SetString(PyExc_RuntimeError, "Cannot delete attribute");
    return -1;
}

static PyObject *
get_handler(struct xmlparser *p, void *which)
{
    PyObject *h = p->handlers[(intptr_t)which];
    return Py_NewRef(h == NULL ? Py_None : h);
}

static int
set_handler(struct xmlparser *p, PyObject *value, void *closure)
{
    enum expat_handler which = (intptr_t)closure;
    if (no_delete(value) < 0)
        return -1;
    /* Text gathered for the old handler goes to the old handler. */
    if (which == H_CharacterData && expat_flush(p) < 0)
        return -1;
    PyObject *old = p->handlers[which];
    p->handlers[which] = value == Py_None ? NULL : Py_NewRef(value);
    if (value == Py_None && which == H_CharacterData && p->in_callback)
        expat_install_noop(p);
    else
        expat_install(p, which, value != Py_None);
    Py_XDECREF(old);
    return 0;
}

static PyObject *get_buffer_text(struct xmlparser *p, void *c) { return PyBool_FromLong(p->buffer != NULL); }
static PyObject *get_buffer_size(struct xmlparser *p, void *c) { return PyLong_FromLong(p->buffer_size); }
static PyObject *get_buffer_used(struct xmlparser *p, void *c) { return PyLong_FromLong(p->buffer_used); }
static PyObject *get_prefixes(struct xmlparser *p, void *c) { return PyBool_FromLong(p->namespace_prefixes); }
static PyObject *get_ordered(struct xmlparser *p, void *c) { return PyBool_FromLong(p->ordered_attributes); }
static PyObject *get_specified(struct xmlparser *p, void *c) { return PyBool_FromLong(p->specified_attributes); }

static PyObject *get_error_code(struct xmlparser *p, void *c) { return PyLong_FromLong(XML_GetErrorCode(p->parser)); }
static PyObject *get_line(struct xmlparser *p, void *c) { return PyLong_FromUnsignedLong(XML_GetCurrentLineNumber(p->parser)); }
static PyObject *get_column(struct xmlparser *p, void *c) { return PyLong_FromUnsignedLong(XML_GetCurrentColumnNumber(p->parser)); }
static PyObject *get_byte_index(struct xmlparser *p, void *c) { return PyLong_FromLong(XML_GetCurrentByteIndex(p->parser)); }

/* Replaces the buffer by one of `size` bytes, 0 for none. */
static int
replace_buffer(struct xmlparser *p, int size)
{
    XML_Char *fresh = size == 0 ? NULL : PyMem_Malloc((size_t)size);
    if (size != 0 && fresh == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (expat_flush(p) < 0) {
        PyMem_Free(fresh);
        return -1;
    }
    PyMem_Free(p->buffer);
    p->buffer = fresh;
    p->buffer_used = 0;
    return 0;
}

static int
set_buffer_text(struct xmlparser *p, PyObject *value, void *c)
{
    int on = no_delete(value) < 0 ? -1 : PyObject_IsTrue(value);
    if (on < 0)
        return -1;
    return on == (p->buffer != NULL) ? 0 : replace_buffer(p, on ? p->buffer_size : 0);
}

static int
set_buffer_size(struct xmlparser *p, PyObject *value, void *c)
{
    if (no_delete(value) < 0)
        return -1;
    if (!PyLong_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "buffer_size must be an integer");
        return -1;
    }
    long size = PyLong_AsLong(value);
    if (size <= 0) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "buffer_size must be greater than zero");
        return -1;
    }
    if (size > INT_MAX) {
        PyErr_Format(PyExc_ValueError, "buffer_size must not be greater than %i", INT_MAX);
        return -1;
    }
    if (size != p->buffer_size && p->buffer != NULL && replace_buffer(p, (int)size) < 0)
        return -1;
    p->buffer_size = (int)size;
    return 0;
}

static int
set_flag(bool *flag, PyObject *value)
{
    int on = no_delete(value) < 0 ? -1 : PyObject_IsTrue(value);
    if (on < 0)
        return -1;
    *flag = on;
    return 0;
}

static int set_ordered(struct xmlparser *p, PyObject *value, void *c) { return set_flag(&p->ordered_attributes, value); }
static int set_specified(struct xmlparser *p, PyObject *value, void *c) { return set_flag(&p->specified_attributes, value); }

static int
set_prefixes(struct xmlparser *p, PyObject *value, void *c)
{
    if (set_flag(&p->namespace_prefixes, value) < 0)
        return -1;
    XML_SetReturnNSTriplet(p->parser, p->namespace_prefixes);
    return 0;
}

/* ---- the type ---- */

#define GET(name, get) { #name, (getter)get, NULL, NULL, NULL }
#define GETSET(name, get, set) { #name, (getter)get, (setter)set, NULL, NULL }
static PyGetSetDef getset[] = {
#define EXPAT_ATTRIBUTE(name, attribute, library_setter) { #attribute, (getter)get_handler, (setter)set_handler, NULL, (void *)(intptr_t)H_##name },
    EXPAT_HANDLERS(EXPAT_ATTRIBUTE)
#undef EXPAT_ATTRIBUTE
    GET(ErrorCode, get_error_code),
    GET(ErrorLineNumber, get_line),
    GET(ErrorColumnNumber, get_column),
    GET(ErrorByteIndex, get_byte_index),
    GET(CurrentLineNumber, get_line),
    GET(CurrentColumnNumber, get_column),
    GET(CurrentByteIndex, get_byte_index),
    GETSET(buffer_size, get_buffer_size, set_buffer_size),
    GETSET(buffer_text, get_buffer_text, set_buffer_text),
    GET(buffer_used, get_buffer_used),
    GETSET(namespace_prefixes, get_prefixes, set_prefixes),
    GETSET(ordered_attributes, get_ordered, set_ordered),
    GETSET(specified_attributes, get_specified, set_specified),
    { NULL },
};

static PyMemberDef members[] = {
    { "intern", _Py_T_OBJECT, offsetof(struct xmlparser, intern), Py_READONLY, NULL },
    { NULL },
};

#define CLS METH_METHOD | METH_FASTCALL | METH_KEYWORDS
static PyMethodDef methods[] = {
    { "Parse", _PyCFunction_CAST(parser_parse), CLS, "Parse($self, data, isfinal=False, /)\n--\n\nParse data, the last piece if isfinal is true." },
    { "ParseFile", _PyCFunction_CAST(parser_parse_file), CLS, "ParseFile($self, file, /)\n--\n\nParse all that file.read() gives." },
    { "SetBase", (PyCFunction)parser_set_base, METH_O, "SetBase($self, base, /)\n--\n\nSet the base of relative system identifiers." },
    { "GetBase", (PyCFunction)parser_get_base, METH_NOARGS, "GetBase($self, /)\n--\n\nThe base of relative system identifiers." },
    { "GetInputContext", (PyCFunction)parser_get_input_context, METH_NOARGS,
      "GetInputContext($self, /)\n--\n\nThe input that the running handler is called for, or None outside of handlers." },
    { "ExternalEntityParserCreate", _PyCFunction_CAST(parser_external_entity), CLS,
      "ExternalEntityParserCreate($self, context, encoding=<unrepresentable>,\n                           /)\n--\n\n"
      "A parser for an external entity that this parser refers to." },
    { "SetParamEntityParsing", (PyCFunction)parser_set_param_entity_parsing, METH_O,
      "SetParamEntityParsing($self, flag, /)\n--\n\nSay whether parameter entities are parsed; true if that is possible." },
    { "UseForeignDTD", _PyCFunction_CAST(parser_use_foreign_dtd), CLS,
      "UseForeignDTD($self, flag=True, /)\n--\n\nAsk the handler of external entities for a DTD where a document names none." },
    { "SetReparseDeferralEnabled", (PyCFunction)parser_set_deferral, METH_O,
      "SetReparseDeferralEnabled($self, enabled, /)\n--\n\nWait for more input before an unfinished token is parsed again." },
    { "GetReparseDeferralEnabled", (PyCFunction)parser_get_deferral, METH_NOARGS,
      "GetReparseDeferralEnabled($self, /)\n--\n\nWhether reparse deferral is on." },
    { NULL },
};

static PyType_Slot slots[] = {
    { Py_tp_doc, "A parser of XML." },
    { Py_tp_dealloc, parser_dealloc },
    { Py_tp_traverse, parser_traverse },
    { Py_tp_clear, parser_clear },
    { Py_tp_methods, methods },
    { Py_tp_members, members },
    { Py_tp_getset, getset },
    { 0, NULL },
};

PyType_Spec expat_parser_spec = {
    .name = "pyexpat.xmlparser",
    .basicsize = sizeof(struct xmlparser),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
_Static_assert(sizeof(struct xmlparser) == 80 && offsetof(struct xmlparser, intern) == 64, "the layout of the type");
