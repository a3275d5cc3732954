/* syntax/ast_nodes.c: what the generated node code shares. */
#include "syntax/ast_nodes.h"

void *
ast_field_missing(const char *field, const char *cons)
{
    PyErr_Format(PyExc_ValueError, "field '%s' is required for %s", field, cons);
    return NULL;
}
