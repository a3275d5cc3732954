/* rt/singletons.h: objects that exist before the first line runs, at CPython 3.13.5's offsets in _PyRuntime.
 *
 * Debuggers and samplers read _PyRuntime from outside, so the offsets are part of the interface; being
 * statically initialised (rt/runtime.c), the objects cost no work at start. All of them are immortal:
 * the accessors below give BORROWED references that never die, and counting them is optional. */
#ifndef ADDER_RT_SINGLETONS_H
#define ADDER_RT_SINGLETONS_H

#include <Python.h>

#define RT_NSMALLNEG 5
#define RT_NSMALLPOS 257

struct rt_strings {
    struct {
#define STR_DEF(name, text) struct { PyASCIIObject _ascii; uint8_t _data[sizeof(text)]; } _py_##name;
#define ID_DEF(name)
#include "rt/ids.def"
#undef STR_DEF
#undef ID_DEF
    } literals;
    struct {
#define STR_DEF(name, text)
#define ID_DEF(name) struct { PyASCIIObject _ascii; uint8_t _data[sizeof(#name)]; } _py_##name;
#include "rt/ids.def"
#undef STR_DEF
#undef ID_DEF
    } identifiers;
    struct { PyASCIIObject _ascii; uint8_t _data[2]; } ascii[128];
    struct { PyCompactUnicodeObject _latin1; uint8_t _data[2]; } latin1[128];
};

struct rt_static_objects {
    PyLongObject small_ints[RT_NSMALLNEG + RT_NSMALLPOS];
    PyBytesObject bytes_empty;
    struct { PyBytesObject ob; char eos; } bytes_characters[256];
    struct rt_strings strings;
    uint8_t _tuple_empty_gc[16];
    PyTupleObject tuple_empty;
    uint8_t _hamt_bitmap_node_empty_gc[16];
    uint8_t hamt_bitmap_node_empty[40];
    PyObject context_token_missing;
};

#define RT_STATIC_OBJECTS_OFFSET 13840
struct rt_runtime;
PyAPI_DATA(struct rt_runtime) _PyRuntime;
#define RT_STATIC ((struct rt_static_objects *)((char *)&_PyRuntime + RT_STATIC_OBJECTS_OFFSET))

#define ID(name) ((PyObject *)&RT_STATIC->strings.identifiers._py_##name)     /* interned str "name" */
#define STR(name) ((PyObject *)&RT_STATIC->strings.literals._py_##name)       /* see STR_DEF in ids.def */
#define EMPTY_STR STR(empty)
#define EMPTY_BYTES ((PyObject *)&RT_STATIC->bytes_empty)
#define EMPTY_TUPLE ((PyObject *)&RT_STATIC->tuple_empty)
#define SMALL_INT(i) ((PyObject *)&RT_STATIC->small_ints[RT_NSMALLNEG + (i)])  /* -5 <= i <= 256 */
#define BYTE_CHAR(c) ((PyObject *)&RT_STATIC->bytes_characters[(unsigned char)(c)].ob)
static inline PyObject *rt_latin1_char(unsigned char c)
{
    struct rt_strings *s = &RT_STATIC->strings;
    return c < 128 ? (PyObject *)&s->ascii[c] : (PyObject *)&s->latin1[c - 128];
}
#define LATIN1_CHAR(c) rt_latin1_char((unsigned char)(c))

#endif
