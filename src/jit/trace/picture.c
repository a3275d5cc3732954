/* jit/trace/picture.c: what a thread's frames hold, and what that refers to, as an array of numbers.
 *
 * Nodes are found breadth first, from the slots of the innermost frame on, along tp_traverse. Objects that were there before are told apart by where they lie, new
 * ones by what they are: their type, their count, and which nodes refer to them. Numbers and strings count as what they are worth. */
#include "jit/trace/picture.h"

#include "object/core/birth.h"
#include "object/num/float.h"
#include "object/num/int.h"
#include "object/text/str.h"
#include "rt/items.h"
#include "object/core/type.h"
#include "rt/singletons.h"
#include "vm/step.h"

#define DEEPEST 4
#define LARGE_DICT 256
#define PLACES 8192                    /* a power of two, more than twice PICTURE_NODES */

/* ---- objects that existed at the beginning ---- */

static PyObject *known[PLACES];        /* a table by address; under the GIL */

static size_t home(const void *o) { return ((uintptr_t)o >> 4) * 0x9e3779b97f4a7c15u >> 40 & (PLACES - 1); }

static PyObject **
find_known(const PyObject *o)
{
    size_t i = home(o);
    while (known[i] != NULL && known[i] != o)
        i = (i + 1) & (PLACES - 1);
    return &known[i];
}

static int
forget(PyObject *o, PyRefTracerEvent event, void *data)
{
    PyObject **at = find_known(o);
    if (*at != NULL)
        *at = (PyObject *)1;                             /* those behind it are found all the same */
    return 0;
}

void picture_watch(void) { object_tracer = (struct object_tracer){ forget, NULL }; }
void picture_end(void) { memset(known, 0, sizeof(known)); }

/* ---- what an object is worth ---- */

static uintptr_t
mix(const void *p, size_t n, uintptr_t h)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ ((const uint8_t *)p)[i]) * 0x100000001b3u;
    return h;
}

static uintptr_t
items_value(PyObject *o)
{
    extern const struct items __start_adder_items[], __stop_adder_items[];
    const PyMappingMethods *m = Py_TYPE(o)->tp_as_mapping;
    for (const struct items *i = __start_adder_items; m != NULL && i < __stop_adder_items; i++)
        if (m->mp_subscript == i->get && m->mp_ass_subscript == i->set) {
            char code = i->code(o);
            static const struct { char code, size; } sizes[] = { { 'b', 1 }, { 'B', 1 }, { 'h', 2 }, { 'H', 2 }, { 'i', 4 }, { 'I', 4 }, { 'f', 4 },
                { 'l', 8 }, { 'L', 8 }, { 'q', 8 }, { 'Q', 8 }, { 'd', 8 } };
            for (size_t k = 0; k < Py_ARRAY_LENGTH(sizes); k++)
                if (sizes[k].code == code)
                    return mix(*(char **)((char *)o + i->items), (size_t)Py_SIZE(o) * (size_t)sizes[k].size, (uintptr_t)code);
        }
    return 0;
}

/* The words of an iterator that are no addresses: how far it is. */
static uintptr_t
iterator_value(PyObject *o)
{
    uintptr_t h = 1, word;
    for (Py_ssize_t at = sizeof(PyObject); at + 8 <= Py_TYPE(o)->tp_basicsize; at += 8) {
        memcpy(&word, (char *)o + at, sizeof(word));
        if (Py_IS_TYPE(o, &PyRangeIter_Type) || word < 1u << 20 || word > UINTPTR_MAX - (1u << 20))
            h = mix(&word, sizeof(word), h);
    }
    return h;
}

static uintptr_t
value_of(PyObject *o)
{
    double d;
    if (_Py_IsImmortal(o))
        return (uintptr_t)o;
    if (PyLong_Check(o) && int_is_compact(o))
        return (uintptr_t)int_compact_value(o);
    if (PyLong_Check(o))
        return mix(int_digits(o), int_ndigits(o) * sizeof(digit), (uintptr_t)int_sign(o));
    if (PyFloat_Check(o)) {
        d = float_value(o);
        if (d != d)                                      /* of two NaNs a sum is either: it is the C compiler's choice */
            return 1;
        return mix(&d, sizeof(d), 1);
    }
    if (PyUnicode_Check(o))
        return mix(PyUnicode_DATA(o), (size_t)(PyUnicode_GET_LENGTH(o) * PyUnicode_KIND(o)), 2);
    if (PyBytes_Check(o))
        return mix(PyBytes_AS_STRING(o), (size_t)PyBytes_GET_SIZE(o), 3);
    if (PyByteArray_Check(o))
        return mix(PyByteArray_AS_STRING(o), (size_t)PyByteArray_GET_SIZE(o), 4);
    if (PyList_Check(o) || PyTuple_Check(o))
        return (uintptr_t)Py_SIZE(o);
    if (PyDict_Check(o))
        return (uintptr_t)PyDict_GET_SIZE(o);
    if (PyAnySet_Check(o))
        return (uintptr_t)PySet_GET_SIZE(o);
    if (Py_TYPE(o)->tp_iternext != NULL && !(Py_TYPE(o)->tp_flags & Py_TPFLAGS_HEAPTYPE))
        return iterator_value(o);
    return items_value(o);
}

/* Numbers and strings may be made anew or not: one is as good as another. */
static bool is_value(PyObject *o) { return PyLong_CheckExact(o) || PyFloat_CheckExact(o) || PyUnicode_CheckExact(o) || PyBytes_CheckExact(o); }

/* Does what it refers to belong into the picture? */
static bool
is_open(PyObject *o)
{
    if (_Py_IsImmortal(o) || !PyObject_IS_GC(o) || PyType_Check(o) || PyModule_Check(o) || PyFunction_Check(o) || PyCode_Check(o) || PyFrame_Check(o)
        || PyGen_Check(o) || PyCoro_CheckExact(o) || PyAsyncGen_CheckExact(o) || PyAnySet_Check(o))
        return false;
    return !PyDict_Check(o) || PyDict_GET_SIZE(o) <= LARGE_DICT;
}

/* ---- taking ---- */

struct camera {
    struct picture *p;
    PyObject *objects[PICTURE_NODES];
    uint8_t depth[PICTURE_NODES];
    uint16_t seen[PLACES];                               /* a table by address: node + 1 */
    uint32_t parent, child;
};
static struct camera camera;                             /* under the GIL */

static struct picture_node *
new_node(PyObject *o)
{
    struct picture *p = camera.p;
    if (p->n == PICTURE_NODES)
        return NULL;
    camera.objects[p->n] = o;
    camera.depth[p->n] = camera.parent == PICTURE_ROOT ? 0 : (uint8_t)(camera.depth[camera.parent] + 1);
    p->at[p->n] = (struct picture_node){ .parent = (uint16_t)camera.parent, .child = (uint16_t)camera.child++ };
    return &p->at[p->n++];
}

/* Words that are no object. */
static void
add_word(uintptr_t word)
{
    struct picture_node *node = new_node(NULL);
    if (node != NULL)
        node->value = word;
}

static int
add_object(PyObject *o, void *unused)
{
    size_t i = home(o);
    while (o != NULL && camera.seen[i] != 0 && camera.objects[camera.seen[i] - 1] != o)
        i = (i + 1) & (PLACES - 1);
    if (o != NULL && camera.seen[i] != 0) {
        add_word(camera.seen[i]);
        return 0;
    }
    struct picture_node *node = new_node(o);
    if (node == NULL || o == NULL)
        return 0;
    camera.seen[i] = (uint16_t)camera.p->n;
    node->type = (uintptr_t)Py_TYPE(o);
    node->value = value_of(o);
    node->count = _Py_IsImmortal(o) ? 0 : Py_REFCNT(o);
    node->place = !is_value(o) && *find_known(o) == o ? (uintptr_t)o : 0;
    return 0;
}

static void
add_frame(_PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp)
{
    camera.parent = PICTURE_ROOT;
    camera.child = 0;
    add_word((uintptr_t)f->f_executable);
    add_word((uintptr_t)pc);
    if (f->owner == FRAME_OWNED_BY_CSTACK)
        return;
    add_object(f->f_locals, NULL);
    add_object(f->f_funcobj, NULL);
    for (PyObject **p = f->localsplus; p < sp; p++)
        add_object(*p, NULL);
    add_word((uintptr_t)(sp - f->localsplus));
}

static void
follow(void)
{
    for (uint32_t i = 0; i < camera.p->n; i++) {
        PyObject *o = camera.objects[i];
        if (o == NULL || camera.depth[i] == DEEPEST || !is_open(o) || Py_TYPE(o)->tp_traverse == NULL)
            continue;
        camera.parent = i;
        camera.child = 0;
        Py_TYPE(o)->tp_traverse(o, add_object, NULL);
    }
}

/* Was f called by an instruction that calls, and is it a function's own frame? */
static bool
is_plain(_PyInterpreterFrame *f)
{
    if (f->owner != FRAME_OWNED_BY_THREAD || vm_is_shim(frame_code(f)) || f->previous == NULL || f->previous->owner != FRAME_OWNED_BY_THREAD)
        return false;
    PyObject *self = frame_code(f)->co_nlocalsplus > 0 ? f->localsplus[0] : NULL;
    if (self != NULL && type_has(Py_TYPE(self), Py_TPFLAGS_HEAPTYPE) && type_lookup(Py_TYPE(self), ID(__call__)) == f->f_funcobj)
        return false;                                    /* an instance is called: the interpreter does that in C */
    int op = op_deopt(f->previous->instr_ptr->op.code);
    return op == CALL || op == CALL_KW;
}

bool
picture_take(struct picture *p, PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, _PyInterpreterFrame *outer)
{
    _PyInterpreterFrame *g = f;
    p->n = 0;
    p->plain = true;
    memset(camera.seen, 0, sizeof(camera.seen));
    camera.p = p;
    camera.parent = PICTURE_ROOT;
    camera.child = 0;
    add_word((uintptr_t)(intptr_t)ts->py_recursion_remaining);
    for (; g != NULL && g != outer; g = g->previous) {
        add_frame(g, g == f ? pc : g->instr_ptr, g == f ? sp : g->localsplus + g->stacktop);
        p->plain &= is_plain(g);
    }
    if (g == NULL)
        return false;
    add_frame(g, g == f ? pc : g->instr_ptr, g == f ? sp : g->localsplus + g->stacktop);
    follow();
    return true;
}

static struct picture before;

void
picture_begin(_PyInterpreterFrame *f, PyObject **sp, _PyInterpreterFrame *outer)
{
    memset(known, 0, sizeof(known));
    picture_take(&before, ts_current(), f, f->instr_ptr, sp, outer);
    for (uint32_t i = 0; i < before.n; i++)
        if (camera.objects[i] != NULL)
            *find_known(camera.objects[i]) = camera.objects[i];
}

/* ---- comparing ---- */

static bool
same(const struct picture_node *a, const struct picture_node *b)
{
    return a->type == b->type && a->value == b->value && a->count == b->count && a->parent == b->parent && a->child == b->child
        && (a->place == b->place || a->place == 0 || b->place == 0);
}

int
picture_compare(const struct picture *a, const struct picture *b)
{
    uint32_t i = 0;
    while (i < a->n && i < b->n && same(&a->at[i], &b->at[i]))
        i++;
    return i == a->n && i == b->n ? -1 : (int)i;
}

static const char *type_name(uintptr_t type) { return type == 0 ? "word" : ((PyTypeObject *)type)->tp_name; }

/* What is found at a node, for messages: the picture was the last one to be taken. */
static const char *
text_of(const struct picture *found, int at)
{
    static char number[24];
    PyObject *o = at < (int)found->n ? camera.objects[at] : NULL;
    if (o != NULL && PyLong_Check(o) && int_is_compact(o)) {
        snprintf(number, sizeof(number), "%zd", int_compact_value(o));
        return number;
    }
    return o != NULL && PyUnicode_Check(o) && PyUnicode_IS_COMPACT_ASCII(o) ? PyUnicode_DATA(o) : "";
}

static size_t
describe_one(const struct picture *expected, const struct picture *found, int at, char *text, size_t n)
{
    const struct picture_node none = { .parent = PICTURE_ROOT };
    const struct picture_node *a = at < (int)expected->n ? &expected->at[at] : &none, *b = at < (int)found->n ? &found->at[at] : &none;
    size_t used = (size_t)snprintf(text, n, "the trace: %s %#zx at %#zx, %zd references; the interpreter: %s %#zx at %#zx, %zd references %.60s; node %d of %u, %u;", type_name(a->type),
        a->value, a->place, a->count, type_name(b->type), b->value, b->place, b->count, text_of(found, at), at, expected->n, found->n);
    const struct picture_node *p = a;
    for (; used < n && p->parent != PICTURE_ROOT; p = &expected->at[p->parent])
        used += (size_t)snprintf(text + used, n - used, " child %d of %s, which is", p->child, type_name(expected->at[p->parent].type));
    if (used < n)
        used += (size_t)snprintf(text + used, n - used, " entry %d of a frame\n", p->child);
    return used < n ? used : n;
}

void
picture_describe(const struct picture *expected, const struct picture *found, int at, char *text, size_t n)
{
    size_t used = 0;
    for (int i = at, shown = 0; shown < 8 && (i < (int)expected->n || i < (int)found->n) && used < n; i++)
        if (i >= (int)expected->n || i >= (int)found->n || !same(&expected->at[i], &found->at[i])) {
            used += describe_one(expected, found, i, text + used, n - used);
            shown++;
        }
}
