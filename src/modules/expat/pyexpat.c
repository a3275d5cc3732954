/* modules/expat/pyexpat.c: what the library calls: the C side of every handler.
 *
 * A handler that raises ends parsing: all handlers are dropped and the parser is stopped, so that nothing of Python runs
 * before Parse() has returned the exception. */
#include "modules/expat/expat.h"

#include <string.h>

PyAPI_FUNC(void) _PyTraceback_Add(const char *, const char *, int);

/* ---- text ---- */

static OWNED PyObject *
text(const XML_Char *s)
{
    if (s == NULL)
        Py_RETURN_NONE;
    return PyUnicode_DecodeUTF8(s, (Py_ssize_t)strlen(s), "strict");
}

static OWNED PyObject *
text_of_length(const XML_Char *s, int n)
{
    if (s == NULL)
        Py_RETURN_NONE;
    return PyUnicode_DecodeUTF8(s, n, "strict");
}

/* Text by way of the parser's dict of names: equal names are one object. */
static OWNED PyObject *
name_text(struct xmlparser *p, const XML_Char *s)
{
    PyObject *str = text(s), *known;
    if (str == NULL || s == NULL || p->intern == NULL)
        return str;
    if (PyDict_SetDefaultRef(p->intern, str, str, &known) < 0)
        known = NULL;
    Py_DECREF(str);
    return known;
}

/* ---- calls ---- */

static int XMLCALL
refuse_external_entity(XML_Parser parser, const XML_Char *context, const XML_Char *base, const XML_Char *system, const XML_Char *public)
{
    return 0;
}

static void
give_up(struct xmlparser *p)
{
    XML_StopParser(p->parser, XML_FALSE);
    expat_drop_handlers(p);
    XML_SetExternalEntityRefHandler(p->parser, refuse_external_entity);
}

/* Calls a handler with `n` arguments, which it takes; one that is NULL stands for a failure. The result, or NULL when
 * parsing ends with an exception. `where` is what a traceback says. */
static OWNED PyObject *
call(struct xmlparser *p, enum expat_handler which, const char *where, int line, PyObject **args, size_t n)
{
    PyObject *result = NULL, *handler = Py_XNewRef(p->handlers[which]);
    bool whole = handler != NULL;
    for (size_t i = 0; i < n; i++)
        whole = whole && args[i] != NULL;
    if (whole) {
        bool outer = p->in_callback;
        p->in_callback = true;
        result = PyObject_Vectorcall(handler, args, n, NULL);
        p->in_callback = outer;
        if (result == NULL)
            _PyTraceback_Add(where, __FILE__, line);
    }
    Py_XDECREF(handler);
    for (size_t i = 0; i < n; i++)
        Py_XDECREF(args[i]);
    if (result == NULL && PyErr_Occurred())
        give_up(p);
    return result;
}

#define CALL(p, name, ...) \
    call(p, H_##name, #name, __LINE__, (PyObject *[]){ __VA_ARGS__ }, sizeof((PyObject *[]){ __VA_ARGS__ }) / sizeof(PyObject *))

static void
notified(PyObject *result)
{
    Py_XDECREF(result);
}

/* The number that a handler answered; 0 tells the library to stop. */
static int
answer(struct xmlparser *p, PyObject *result)
{
    if (result == NULL)
        return 0;
    long r = PyLong_AsLong(result);
    Py_DECREF(result);
    if (r == -1 && PyErr_Occurred())
        give_up(p);
    return (int)r;
}

static int
report_text(struct xmlparser *p, const XML_Char *s, int n)
{
    if (p->handlers[H_CharacterData] == NULL)
        return 0;
    PyObject *result = CALL(p, CharacterData, text_of_length(s, n));
    Py_XDECREF(result);
    return result == NULL && PyErr_Occurred() ? -1 : 0;
}

int
expat_flush(struct xmlparser *p)
{
    if (p->buffer == NULL || p->buffer_used == 0)
        return 0;
    int n = p->buffer_used;
    p->buffer_used = 0;                 /* first: the handler may come here again by an attribute */
    return report_text(p, p->buffer, n);
}

/* Whether an event is to be reported. What was buffered is older, and goes first. */
static bool
wanted(struct xmlparser *p, enum expat_handler which)
{
    return p->handlers[which] != NULL && !PyErr_Occurred() && expat_flush(p) == 0 && p->handlers[which] != NULL;
}

/* ---- elements and text ---- */

static OWNED PyObject *
attributes_list(struct xmlparser *p, const XML_Char **atts, int n)
{
    PyObject *list = PyList_New(n);
    for (int i = 0; list != NULL && i < n; i++) {
        PyObject *item = i % 2 == 0 ? name_text(p, atts[i]) : text(atts[i]);
        if (item == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, item);
    }
    return list;
}

static OWNED PyObject *
attributes_dict(struct xmlparser *p, const XML_Char **atts, int n)
{
    PyObject *dict = PyDict_New();
    for (int i = 0; dict != NULL && i < n; i += 2) {
        PyObject *name = name_text(p, atts[i]), *value = name == NULL ? NULL : text(atts[i + 1]);
        if (value == NULL || PyDict_SetItem(dict, name, value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(name);
        Py_XDECREF(value);
    }
    return dict;
}

static void XMLCALL
on_StartElement(void *data, const XML_Char *name, const XML_Char **atts)
{
    struct xmlparser *p = data;
    int n = 0;
    if (!wanted(p, H_StartElement))
        return;
    if (p->specified_attributes)
        n = XML_GetSpecifiedAttributeCount(p->parser);
    else
        while (atts[n] != NULL)
            n += 2;
    PyObject *attributes = p->ordered_attributes ? attributes_list(p, atts, n) : attributes_dict(p, atts, n);
    notified(CALL(p, StartElement, attributes == NULL ? NULL : name_text(p, name), attributes));
}

static void XMLCALL
on_EndElement(void *data, const XML_Char *name)
{
    struct xmlparser *p = data;
    if (wanted(p, H_EndElement))
        notified(CALL(p, EndElement, name_text(p, name)));
}

static void XMLCALL
on_CharacterData(void *data, const XML_Char *s, int n)
{
    struct xmlparser *p = data;
    if (PyErr_Occurred())
        return;
    if (p->buffer != NULL && n > p->buffer_size - p->buffer_used && expat_flush(p) < 0)
        return;
    /* The flush ran Python code: look at everything again. */
    if (p->buffer == NULL || n > p->buffer_size - p->buffer_used)
        report_text(p, s, n);
    else {
        memcpy(p->buffer + p->buffer_used, s, (size_t)n);
        p->buffer_used += n;
    }
}

static void XMLCALL
no_text(void *data, const XML_Char *s, int n)
{
}

static void XMLCALL
on_ProcessingInstruction(void *data, const XML_Char *target, const XML_Char *s)
{
    struct xmlparser *p = data;
    if (wanted(p, H_ProcessingInstruction))
        notified(CALL(p, ProcessingInstruction, name_text(p, target), text(s)));
}

static void XMLCALL
on_Comment(void *data, const XML_Char *s)
{
    struct xmlparser *p = data;
    if (wanted(p, H_Comment))
        notified(CALL(p, Comment, text(s)));
}

static void XMLCALL
on_StartCdataSection(void *data)
{
    struct xmlparser *p = data;
    if (wanted(p, H_StartCdataSection))
        notified(call(p, H_StartCdataSection, "StartCdataSection", __LINE__, NULL, 0));
}

static void XMLCALL
on_EndCdataSection(void *data)
{
    struct xmlparser *p = data;
    if (wanted(p, H_EndCdataSection))
        notified(call(p, H_EndCdataSection, "EndCdataSection", __LINE__, NULL, 0));
}

static void XMLCALL
on_Default(void *data, const XML_Char *s, int n)
{
    struct xmlparser *p = data;
    if (wanted(p, H_Default))
        notified(CALL(p, Default, text_of_length(s, n)));
}

static void XMLCALL
on_DefaultHandlerExpand(void *data, const XML_Char *s, int n)
{
    struct xmlparser *p = data;
    if (wanted(p, H_DefaultHandlerExpand))
        notified(CALL(p, DefaultHandlerExpand, text_of_length(s, n)));
}

static void XMLCALL
on_StartNamespaceDecl(void *data, const XML_Char *prefix, const XML_Char *uri)
{
    struct xmlparser *p = data;
    if (wanted(p, H_StartNamespaceDecl))
        notified(CALL(p, StartNamespaceDecl, name_text(p, prefix), name_text(p, uri)));
}

static void XMLCALL
on_EndNamespaceDecl(void *data, const XML_Char *prefix)
{
    struct xmlparser *p = data;
    if (wanted(p, H_EndNamespaceDecl))
        notified(CALL(p, EndNamespaceDecl, name_text(p, prefix)));
}

/* ---- declarations ---- */

static void XMLCALL
on_UnparsedEntityDecl(void *data, const XML_Char *name, const XML_Char *base, const XML_Char *system, const XML_Char *public,
                      const XML_Char *notation)
{
    struct xmlparser *p = data;
    if (wanted(p, H_UnparsedEntityDecl))
        notified(CALL(p, UnparsedEntityDecl, name_text(p, name), name_text(p, base), name_text(p, system), name_text(p, public),
                      name_text(p, notation)));
}

static void XMLCALL
on_NotationDecl(void *data, const XML_Char *name, const XML_Char *base, const XML_Char *system, const XML_Char *public)
{
    struct xmlparser *p = data;
    if (wanted(p, H_NotationDecl))
        notified(CALL(p, NotationDecl, name_text(p, name), name_text(p, base), name_text(p, system), name_text(p, public)));
}

static void XMLCALL
on_StartDoctypeDecl(void *data, const XML_Char *name, const XML_Char *system, const XML_Char *public, int has_internal_subset)
{
    struct xmlparser *p = data;
    if (wanted(p, H_StartDoctypeDecl))
        notified(CALL(p, StartDoctypeDecl, name_text(p, name), name_text(p, system), name_text(p, public),
                      PyLong_FromLong(has_internal_subset)));
}

static void XMLCALL
on_EndDoctypeDecl(void *data)
{
    struct xmlparser *p = data;
    if (wanted(p, H_EndDoctypeDecl))
        notified(call(p, H_EndDoctypeDecl, "EndDoctypeDecl", __LINE__, NULL, 0));
}

static void XMLCALL
on_EntityDecl(void *data, const XML_Char *name, int is_parameter, const XML_Char *value, int value_length, const XML_Char *base,
              const XML_Char *system, const XML_Char *public, const XML_Char *notation)
{
    struct xmlparser *p = data;
    if (wanted(p, H_EntityDecl))
        notified(CALL(p, EntityDecl, name_text(p, name), PyLong_FromLong(is_parameter), text_of_length(value, value_length),
                      name_text(p, base), name_text(p, system), name_text(p, public), name_text(p, notation)));
}

static void XMLCALL
on_XmlDecl(void *data, const XML_Char *version, const XML_Char *encoding, int standalone)
{
    struct xmlparser *p = data;
    if (wanted(p, H_XmlDecl))
        notified(CALL(p, XmlDecl, text(version), text(encoding), PyLong_FromLong(standalone)));
}

static void XMLCALL
on_AttlistDecl(void *data, const XML_Char *element, const XML_Char *name, const XML_Char *type, const XML_Char *value, int is_required)
{
    struct xmlparser *p = data;
    if (wanted(p, H_AttlistDecl))
        notified(CALL(p, AttlistDecl, name_text(p, element), name_text(p, name), text(type), text(value), PyLong_FromLong(is_required)));
}

static void XMLCALL
on_SkippedEntity(void *data, const XML_Char *name, int is_parameter)
{
    struct xmlparser *p = data;
    if (wanted(p, H_SkippedEntity))
        notified(CALL(p, SkippedEntity, name_text(p, name), PyLong_FromLong(is_parameter)));
}

/* A content model as (type, quantifier, name, children). */
static OWNED PyObject *
model_tuple(struct xmlparser *p, const XML_Content *model)
{
    if (Py_EnterRecursiveCall(" in conv_content_model"))
        return NULL;
    PyObject *children = PyTuple_New((Py_ssize_t)model->numchildren);
    for (unsigned i = 0; children != NULL && i < model->numchildren; i++) {
        PyObject *child = model_tuple(p, &model->children[i]);
        if (child == NULL)
            Py_CLEAR(children);
        else
            PyTuple_SET_ITEM(children, i, child);
    }
    Py_LeaveRecursiveCall();
    return children == NULL ? NULL : Py_BuildValue("(iiNN)", model->type, model->quant, name_text(p, model->name), children);
}

static void XMLCALL
on_ElementDecl(void *data, const XML_Char *name, XML_Content *model)
{
    struct xmlparser *p = data;
    if (wanted(p, H_ElementDecl)) {
        PyObject *m = model_tuple(p, model);
        notified(CALL(p, ElementDecl, m == NULL ? NULL : name_text(p, name), m));
    }
    XML_FreeContentModel(p->parser, model);
}

/* ---- questions ---- */

static int XMLCALL
on_NotStandalone(void *data)
{
    struct xmlparser *p = data;
    return wanted(p, H_NotStandalone) ? answer(p, call(p, H_NotStandalone, "NotStandalone", __LINE__, NULL, 0)) : 0;
}

static int XMLCALL
on_ExternalEntityRef(XML_Parser parser, const XML_Char *context, const XML_Char *base, const XML_Char *system, const XML_Char *public)
{
    struct xmlparser *p = XML_GetUserData(parser);
    if (!wanted(p, H_ExternalEntityRef))
        return 0;
    return answer(p, CALL(p, ExternalEntityRef, text(context), name_text(p, base), name_text(p, system), name_text(p, public)));
}

/* An encoding of one byte a character is a table: Python's codec decodes every byte once. */
int XMLCALL
expat_unknown_encoding(void *data, const XML_Char *name, XML_Encoding *info)
{
    char bytes[256];
    if (PyErr_Occurred())
        return XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    PyObject *u = PyUnicode_Decode(bytes, 256, name, "replace");
    if (u == NULL)
        return XML_STATUS_ERROR;
    if (PyUnicode_GET_LENGTH(u) != 256) {
        Py_DECREF(u);
        PyErr_SetString(PyExc_ValueError, "multi-byte encodings are not supported");
        return XML_STATUS_ERROR;
    }
    for (int i = 0; i < 256; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(u, i);
        info->map[i] = c == Py_UNICODE_REPLACEMENT_CHARACTER ? -1 : (int)c;
    }
    Py_DECREF(u);
    info->data = NULL;
    info->convert = NULL;
    info->release = NULL;
    return XML_STATUS_OK;
}

/* ---- the table ---- */

typedef void (*install_function)(XML_Parser, expat_function);
static const struct { install_function set; expat_function handler; } table[H_COUNT] = {
#define EXPAT_ROW(name, attribute, setter) [H_##name] = { (install_function)setter, (expat_function)on_##name },
    EXPAT_HANDLERS(EXPAT_ROW)
#undef EXPAT_ROW
};

/* Handlers that the library may call after it saw long before that they are set: its declaration of an element or of a
 * document type ends several tokens later, and one piece of default data may be several calls. */
static bool
called_unchecked(enum expat_handler which)
{
    return which == H_ElementDecl || which == H_StartDoctypeDecl || which == H_Default || which == H_DefaultHandlerExpand;
}

void
expat_install(struct xmlparser *p, enum expat_handler which, bool on)
{
    if (on || !p->parsing || !called_unchecked(which))
        table[which].set(p->parser, on ? table[which].handler : NULL);
    else
        p->stale = true;
}

void
expat_settle(struct xmlparser *p)
{
    if (!p->stale)
        return;
    p->stale = false;
    for (int i = 0; i < H_COUNT; i++)
        if (called_unchecked(i) && p->handlers[i] == NULL && p->handlers[i == H_Default ? H_DefaultHandlerExpand : i] == NULL
            && p->handlers[i == H_DefaultHandlerExpand ? H_Default : i] == NULL)
            expat_install(p, i, false);
}

void
expat_install_noop(struct xmlparser *p)
{
    XML_SetCharacterDataHandler(p->parser, no_text);
}

void
expat_drop_handlers(struct xmlparser *p)
{
    for (int i = 0; i < H_COUNT; i++) {
        PyObject *old = p->handlers[i];
        p->handlers[i] = NULL;
        expat_install(p, i, false);
        Py_XDECREF(old);
    }
}
