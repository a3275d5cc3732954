/* compile/cg_call.c: calls, in their three forms: of methods, of anything with plain arguments, with * or **. */
#include "compile/cg.h"

#include "rt/singletons.h"

/* --- super() ---
 * super().name and super(a, b).name become one instruction where `super` cannot be but the builtin. */

bool
cg_can_super_attr(struct cg *c, expr_ty attr)
{
    expr_ty call = attr->v.Attribute.value;
    if (call->kind != Call_kind || call->v.Call.func->kind != Name_kind || !name_is(call->v.Call.func->v.Name.id, "super")
        || name_is(attr->v.Attribute.attr, "__class__") || asdl_seq_LEN(call->v.Call.keywords) != 0)
        return false;
    PyObject *super = call->v.Call.func->v.Name.id;
    if (scope_lookup(c->pool, c->unit->scope, super) != NS_GLOBAL_IMPLICIT
        || scope_lookup(c->pool, c->st->top, super) != NS_UNKNOWN)
        return false;
    Py_ssize_t n = asdl_seq_LEN(call->v.Call.args);
    if (n == 2)
        return asdl_seq_GET(call->v.Call.args, 0)->kind != Starred_kind
               && asdl_seq_GET(call->v.Call.args, 1)->kind != Starred_kind;
    if (n != 0 || c->unit->info.argcount + c->unit->info.posonlyargcount == 0)
        return false;
    return cg_ref_type(c, ID(__class__)) == NS_FREE;
}

void
cg_super_args(struct cg *c, expr_ty call)
{
    struct loc loc = LOC(call);
    cg_name(c, LOC(call->v.Call.func), call->v.Call.func->v.Name.id, Load);
    if (asdl_seq_LEN(call->v.Call.args) == 0) {
        cg_name(c, loc, ID(__class__), Load);
        cg_name(c, loc, c->unit->info.varnames.items[0].key, Load);
    }
    else {
        cg_expr(c, asdl_seq_GET(call->v.Call.args, 0));
        cg_expr(c, asdl_seq_GET(call->v.Call.args, 1));
    }
}

/* In a chain over several lines the instruction belongs to the line of the attribute's name. */
struct loc
cg_attr_loc(struct loc loc, expr_ty attr)
{
    if (loc.line == attr->end_lineno)
        return loc;
    int len = (int)PyUnicode_GET_LENGTH(attr->v.Attribute.attr);
    loc.line = attr->end_lineno;
    if (len <= attr->end_col_offset)
        loc.col = attr->end_col_offset - len;
    else
        loc.col = loc.end_col = -1;    /* a tree made by hand */
    loc.end_line = Py_MAX(loc.line, loc.end_line);
    if (loc.end_line == loc.line)
        loc.end_col = Py_MAX(loc.col, loc.end_col);
    return loc;
}

/* --- keywords --- */

/* Is no name there twice? A set knows at once; false also when it could not be made. */
static bool
keywords_differ(asdl_keyword_seq *keywords, Py_ssize_t n)
{
    PyObject *seen = PySet_New(NULL);
    Py_ssize_t names = 0;
    bool ok = seen != NULL;
    for (Py_ssize_t i = 0; ok && i < n; i++) {
        PyObject *name = asdl_seq_GET(keywords, i)->arg;
        names += name != NULL;
        ok = name == NULL || PySet_Add(seen, name) == 0;
    }
    ok = ok && PySet_GET_SIZE(seen) == names;
    PyErr_Clear();
    Py_XDECREF(seen);
    return ok;
}

#define FEW_KEYWORDS 16

static void
check_keywords(struct cg *c, asdl_keyword_seq *keywords)
{
    Py_ssize_t n = asdl_seq_LEN(keywords);
    bool differ = n > FEW_KEYWORDS && keywords_differ(keywords, n);
    for (Py_ssize_t i = 0; i < n; i++) {
        keyword_ty k = asdl_seq_GET(keywords, i);
        if (k->arg == NULL)
            continue;
        cg_check_name(c, LOC(k), k->arg, Store);
        for (Py_ssize_t j = i + 1; j < n && !differ; j++) {
            keyword_ty other = asdl_seq_GET(keywords, j);
            if (other->arg && (k->arg == other->arg || PyUnicode_Compare(k->arg, other->arg) == 0))
                cg_error(c, LOC(other), "keyword argument repeated: %U", k->arg);
        }
    }
}

static void
emit_keyword_names(struct cg *c, struct loc loc, asdl_keyword_seq *keywords, Py_ssize_t from, Py_ssize_t to)
{
    PyObject *names = pool_keep(c->pool, PyTuple_New(to - from));
    for (Py_ssize_t i = from; i < to; i++)
        PyTuple_SET_ITEM(names, i - from, Py_NewRef(asdl_seq_GET(keywords, i)->arg));
    emit_const(c, loc, names);
}

static void
keyword_values(struct cg *c, asdl_keyword_seq *keywords)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(keywords); i++)
        cg_expr(c, asdl_seq_GET(keywords, i)->value);
}

/* A dict of keywords[from:to], none of which is **. */
static void
keyword_dict(struct cg *c, struct loc loc, asdl_keyword_seq *keywords, Py_ssize_t from, Py_ssize_t to)
{
    Py_ssize_t n = to - from;
    bool big = n * 2 > STACK_USE_GUIDELINE;
    if (n > 1 && !big) {
        for (Py_ssize_t i = from; i < to; i++)
            cg_expr(c, asdl_seq_GET(keywords, i)->value);
        emit_keyword_names(c, loc, keywords, from, to);
        emit_i(c, loc, BUILD_CONST_KEY_MAP, n);
        return;
    }
    if (big)
        emit_i(c, NO_LOC, BUILD_MAP, 0);
    for (Py_ssize_t i = from; i < to; i++) {
        keyword_ty k = asdl_seq_GET(keywords, i);
        emit_const(c, loc, k->arg);
        cg_expr(c, k->value);
        if (big)
            emit_i(c, NO_LOC, MAP_ADD, 1);
    }
    if (!big)
        emit_i(c, loc, BUILD_MAP, n);
}

static void
all_keywords_dict(struct cg *c, struct loc loc, asdl_keyword_seq *keywords)
{
    Py_ssize_t n = asdl_seq_LEN(keywords), waiting = 0;
    bool have_dict = false;
    for (Py_ssize_t i = 0; i <= n; i++) {
        keyword_ty k = i < n ? asdl_seq_GET(keywords, i) : NULL;
        if (k != NULL && k->arg != NULL) {
            waiting++;
            continue;
        }
        if (waiting) {
            keyword_dict(c, loc, keywords, i - waiting, i);
            if (have_dict)
                emit_i(c, loc, DICT_MERGE, 1);
            have_dict = true;
            waiting = 0;
        }
        if (k == NULL)
            break;
        if (!have_dict)
            emit_i(c, loc, BUILD_MAP, 0);
        have_dict = true;
        cg_expr(c, k->value);
        emit_i(c, loc, DICT_MERGE, 1);
    }
}

/* --- calls --- */

static bool
has_star(asdl_expr_seq *args, asdl_keyword_seq *keywords)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(args); i++)
        if (asdl_seq_GET(args, i)->kind == Starred_kind)
            return true;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(keywords); i++)
        if (asdl_seq_GET(keywords, i)->arg == NULL)
            return true;
    return false;
}

/* `pushed` arguments are on the stack already; `last`, if not NULL, is the name of one more positional argument. */
void
cg_call_args(struct cg *c, struct loc loc, int pushed, asdl_expr_seq *args, PyObject *last, asdl_keyword_seq *keywords)
{
    Py_ssize_t nargs = asdl_seq_LEN(args) + (last != NULL), nkw = asdl_seq_LEN(keywords);
    check_keywords(c, keywords);
    if (nargs + nkw * 2 <= STACK_USE_GUIDELINE && !has_star(args, keywords)) {
        cg_exprs(c, args);
        if (last)
            cg_name(c, loc, last, Load);
        if (nkw == 0) {
            emit_i(c, loc, CALL, pushed + nargs);
            return;
        }
        keyword_values(c, keywords);
        emit_keyword_names(c, loc, keywords, 0, nkw);
        emit_i(c, loc, CALL_KW, pushed + nargs + nkw);
        return;
    }
    if (pushed == 0 && nargs == 1 && last == NULL && asdl_seq_GET(args, 0)->kind == Starred_kind)
        cg_expr(c, asdl_seq_GET(args, 0)->v.Starred.value);
    else
        cg_star_display(c, loc, args, last, pushed, BUILD_LIST, LIST_APPEND, LIST_EXTEND, true);
    if (nkw > 0)
        all_keywords_dict(c, loc, keywords);
    emit_i(c, loc, CALL_FUNCTION_EX, nkw > 0);
}

/* What a module imported is looked up as an attribute, not as a method. */
static bool
is_imported_name(struct cg *c, expr_ty e)
{
    return e->kind == Name_kind && (scope_symbol(c->pool, c->st->top, e->v.Name.id) & DEF_IMPORT);
}

static bool
call_method(struct cg *c, expr_ty e)
{
    expr_ty meth = e->v.Call.func;
    asdl_expr_seq *args = e->v.Call.args;
    asdl_keyword_seq *keywords = e->v.Call.keywords;
    Py_ssize_t nargs = asdl_seq_LEN(args), nkw = asdl_seq_LEN(keywords);
    if (meth->kind != Attribute_kind || meth->v.Attribute.ctx != Load || is_imported_name(c, meth->v.Attribute.value)
        || nargs + nkw + (nkw != 0) >= STACK_USE_GUIDELINE || has_star(args, keywords))
        return false;
    struct loc loc = LOC(meth);
    if (cg_can_super_attr(c, meth)) {
        expr_ty super = meth->v.Attribute.value;
        cg_super_args(c, super);
        emit_name(c, loc, asdl_seq_LEN(super->v.Call.args) > 0 ? LOAD_SUPER_METHOD : LOAD_ZERO_SUPER_METHOD,
                  meth->v.Attribute.attr);
        loc = cg_attr_loc(loc, meth);
        emit(c, loc, NOP);
    }
    else {
        cg_expr(c, meth->v.Attribute.value);
        loc = cg_attr_loc(loc, meth);
        emit_name(c, loc, LOAD_METHOD, meth->v.Attribute.attr);
    }
    cg_exprs(c, args);
    struct loc call_loc = cg_attr_loc(LOC(e), meth);
    if (nkw > 0) {
        keyword_values(c, keywords);
        emit_keyword_names(c, loc, keywords, 0, nkw);
        emit_i(c, call_loc, CALL_KW, nargs + nkw);
    }
    else
        emit_i(c, call_loc, CALL, nargs);
    return true;
}

void
cg_call(struct cg *c, expr_ty e)
{
    check_keywords(c, e->v.Call.keywords);
    if (call_method(c, e))
        return;
    cg_warn_caller(c, e->v.Call.func);
    cg_expr(c, e->v.Call.func);
    emit(c, LOC(e->v.Call.func), PUSH_NULL);
    cg_call_args(c, LOC(e), 0, e->v.Call.args, NULL, e->v.Call.keywords);
}
