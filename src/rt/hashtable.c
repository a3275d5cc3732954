/* rt/hashtable.c: buckets double when more than half full, and halve when a tenth is left. */
#include "rt/hashtable.h"

#include "base/hash.h"

#define MIN_BUCKETS 16

static _Py_hashtable_entry_t *as_entry(_Py_slist_item_t *item) { return (_Py_hashtable_entry_t *)item; }

Py_uhash_t _Py_hashtable_hash_ptr(const void *key) { return hash_mix64((uintptr_t)key); }
int _Py_hashtable_compare_direct(const void *a, const void *b) { return a == b; }
size_t _Py_hashtable_len(const _Py_hashtable_t *ht) { return ht->nentries; }

size_t
_Py_hashtable_size(const _Py_hashtable_t *ht)
{
    return sizeof(*ht) + ht->nbuckets * sizeof(_Py_slist_t) + ht->nentries * sizeof(_Py_hashtable_entry_t);
}

static _Py_hashtable_entry_t *
find_entry(_Py_hashtable_t *ht, const void *key)
{
    Py_uhash_t h = ht->hash_func(key);
    for (_Py_slist_item_t *i = ht->buckets[h & (ht->nbuckets - 1)].head; i != NULL; i = i->next)
        if (as_entry(i)->key_hash == h && ht->compare_func(key, as_entry(i)->key))
            return as_entry(i);
    return NULL;
}

static void
rehash(_Py_hashtable_t *ht, size_t nbuckets)
{
    if (nbuckets < MIN_BUCKETS || nbuckets == ht->nbuckets)
        return;
    _Py_slist_t *fresh = ht->alloc.malloc(nbuckets * sizeof(*fresh));
    if (fresh == NULL)
        return;                              /* slower, not wrong */
    memset(fresh, 0, nbuckets * sizeof(*fresh));
    for (size_t b = 0; b < ht->nbuckets; b++)
        for (_Py_slist_item_t *i = ht->buckets[b].head, *next; i != NULL; i = next) {
            next = i->next;
            _Py_slist_t *to = &fresh[as_entry(i)->key_hash & (nbuckets - 1)];
            i->next = to->head;
            to->head = i;
        }
    ht->alloc.free(ht->buckets);
    ht->buckets = fresh;
    ht->nbuckets = nbuckets;
}

int
_Py_hashtable_set(_Py_hashtable_t *ht, const void *key, void *value)
{
    _Py_hashtable_entry_t *e = ht->alloc.malloc(sizeof(*e));
    if (e == NULL)
        return -1;
    if ((ht->nentries + 1) * 2 > ht->nbuckets)
        rehash(ht, ht->nbuckets * 2);
    e->key_hash = ht->hash_func(key);
    e->key = (void *)key;
    e->value = value;
    _Py_slist_t *b = &ht->buckets[e->key_hash & (ht->nbuckets - 1)];
    e->_Py_slist_item.next = b->head;
    b->head = &e->_Py_slist_item;
    ht->nentries++;
    return 0;
}

void *
_Py_hashtable_get(_Py_hashtable_t *ht, const void *key)
{
    _Py_hashtable_entry_t *e = ht->get_entry_func(ht, key);
    return e == NULL ? NULL : e->value;
}

void *
_Py_hashtable_steal(_Py_hashtable_t *ht, const void *key)
{
    Py_uhash_t h = ht->hash_func(key);
    _Py_slist_item_t **link = &ht->buckets[h & (ht->nbuckets - 1)].head;
    while (*link != NULL && !(as_entry(*link)->key_hash == h && ht->compare_func(key, as_entry(*link)->key)))
        link = &(*link)->next;
    if (*link == NULL)
        return NULL;
    _Py_hashtable_entry_t *e = as_entry(*link);
    void *value = e->value;
    *link = e->_Py_slist_item.next;
    ht->alloc.free(e);
    ht->nentries--;
    if (ht->nentries * 10 < ht->nbuckets)
        rehash(ht, ht->nbuckets / 2);
    return value;
}

int
_Py_hashtable_foreach(_Py_hashtable_t *ht, _Py_hashtable_foreach_func func, void *arg)
{
    for (size_t b = 0; b < ht->nbuckets; b++)
        for (_Py_slist_item_t *i = ht->buckets[b].head, *next; i != NULL; i = next) {
            next = i->next;
            int rc = func(ht, as_entry(i)->key, as_entry(i)->value, arg);
            if (rc != 0)
                return rc;
        }
    return 0;
}

static void
free_entries(_Py_hashtable_t *ht)
{
    for (size_t b = 0; b < ht->nbuckets; b++)
        for (_Py_slist_item_t *i = ht->buckets[b].head, *next; i != NULL; i = next) {
            next = i->next;
            if (ht->key_destroy_func != NULL)
                ht->key_destroy_func(as_entry(i)->key);
            if (ht->value_destroy_func != NULL)
                ht->value_destroy_func(as_entry(i)->value);
            ht->alloc.free(i);
        }
}

void
_Py_hashtable_clear(_Py_hashtable_t *ht)
{
    free_entries(ht);
    memset(ht->buckets, 0, ht->nbuckets * sizeof(*ht->buckets));
    ht->nentries = 0;
    rehash(ht, MIN_BUCKETS);
}

void
_Py_hashtable_destroy(_Py_hashtable_t *ht)
{
    free_entries(ht);
    ht->alloc.free(ht->buckets);
    ht->alloc.free(ht);
}

_Py_hashtable_t *
_Py_hashtable_new_full(_Py_hashtable_hash_func hash, _Py_hashtable_compare_func compare, _Py_hashtable_destroy_func key_destroy,
                       _Py_hashtable_destroy_func value_destroy, _Py_hashtable_allocator_t *alloc)
{
    _Py_hashtable_allocator_t own = { PyMem_Malloc, PyMem_Free };
    if (alloc == NULL)
        alloc = &own;
    _Py_hashtable_t *ht = alloc->malloc(sizeof(*ht));
    if (ht == NULL)
        return NULL;
    *ht = (_Py_hashtable_t){ .nbuckets = MIN_BUCKETS, .get_entry_func = find_entry, .hash_func = hash, .compare_func = compare,
                             .key_destroy_func = key_destroy, .value_destroy_func = value_destroy, .alloc = *alloc };
    ht->buckets = alloc->malloc(MIN_BUCKETS * sizeof(_Py_slist_t));
    if (ht->buckets == NULL) {
        alloc->free(ht);
        return NULL;
    }
    memset(ht->buckets, 0, MIN_BUCKETS * sizeof(_Py_slist_t));
    return ht;
}

_Py_hashtable_t *
_Py_hashtable_new(_Py_hashtable_hash_func hash, _Py_hashtable_compare_func compare)
{
    return _Py_hashtable_new_full(hash, compare, NULL, NULL, NULL);
}
