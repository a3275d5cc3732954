/* program/freeze_image.c: writes code objects as data that needs no work at start.
 *
 * Idea:      the objects are laid out here, in memory, as the program will have them: immortal, untracked, pointers
 *            replaced by places. The output is four arrays of words; a word that points somewhere is written as an
 *            address. What is written to at run time lies apart from what is only read, so that few pages are copied.
 * Strings:   interned ones get a hash table that interning looks into. Their hashes depend on the seed of the
 *            process, so they are computed when first asked for.
 * Sets:      the order in a frozenset depends on hashes too. It is made of a tuple when the module is loaded. */
#include "program/freeze_image.h"

#include "code/code_state.h"
#include "object/text/str.h"
#include "rt/gc_track.h"
#include "rt/runtime.h"

enum section { USED, CODE, NAMES, PLAIN, RARE, SECTIONS };      /* USED: code that a start runs. RARE: tables, texts, bytes */
static const char *const section_names[SECTIONS] = { "image_used", "image_code", "image_names", "image_plain", "image_rare" };

/* Running code writes into it. So what a start runs lies together: bodies of modules and classes, and functions of these
 * names. A function that is missing here costs a page, nothing else. */
static const char *const used_functions[] = {
#define FUNCTION(name) name,
#include "program/start_functions.def"
#undef FUNCTION
};

struct place { int section; size_t offset; };
struct pointer { size_t word; const char *base; size_t offset; };     /* base == NULL: not a pointer */
static struct words { uint64_t *items; struct pointer *pointers; size_t n, room, n_pointers, room_pointers; } words[SECTIONS];

/* Where objects have been put. */
static struct { PyObject *op; struct place at; } *known;
static size_t n_known, room_known;

struct set { struct place slot, items; };
static struct set *sets;
static size_t n_sets;

static struct { const char *text; Py_ssize_t length; size_t offset; } *names;       /* interned strings */
static size_t n_names;

static struct { const char *data; struct place code; size_t first_set, n_sets; } modules[64];
static size_t n_modules;

static void *
grown(void *p, size_t n, size_t size)
{
    if ((p = realloc(p, n * size)) == NULL)
        abort();
    return p;
}

/* ---- places ---- */

static size_t
bucket(PyObject *op)
{
    size_t i = ((uintptr_t)op >> 4) * 0x9e3779b97f4a7c15u >> 20 & (room_known - 1);
    while (known[i].op != NULL && known[i].op != op)
        i = (i + 1) & (room_known - 1);
    return i;
}

static void
remember(PyObject *op, struct place at)
{
    if (room_known == 0)
        known = calloc(room_known = 1 << 18, sizeof(*known));
    if (known == NULL || ++n_known * 2 > room_known)
        abort();
    size_t i = bucket(op);
    known[i].op = op;
    known[i].at = at;
}

static bool
find(PyObject *op, struct place *at)
{
    size_t i = room_known == 0 ? 0 : bucket(op);
    if (room_known == 0 || known[i].op == NULL)
        return false;
    *at = known[i].at;
    return true;
}

/* Room for `before` bytes and an object of `size` bytes, which it copies, as an immortal one. The object is aligned. */
static struct place
lay(enum section s, PyObject *op, size_t size, size_t before)
{
    struct words *w = &words[s];
    size_t start = (w->n + 1) & ~(size_t)1, first = start + before / 8, n = first + (size + 7) / 8;
    if (n > w->room) {
        w->room = n * 2 + 1024;
        w->items = grown(w->items, w->room, 8);
    }
    memset(w->items + w->n, 0, (n - w->n) * 8);
    w->n = n;
    memcpy(w->items + first, op, size);
    ((PyObject *)(w->items + first))->ob_refcnt = _Py_IMMORTAL_REFCNT;
    struct place at = { (int)s, first * 8 };
    remember(op, at);
    return at;
}

static void *at_place(struct place at) { return (char *)words[at.section].items + at.offset; }

static void
point(struct place at, size_t field, const char *base, size_t offset)
{
    struct words *w = &words[at.section];
    if (w->n_pointers == w->room_pointers) {
        w->room_pointers = w->room_pointers * 2 + 1024;
        w->pointers = grown(w->pointers, w->room_pointers, sizeof(*w->pointers));
    }
    w->pointers[w->n_pointers++] = (struct pointer){ (at.offset + field) / 8, base, offset };
}

static void
point_to_type(struct place at, const char *type)
{
    point(at, offsetof(PyObject, ob_type), type, 0);
}

/* ---- objects ---- */

static int put(PyObject *op);

/* field of the object at `at` refers to op, which is in the image or in every program. */
static void
refer(struct place at, size_t field, PyObject *op)
{
    struct place to;
    size_t runtime = (size_t)((char *)op - (char *)&_PyRuntime);
    if (op == NULL)
        return;
    if (op == Py_None)
        point(at, field, "_Py_NoneStruct", 0);
    else if (op == Py_True)
        point(at, field, "_Py_TrueStruct", 0);
    else if (op == Py_False)
        point(at, field, "_Py_FalseStruct", 0);
    else if (op == Py_Ellipsis)
        point(at, field, "_Py_EllipsisObject", 0);
    else if (runtime < sizeof(struct rt_runtime))
        point(at, field, "_PyRuntime", runtime);
    else if (find(op, &to))
        point(at, field, section_names[to.section], to.offset);
    else
        abort();
}

static bool
is_everywhere(PyObject *op)
{
    return op == Py_None || op == Py_True || op == Py_False || op == Py_Ellipsis
        || (size_t)((char *)op - (char *)&_PyRuntime) < sizeof(struct rt_runtime);
}

static int
put_str(PyObject *op)
{
    bool interned = PyUnicode_CHECK_INTERNED(op) != SSTATE_NOT_INTERNED, ascii = PyUnicode_IS_ASCII(op);
    if (interned && (!ascii || PyUnicode_GET_LENGTH(op) > STR_STATIC_LENGTH_MAX))
        return -1;
    size_t head = ascii ? sizeof(PyASCIIObject) : sizeof(PyCompactUnicodeObject);
    struct place at = lay(interned ? NAMES : RARE, op, head + (size_t)(PyUnicode_GET_LENGTH(op) + 1) * PyUnicode_KIND(op), 0);
    PyASCIIObject *s = at_place(at);
    s->hash = -1;
    s->state.interned = interned ? SSTATE_INTERNED_IMMORTAL_STATIC : SSTATE_NOT_INTERNED;
    s->state.statically_allocated = 1;
    if (!ascii) {
        ((PyCompactUnicodeObject *)s)->utf8 = NULL;
        ((PyCompactUnicodeObject *)s)->utf8_length = 0;
    }
    point_to_type(at, "PyUnicode_Type");
    if (interned) {
        names = grown(names, n_names + 1, sizeof(*names));
        names[n_names].text = PyUnicode_DATA(op);
        names[n_names].length = PyUnicode_GET_LENGTH(op);
        names[n_names++].offset = at.offset;
    }
    return 0;
}

static int
put_bytes(PyObject *op)
{
    struct place at = lay(RARE, op, offsetof(PyBytesObject, ob_sval) + (size_t)PyBytes_GET_SIZE(op) + 1, 0);
    size_t hash = offsetof(PyBytesObject, ob_sval) - sizeof(Py_hash_t);
    memset((char *)at_place(at) + hash, 0xff, sizeof(Py_hash_t));
    point_to_type(at, "PyBytes_Type");
    return 0;
}

static int
put_number(PyObject *op)
{
    if (PyFloat_CheckExact(op))
        point_to_type(lay(PLAIN, op, sizeof(PyFloatObject), 0), "PyFloat_Type");
    else if (PyComplex_CheckExact(op))
        point_to_type(lay(PLAIN, op, sizeof(PyComplexObject), 0), "PyComplex_Type");
    else {
        size_t digits = (size_t)(((PyLongObject *)op)->long_value.lv_tag >> 3);
        point_to_type(lay(PLAIN, op, offsetof(PyLongObject, long_value.ob_digit) + 4 * (digits > 0 ? digits : 1), 0), "PyLong_Type");
    }
    return 0;
}

/* The slot refers to the tuple of the members until the module is loaded; then it gets the set. */
static int
put_set(PyObject *op, PyObject **items)
{
    *items = PySequence_Tuple(op);       /* kept: `known` must not see its address again */
    return *items == NULL ? -1 : put(*items);
}

static int
put_tuple(PyObject *op)
{
    Py_ssize_t n = PyTuple_GET_SIZE(op);
    PyObject **items = PyMem_Calloc((size_t)n + 1, sizeof(PyObject *));
    int rc = items == NULL ? -1 : 0;
    for (Py_ssize_t i = 0; rc == 0 && i < n; i++) {
        PyObject *item = PyTuple_GET_ITEM(op, i);
        rc = PyFrozenSet_CheckExact(item) ? put_set(item, &items[i]) : put(item);
    }
    if (rc == 0) {
        struct place at = lay(PLAIN, op, offsetof(PyTupleObject, ob_item) + (size_t)n * sizeof(PyObject *), sizeof(PyGC_Head)), to;
        point_to_type(at, "PyTuple_Type");
        for (Py_ssize_t i = 0; i < n; i++) {
            size_t field = offsetof(PyTupleObject, ob_item) + (size_t)i * sizeof(PyObject *);
            refer(at, field, items[i] != NULL ? items[i] : PyTuple_GET_ITEM(op, i));
            if (items[i] != NULL && find(items[i], &to)) {
                sets = grown(sets, n_sets + 1, sizeof(*sets));
                sets[n_sets++] = (struct set){ { at.section, at.offset + field }, to };
            }
        }
    }
    PyMem_Free(items);
    return rc;
}

static bool
is_used(PyCodeObject *co)
{
    if (!(co->co_flags & CO_OPTIMIZED))
        return true;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(used_functions); i++)
        if (PyUnicode_EqualToUTF8(co->co_qualname, used_functions[i]))
            return true;
    return false;
}

static int
put_code(PyObject *op)
{
    static const size_t fields[] = {
        offsetof(PyCodeObject, co_consts), offsetof(PyCodeObject, co_names), offsetof(PyCodeObject, co_exceptiontable),
        offsetof(PyCodeObject, co_localsplusnames), offsetof(PyCodeObject, co_localspluskinds), offsetof(PyCodeObject, co_filename),
        offsetof(PyCodeObject, co_name), offsetof(PyCodeObject, co_qualname), offsetof(PyCodeObject, co_linetable),
    };
    PyCodeObject *co = (PyCodeObject *)op;
    if (co->co_executors != NULL || co->_co_cached != NULL || co->_co_monitoring != NULL || co->co_extra != NULL || co->co_weakreflist != NULL)
        return -1;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(fields); i++)
        if (put(*(PyObject **)((char *)co + fields[i])) < 0)
            return -1;
    struct place at = lay(is_used(co) ? USED : CODE, op, offsetof(PyCodeObject, co_code_adaptive) + (size_t)_PyCode_NBYTES(co), 0);
    point_to_type(at, "PyCode_Type");
    for (size_t i = 0; i < Py_ARRAY_LENGTH(fields); i++)
        refer(at, fields[i], *(PyObject **)((char *)co + fields[i]));
    return 0;
}

static int
put(PyObject *op)
{
    struct place at;
    if (is_everywhere(op) || find(op, &at))
        return 0;
    if (PyUnicode_CheckExact(op))
        return put_str(op);
    if (PyBytes_CheckExact(op))
        return put_bytes(op);
    if (PyTuple_CheckExact(op))
        return put_tuple(op);
    if (PyCode_Check(op))
        return put_code(op);
    return PyLong_CheckExact(op) || PyFloat_CheckExact(op) || PyComplex_CheckExact(op) ? put_number(op) : -1;
}

int
image_add_module(PyCodeObject *code, const char *data)
{
    size_t first = n_sets;
    if (n_modules == Py_ARRAY_LENGTH(modules) || put((PyObject *)code) < 0 || !find((PyObject *)code, &modules[n_modules].code)) {
        n_sets = first;                  /* parts may lie in the image already: they do no harm */
        return -1;
    }
    modules[n_modules].data = data;
    modules[n_modules].first_set = first;
    modules[n_modules].n_sets = n_sets - first;
    n_modules++;
    return 0;
}

/* ---- output ---- */

static int
compare_pointers(const void *a, const void *b)
{
    size_t x = ((const struct pointer *)a)->word, y = ((const struct pointer *)b)->word;
    return x < y ? -1 : x > y;
}

static void
write_section(FILE *out, int s)
{
    struct words *w = &words[s];
    const struct pointer *p = w->pointers;
    qsort(w->pointers, w->n_pointers, sizeof(*w->pointers), compare_pointers);
    fprintf(out, "static uint64_t %s[%zu] = {", section_names[s], w->n + 1);
    for (size_t i = 0; i < w->n; i++) {
        const char *gap = i % 8 == 0 ? "\n" : "";
        if (p < w->pointers + w->n_pointers && p->word == i) {
            fprintf(out, "%sA(%s,%zu),", gap, p->base, p->offset);
            p++;
        }
        else if (w->items[i] < 10)
            fprintf(out, "%s%d,", gap, (int)w->items[i]);
        else
            fprintf(out, "%s0x%llx,", gap, (unsigned long long)w->items[i]);
    }
    fprintf(out, "\n};\n");
}

/* The hash table of interned strings, as str_intern.c reads it. */
static size_t
write_names(FILE *out)
{
    size_t size = 64;
    while (size < n_names * 2)
        size *= 2;
    size_t *slots = calloc(size, sizeof(*slots));
    for (size_t i = 0; slots != NULL && i < n_names; i++) {
        size_t k = str_text_hash(names[i].text, names[i].length) & (size - 1);
        while (slots[k] != 0)
            k = (k + 1) & (size - 1);
        slots[k] = names[i].offset + 1;
    }
    fprintf(out, "static PyObject *const names[%zu] = {", size);
    for (size_t k = 0; slots != NULL && k < size; k++)
        fprintf(out, slots[k] == 0 ? "%s0," : "%sO(image_names,%zu),", k % 8 == 0 ? "\n" : "", slots[k] - 1);
    fprintf(out, "\n};\n");
    free(slots);
    return size;
}

static int
compare_strings(const void *a, const void *b)
{
    return strcmp(PyUnicode_AsUTF8(*(PyObject *const *)a), PyUnicode_AsUTF8(*(PyObject *const *)b));
}

/* Names of methods and the like: what else is interned by now. In an order that does not depend on addresses. */
static void
add_interned_names(void)
{
    PyObject **all = NULL, *s;
    size_t n = 0;
    for (size_t i = 0; (s = str_interned_next(&i)) != NULL;)
        if (PyUnicode_IS_ASCII(s) && PyUnicode_GET_LENGTH(s) <= STR_STATIC_LENGTH_MAX) {
            all = grown(all, n + 1, sizeof(*all));
            all[n++] = s;
        }
    if (n > 0)
        qsort(all, n, sizeof(*all), compare_strings);
    for (size_t i = 0; i < n; i++)
        put(all[i]);
    free(all);
}

int
image_write(FILE *out)
{
    add_interned_names();
    fprintf(out, "#define A(base, offset) (uint64_t)((char *)&base + (offset))\n#define O(base, offset) (PyObject *)((char *)&base + (offset))\n");
    for (int s = 0; s < SECTIONS; s++)
        fprintf(out, "static uint64_t %s[%zu];\n", section_names[s], words[s].n + 1);
    for (int s = 0; s < SECTIONS; s++)
        write_section(out, s);
    size_t size = write_names(out);
    fprintf(out, "static const struct import_image_set sets[] = {\n");
    for (size_t i = 0; i < n_sets; i++)
        fprintf(out, "    { (PyObject **)(void *)O(%s,%zu), O(%s,%zu) },\n", section_names[sets[i].slot.section], sets[i].slot.offset,
                section_names[sets[i].items.section], sets[i].items.offset);
    fprintf(out, "    { 0, 0 },\n};\nstatic struct import_image_module image_modules[] = {\n");
    for (size_t i = 0; i < n_modules; i++)
        fprintf(out, "    { %s, O(%s,%zu), sets + %zu, %zu, 0 },\n", modules[i].data, section_names[modules[i].code.section], modules[i].code.offset,
                modules[i].first_set, modules[i].n_sets);
    return fprintf(out, "    { 0 },\n};\nconst struct import_image adder_frozen_image = { image_modules, names, %zu, %u };\n", size - 1,
                   code_state.next_version) < 0 ? -1 : 0;
}
