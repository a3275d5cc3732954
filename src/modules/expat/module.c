/* modules/expat/module.c: module pyexpat: functions, constants, submodules, and the table of functions for other modules. */
#include "modules/expat/expat.h"

#include <string.h>

#include <pyexpat.h>

#include "modules/modargs.h"

PyAPI_FUNC(void) _PyArg_BadArgument(const char *, const char *, const char *, PyObject *);

/* ---- functions ---- */

static int
optional_text(PyObject *arg, const char *which, const char **out)
{
    Py_ssize_t n;
    *out = NULL;
    if (arg == NULL || arg == Py_None)
        return 0;
    if (!PyUnicode_Check(arg)) {
        _PyArg_BadArgument("ParserCreate", which, "str or None", arg);
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
parser_create(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[3];
    const char *encoding, *separator;
    if (MOD_BIND(a, "ParserCreate", args, nargs, kwnames, 0, 3, "encoding", "namespace_separator", "intern") < 0
        || optional_text(a[0], "argument 'encoding'", &encoding) < 0
        || optional_text(a[1], "argument 'namespace_separator'", &separator) < 0)
        return NULL;
    if (separator != NULL && strlen(separator) > 1) {
        PyErr_SetString(PyExc_ValueError, "namespace_separator must be at most one character, omitted, or None");
        return NULL;
    }
    struct expat_state *st = PyModule_GetState(m);
    if (a[2] == Py_None)
        return expat_parser_new(st, encoding, separator, NULL);
    if (a[2] != NULL && !PyDict_Check(a[2])) {
        PyErr_SetString(PyExc_TypeError, "intern must be a dictionary");
        return NULL;
    }
    PyObject *intern = a[2] == NULL ? PyDict_New() : Py_NewRef(a[2]);
    if (intern == NULL)
        return NULL;
    PyObject *p = expat_parser_new(st, encoding, separator, intern);
    Py_DECREF(intern);
    return p;
}

static PyObject *
error_string(PyObject *m, PyObject *arg)
{
    long code = PyLong_AsLong(arg);
    if (code == -1 && PyErr_Occurred())
        return NULL;
    return Py_BuildValue("z", XML_ErrorString((int)code));
}

static PyMethodDef functions[] = {
    { "ParserCreate", MOD_FASTKW(parser_create), METH_FASTCALL | METH_KEYWORDS,
      "ParserCreate($module, /, encoding=None, namespace_separator=None,\n             intern=<unrepresentable>)\n--\n\nA new parser." },
    { "ErrorString", error_string, METH_O, "ErrorString($module, code, /)\n--\n\nThe message of an error code." },
    { NULL },
};

/* ---- submodules ---- */

/* ERROR(code, message where the library is older than the code) */
#define EXPAT_ERRORS(ERROR) \
    ERROR(NO_MEMORY, 1) ERROR(SYNTAX, 2) ERROR(NO_ELEMENTS, 3) ERROR(INVALID_TOKEN, 4) ERROR(UNCLOSED_TOKEN, 5) ERROR(PARTIAL_CHAR, 6) \
    ERROR(TAG_MISMATCH, 7) ERROR(DUPLICATE_ATTRIBUTE, 8) ERROR(JUNK_AFTER_DOC_ELEMENT, 9) ERROR(PARAM_ENTITY_REF, 10) \
    ERROR(UNDEFINED_ENTITY, 11) ERROR(RECURSIVE_ENTITY_REF, 12) ERROR(ASYNC_ENTITY, 13) ERROR(BAD_CHAR_REF, 14) \
    ERROR(BINARY_ENTITY_REF, 15) ERROR(ATTRIBUTE_EXTERNAL_ENTITY_REF, 16) ERROR(MISPLACED_XML_PI, 17) ERROR(UNKNOWN_ENCODING, 18) \
    ERROR(INCORRECT_ENCODING, 19) ERROR(UNCLOSED_CDATA_SECTION, 20) ERROR(EXTERNAL_ENTITY_HANDLING, 21) ERROR(NOT_STANDALONE, 22) \
    ERROR(UNEXPECTED_STATE, 23) ERROR(ENTITY_DECLARED_IN_PE, 24) ERROR(FEATURE_REQUIRES_XML_DTD, 25) \
    ERROR(CANT_CHANGE_FEATURE_ONCE_PARSING, 26) ERROR(UNBOUND_PREFIX, 27) ERROR(UNDECLARING_PREFIX, 28) ERROR(INCOMPLETE_PE, 29) \
    ERROR(XML_DECL, 30) ERROR(TEXT_DECL, 31) ERROR(PUBLICID, 32) ERROR(SUSPENDED, 33) ERROR(NOT_SUSPENDED, 34) ERROR(ABORTED, 35) \
    ERROR(FINISHED, 36) ERROR(SUSPEND_PE, 37) ERROR(RESERVED_PREFIX_XML, 38) ERROR(RESERVED_PREFIX_XMLNS, 39) \
    ERROR(RESERVED_NAMESPACE_URI, 40) ERROR(INVALID_ARGUMENT, 41) ERROR(NO_BUFFER, 42) ERROR(AMPLIFICATION_LIMIT_BREACH, 43)

static const struct { const char *name; int code; } errors[] = {
#define EXPAT_ERROR(name, code) { "XML_ERROR_" #name, code },
    EXPAT_ERRORS(EXPAT_ERROR)
#undef EXPAT_ERROR
};

static const struct { const char *name; int value; } model_constants[] = {
    { "XML_CTYPE_EMPTY", XML_CTYPE_EMPTY }, { "XML_CTYPE_ANY", XML_CTYPE_ANY }, { "XML_CTYPE_MIXED", XML_CTYPE_MIXED },
    { "XML_CTYPE_NAME", XML_CTYPE_NAME }, { "XML_CTYPE_CHOICE", XML_CTYPE_CHOICE }, { "XML_CTYPE_SEQ", XML_CTYPE_SEQ },
    { "XML_CQUANT_NONE", XML_CQUANT_NONE }, { "XML_CQUANT_OPT", XML_CQUANT_OPT }, { "XML_CQUANT_REP", XML_CQUANT_REP },
    { "XML_CQUANT_PLUS", XML_CQUANT_PLUS },
};

/* Makes pyexpat.`name`, as `m`'s attribute and in sys.modules. */
static BORROWED(m) PyObject *
add_submodule(PyObject *m, const char *name, const char *full_name, const char *doc)
{
    PyObject *sub = PyImport_AddModule(full_name);
    if (sub == NULL || PyModule_SetDocString(sub, doc) < 0 || PyModule_AddObjectRef(m, name, sub) < 0)
        return NULL;
    return sub;
}

static int
add_error(PyObject *sub, const char *name, int code, PyObject *codes, PyObject *messages)
{
    const char *s = XML_ErrorString(code);
    PyObject *message = PyUnicode_FromString(s != NULL ? s : name), *number = PyLong_FromLong(code);
    int r = message == NULL || number == NULL || PyModule_AddObjectRef(sub, name, message) < 0
            || PyDict_SetItem(codes, message, number) < 0 || PyDict_SetItem(messages, number, message) < 0 ? -1 : 0;
    Py_XDECREF(message);
    Py_XDECREF(number);
    return r;
}

static int
add_errors(PyObject *m)
{
    PyObject *sub = add_submodule(m, "errors", "pyexpat.errors", "Constants used to describe error conditions.");
    PyObject *codes = PyDict_New(), *messages = PyDict_New();
    int r = sub == NULL || codes == NULL || messages == NULL ? -1 : 0;
    for (size_t i = 0; r == 0 && i < sizeof(errors) / sizeof(errors[0]); i++)
        r = add_error(sub, errors[i].name, errors[i].code, codes, messages);
    if (r == 0)
        r = PyModule_AddObjectRef(sub, "codes", codes) < 0 || PyModule_AddObjectRef(sub, "messages", messages) < 0 ? -1 : 0;
    Py_XDECREF(codes);
    Py_XDECREF(messages);
    return r;
}

static int
add_model(PyObject *m)
{
    PyObject *sub = add_submodule(m, "model", "pyexpat.model", "Constants used to interpret content model information.");
    if (sub == NULL)
        return -1;
    for (size_t i = 0; i < sizeof(model_constants) / sizeof(model_constants[0]); i++)
        if (PyModule_AddIntConstant(sub, model_constants[i].name, model_constants[i].value) < 0)
            return -1;
    return 0;
}

/* ---- what the library is ---- */

static int
add_features(PyObject *m)
{
    PyObject *list = PyList_New(0);
    int r = list == NULL ? -1 : 0;
    for (const XML_Feature *f = XML_GetFeatureList(); r == 0 && f != NULL && f->feature != XML_FEATURE_END; f++) {
        PyObject *pair = Py_BuildValue("(sl)", f->name, f->value);
        r = pair == NULL || PyList_Append(list, pair) < 0 ? -1 : 0;
        Py_XDECREF(pair);
    }
    if (r == 0)
        r = PyModule_AddObjectRef(m, "features", list);
    Py_XDECREF(list);
    return r;
}

static int
add_version(PyObject *m)
{
    XML_Expat_Version v = XML_ExpatVersionInfo();
    return PyModule_AddStringConstant(m, "EXPAT_VERSION", XML_ExpatVersion()) < 0
           || PyModule_Add(m, "version_info", Py_BuildValue("(iii)", v.major, v.minor, v.micro)) < 0
           || PyModule_AddStringConstant(m, "native_encoding", "UTF-8") < 0 ? -1 : 0;
}

#ifdef HAVE_XML_REPARSE_DEFERRAL
#define SET_REPARSE_DEFERRAL XML_SetReparseDeferralEnabled
#else
#define SET_REPARSE_DEFERRAL NULL
#endif

static struct PyExpat_CAPI capi = {
    .magic = PyExpat_CAPI_MAGIC,
    .size = sizeof(struct PyExpat_CAPI),
    .MAJOR_VERSION = XML_MAJOR_VERSION,
    .MINOR_VERSION = XML_MINOR_VERSION,
    .MICRO_VERSION = XML_MICRO_VERSION,
    .ErrorString = XML_ErrorString,
    .GetErrorCode = XML_GetErrorCode,
    .GetErrorColumnNumber = XML_GetErrorColumnNumber,
    .GetErrorLineNumber = XML_GetErrorLineNumber,
    .Parse = XML_Parse,
    .ParserCreate_MM = XML_ParserCreate_MM,
    .ParserFree = XML_ParserFree,
    .SetCharacterDataHandler = XML_SetCharacterDataHandler,
    .SetCommentHandler = XML_SetCommentHandler,
    .SetDefaultHandlerExpand = XML_SetDefaultHandlerExpand,
    .SetElementHandler = XML_SetElementHandler,
    .SetNamespaceDeclHandler = XML_SetNamespaceDeclHandler,
    .SetProcessingInstructionHandler = XML_SetProcessingInstructionHandler,
    .SetUnknownEncodingHandler = XML_SetUnknownEncodingHandler,
    .SetUserData = XML_SetUserData,
    .SetStartDoctypeDeclHandler = XML_SetStartDoctypeDeclHandler,
    .SetEncoding = XML_SetEncoding,
    .DefaultUnknownEncodingHandler = expat_unknown_encoding,
    .SetHashSalt = XML_SetHashSalt,
    .SetReparseDeferralEnabled = SET_REPARSE_DEFERRAL,
};

/* ---- the module ---- */

static int
module_exec(PyObject *m)
{
    struct expat_state *st = PyModule_GetState(m);
    st->parser_type = (PyTypeObject *)PyType_FromModuleAndSpec(m, &expat_parser_spec, NULL);
    st->error = PyErr_NewException("xml.parsers.expat.ExpatError", NULL, NULL);
    if (st->parser_type == NULL || st->error == NULL || PyModule_AddObjectRef(m, "error", st->error) < 0
        || PyModule_AddObjectRef(m, "ExpatError", st->error) < 0
        || PyModule_AddObjectRef(m, "XMLParserType", (PyObject *)st->parser_type) < 0)
        return -1;
    if (add_version(m) < 0 || add_features(m) < 0 || add_errors(m) < 0 || add_model(m) < 0)
        return -1;
    if (PyModule_AddIntMacro(m, XML_PARAM_ENTITY_PARSING_NEVER) < 0
        || PyModule_AddIntMacro(m, XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE) < 0
        || PyModule_AddIntMacro(m, XML_PARAM_ENTITY_PARSING_ALWAYS) < 0)
        return -1;
    return PyModule_Add(m, "expat_CAPI", PyCapsule_New(&capi, PyExpat_CAPSULE_NAME, NULL));
}

static int
module_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct expat_state *st = PyModule_GetState(m);
    Py_VISIT(st->parser_type);
    Py_VISIT(st->error);
    return 0;
}

static int
module_clear(PyObject *m)
{
    struct expat_state *st = PyModule_GetState(m);
    Py_CLEAR(st->parser_type);
    Py_CLEAR(st->error);
    return 0;
}

static void
module_free(void *m)
{
    module_clear(m);
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "pyexpat",
    .m_doc = "The parser of libexpat.",
    .m_size = sizeof(struct expat_state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC
PyInit_pyexpat(void)
{
    return PyModuleDef_Init(&module);
}
