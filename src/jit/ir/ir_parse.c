/* jit/ir/ir_parse.c: reads what ir_dump.c writes, and what tests write by hand: values may have any names, comments begin with ';'.
 * A name belongs to the instruction it was given last. Objects made for the text live as long as the process. */
#include "jit/ir/ir_text.h"

#include "object/coll/tuple.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAMES 4096

struct text { const char *s; size_t len; };            /* a word */

struct parser {
    struct ir *ir;
    const char *at;                    /* in the line */
    const char *end;                   /* of the line */
    struct named { struct text name; ir_ref ref; } *names;
    size_t nnames;
};

/* ---- words ---- */

/* The end of the word at p: brackets and quotes hold their spaces. */
static const char *
word_end(const char *p, const char *end)
{
    bool quoted = false;
    while (p < end && (quoted || (!isspace((unsigned char)*p) && *p != ';'))) {
        if (*p == '\'')
            quoted = !quoted;
        p++;
    }
    return p;
}

/* The next word of the line; len 0 at its end. */
static struct text
next_word(struct parser *ps)
{
    while (ps->at < ps->end && isspace((unsigned char)*ps->at))
        ps->at++;
    struct text w = { ps->at, 0 };
    ps->at = word_end(ps->at, ps->end);
    w.len = (size_t)(ps->at - w.s);
    return w;
}

static bool
is_word(struct text w, const char *s)
{
    return w.len == strlen(s) && memcmp(w.s, s, w.len) == 0;
}

static struct text
rest_of(struct text w, size_t from)
{
    return (struct text){ w.s + from, w.len - from };
}

static bool
to_integer(struct text w, int64_t *out)
{
    char buf[32], *end;
    if (w.len == 0 || w.len >= sizeof(buf))
        return false;
    memcpy(buf, w.s, w.len);
    buf[w.len] = 0;
    *out = strtoll(buf, &end, 10);
    return *end == 0;
}

static bool
to_float(struct text w, double *out)
{
    char buf[64];
    uint64_t bits;
    if (w.len == 0 || w.len >= sizeof(buf))
        return false;
    memcpy(buf, w.s, w.len);
    buf[w.len] = 0;
    if (sscanf(buf, "nan:%lx", &bits) == 1) {
        memcpy(out, &bits, sizeof(bits));
        return true;
    }
    *out = PyOS_string_to_double(buf, NULL, NULL);
    bool ok = !PyErr_Occurred();
    PyErr_Clear();
    return ok;
}

/* ---- values ---- */

/* Keeps o alive; NULL stays NULL. */
static PyObject *
keep(PyObject *o)
{
    static PyObject *kept;
    if (kept == NULL)
        kept = PyList_New(0);
    if (o == NULL || kept == NULL || PyList_Append(kept, o) < 0) {
        PyErr_Clear();
        return NULL;
    }
    Py_DECREF(o);
    return o;
}

static PyObject *to_object(struct text w);

/* (a,b): without spaces, as words end there. */
static PyObject *
to_tuple(struct text w)
{
    PyObject *items[8];
    Py_ssize_t n = 0;
    for (size_t from = 1, i = 1; i < w.len; i++) {
        if ((w.s[i] != ',' && i + 1 != w.len) || from == i)
            continue;
        PyObject *o = n < 8 ? to_object((struct text){ w.s + from, i - from }) : NULL;
        if (o == NULL)
            return NULL;
        items[n++] = o;
        from = i + 1;
    }
    return w.s[w.len - 1] == ')' ? keep(tuple_from_array(items, n)) : NULL;
}

static PyObject *
to_object(struct text w)
{
    double f;
    PyTypeObject *t = ir_type_by_name(w.s, w.len);
    if (t != NULL)
        return (PyObject *)t;
    if (is_word(w, "None"))
        return Py_None;
    if (is_word(w, "True") || is_word(w, "False"))
        return w.s[0] == 'T' ? Py_True : Py_False;
    if (w.len >= 2 && w.s[0] == '\'' && w.s[w.len - 1] == '\'')
        return keep(PyUnicode_FromStringAndSize(w.s + 1, (Py_ssize_t)w.len - 2));
    if (w.s[0] == '(')
        return to_tuple(w);
    PyObject *text = PyUnicode_FromStringAndSize(w.s, (Py_ssize_t)w.len);
    PyObject *o = text != NULL ? PyLong_FromUnicodeObject(text, 10) : NULL;
    Py_XDECREF(text);
    if (o == NULL)
        PyErr_Clear();
    return keep(o != NULL ? o : to_float(w, &f) ? PyFloat_FromDouble(f) : NULL);
}

static bool
to_pointer(struct parser *ps, struct text w, ir_ref *out)
{
    int64_t n;
    PyTypeObject *t = ir_type_by_name(w.s, w.len);
    if (t == NULL && !to_integer(w, &n))
        return false;
    *out = ir_ptr(ps->ir, t != NULL ? (void *)t : (void *)(uintptr_t)(n * 16));
    return true;
}

static bool
to_named(struct parser *ps, struct text w, ir_ref *out)
{
    for (size_t i = ps->nnames; i-- > 0; ) {
        if (ps->names[i].name.len == w.len && memcmp(ps->names[i].name.s, w.s, w.len) == 0) {
            *out = ps->names[i].ref;
            return true;
        }
    }
    return false;
}

static bool
to_ref(struct parser *ps, struct text w, ir_ref *out)
{
    int64_t i;
    double f;
    if (w.len == 0)
        return false;
    if (w.s[0] == '[') {
        PyObject *o = w.len > 2 && w.s[w.len - 1] == ']' ? to_object((struct text){ w.s + 1, w.len - 2 }) : NULL;
        *out = o != NULL ? ir_obj(ps->ir, o) : REF_NONE;
        return o != NULL;
    }
    if (w.s[0] == '&')
        return to_pointer(ps, rest_of(w, 1), out);
    if (is_word(w, "true") || is_word(w, "false")) {
        *out = ir_bool(ps->ir, w.s[0] == 't');
        return true;
    }
    if (to_named(ps, w, out))
        return true;
    if (to_integer(w, &i)) {
        *out = ir_int(ps->ir, i);
        return true;
    }
    if (!to_float(w, &f))
        return false;
    *out = ir_float(ps->ir, f);
    return true;
}

/* ---- instructions ---- */

static bool
to_op(struct text w, enum ir_op *op)
{
    for (*op = IR_NOP; *op < IR_OPS; (*op)++) {
        if (is_word(w, ir_ops[*op].name))
            return true;
    }
    return false;
}

static bool
to_operand(struct parser *ps, char letter, ir_ref *out)
{
    int64_t n;
    *out = 0;
    if (letter == '_')
        return true;
    struct text w = next_word(ps);
    if (letter != 'l')
        return to_ref(ps, w, out);
    if (w.len < 2 || w.s[0] != '#' || !to_integer(rest_of(w, 1), &n))
        return false;
    *out = (ir_ref)n;
    return true;
}

static bool
to_field(struct parser *ps, enum ir_op op, uint32_t *x)
{
    int64_t n;
    ir_ref type;
    *x = 0;
    if (ir_ops[op].x == X__)
        return true;
    struct text w = next_word(ps);
    switch (ir_ops[op].x) {
    case X_OFS:
        if (w.len < 2 || (w.s[0] != '+' && w.s[0] != '-') || !to_integer(w, &n))
            return false;
        *x = (uint32_t)n;
        return true;
    case X_TYPE:
        if (ir_type_by_name(w.s, w.len) == NULL || !to_pointer(ps, w, &type))
            return false;
        *x = type;
        return true;
    default:
        while (*x < IR_HELPERS && !is_word(w, ir_helpers[*x].name))
            (*x)++;
        return *x < IR_HELPERS;
    }
}

/* Operands of a call end where the helper's name stands. */
static bool
to_call_operands(struct parser *ps, enum ir_op op, ir_ref v[3], uint32_t *x)
{
    for (int i = 0; i < 4; i++) {
        const char *before = ps->at;
        if (to_field(ps, op, x))
            return true;
        ps->at = before;
        if (i == 3 || !to_operand(ps, 'v', &v[i]))
            return false;
    }
    return false;
}

/* " : type" at the end. */
static bool
to_known_type(struct parser *ps, ir_ref r)
{
    struct text w = next_word(ps);
    ir_ref type;
    if (w.len == 0)
        return true;
    if (!is_word(w, ":") || !to_pointer(ps, next_word(ps), &type))
        return false;
    if (r != REF_NONE)
        ps->ir->at[r].kt = type;
    return next_word(ps).len == 0;
}

static bool
add_name(struct parser *ps, struct text name, ir_ref r)
{
    if (ps->nnames == MAX_NAMES)
        return false;
    ps->names[ps->nnames++] = (struct named){ name, r };
    return true;
}

static bool
parse_instruction(struct parser *ps, struct text name, struct text word)
{
    enum ir_op op;
    ir_ref v[3] = { 0, 0, 0 };
    uint32_t x;
    if (!to_op(word, &op))
        return false;
    if (ir_ops[op].x == X_HELPER) {
        if (!to_call_operands(ps, op, v, &x))
            return false;
    } else if (!to_operand(ps, ir_ops[op].a, &v[0]) || !to_operand(ps, ir_ops[op].b, &v[1]) || !to_operand(ps, ir_ops[op].c, &v[2])
               || !to_field(ps, op, &x)) {
        return false;
    }
    ir_ref r = ir_append(ps->ir, op, v[0], v[1], v[2], x);
    return (name.len == 0 || add_name(ps, name, r)) && to_known_type(ps, r);
}

/* ---- snapshots ---- */

/* #slot=[!]how[:ref] */
static bool
parse_entry(struct parser *ps, struct text w)
{
    const char *eq = memchr(w.s, '=', w.len);
    int64_t slot;
    ir_ref ref = REF_NONE;
    if (eq == NULL || !to_integer((struct text){ w.s + 1, (size_t)(eq - w.s) - 1 }, &slot))
        return false;
    struct text rest = rest_of(w, (size_t)(eq - w.s) + 1);
    bool held = rest.len > 0 && rest.s[0] == '!';
    if (held)
        rest = rest_of(rest, 1);
    const char *colon = memchr(rest.s, ':', rest.len);
    struct text how_text = { rest.s, colon != NULL ? (size_t)(colon - rest.s) : rest.len };
    int how = HOW_OBJ;
    while (how <= HOW_NULL && !is_word(how_text, ir_how_names[how]))
        how++;
    if (how > HOW_NULL || (how == HOW_NULL) != (colon == NULL))
        return false;
    if (colon != NULL && !to_ref(ps, rest_of(rest, how_text.len + 1), &ref))
        return false;
    snap_add_entry(ps->ir, SNAP_ENTRY(slot, held, how, ref));
    return true;
}

/* object+offset=value */
static bool
parse_store(struct parser *ps, struct text w)
{
    const char *plus = memchr(w.s, '+', w.len), *eq = plus != NULL ? memchr(plus, '=', (size_t)(w.s + w.len - plus)) : NULL;
    int64_t offset;
    struct snap_store st = { 0 };
    if (eq == NULL || !to_integer((struct text){ plus + 1, (size_t)(eq - plus) - 1 }, &offset))
        return false;
    if (!to_ref(ps, (struct text){ w.s, (size_t)(plus - w.s) }, &st.obj) || !to_ref(ps, rest_of(w, (size_t)(eq - w.s) + 1), &st.value))
        return false;
    st.offset = (uint32_t)offset;
    snap_add_store(ps->ir, st);
    return true;
}

static bool
parse_snap(struct parser *ps)
{
    int64_t pc, depth, frame = 0;
    if (!is_word(next_word(ps), "pc") || !to_integer(next_word(ps), &pc) || !is_word(next_word(ps), "depth")
        || !to_integer(next_word(ps), &depth))
        return false;
    ps->ir->frame = 0;
    struct snap *s = snap_begin(ps->ir, (uint32_t)pc, (unsigned)depth);
    for (struct text w = next_word(ps); w.len > 0; w = next_word(ps)) {
        if (is_word(w, "branch"))
            s->branch = true;
        else if (is_word(w, "frame")) {
            if (!to_integer(next_word(ps), &frame) || frame < 0 || frame >= ps->ir->nframes)
                return false;
            s->frame = (uint16_t)frame;
        }
        else if (!(w.s[0] == '#' ? parse_entry(ps, w) : parse_store(ps, w)))
            return false;
    }
    return true;
}

/* ---- lines ---- */

/* frame 1 of 0 base 7 locals 3 call 19 ret 23 name */
static bool
parse_frame(struct parser *ps)
{
    static const char *const words[] = { NULL, "of", "base", "locals", "call", "ret" };
    int64_t n[6];
    for (int i = 0; i < 6; i++)
        if ((words[i] != NULL && !is_word(next_word(ps), words[i])) || !to_integer(next_word(ps), &n[i]))
            return false;
    if (n[0] != ps->ir->nframes || n[1] < 0 || n[1] >= n[0])
        return false;
    ps->ir->frame = (uint16_t)n[1];
    return ir_push_frame(ps->ir, (struct ir_frame){ .base = (uint16_t)n[2], .below = (uint16_t)(n[2] - 1), .function = (uint16_t)(n[2] - 1), .nlocals = (uint16_t)n[3], .call = (uint32_t)n[4], .ret = (uint32_t)n[5] });
}

static bool
parse_line(struct parser *ps)
{
    struct text none = { NULL, 0 }, w = next_word(ps);
    int64_t n;
    if (w.len == 0)
        return true;
    if (is_word(w, "snap"))
        return parse_snap(ps);
    if (is_word(w, "frame"))
        return parse_frame(ps);
    if (is_word(w, "locals")) {
        bool ok = to_integer(next_word(ps), &n);
        ps->ir->nlocals = ok ? (uint16_t)n : 0;
        return ok;
    }
    const char *after = ps->at;
    if (is_word(next_word(ps), "="))
        return parse_instruction(ps, w, next_word(ps));
    ps->at = after;
    return parse_instruction(ps, none, w);
}

int
ir_parse(struct ir *ir, const char *text, int *line)
{
    struct parser ps = { .ir = ir, .names = PyMem_Calloc(MAX_NAMES, sizeof(struct named)) };
    bool ok = ps.names != NULL;
    ir_reset(ir);
    for (*line = 1; ok && *text != 0; (*line)++) {
        const char *end = strchr(text, '\n');
        ps.at = text;
        ps.end = end != NULL ? end : text + strlen(text);
        ok = parse_line(&ps) && ir->full == NULL;
        if (!ok)
            break;
        text = end != NULL ? end + 1 : ps.end;
    }
    PyMem_Free(ps.names);
    return ok ? 0 : -1;
}
