/* modules/sre/sre_match.c: the matcher, compiled for each character width. */
#include <Python.h>

#include <string.h>

#include "modules/sre/sre.h"

#define CHAR Py_UCS1
#define FN(name) u1_##name
#include "modules/sre/sre_engine.h"
#define CHAR Py_UCS2
#define FN(name) u2_##name
#include "modules/sre/sre_engine.h"
#define CHAR Py_UCS4
#define FN(name) u4_##name
#include "modules/sre/sre_engine.h"

int sre_match(struct sre_state *s, const sre_code *code)
{
    return s->charsize == 1 ? u1_match(s, code) : s->charsize == 2 ? u2_match(s, code) : u4_match(s, code);
}

int sre_search(struct sre_state *s, const sre_code *code)
{
    return s->charsize == 1 ? u1_search(s, code) : s->charsize == 2 ? u2_search(s, code) : u4_search(s, code);
}
