/* rt/hashtable.h: a chained hash table for C users (tracemalloc, extensions' internals) that needs no Python objects.
 * Keys and values are pointers; hash and equality are the user's. No function here raises. */
#ifndef ADDER_RT_HASHTABLE_H
#define ADDER_RT_HASHTABLE_H

#include <Python.h>

typedef struct _Py_slist_item_s { struct _Py_slist_item_s *next; } _Py_slist_item_t;
typedef struct { _Py_slist_item_t *head; } _Py_slist_t;
typedef struct { _Py_slist_item_t _Py_slist_item; Py_uhash_t key_hash; void *key; void *value; } _Py_hashtable_entry_t;
typedef struct _Py_hashtable_t _Py_hashtable_t;
typedef Py_uhash_t (*_Py_hashtable_hash_func)(const void *key);
typedef int (*_Py_hashtable_compare_func)(const void *a, const void *b);
typedef void (*_Py_hashtable_destroy_func)(void *p);
typedef _Py_hashtable_entry_t *(*_Py_hashtable_get_entry_func)(_Py_hashtable_t *ht, const void *key);
typedef int (*_Py_hashtable_foreach_func)(_Py_hashtable_t *ht, const void *key, const void *value, void *arg);
typedef struct { void *(*malloc)(size_t size); void (*free)(void *p); } _Py_hashtable_allocator_t;

struct _Py_hashtable_t {
    size_t nentries, nbuckets;
    _Py_slist_t *buckets;
    _Py_hashtable_get_entry_func get_entry_func;
    _Py_hashtable_hash_func hash_func;
    _Py_hashtable_compare_func compare_func;
    _Py_hashtable_destroy_func key_destroy_func, value_destroy_func;    /* or NULL */
    _Py_hashtable_allocator_t alloc;
};

PyAPI_FUNC(Py_uhash_t) _Py_hashtable_hash_ptr(const void *key);
PyAPI_FUNC(int) _Py_hashtable_compare_direct(const void *a, const void *b);
PyAPI_FUNC(_Py_hashtable_t *) _Py_hashtable_new(_Py_hashtable_hash_func hash, _Py_hashtable_compare_func compare);
PyAPI_FUNC(_Py_hashtable_t *) _Py_hashtable_new_full(_Py_hashtable_hash_func hash, _Py_hashtable_compare_func compare,
                                                     _Py_hashtable_destroy_func key_destroy,
                                                     _Py_hashtable_destroy_func value_destroy, _Py_hashtable_allocator_t *alloc);
PyAPI_FUNC(void) _Py_hashtable_destroy(_Py_hashtable_t *ht);
PyAPI_FUNC(void) _Py_hashtable_clear(_Py_hashtable_t *ht);
/* Stops at the first result that is not 0, and returns it. */
PyAPI_FUNC(int) _Py_hashtable_foreach(_Py_hashtable_t *ht, _Py_hashtable_foreach_func func, void *arg);
PyAPI_FUNC(size_t) _Py_hashtable_size(const _Py_hashtable_t *ht);      /* bytes */
PyAPI_FUNC(size_t) _Py_hashtable_len(const _Py_hashtable_t *ht);
/* Adds a new key (it must not be there): 0, or -1 without memory. */
PyAPI_FUNC(int) _Py_hashtable_set(_Py_hashtable_t *ht, const void *key, void *value);
PyAPI_FUNC(void *) _Py_hashtable_get(_Py_hashtable_t *ht, const void *key);
/* Removes without destroying; the value or NULL. */
PyAPI_FUNC(void *) _Py_hashtable_steal(_Py_hashtable_t *ht, const void *key);

#endif
