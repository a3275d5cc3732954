/* compile/symtable_analyze.c: what each name refers to.
 *
 * Idea: walk the scopes from the outside in. Down go the names that enclosing functions bind, those declared global
 *       and the type parameters in sight; up come the names that inner scopes use and do not bind (free). A local that
 *       comes up free becomes a cell. A class body's own names are not seen by the scopes inside it.
 * Comprehensions (but not generator expressions) run in the frame around them: after its analysis such a scope's
 *       symbols are added to the scope around it, and its children become that scope's children. */
#include "compile/symtable_impl.h"

#include "rt/singletons.h"

struct view {                      /* what a scope sees of those around it; its own to change */
    struct names bound, global, type_params;
    bool has_bound;                /* false at module level: nothing around can bind */
    struct scope *class_scope;     /* class whose namespace an annotation scope can see, or NULL */
};

struct local_view {                /* of one scope while it is analysed */
    struct names local;            /* bound here */
    struct names scopes;           /* value: enum name_scope of each name */
    struct names inlined_cells;    /* cells of comprehensions merged into this scope */
};

static void analyze_scope(struct symtable *st, struct scope *s, struct view *v, struct names *free);

static _Noreturn void
fail_at_directive(struct symtable *st, struct scope *s, PyObject *name, const char *format)
{
    for (int i = 0; i < s->directives.len; i++)
        if (s->directives.items[i].name == name || PyUnicode_Compare(s->directives.items[i].name, name) == 0)
            compile_error(st->pool, st->filename, s->directives.items[i].loc, format, name);
    PyErr_SetString(PyExc_RuntimeError, "BUG: internal directive bookkeeping broken");
    pool_fail(st->pool);
}

static void
set_scope(struct symtable *st, struct local_view *lv, PyObject *name, enum name_scope scope)
{
    names_add(st->pool, &lv->scopes, name)->value = (int)scope;
}

static void
resolve_nonlocal(struct symtable *st, struct scope *s, PyObject *name, struct view *v)
{
    if (!v->has_bound)
        fail_at_directive(st, s, name, "nonlocal declaration not allowed at module level");
    if (!names_has(st->pool, &v->bound, name))
        fail_at_directive(st, s, name, "no binding for nonlocal '%U' found");
    if (names_has(st->pool, &v->type_params, name))
        fail_at_directive(st, s, name, "nonlocal binding not allowed for type parameter '%U'");
}

/* A name that is only used here: where does it come from? */
static enum name_scope
resolve_use(struct symtable *st, PyObject *name, struct view *v, struct names *free)
{
    if (v->class_scope != NULL) {
        int flags = scope_symbol(st->pool, v->class_scope, name);
        if (flags & DEF_GLOBAL)
            return NS_GLOBAL_EXPLICIT;
        /* Bound in the class and perhaps outside it too: looked up in the class, then among the globals. */
        if ((flags & (DEF_BOUND | DEF_TYPE_PARAM)) && !(flags & DEF_NONLOCAL))
            return NS_GLOBAL_IMPLICIT;
    }
    if (v->has_bound && names_has(st->pool, &v->bound, name)) {
        names_add(st->pool, free, name);
        return NS_FREE;
    }
    return NS_GLOBAL_IMPLICIT;
}

static void
analyze_name(struct symtable *st, struct scope *s, struct local_view *lv, PyObject *name, int flags, struct view *v,
             struct names *free)
{
    struct pool *p = st->pool;
    if (flags & DEF_GLOBAL) {
        if (flags & DEF_NONLOCAL)
            fail_at_directive(st, s, name, "name '%U' is nonlocal and global");
        set_scope(st, lv, name, NS_GLOBAL_EXPLICIT);
        names_add(p, &v->global, name);
        names_remove(p, &v->bound, name);
    }
    else if (flags & DEF_NONLOCAL) {
        resolve_nonlocal(st, s, name, v);
        set_scope(st, lv, name, NS_FREE);
        names_add(p, free, name);
    }
    else if (flags & (DEF_BOUND | DEF_TYPE_PARAM)) {
        set_scope(st, lv, name, NS_LOCAL);
        names_add(p, &lv->local, name);
        names_remove(p, &v->global, name);
        if (flags & DEF_TYPE_PARAM)
            names_add(p, &v->type_params, name);
        else
            names_remove(p, &v->type_params, name);
    }
    else
        set_scope(st, lv, name, resolve_use(st, name, v, free));
}

static bool
free_in_any_child(struct symtable *st, struct scope *s, PyObject *name)
{
    for (int i = 0; i < s->children.len; i++)
        if (scope_lookup(st->pool, s->children.items[i], name) == NS_FREE)
            return true;
    return false;
}

/* Add the names of comprehension `comp` to the scope s that it runs in. */
static void
merge_comprehension(struct symtable *st, struct scope *s, struct scope *comp, struct local_view *lv, struct names *comp_free)
{
    struct pool *p = st->pool;
    PyObject *drop_class = NULL;
    for (int i = 0; i < comp->symbols.len; i++) {
        PyObject *name = comp->symbols.items[i].key;
        int flags = comp->symbols.items[i].value;
        if (name == NULL || (flags & DEF_PARAM))
            continue;
        enum name_scope scope = scope_of_flags(flags);
        int only = flags & ((1 << SCOPE_OFFSET) - 1);
        if (scope == NS_CELL || (only & DEF_COMP_CELL))
            names_add(p, &lv->inlined_cells, name);
        if (scope == NS_FREE && s->kind == SCOPE_CLASS && name_is(name, "__class__")) {
            scope = NS_GLOBAL_IMPLICIT;
            names_remove(p, comp_free, name);
            drop_class = name;
        }
        struct name_entry *existing = names_find(p, &s->symbols, name);
        if (existing == NULL) {
            names_add(p, &s->symbols, name)->value = only;
            set_scope(st, lv, name, scope);
        }
        else if ((existing->value & (DEF_BOUND | DEF_TYPE_PARAM)) && s->kind != SCOPE_CLASS && !free_in_any_child(st, comp, name))
            names_remove(p, comp_free, name);
    }
    if (drop_class != NULL)
        names_remove(p, &comp->symbols, drop_class);
}

static void
analyze_child(struct symtable *st, struct scope *s, struct scope *child, const struct view *inner, struct scope *class_scope,
              struct local_view *lv, struct names *free)
{
    struct pool *p = st->pool;
    bool merge = child->comprehension != COMP_NONE && !child->generator && !s->can_see_class_scope;
    struct names child_free = { 0 };
    struct view v = {
        .bound = names_copy(p, &inner->bound), .global = names_copy(p, &inner->global),
        .type_params = names_copy(p, &inner->type_params), .has_bound = true,
    };
    if (child->can_see_class_scope)
        v.class_scope = s->kind == SCOPE_CLASS ? s : class_scope;
    analyze_scope(st, child, &v, &child_free);
    if (merge) {
        merge_comprehension(st, s, child, lv, &child_free);
        child->comp_inlined = true;
    }
    names_add_all(p, free, &child_free);
}

static void
splice_merged_children(struct symtable *st, struct scope *s)
{
    bool any = false;
    for (int i = 0; i < s->children.len; i++)
        any |= s->children.items[i]->comp_inlined;
    if (!any)
        return;
    PVEC(struct scope *) kept = { 0 };
    for (int i = 0; i < s->children.len; i++) {
        struct scope *child = s->children.items[i];
        if (!child->comp_inlined) {
            pvec_push(st->pool, &kept, child);
            continue;
        }
        for (int j = 0; j < child->children.len; j++)
            pvec_push(st->pool, &kept, child->children.items[j]);
    }
    s->children.items = kept.items;
    s->children.len = kept.len;
    s->children.cap = kept.cap;
}

/* Locals that inner scopes use become cells, and stop being free. */
static void
make_cells(struct symtable *st, struct local_view *lv, struct names *free)
{
    for (int i = 0; i < lv->scopes.len; i++) {
        struct name_entry *e = &lv->scopes.items[i];
        if (e->value != NS_LOCAL)
            continue;
        if (names_has(st->pool, free, e->key) || names_has(st->pool, &lv->inlined_cells, e->key)) {
            e->value = NS_CELL;
            names_remove(st->pool, free, e->key);
        }
    }
}

static void
record_scopes(struct symtable *st, struct scope *s, struct local_view *lv, const struct view *v, struct names *free)
{
    struct pool *p = st->pool;
    bool class_like = s->kind == SCOPE_CLASS || s->can_see_class_scope;
    for (int i = 0; i < s->symbols.len; i++) {
        struct name_entry *e = &s->symbols.items[i];
        if (e->key == NULL)
            continue;
        if (names_has(p, &lv->inlined_cells, e->key))
            e->value |= DEF_COMP_CELL;
        struct name_entry *scope = names_find(p, &lv->scopes, e->key);
        e->value |= (scope ? scope->value : 0) << SCOPE_OFFSET;
    }
    for (int i = 0; i < free->len; i++) {
        PyObject *name = free->items[i].key;
        if (name == NULL)
            continue;
        struct name_entry *e = names_find(p, &s->symbols, name);
        if (e != NULL)
            e->value |= class_like ? DEF_FREE_CLASS : 0;
        else if (!v->has_bound || names_has(p, &v->bound, name))
            names_add(p, &s->symbols, name)->value = NS_FREE << SCOPE_OFFSET;
    }
}

static void
analyze_scope(struct symtable *st, struct scope *s, struct view *v, struct names *free)
{
    struct pool *p = st->pool;
    struct local_view lv = { { 0 } };
    struct view inner = { .has_bound = true };
    struct names inner_free = { 0 };
    pool_check_stack(p);
    if (s->kind == SCOPE_CLASS) {   /* what it binds or declares has no effect on the scopes inside */
        inner.global = names_copy(p, &v->global);
        inner.bound = names_copy(p, &v->bound);
    }
    for (int i = 0; i < s->symbols.len; i++)
        analyze_name(st, s, &lv, s->symbols.items[i].key, s->symbols.items[i].value, v, free);
    if (s->kind != SCOPE_CLASS) {
        if (scope_is_function_like(s))
            inner.bound = names_copy(p, &lv.local);
        names_add_all(p, &inner.bound, &v->bound);
        inner.global = v->global;
    }
    else {
        names_add(p, &inner.bound, ID(__class__));
        names_add(p, &inner.bound, ID(__classdict__));
    }
    inner.type_params = v->type_params;
    for (int i = 0; i < s->children.len; i++)
        analyze_child(st, s, s->children.items[i], &inner, v->class_scope, &lv, &inner_free);
    splice_merged_children(st, s);
    if (scope_is_function_like(s))
        make_cells(st, &lv, &inner_free);
    else if (s->kind == SCOPE_CLASS) {
        s->needs_class_closure = names_remove(p, &inner_free, ID(__class__));
        s->needs_classdict = names_remove(p, &inner_free, ID(__classdict__));
    }
    record_scopes(st, s, &lv, v, &inner_free);
    names_add_all(p, free, &inner_free);
}

void
sym_analyze(struct symtable *st)
{
    struct view v = { .has_bound = false };
    struct names free = { 0 };
    analyze_scope(st, st->top, &v, &free);
}
