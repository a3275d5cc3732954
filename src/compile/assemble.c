/* compile/assemble.c: jump distances, bytes, line and exception tables, the code object. */
#include "compile/assemble.h"

#include <string.h>

#include "code/code.h"

struct bytes {                     /* a growing byte string in the pool */
    uint8_t *data;
    size_t len, cap;
};

static uint8_t *
bytes_room(struct pool *p, struct bytes *b, size_t n)
{
    if (b->len + n > b->cap) {
        size_t cap = Py_MAX(2 * b->cap, b->len + n + 64);
        b->data = pool_regrow(p, b->data, b->len, cap);
        b->cap = cap;
    }
    return b->data + b->len;
}

/* --- jumps --- */

static int
instr_size(const struct seq_instr *in)
{
    unsigned arg = (unsigned)in->arg;
    int size = 1 + op_table[in->op].caches;
    if (arg > 0xff && (op_table[in->op].flags & F_ARG))
        size += 1 + (arg > 0xffff) + (arg > 0xffffff);
    return size;
}

static void
choose_directions(struct seq *s)
{
    for (int i = 0; i < s->code.len; i++) {
        struct seq_instr *in = &s->code.items[i];
        bool forward = in->arg > i;
        if (in->op == JUMP)
            in->op = forward ? JUMP_FORWARD : JUMP_BACKWARD;
        else if (in->op == JUMP_NO_INTERRUPT)
            in->op = forward ? JUMP_FORWARD : JUMP_BACKWARD_NO_INTERRUPT;
        if (op_jumps(in->op))
            in->target = in->arg;
    }
}

/* Distances count from behind the jump. A distance that needs EXTENDED_ARG moves what follows: repeat until it settles. */
static void
resolve_distances(struct seq *s)
{
    bool again;
    for (int i = 0; i < s->code.len; i++)
        s->code.items[i].size = instr_size(&s->code.items[i]);
    do {
        int offset = 0;
        again = false;
        for (int i = 0; i < s->code.len; i++) {
            s->code.items[i].offset = offset;
            offset += s->code.items[i].size;
        }
        for (int i = 0; i < s->code.len; i++) {
            struct seq_instr *in = &s->code.items[i];
            if (!op_jumps(in->op))
                continue;
            int to = s->code.items[in->target].offset, from = in->offset + in->size, size = in->size;
            in->arg = to < from ? from - to : to - from;
            in->size = instr_size(in);
            again |= in->size != size;
        }
    } while (again);
}

/* --- bytes --- */

static PyObject *
emit_code(struct pool *p, struct seq *s)
{
    struct bytes out = { 0 };
    for (int i = 0; i < s->code.len; i++) {
        struct seq_instr *in = &s->code.items[i];
        int size = in->size, caches = op_table[in->op].caches, extended = size - 1 - caches;
        uint8_t *at = bytes_room(p, &out, (size_t)size * 2);
        for (int k = extended; k > 0; k--) {
            *at++ = EXTENDED_ARG;
            *at++ = (uint8_t)((unsigned)in->arg >> (8 * k));
        }
        *at++ = (uint8_t)in->op;
        *at++ = (uint8_t)in->arg;
        memset(at, 0, (size_t)caches * 2);
        out.len += (size_t)size * 2;
    }
    return pool_keep(p, PyBytes_FromStringAndSize((char *)out.data, (Py_ssize_t)out.len));
}

static PyObject *
emit_lines(struct pool *p, struct seq *s, int firstlineno)
{
    struct bytes out = { 0 };
    struct loc loc = NO_LOC;
    int line = firstlineno, size = 0;
    for (int i = 0; i <= s->code.len; i++) {
        bool end = i == s->code.len;
        if ((end || !loc_same(loc, s->code.items[i].loc)) && size > 0) {
            uint8_t *at = bytes_room(p, &out, LINE_ENTRY_MAX * (size_t)(size / 8 + 1));
            out.len += (size_t)line_entry_write(at, size, loc.line, loc.end_line, loc.col, loc.end_col, &line);
            size = 0;
        }
        if (end)
            break;
        loc = s->code.items[i].loc;
        size += s->code.items[i].size;
    }
    return pool_keep(p, PyBytes_FromStringAndSize((char *)out.data, (Py_ssize_t)out.len));
}

static void
emit_handler(struct pool *p, struct bytes *out, struct seq *s, const struct seq_instr *in, int start, int end)
{
    int depth = in->handler_depth - 1 - in->handler_lasti;
    uint8_t *at = bytes_room(p, out, EXC_ENTRY_MAX);
    out->len += (size_t)exc_entry_write(at, start, end - start, s->code.items[in->handler].offset, depth, in->handler_lasti);
}

static PyObject *
emit_handlers(struct pool *p, struct seq *s)
{
    struct bytes out = { 0 };
    const struct seq_instr *run = NULL;   /* first instruction of the current handler's range */
    int offset = 0;
    for (int i = 0; i < s->code.len; i++) {
        const struct seq_instr *in = &s->code.items[i];
        if (in->handler != (run ? run->handler : -1)) {
            if (run != NULL)
                emit_handler(p, &out, s, run, run->offset, offset);
            run = in->handler >= 0 ? in : NULL;
        }
        offset += in->size;
    }
    if (run != NULL)
        emit_handler(p, &out, s, run, run->offset, offset);
    return pool_keep(p, PyBytes_FromStringAndSize((char *)out.data, (Py_ssize_t)out.len));
}

/* --- the code object --- */

/* Slots: locals, then cells that are no parameters, then free variables. */
static void
fill_locals(struct pool *p, struct unit_info *u, int nlocalsplus, PyObject *names, char *kinds)
{
    int slot = u->varnames.len;
    for (int i = 0; i < u->varnames.len; i++) {
        PyObject *name = u->varnames.items[i].key;
        PyTuple_SET_ITEM(names, i, Py_NewRef(name));
        kinds[i] = (char)(CO_FAST_LOCAL | (names_has(p, &u->hidden, name) ? CO_FAST_HIDDEN : 0)
                          | (names_has(p, &u->cellvars, name) ? CO_FAST_CELL : 0));
    }
    for (int i = 0; i < u->cellvars.len; i++) {
        if (names_has(p, &u->varnames, u->cellvars.items[i].key))
            continue;
        PyTuple_SET_ITEM(names, slot, Py_NewRef(u->cellvars.items[i].key));
        kinds[slot++] = CO_FAST_CELL;
    }
    for (int i = 0; i < u->freevars.len; i++) {
        PyTuple_SET_ITEM(names, slot, Py_NewRef(u->freevars.items[i].key));
        kinds[slot++] = (char)CO_FAST_FREE;
    }
}

static PyObject *
consts_tuple(struct pool *p, struct const_list *consts)
{
    PyObject *tuple = pool_keep(p, PyTuple_New(consts->items.len));
    for (int i = 0; i < consts->items.len; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(consts->items.items[i]));
    return tuple;
}

PyCodeObject *
assemble_code(struct pool *p, struct const_cache *cache, struct unit_info *u, struct seq *s, int stack_depth, int nlocalsplus,
              int code_flags, PyObject *filename)
{
    choose_directions(s);
    resolve_distances(s);
    PyObject *names = pool_keep(p, PyTuple_New(nlocalsplus));
    PyObject *kinds = pool_keep(p, PyBytes_FromStringAndSize(NULL, nlocalsplus));
    fill_locals(p, u, nlocalsplus, names, PyBytes_AS_STRING(kinds));
    struct code_info info = {
        .filename = filename, .name = u->name, .qualname = u->qualname, .flags = code_flags,
        .code = const_merge_one(p, cache, emit_code(p, s)), .firstlineno = u->firstlineno,
        .linetable = const_merge_one(p, cache, emit_lines(p, s, u->firstlineno)),
        .consts = const_merge_one(p, cache, consts_tuple(p, &u->consts)),
        .names = const_merge_one(p, cache, pool_keep(p, names_as_tuple(&u->names))),
        .localsplusnames = const_merge_one(p, cache, names), .localspluskinds = kinds,
        .argcount = u->argcount + u->posonlyargcount, .posonlyargcount = u->posonlyargcount,
        .kwonlyargcount = u->kwonlyargcount, .stacksize = stack_depth,
        .exceptiontable = const_merge_one(p, cache, emit_handlers(p, s)),
    };
    return (PyCodeObject *)pool_keep(p, (PyObject *)code_new(&info));
}
