/* modules/expat/expat.h: module pyexpat: the XML parser of the host's libexpat.
 *
 * A Python parser owns one XML_Parser, whose user data is the Python parser. Handlers are kept in an array; a C function
 * stands in the library for each that is set (pyexpat.c). The library cannot be entered twice for one parser: `parsing`
 * says that it is inside, and Parse() then refuses. Character data may be gathered in `buffer` until another event comes. */
#ifndef ADDER_MODULES_EXPAT_H
#define ADDER_MODULES_EXPAT_H

#include <Python.h>
#include <expat.h>

#include "base/own.h"

/* HANDLER(name, attribute, function of the library that sets it) */
#define EXPAT_HANDLERS(HANDLER) \
    HANDLER(StartElement, StartElementHandler, XML_SetStartElementHandler) \
    HANDLER(EndElement, EndElementHandler, XML_SetEndElementHandler) \
    HANDLER(ProcessingInstruction, ProcessingInstructionHandler, XML_SetProcessingInstructionHandler) \
    HANDLER(CharacterData, CharacterDataHandler, XML_SetCharacterDataHandler) \
    HANDLER(UnparsedEntityDecl, UnparsedEntityDeclHandler, XML_SetUnparsedEntityDeclHandler) \
    HANDLER(NotationDecl, NotationDeclHandler, XML_SetNotationDeclHandler) \
    HANDLER(StartNamespaceDecl, StartNamespaceDeclHandler, XML_SetStartNamespaceDeclHandler) \
    HANDLER(EndNamespaceDecl, EndNamespaceDeclHandler, XML_SetEndNamespaceDeclHandler) \
    HANDLER(Comment, CommentHandler, XML_SetCommentHandler) \
    HANDLER(StartCdataSection, StartCdataSectionHandler, XML_SetStartCdataSectionHandler) \
    HANDLER(EndCdataSection, EndCdataSectionHandler, XML_SetEndCdataSectionHandler) \
    HANDLER(Default, DefaultHandler, XML_SetDefaultHandler) \
    HANDLER(DefaultHandlerExpand, DefaultHandlerExpand, XML_SetDefaultHandlerExpand) \
    HANDLER(NotStandalone, NotStandaloneHandler, XML_SetNotStandaloneHandler) \
    HANDLER(ExternalEntityRef, ExternalEntityRefHandler, XML_SetExternalEntityRefHandler) \
    HANDLER(StartDoctypeDecl, StartDoctypeDeclHandler, XML_SetStartDoctypeDeclHandler) \
    HANDLER(EndDoctypeDecl, EndDoctypeDeclHandler, XML_SetEndDoctypeDeclHandler) \
    HANDLER(EntityDecl, EntityDeclHandler, XML_SetEntityDeclHandler) \
    HANDLER(XmlDecl, XmlDeclHandler, XML_SetXmlDeclHandler) \
    HANDLER(ElementDecl, ElementDeclHandler, XML_SetElementDeclHandler) \
    HANDLER(AttlistDecl, AttlistDeclHandler, XML_SetAttlistDeclHandler) \
    HANDLER(SkippedEntity, SkippedEntityHandler, XML_SetSkippedEntityHandler)

enum expat_handler {
#define EXPAT_ENUM(name, attribute, setter) H_##name,
    EXPAT_HANDLERS(EXPAT_ENUM)
#undef EXPAT_ENUM
    H_COUNT
};

struct expat_state {
    PyTypeObject *parser_type;
    PyObject *error;                    /* ExpatError */
};

/* One parser. The size, and the offset of `intern`, are those of CPython's. */
struct xmlparser {
    PyObject_HEAD
    XML_Parser parser;
    PyObject **handlers;                /* H_COUNT of them, NULL where none is set */
    XML_Char *buffer;                   /* character data not reported yet; NULL when buffer_text is off */
    int buffer_size, buffer_used;
    PyObject *parent;                   /* of an external entity's parser: shares data of the library with it */
    bool ordered_attributes, specified_attributes, namespace_prefixes, reparse_deferral;
    bool in_callback;                   /* a handler runs */
    bool parsing;                       /* the library is at work on this parser */
    bool stale;                         /* the library still has the C side of handlers that are gone */
    PyObject *intern;                   /* dict of names, or NULL */
    struct expat_state *st;             /* of the module; the type keeps it alive */
};

typedef void (*expat_function)(void);

/* Puts the C side of a handler into the library, or takes it out: at once, or, where the library would not notice in time,
 * when parsing has ended and expat_settle() is called. */
void expat_install(struct xmlparser *p, enum expat_handler which, bool on);
void expat_settle(struct xmlparser *p);

/* The C side of a character data handler that was removed while it ran: the library has to have one until it returns. */
void expat_install_noop(struct xmlparser *p);

/* Reports the buffered character data. 0, or -1 with an exception. */
int expat_flush(struct xmlparser *p);

/* Drops all handlers; the library calls none from now on. */
void expat_drop_handlers(struct xmlparser *p);

/* The C type's own: for encodings that the library does not know. */
int XMLCALL expat_unknown_encoding(void *data, const XML_Char *name, XML_Encoding *info);

/* A parser like ParserCreate() makes it; `intern` is a dict or NULL. */
OWNED PyObject *expat_parser_new(struct expat_state *st, const char *encoding, const char *separator, PyObject *intern);

extern PyType_Spec expat_parser_spec;

/* Whether the library defers reparsing of unfinished tokens, as from 2.6.0 on. A version before that may have the function
 * as a security fix; it is switched off there, since code asks for the version to know. */
bool expat_has_deferral(void);
void expat_defer(XML_Parser parser, bool on);

#endif
