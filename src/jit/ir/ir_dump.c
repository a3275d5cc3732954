/* jit/ir/ir_dump.c: a trace as text. Nothing in it depends on addresses; what stands there can be read back by ir_parse.c, but for objects
 * other than None, bools, numbers, plain texts and well-known types. */
#include "jit/ir/ir_text.h"

#include <string.h>

#include "base/strbuf.h"
#include "object/core/object.h"        /* _PyNone_Type */

const char *const ir_how_names[HOW_NULL + 1] = {
    [HOW_OBJ] = "obj", [HOW_INT] = "int", [HOW_FLOAT] = "float", [HOW_BOOL] = "bool", [HOW_VIRTUAL] = "virtual", [HOW_NULL] = "null",
};

static PyTypeObject *const named_types[] = {
    &PyLong_Type, &PyFloat_Type, &PyBool_Type, &PyUnicode_Type, &PyTuple_Type, &PyList_Type, &PyDict_Type, &PySet_Type, &PyBytes_Type,
    &PyRange_Type, &PyRangeIter_Type, &PyListIter_Type, &PyTupleIter_Type, &PyComplex_Type, &PySlice_Type, &PyFunction_Type, &PyModule_Type,
    &PyType_Type, &PyBaseObject_Type, &_PyNone_Type,
};
#define NTYPES (sizeof(named_types) / sizeof(named_types[0]))

const char *
ir_type_name(const PyTypeObject *t)
{
    for (size_t i = 0; i < NTYPES; i++) {
        if (named_types[i] == t)
            return t->tp_name;
    }
    return NULL;
}

PyTypeObject *
ir_type_by_name(const char *name, size_t len)
{
    for (size_t i = 0; i < NTYPES; i++) {
        if (strlen(named_types[i]->tp_name) == len && memcmp(named_types[i]->tp_name, name, len) == 0)
            return named_types[i];
    }
    return NULL;
}

/* ---- constants ---- */

static void
put_float(struct strbuf *sb, double v, uint64_t bits)
{
    if (v != v && bits != UINT64_C(0x7ff8000000000000)) {
        strbuf_addf(sb, "nan:%llx", (unsigned long long)bits);
        return;
    }
    char *s = PyOS_double_to_string(v, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
    strbuf_addstr(sb, s != NULL ? s : "?");
    PyMem_Free(s);
}

static bool
repr_is_plain(PyObject *o)
{
    return o == Py_None || PyBool_Check(o) || PyLong_CheckExact(o) || PyFloat_CheckExact(o) || PyUnicode_CheckExact(o);
}

static void
put_object(struct strbuf *sb, PyObject *o)
{
    const char *name = ir_type_name((PyTypeObject *)o);
    if (name != NULL || !repr_is_plain(o)) {
        strbuf_addf(sb, name != NULL ? "[%s]" : "[?%s]", name != NULL ? name : Py_TYPE(o)->tp_name);
        return;
    }
    PyObject *repr = PyObject_Repr(o);
    const char *text = repr != NULL ? PyUnicode_AsUTF8(repr) : NULL;
    if (text == NULL)
        PyErr_Clear();
    strbuf_addf(sb, "[%s]", text != NULL ? text : "?");
    Py_XDECREF(repr);
}

static void
put_pointer(struct strbuf *sb, const struct ir *ir, ir_ref r)
{
    const char *name = ir_type_name(ir_ptr_value(ir, r));
    if (name != NULL)
        strbuf_addf(sb, "&%s", name);
    else
        strbuf_addf(sb, "&%d", REF_BIAS - r);
}

static void
put_ref(struct strbuf *sb, const struct ir *ir, ir_ref r)
{
    if (!ref_is_const(r)) {
        strbuf_addf(sb, "v%d", r - REF_BIAS);
        return;
    }
    switch (r == REF_NONE ? IR_OPS : ir->at[r].op) {
    case IR_KI: strbuf_addf(sb, "%lld", (long long)ir_int_value(ir, r)); return;
    case IR_KF: put_float(sb, ir_float_value(ir, r), ir_word(ir, r)); return;
    case IR_KB: strbuf_addstr(sb, ir_word(ir, r) ? "true" : "false"); return;
    case IR_KO: put_object(sb, ir_obj_value(ir, r)); return;
    case IR_KP: put_pointer(sb, ir, r); return;
    default: strbuf_addstr(sb, "none"); return;
    }
}

/* A type where only a type can stand. */
static void
put_type(struct strbuf *sb, const struct ir *ir, ir_ref r)
{
    strbuf_addstr(sb, ((PyTypeObject *)ir_ptr_value(ir, r))->tp_name);
}

/* ---- instructions ---- */

static void
put_operand(struct strbuf *sb, const struct ir *ir, char letter, ir_ref r)
{
    if (letter == '_' || (r == REF_NONE && letter == 'v'))
        return;
    strbuf_addch(sb, ' ');
    if (letter == 'l')
        strbuf_addf(sb, "#%d", r);
    else
        put_ref(sb, ir, r);
}

static void
put_field(struct strbuf *sb, const struct ir *ir, const struct ir_ins *in)
{
    switch (ir_ops[in->op].x) {
    case X_OFS: strbuf_addf(sb, " %+d", (int32_t)in->x); return;
    case X_TYPE:
        strbuf_addch(sb, ' ');
        put_type(sb, ir, (ir_ref)in->x);
        return;
    case X_HELPER: strbuf_addf(sb, " %s", ir_helpers[in->x].name); return;
    default: return;
    }
}

/* As the back end has left it in prev: a register (16 and up: vector registers) in the low byte, a spill slot in the high one. */
static void
put_location(struct strbuf *sb, uint16_t loc)
{
    static const char *const gpr[16] = { "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                         "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15" };
    unsigned reg = loc & 0xff, slot = loc >> 8;
    if (reg >= 32 && slot == 0xff)
        return;
    strbuf_addstr(sb, "  ;");
    if (reg < 16)
        strbuf_addf(sb, " %s", gpr[reg]);
    else if (reg < 32)
        strbuf_addf(sb, " xmm%u", reg - 16);
    if (slot != 0xff)
        strbuf_addf(sb, " [%u]", slot);
}

static void
put_instruction(struct strbuf *sb, const struct ir *ir, ir_ref r, bool with_locations)
{
    const struct ir_ins *in = &ir->at[r];
    const struct ir_op_info *info = &ir_ops[in->op];
    strbuf_addstr(sb, "  ");
    if ((in->t & IRT_MASK) != T_NIL)
        strbuf_addf(sb, "v%d = ", r - REF_BIAS);
    strbuf_addstr(sb, info->name);
    put_operand(sb, ir, info->a, in->a);
    put_operand(sb, ir, info->b, in->b);
    put_operand(sb, ir, info->c, in->c);
    put_field(sb, ir, in);
    if (in->kt != REF_NONE) {
        strbuf_addstr(sb, " : ");
        put_type(sb, ir, in->kt);
    }
    if (with_locations && (in->t & IRT_MASK) != T_NIL)
        put_location(sb, in->prev);
    strbuf_addch(sb, '\n');
}

static void
put_frame(struct strbuf *sb, const struct ir *ir, int i)
{
    const struct ir_frame *f = &ir->frames[i];
    const char *name = f->code != NULL ? PyUnicode_AsUTF8(f->code->co_qualname) : NULL;
    if (name == NULL)
        PyErr_Clear();
    strbuf_addf(sb, "frame %d of %u base %u locals %u call %u ret %u %s\n", i, f->parent, f->base, f->nlocals, f->call, f->ret, name != NULL ? name : "?");
}

static void
put_snap(struct strbuf *sb, const struct ir *ir, const struct snap *s)
{
    strbuf_addf(sb, "snap pc %u depth %u", s->pc, s->depth);
    if (s->frame != 0)
        strbuf_addf(sb, " frame %u", s->frame);
    if (s->real != 0)
        strbuf_addf(sb, " real %u", s->real);
    strbuf_addstr(sb, s->branch ? " branch" : "");
    for (uint32_t i = 0; i < s->nentries; i++) {
        snap_entry e = ir->entries[s->entries + i];
        strbuf_addf(sb, " #%d=%s%s", (int)snap_slot(e), snap_held(e) ? "!" : "", ir_how_names[snap_how(e)]);
        if (snap_how(e) != HOW_NULL) {
            strbuf_addch(sb, ':');
            put_ref(sb, ir, snap_ref(e));
        }
    }
    for (uint32_t i = 0; i < s->nstores; i++) {
        const struct snap_store *st = &ir->stores[s->stores + i];
        strbuf_addch(sb, ' ');
        put_ref(sb, ir, st->obj);
        strbuf_addf(sb, "+%u=", st->offset);
        put_ref(sb, ir, st->value);
    }
    strbuf_addch(sb, '\n');
}

/* What was written, which is gone from sb. */
static char *
text_of(struct strbuf *sb)
{
    char *out = sb->failed ? NULL : PyMem_Malloc(sb->len + 1);
    if (out != NULL)
        memcpy(out, sb->len != 0 ? sb->data : "", sb->len + 1);
    strbuf_release(sb);
    return out;
}

char *
ir_dump(const struct ir *ir, bool with_snaps, bool with_locations)
{
    struct strbuf sb = STRBUF_INIT;
    uint32_t snap = 0;
    strbuf_addf(&sb, "locals %d\n", ir->nlocals);
    for (int i = 1; i < ir->nframes; i++)
        put_frame(&sb, ir, i);
    for (ir_ref r = REF_BIAS + 1; r <= ir->end; r++) {
        for (; with_snaps && snap < ir->nsnaps && ir->snaps[snap].ref <= r; snap++)
            put_snap(&sb, ir, &ir->snaps[snap]);
        if (r < ir->end)
            put_instruction(&sb, ir, r, with_locations);
    }
    return text_of(&sb);
}

char *
ir_dump_ins(const struct ir *ir, ir_ref r)
{
    struct strbuf sb = STRBUF_INIT;
    put_instruction(&sb, ir, r, false);
    char *out = text_of(&sb);
    size_t n = out != NULL ? strlen(out) : 0;
    if (n > 2) {                                         /* indentation, line break */
        memmove(out, out + 2, n - 3);
        out[n - 3] = '\0';
    }
    return out;
}

char *
ir_dump_snaps(const struct ir *ir)
{
    struct strbuf sb = STRBUF_INIT;
    for (uint32_t s = 0; s < ir->nsnaps; s++) {
        strbuf_addf(&sb, "%u: ", s);
        put_snap(&sb, ir, &ir->snaps[s]);
        ir_ref end = s + 1 < ir->nsnaps ? ir->snaps[s + 1].ref : ir->end;
        for (ir_ref r = ir->snaps[s].ref; r < end; r++)
            if (ir_ops[ir->at[r].op].flags & I_GUARD)
                put_instruction(&sb, ir, r, false);
    }
    return text_of(&sb);
}
