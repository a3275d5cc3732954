/* rt/items.h: types whose objects are rows of numbers in memory, as data beside their definition.
 *
 * The JIT reads these rows: it loads and stores items itself. The number of items is ob_size. */
#ifndef ADDER_RT_ITEMS_H
#define ADDER_RT_ITEMS_H

#include <Python.h>

struct items {
    binaryfunc get;          /* mp_subscript and mp_ass_subscript of the types that are meant: types that cannot be changed */
    objobjargproc set;
    uint32_t items, kind;    /* offsets: of the address of the first item, and of an address that tells the kind of items and stays the same */
    char (*code)(PyObject *o);       /* the kind: type code as in the module struct; others are left alone. NaNs keep their bits */
};

/* Rows are collected by the linker from all folders. */
#define ITEMS(name, ...) static const struct items items_##name __attribute__((used, section("adder_items"), aligned(8))) = { __VA_ARGS__ }

#endif
