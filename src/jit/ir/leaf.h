/* jit/ir/leaf.h: C functions that traces call and that run no code of the program: containers, strings, functions of ours with an effect row.
 *
 * What they cannot do without such code they leave undone, and say so. None leaves an exception. */
#ifndef ADDER_JIT_IR_LEAF_H
#define ADDER_JIT_IR_LEAF_H

#include <Python.h>

#include "base/own.h"

/* o, or NULL without the exception that goes with it: the interpreter will raise it again. */
static inline OWNED PyObject *
leaf_or_null(STEALS PyObject *o)
{
    if (UNLIKELY(o == NULL))
        PyErr_Clear();
    return o;
}

/* Is o of a type whose hash and comparison with another such object run no code: numbers, strings, bytes, None, tuples of those, objects that are equal to
 * themselves only? */
bool leaf_is_key(PyObject *o);

/* Is a the same as b, or equal to it? 1, 0, or -1: who knows. */
int leaf_equal(PyObject *a, PyObject *b);
/* a == b: 1, 0; -1: comparing them may run code. */
int64_t jit_eq(PyObject *a, PyObject *b);
/* A new object of a class whose instances are made and initialised by C functions of ours, without arguments. */
OWNED PyObject *jit_call_class(void *type);

/* ---- dicts (leaf_dict.c); keys are objects, or ints as numbers ---- */

/* Where d has the value under k; NULL: it has none, or who knows. */
PyObject **jit_dict_at(PyObject *d, PyObject *k);
PyObject **jit_dict_at_int(PyObject *d, int64_t k);
/* The same for a store of another value: NULL also when somebody watches the dict, or its values are an instance's. _gc: or the cycle collector does not know
 * of it, as it will have to. */
PyObject **jit_dict_put_at(PyObject *d, PyObject *k);
PyObject **jit_dict_put_at_int(PyObject *d, int64_t k);
PyObject **jit_dict_put_gc_at(PyObject *d, PyObject *k);
PyObject **jit_dict_put_gc_at_int(PyObject *d, int64_t k);
/* 1: it has k, 0: it has not, -1: who knows. */
int64_t jit_dict_has(PyObject *d, PyObject *k);
int64_t jit_dict_has_int(PyObject *d, int64_t k);
/* May k be added to d by jit_dict_add()? It is not there, and nobody wants to know. 1 or 0. */
int64_t jit_dict_lacks(PyObject *d, PyObject *k);
int64_t jit_dict_lacks_int(PyObject *d, int64_t k);
/* Add it; 0: no memory, then the references stay the caller's. */
int64_t jit_dict_add(PyObject *d, STEALS PyObject *k, STEALS PyObject *v);

/* Is this its key number i? Only as long as none was taken away. */
int64_t jit_dict_key_is(PyObject *d, PyObject *k, int64_t i);
/* A new dict of the first n keys and values of jit_args, by turns; the keys are strings. */
OWNED PyObject *jit_dict_of(int64_t n);
/* A dict of the first n pairs in jit_args, of values there with these keys. NULL: a key's hash or comparison may run code. */
OWNED PyObject *jit_build_map(int64_t n);
OWNED PyObject *jit_build_keys(PyObject *keys, int64_t n);

/* ---- sets; lists and tuples ---- */

/* A set of the first n of jit_args. NULL as above. Put all that a list, tuple or set has into s. 0: it may run code, or there is no memory. */
OWNED PyObject *jit_build_set(int64_t n);
int64_t jit_set_update(PyObject *s, PyObject *more);

/* Has the set a key with this hash? As jit_set_has(). */
int leaf_set_has(PyObject *s, PyObject *k, Py_hash_t hash);
int64_t jit_set_has(PyObject *s, PyObject *k);
int64_t jit_set_has_int(PyObject *s, int64_t k);
/* k is not there. 0: no memory. */
int64_t jit_set_add(PyObject *s, STEALS PyObject *k);
/* Put k into s if it is not there. 0: no memory, or who knows whether it is; nothing has changed. */
int64_t jit_set_put(PyObject *s, PyObject *k);
int64_t jit_set_put_int(PyObject *s, int64_t k);
/* A set of the first n of jit_args: objects, or numbers where the bit is set. */
OWNED PyObject *jit_set_of(int64_t n, int64_t numbers);
/* Is v among the items? 1, 0, -1: who knows. */
int64_t jit_items_have(PyObject *seq, PyObject *v);
int64_t jit_items_have_int(PyObject *seq, int64_t v);
/* 0: no memory. */
int64_t jit_list_append(PyObject *l, STEALS PyObject *v);
/* In front of item i, as list.insert() understands that. */
int64_t jit_list_insert(PyObject *l, int64_t i, STEALS PyObject *v);
/* The list forgets its last item, which is this, and whose reference is the caller's from then on. */
int64_t jit_list_cut(PyObject *l, PyObject *item);
/* The same of item i, which is there; those behind it move up. */
int64_t jit_list_cut_at(PyObject *l, int64_t i, PyObject *item);

/* l[i:j] = jit_args[0], another list or a tuple; what goes goes unnoticed (QUIET_SLICE). 0: it is the same list, or no memory. */
int64_t jit_list_set_slice(PyObject *l, int64_t i, int64_t j);
/* The items 0 to last change places, the first with the last. 0: it has not so many. */
int64_t jit_list_reverse(PyObject *l, int64_t last);

/* ---- lists, tuples, bytes, sets (leaf_seq.c) ---- */

/* seq[i:j], a + b, a * n of exact lists and tuples. */
OWNED PyObject *jit_items_slice(PyObject *seq, int64_t i, int64_t j);
OWNED PyObject *jit_items_concat(PyObject *a, PyObject *b);
OWNED PyObject *jit_items_repeat(PyObject *a, int64_t n);
/* l += seq, an exact list or tuple; a += b of a bytearray and bytes. 0: no memory, or somebody looks at the bytearray. */
int64_t jit_list_extend(PyObject *l, PyObject *seq);
int64_t jit_bytearray_extend(PyObject *a, PyObject *b);
/* The number that at most seven bytes spell; v as bytes. NULL: it does not fit. */
int64_t jit_int_from_bytes(PyObject *b, int64_t little);
OWNED PyObject *jit_int_to_bytes(int64_t v, int64_t length, int64_t little);
/* Two exact sets or frozensets: a comparison (Py_LT ...), -1: who knows. */
int64_t jit_set_compare(PyObject *a, PyObject *b, int64_t operator);
/* a - b, a & b, a | b or a ^ b (NB_SUBTRACT ...) of exact sets or frozensets. NULL: it may run code. */
OWNED PyObject *jit_set_operate(PyObject *a, PyObject *b, int64_t operator);
/* Is o a number, string, bytes or None, or a list, tuple or set of nothing else? */
bool leaf_is_inert(PyObject *o);
/* As jit_call_args(), if all arguments are inert; the call of a type with such an argument. */
OWNED PyObject *jit_call_inert(const PyMethodDef *def, PyObject *self, int64_t x);
OWNED PyObject *jit_call_type(PyObject *t, PyObject *arg);

/* ---- heaps in exact lists, and places in sorted ones (leaf_heap.c) ---- */

/* Does it need no code of the program, now, to put item onto the heap; NULL: to take the first item off? */
bool leaf_heap_is_plain(PyObject *heap, PyObject *item);
/* 0: it may run code, or there is no memory. */
int64_t jit_heap_push(PyObject *heap, STEALS PyObject *item);
/* The heap, which is not empty, forgets its first item, whose reference is the caller's from then on. 0 as above. */
int64_t jit_heap_pop(PyObject *heap, PyObject *first);
/* Where item goes in the sorted list: behind its equals (right) or in front. -1: it may run code. */
int64_t jit_bisect(PyObject *list, PyObject *item, int64_t right);

/* ---- iterators (leaf_iter.c) ---- */

/* Iterators of a kind whose next item comes without running code, as far as that is known now. */
bool leaf_is_iter(PyObject *it);
/* It lets go what its last tuple had, when nobody else has that tuple. */
bool leaf_gives_tuples(PyObject *it);
/* 1: it has another item; 0: it is at its end, and nobody else sees that; -1: who knows. */
int64_t jit_iter_state(PyObject *it);
/* That item. NULL: there is none, or what goes with it might be noticed. */
OWNED PyObject *jit_iter_next(PyObject *it);
/* Where an iterator of these kinds has what it goes through. False: another kind. */
bool leaf_goes_through(PyObject *it, uint32_t *offset);
/* Iterators of kinds that next() may take one from, and that have one; that are at their end, where nothing dies if they let go what they went through. Do that, once more or for the first time. 0: no. */
bool leaf_can_step(PyObject *it);
bool leaf_can_end(PyObject *it);
int64_t jit_iter_end(PyObject *it);

/* The tuple t of n items, which an iterator uses again, gets None instead of them: for a while its items are known to a trace alone. No slot lends them. 0: somebody else has the
 * tuple, or what one of them takes along might be noticed. */
int64_t jit_tuple_open(PyObject *t, int64_t n);

/* iter(o) runs no code; that; enumerate() or zip() of the first n of jit_args. */
bool leaf_can_iterate(PyObject *o);
OWNED PyObject *jit_get_iter(PyObject *o);
OWNED PyObject *jit_call_iterator(PyObject *type, int64_t n);

/* ---- strings (leaf.c) ---- */

/* s[i], 0 <= i < len(s); chr(c): below 256, where the object exists. NULL: above. */
BORROWED(s) PyObject *jit_str_at(PyObject *s, int64_t i);
BORROWED(ts) PyObject *jit_chr(int64_t c);
/* The character of a string of one. */
int64_t jit_ord(PyObject *s);
/* -1, 0, 1 */
int64_t jit_str_cmp(PyObject *a, PyObject *b);
/* Has it that part? 1, 0, -1: no memory. */
int64_t jit_str_has(PyObject *s, PyObject *part);
OWNED PyObject *jit_str_concat(PyObject *a, PyObject *b);
OWNED PyObject *jit_bytes_concat(PyObject *a, PyObject *b);
/* o[i:j], both numbers any. */
OWNED PyObject *jit_str_slice(PyObject *s, int64_t i, int64_t j);
OWNED PyObject *jit_bytes_slice(PyObject *s, int64_t i, int64_t j);
/* b[i], 0 <= i < len(b); bytes or bytearray. */
int64_t jit_bytes_at(PyObject *b, int64_t i);
int64_t jit_bytearray_at(PyObject *b, int64_t i);
/* s in UTF-8; NULL: with surrogates. */
OWNED PyObject *jit_str_utf8(PyObject *s);
/* int() and float() of an exact string. NULL: it spells none, or too large a number. Is it spelled like an int: 1, 0; -1: who knows, it is not all ASCII. */
OWNED PyObject *jit_str_int(PyObject *s);
OWNED PyObject *jit_str_float(PyObject *s);
int64_t jit_str_is_int(PyObject *s);

/* ---- numbers (leaf_big.c) ---- */

/* Is it an int, float, complex or bool, exactly? */
bool leaf_is_number(PyObject *o);
/* a operator b (NB_ADD ...) of such numbers. NULL: they are others, or an error. */
OWNED PyObject *jit_number(PyObject *a, PyObject *b, int64_t operator);
/* Two exact ints: below 0, 0, above 0. */
int64_t jit_int_cmp(PyObject *a, PyObject *b);

/* ---- text of values (leaf_text.c) ---- */

/* Is o of a type whose text needs no code of the program: int, str, float, bool, None? */
bool leaf_is_plain(PyObject *o);
/* str() of an int. */
OWNED PyObject *jit_int_str(int64_t v);
/* str(o), repr(o), ascii(o) or format(o, spec) of a plain o. NULL: it is none, or an error. */
enum leaf_text { LEAF_STR, LEAF_REPR, LEAF_ASCII, LEAF_FORMAT };
OWNED PyObject *jit_text(PyObject *o, PyObject *spec, int64_t how);
/* The first n of jit_args, strings, as one. */
OWNED PyObject *jit_str_join(int64_t n);
/* format % args, where args is plain or a tuple of what is plain. NULL: it is not, or an error. */
OWNED PyObject *jit_percent(PyObject *format, PyObject *args);

/* ---- C functions of ours; NULL also when they raise, which they will do again ---- */

/* The method of a builtin type that descr, a method descriptor, gives for self. */
OWNED PyObject *jit_bind_method(PyObject *descr, PyObject *self);
/* What a lenfunc with a row says. */
int64_t jit_length(void *f, PyObject *o);
OWNED PyObject *jit_call_self(void *f, PyObject *self);                        /* METH_NOARGS */
OWNED PyObject *jit_call_one(void *f, PyObject *self, PyObject *arg);          /* METH_O */
OWNED PyObject *jit_call_fast_none(void *f, PyObject *self);                   /* METH_FASTCALL */
OWNED PyObject *jit_call_fast_one(void *f, PyObject *self, PyObject *arg);
/* Any of these conventions; the arguments, borrowed, lie in jit_args (under the GIL), behind them the names of the last ones if x says that they have some. */
OWNED PyObject *jit_call_args(const PyMethodDef *def, PyObject *self, int64_t x);
/* self(the first n of jit_args), which self has in store (rt/effect.h: effect_hit). */
OWNED PyObject *jit_call_hit(void *hit, PyObject *self, int64_t n);
/* getattr(o, name). NULL: it may run code, or there is none. */
OWNED PyObject *jit_getattr(PyObject *o, PyObject *name);
/* A tuple of this class, whose instances PyType_GenericAlloc() makes, with the items of t. */
OWNED PyObject *jit_tuple_of_class(void *class, PyObject *t);
#define LEAF_ARGS 7
#define LEAF_PARTS 16
extern PyObject *jit_args[LEAF_PARTS];
#define LEAF_CALL_X(n, has_names) ((n) | (has_names) << 8)

#endif
