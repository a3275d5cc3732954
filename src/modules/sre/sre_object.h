/* modules/sre/sre_object.h: the objects of the re module. Layouts are as CPython's. */
#ifndef ADDER_MODULES_SRE_OBJECT_H
#define ADDER_MODULES_SRE_OBJECT_H

#include <Python.h>

#include "modules/sre/sre.h"

struct sre_pattern {
    PyObject_VAR_HEAD
    Py_ssize_t groups;                   /* without group 0 */
    PyObject *groupindex;                /* dict: name to number */
    PyObject *indexgroup;                /* tuple: number to name or None */
    PyObject *pattern;                   /* str, bytes or None */
    int flags;
    PyObject *weakreflist;
    int isbytes;                         /* 1, 0, -1: pattern is None, fits both */
    Py_ssize_t codesize;
    sre_code code[1];
};

struct sre_match_object {
    PyObject_VAR_HEAD
    PyObject *string;                    /* NULL-able link to what was searched */
    PyObject *regs;                      /* cached tuple, or NULL */
    struct sre_pattern *pattern;
    Py_ssize_t pos, endpos;
    Py_ssize_t lastindex;                /* -1: none */
    Py_ssize_t groups;                   /* with group 0 */
    Py_ssize_t mark[1];
};

struct sre_template {
    PyObject_VAR_HEAD
    Py_ssize_t chunks;                   /* pieces of the result at most */
    PyObject *literal;                   /* the first literal */
    struct { Py_ssize_t index; PyObject *literal; } items[];    /* group, then literal or NULL */
};

struct sre_scanner {
    PyObject_HEAD
    struct sre_pattern *pattern;
    struct sre_state state;
    Py_ssize_t pos, endpos;
    bool executing, done;
    char reserved[16];                   /* keeps the size that Python sees */
};

struct sre_module {
    PyTypeObject *pattern_type, *match_type, *scanner_type, *template_type;
    PyObject *compile_template;          /* re._compile_template, imported at first use */
};

extern struct PyModuleDef sre_module_def;
struct sre_module *sre_module_of(PyTypeObject *type);

extern PyType_Spec sre_pattern_spec, sre_match_spec, sre_scanner_spec, sre_template_spec;

/* Prepares a search of string from pos to endpos (clipped; stored back): 0 or -1. */
int sre_state_init(struct sre_state *s, struct sre_pattern *pattern, PyObject *string, Py_ssize_t *pos, Py_ssize_t *endpos);
void sre_state_fini(struct sre_state *s);
/* Forgets the groups of the last match. */
void sre_state_reset(struct sre_state *s);
/* Index of a pointer into the string. */
static inline Py_ssize_t sre_offset(const struct sre_state *s, const void *p) { return ((const char *)p - (const char *)s->beginning) / s->charsize; }

/* What is matched: *length, *charsize, *isbytes; fills view for bytes-like objects. NULL with TypeError. */
const void *sre_getstring(PyObject *string, Py_ssize_t *length, int *isbytes, int *charsize, Py_buffer *view);
/* string[start:end] as str or bytes. */
PyObject *sre_getslice(int isbytes, const void *data, PyObject *string, Py_ssize_t start, Py_ssize_t end);
/* "".join(list), or b"".join() if the string is bytes-like; steals list. */
PyObject *sre_join(PyObject *list, int isbytes);

/* A Match for status SRE_YES, None for SRE_NO, NULL for SRE_ERROR. */
PyObject *sre_new_match(struct sre_module *m, struct sre_pattern *pattern, struct sre_state *s, int status, Py_ssize_t pos, Py_ssize_t endpos);
/* The text of a group, or `missing` (new reference). */
PyObject *sre_match_group(struct sre_match_object *match, Py_ssize_t index, PyObject *missing);

/* A template object, str or bytes for a replacement string with backslashes. */
PyObject *sre_compile_template(struct sre_module *m, struct sre_pattern *pattern, PyObject *repl);
PyObject *sre_expand_template(struct sre_template *t, struct sre_match_object *match);
PyObject *sre_template_new(struct sre_module *m, PyObject *parts);

#endif
