/* base/vec.h: growable arrays. VEC(T) declares the struct; the macros work on a pointer to it.
 * A zeroed struct is an empty vector. Growth doubles; out of memory leaves the vector as it was. */
#ifndef ADDER_BASE_VEC_H
#define ADDER_BASE_VEC_H

#include <stdbool.h>
#include <stdlib.h>

#define VEC(T) struct { T *items; size_t len, cap; }

/* Room for `n` more items; false when out of memory. */
#define vec_reserve(v, n) \
    ((v)->len + (n) <= (v)->cap || vec_grow((void **)&(v)->items, &(v)->cap, (v)->len + (n), sizeof(*(v)->items)))
/* Append; false when out of memory. */
#define vec_push(v, item) (vec_reserve((v), 1) ? ((v)->items[(v)->len++] = (item), true) : false)
#define vec_pop(v) ((v)->items[--(v)->len])
#define vec_last(v) ((v)->items[(v)->len - 1])
#define vec_release(v) (free((v)->items), (v)->items = NULL, (v)->len = (v)->cap = 0)

static inline bool vec_grow(void **items, size_t *cap, size_t need, size_t item_size)
{
    size_t want = *cap < 8 ? 8 : *cap * 2;
    if (want < need)
        want = need;
    if (want > (size_t)-1 / 2 / item_size)
        return false;
    void *grown = realloc(*items, want * item_size);
    if (grown == NULL)
        return false;
    *items = grown;
    *cap = want;
    return true;
}

#endif
