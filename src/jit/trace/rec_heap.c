/* jit/trace/rec_heap.c: recording calls of the modules heapq and bisect, on exact lists whose comparisons run no code now: by leaf calls (jit/ir/leaf_heap.c), which look each time. */
#include "jit/trace/record.h"

#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"

static const char no_heap[] = "a list whose items are compared in code of the program";

/* The first argument, and the one that is put into it; NULL: none. */
static bool
is_plain_list(struct recorder *r, const struct builtin_call *c)
{
    PyObject *l = c->now[0];
    if (!PyList_CheckExact(l) || !rec_is_object(r, c->args[0]) || (c->n > 1 && c->args[1] == REF_NONE))
        return rec_stop(r, no_heap);
    return rec_guard_type(r, c->args[0], &PyList_Type);
}

static bool
give_none(struct recorder *r, const struct builtin_call *c)
{
    for (int i = 0; i < c->on_stack && r->why == NULL; i++)
        rec_pop(r);
    rec_push(r, ir_obj(r->ir, Py_None));
    return r->why == NULL;
}

bool
rec_heap_push(struct recorder *r, const struct builtin_call *c)
{
    if (!is_plain_list(r, c) || !leaf_heap_is_plain(c->now[0], c->now[1]))
        return rec_stop(r, no_heap);
    rec_self_outlives(r, c);
    rec_before_effects(r, c->on_stack);
    if (r->why != NULL)
        return false;
    rec_leaf(r, IR_CALLS, HELPER_HEAP_PUSH, c->args[0], rec_hand_over(r, c->args[1]), REF_NONE);
    return give_none(r, c);
}

/* The first item, whose reference goes from the list to the stack. */
bool
rec_heap_pop(struct recorder *r, const struct builtin_call *c)
{
    if (!is_plain_list(r, c) || !leaf_heap_is_plain(c->now[0], NULL))
        return rec_stop(r, no_heap);
    PyObject *now = PyList_GET_ITEM(c->now[0], 0);
    rec_emit(r, IR_GGT_I, rec_emit_x(r, IR_RLOAD_I, c->args[0], REF_NONE, offsetof(PyVarObject, ob_size)), ir_int(r->ir, 0));
    ir_ref item = r->why == NULL ? rec_take_item(r, c, ir_int(r->ir, 0), now) : REF_NONE;
    if (item == REF_NONE)
        return false;
    rec_leaf(r, IR_CALLS, HELPER_HEAP_POP, c->args[0], item, REF_NONE);
    return rec_give_taken(r, c, item);
}

static bool
is_right(const struct builtin_call *c)
{
    return strstr(((PyCFunctionObject *)c->callable)->m_ml->ml_name, "right") != NULL;
}

/* Where the second argument goes. REF_NONE: stopped. */
static ir_ref
place(struct recorder *r, const struct builtin_call *c)
{
    bool right = is_right(c);
    if (!is_plain_list(r, c) || jit_bisect(c->now[0], c->now[1], right) < 0) {
        rec_stop(r, no_heap);
        return REF_NONE;
    }
    ir_ref args[BUILTIN_ARGS];
    if (!rec_argument_objects(r, c, 0, args))
        return REF_NONE;
    ir_ref at = rec_leaf(r, IR_CALLR, HELPER_BISECT, args[0], args[1], ir_int(r->ir, right));
    if (at != REF_NONE)
        rec_emit(r, IR_GGE_I, at, ir_int(r->ir, 0));
    return r->why == NULL ? at : REF_NONE;
}

bool
rec_bisect(struct recorder *r, const struct builtin_call *c)
{
    ir_ref at = place(r, c);
    return at != REF_NONE && rec_give(r, c->on_stack, at);
}

bool
rec_insort(struct recorder *r, const struct builtin_call *c)
{
    bool right = is_right(c);
    if (!is_plain_list(r, c) || jit_bisect(c->now[0], c->now[1], right) < 0)
        return rec_stop(r, no_heap);
    ir_ref item = rec_object(r, c->args[1]);
    ir_ref at = r->why == NULL ? rec_leaf(r, IR_CALLR, HELPER_BISECT, c->args[0], item, ir_int(r->ir, right)) : REF_NONE;
    if (at == REF_NONE)
        return false;
    rec_emit(r, IR_GGE_I, at, ir_int(r->ir, 0));
    rec_self_outlives(r, c);
    rec_before_effects(r, c->on_stack);
    if (r->why != NULL)
        return false;
    rec_leaf(r, IR_CALLS, HELPER_LIST_INSERT, c->args[0], at, rec_hand_over(r, rec_peek(r, 1)));          /* a number has become the object that was compared */
    return give_none(r, c);
}
