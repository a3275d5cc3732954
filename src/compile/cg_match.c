/* compile/cg_match.c: the match statement.
 *
 * While a pattern is tried, the stack holds from the bottom: captured values in order of capture, then what the pattern
 * still needs (on_top items), the subject of the current subpattern last. A failure jumps to a label that pops just
 * that many items; names are bound only when the whole pattern has matched. */
#include "compile/cg.h"

struct pattern {                   /* state of one case */
    PVEC(PyObject *) stores;       /* names captured so far */
    PVEC(int) fail_pop;            /* [n]: label that pops n items and fails */
    int on_top;
    bool allow_irrefutable;
};

static void visit_pattern(struct cg *c, pattern_ty p, struct pattern *pc);

static bool
is_wildcard(pattern_ty p)
{
    return p->kind == MatchAs_kind && p->v.MatchAs.name == NULL;
}

static bool
is_star_wildcard(pattern_ty p)
{
    return p->kind == MatchStar_kind && p->v.MatchStar.name == NULL;
}

/* --- failing --- */

static void
need_fail_pop(struct cg *c, struct pattern *pc, int n)
{
    while (pc->fail_pop.len <= n) {
        int label = new_label(c);
        pvec_push(c->pool, &pc->fail_pop, label);
    }
}

static void
jump_to_fail(struct cg *c, struct loc loc, struct pattern *pc, int op)
{
    int pops = pc->on_top + pc->stores.len;
    need_fail_pop(c, pc, pops);
    emit_jump(c, loc, op, pc->fail_pop.items[pops]);
}

static void
emit_fail_pops(struct cg *c, struct loc loc, struct pattern *pc)
{
    if (pc->fail_pop.len == 0)
        return;
    for (int n = pc->fail_pop.len - 1; n > 0; n--) {
        use_label(c, pc->fail_pop.items[n]);
        emit(c, loc, POP_TOP);
    }
    use_label(c, pc->fail_pop.items[0]);
    pc->fail_pop.len = 0;
}

/* --- captures --- */

static int
find_store(const struct pattern *pc, PyObject *name)
{
    for (int i = 0; i < pc->stores.len; i++)
        if (pc->stores.items[i] == name || PyUnicode_Compare(pc->stores.items[i], name) == 0)
            return i;
    return -1;
}

static void
add_store(struct cg *c, struct loc loc, struct pattern *pc, PyObject *name)
{
    if (find_store(pc, name) >= 0)
        cg_error(c, loc, "multiple assignments to name %R in pattern", name);
    pvec_push(c->pool, &pc->stores, name);
}

static void
rotate(struct cg *c, struct loc loc, int count)
{
    while (count > 1)
        emit_i(c, loc, SWAP, count--);
}

static void
capture(struct cg *c, struct loc loc, PyObject *name, struct pattern *pc)
{
    if (name == NULL) {
        emit(c, loc, POP_TOP);
        return;
    }
    if (find_store(pc, name) >= 0)
        cg_error(c, loc, "multiple assignments to name %R in pattern", name);
    rotate(c, loc, pc->on_top + pc->stores.len + 1);
    pvec_push(c->pool, &pc->stores, name);
}

static void
visit_subpattern(struct cg *c, pattern_ty p, struct pattern *pc)
{
    bool allow = pc->allow_irrefutable;
    pc->allow_irrefutable = true;
    visit_pattern(c, p, pc);
    pc->allow_irrefutable = allow;
}

static void
visit_as(struct cg *c, pattern_ty p, struct pattern *pc)
{
    struct loc loc = LOC(p);
    PyObject *name = p->v.MatchAs.name;
    if (p->v.MatchAs.pattern == NULL) {
        if (!pc->allow_irrefutable && name)
            cg_error(c, loc, "name capture %R makes remaining patterns unreachable", name);
        if (!pc->allow_irrefutable)
            cg_error(c, loc, "wildcard makes remaining patterns unreachable");
        capture(c, loc, name, pc);
        return;
    }
    pc->on_top++;
    emit_i(c, loc, COPY, 1);
    visit_pattern(c, p->v.MatchAs.pattern, pc);
    pc->on_top--;
    capture(c, loc, name, pc);
}

/* --- values --- */

static void
emit_size(struct cg *c, struct loc loc, Py_ssize_t n)
{
    emit_const(c, loc, pool_keep(c->pool, PyLong_FromSsize_t(n)));
}

static void
visit_value(struct cg *c, pattern_ty p, struct pattern *pc)
{
    expr_ty value = p->v.MatchValue.value;
    if (value->kind != Constant_kind && value->kind != Attribute_kind)
        cg_error(c, LOC(p), "patterns may only match literals and attribute lookups");
    cg_expr(c, value);
    emit_i(c, LOC(p), COMPARE_OP, Py_EQ << 5 | COMPARE_EQUAL);
    emit(c, LOC(p), TO_BOOL);
    jump_to_fail(c, LOC(p), pc, POP_JUMP_IF_FALSE);
}

static void
visit_singleton(struct cg *c, pattern_ty p, struct pattern *pc)
{
    emit_const(c, LOC(p), p->v.MatchSingleton.value);
    emit_i(c, LOC(p), IS_OP, 0);
    jump_to_fail(c, LOC(p), pc, POP_JUMP_IF_FALSE);
}

static void
check_not_none(struct cg *c, struct loc loc, struct pattern *pc)
{
    emit_none(c, loc);
    emit_i(c, loc, IS_OP, 1);
    jump_to_fail(c, loc, pc, POP_JUMP_IF_FALSE);
}

static void
check_length(struct cg *c, struct loc loc, Py_ssize_t n, bool at_least, struct pattern *pc)
{
    emit(c, loc, GET_LEN);
    emit_size(c, loc, n);
    emit_i(c, loc, COMPARE_OP, at_least ? Py_GE << 5 | COMPARE_GREATER | COMPARE_EQUAL : Py_EQ << 5 | COMPARE_EQUAL);
    jump_to_fail(c, loc, pc, POP_JUMP_IF_FALSE);
}

/* --- sequences --- */

static void
sequence_unpack(struct cg *c, struct loc loc, asdl_pattern_seq *patterns, Py_ssize_t star, struct pattern *pc)
{
    Py_ssize_t n = asdl_seq_LEN(patterns);
    if (star >= 0) {
        if (star >= 1 << 8 || n - star - 1 >= INT_MAX >> 8)
            cg_error(c, loc, "too many expressions in star-unpacking sequence pattern");
        emit_i(c, loc, UNPACK_EX, star + ((n - star - 1) << 8));
    }
    else
        emit_i(c, loc, UNPACK_SEQUENCE, n);
    pc->on_top += (int)n;
    for (Py_ssize_t i = 0; i < n; i++) {
        pc->on_top--;
        visit_subpattern(c, asdl_seq_GET(patterns, i), pc);
    }
}

/* With an unnamed star, fetching the few items wanted beats unpacking them all. */
static void
sequence_index(struct cg *c, struct loc loc, asdl_pattern_seq *patterns, Py_ssize_t star, struct pattern *pc)
{
    Py_ssize_t n = asdl_seq_LEN(patterns);
    pc->on_top++;
    for (Py_ssize_t i = 0; i < n; i++) {
        pattern_ty p = asdl_seq_GET(patterns, i);
        if (is_wildcard(p) || i == star)
            continue;
        emit_i(c, loc, COPY, 1);
        if (i < star)
            emit_size(c, loc, i);
        else {                     /* from the end, by a non-negative index */
            emit(c, loc, GET_LEN);
            emit_size(c, loc, n - i);
            emit_i(c, loc, BINARY_OP, NB_SUBTRACT);
        }
        emit(c, loc, BINARY_SUBSCR);
        visit_subpattern(c, p, pc);
    }
    pc->on_top--;
    emit(c, loc, POP_TOP);
}

static void
visit_sequence(struct cg *c, pattern_ty p, struct pattern *pc)
{
    asdl_pattern_seq *patterns = p->v.MatchSequence.patterns;
    struct loc loc = LOC(p);
    Py_ssize_t n = asdl_seq_LEN(patterns), star = -1;
    bool only_wildcards = true, star_wildcard = false;
    for (Py_ssize_t i = 0; i < n; i++) {
        pattern_ty item = asdl_seq_GET(patterns, i);
        if (item->kind == MatchStar_kind) {
            if (star >= 0)
                cg_error(c, loc, "multiple starred names in sequence pattern");
            star_wildcard = is_star_wildcard(item);
            only_wildcards &= star_wildcard;
            star = i;
        }
        else
            only_wildcards &= is_wildcard(item);
    }
    pc->on_top++;
    emit(c, loc, MATCH_SEQUENCE);
    jump_to_fail(c, loc, pc, POP_JUMP_IF_FALSE);
    if (star < 0)
        check_length(c, loc, n, false, pc);
    else if (n > 1)
        check_length(c, loc, n - 1, true, pc);
    pc->on_top--;
    if (only_wildcards)
        emit(c, loc, POP_TOP);
    else if (star_wildcard)
        sequence_index(c, loc, patterns, star, pc);
    else
        sequence_unpack(c, loc, patterns, star, pc);
}

/* --- mappings --- */

static void
mapping_keys(struct cg *c, pattern_ty p)
{
    asdl_expr_seq *keys = p->v.MatchMapping.keys;
    PyObject *seen = pool_keep(c->pool, PySet_New(NULL));
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(keys); i++) {
        expr_ty key = asdl_seq_GET(keys, i);
        if (key == NULL)
            cg_error(c, LOC(asdl_seq_GET(p->v.MatchMapping.patterns, i)),
                     "can't use NULL keys in MatchMapping (set 'rest' parameter instead)");
        if (key->kind == Constant_kind) {
            int known = PySet_Contains(seen, key->v.Constant.value);
            if (known > 0)
                cg_error(c, LOC(p), "mapping pattern checks duplicate key (%R)", key->v.Constant.value);
            if (known < 0 || PySet_Add(seen, key->v.Constant.value) < 0)
                pool_fail(c->pool);
        }
        else if (key->kind != Attribute_kind)
            cg_error(c, LOC(p), "mapping pattern keys may only match literals and attribute lookups");
        cg_expr(c, key);
    }
}

/* rest = dict(subject) without the keys. Stack before: subject, keys. */
static void
mapping_rest(struct cg *c, struct loc loc, Py_ssize_t nkeys, PyObject *rest, struct pattern *pc)
{
    emit_i(c, loc, BUILD_MAP, 0);
    emit_i(c, loc, SWAP, 3);
    emit_i(c, loc, DICT_UPDATE, 2);
    emit_i(c, loc, UNPACK_SEQUENCE, nkeys);
    for (; nkeys > 0; nkeys--) {
        emit_i(c, loc, COPY, 1 + nkeys);
        emit_i(c, loc, SWAP, 2);
        emit(c, loc, DELETE_SUBSCR);
    }
    capture(c, loc, rest, pc);
}

static void
visit_mapping(struct cg *c, pattern_ty p, struct pattern *pc)
{
    asdl_pattern_seq *patterns = p->v.MatchMapping.patterns;
    struct loc loc = LOC(p);
    Py_ssize_t n = asdl_seq_LEN(p->v.MatchMapping.keys);
    if (n != asdl_seq_LEN(patterns))
        cg_error(c, loc, "keys (%zd) / patterns (%zd) length mismatch in mapping pattern", n, asdl_seq_LEN(patterns));
    pc->on_top++;
    emit(c, loc, MATCH_MAPPING);
    jump_to_fail(c, loc, pc, POP_JUMP_IF_FALSE);
    if (n == 0 && !p->v.MatchMapping.rest) {
        pc->on_top--;
        emit(c, loc, POP_TOP);
        return;
    }
    if (n > 0)
        check_length(c, loc, n, true, pc);
    mapping_keys(c, p);
    emit_i(c, loc, BUILD_TUPLE, n);
    emit(c, loc, MATCH_KEYS);
    pc->on_top += 2;
    emit_i(c, loc, COPY, 1);
    check_not_none(c, loc, pc);
    emit_i(c, loc, UNPACK_SEQUENCE, n);
    pc->on_top += (int)n - 1;
    for (Py_ssize_t i = 0; i < n; i++) {
        pc->on_top--;
        visit_subpattern(c, asdl_seq_GET(patterns, i), pc);
    }
    pc->on_top -= 2;
    if (p->v.MatchMapping.rest)
        mapping_rest(c, loc, n, p->v.MatchMapping.rest, pc);
    else {
        emit(c, loc, POP_TOP);
        emit(c, loc, POP_TOP);
    }
}

/* --- classes --- */

static void
check_attributes(struct cg *c, asdl_identifier_seq *attrs, asdl_pattern_seq *patterns)
{
    Py_ssize_t n = asdl_seq_LEN(attrs);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *attr = asdl_seq_GET(attrs, i);
        cg_check_name(c, LOC(asdl_seq_GET(patterns, i)), attr, Store);
        for (Py_ssize_t j = i + 1; j < n; j++)
            if (PyUnicode_Compare(attr, asdl_seq_GET(attrs, j)) == 0)
                cg_error(c, LOC(asdl_seq_GET(patterns, j)), "attribute name repeated in class pattern: %U", attr);
    }
}

static void
visit_class(struct cg *c, pattern_ty p, struct pattern *pc)
{
    asdl_pattern_seq *patterns = p->v.MatchClass.patterns, *kwd_patterns = p->v.MatchClass.kwd_patterns;
    asdl_identifier_seq *attrs = p->v.MatchClass.kwd_attrs;
    Py_ssize_t nargs = asdl_seq_LEN(patterns), nattrs = asdl_seq_LEN(attrs);
    struct loc loc = LOC(p);
    if (nattrs != asdl_seq_LEN(kwd_patterns))
        cg_error(c, loc, "kwd_attrs (%zd) / kwd_patterns (%zd) length mismatch in class pattern", nattrs, asdl_seq_LEN(kwd_patterns));
    check_attributes(c, attrs, kwd_patterns);
    cg_expr(c, p->v.MatchClass.cls);
    PyObject *names = pool_keep(c->pool, PyTuple_New(nattrs));
    for (Py_ssize_t i = 0; i < nattrs; i++)
        PyTuple_SET_ITEM(names, i, Py_NewRef(asdl_seq_GET(attrs, i)));
    emit_const(c, loc, names);
    emit_i(c, loc, MATCH_CLASS, nargs);
    emit_i(c, loc, COPY, 1);
    pc->on_top++;
    check_not_none(c, loc, pc);
    emit_i(c, loc, UNPACK_SEQUENCE, nargs + nattrs);
    pc->on_top += (int)(nargs + nattrs) - 1;
    for (Py_ssize_t i = 0; i < nargs + nattrs; i++) {
        pattern_ty item = i < nargs ? asdl_seq_GET(patterns, i) : asdl_seq_GET(kwd_patterns, i - nargs);
        pc->on_top--;
        if (is_wildcard(item))
            emit(c, loc, POP_TOP);
        else
            visit_subpattern(c, item, pc);
    }
}

/* --- alternatives --- */

/* Bring the captures of an alternative into the order of the first one's. */
static void
reorder_stores(struct cg *c, pattern_ty p, struct loc loc, struct pattern *pc, PyObject **control, int ncontrol)
{
    if (pc->stores.len != ncontrol)
        cg_error(c, LOC(p), "alternative patterns bind different names");
    for (int want = ncontrol - 1; want >= 0; want--) {
        int have = find_store(pc, control[want]);
        if (have < 0)
            cg_error(c, LOC(p), "alternative patterns bind different names");
        if (have == want)
            continue;
        /* Move the first have + 1 names up, behind those that follow them, so that the last lands at `want`. */
        int moved = have + 1, gap = want - have;
        PyObject **items = pc->stores.items, **head = POOL_ARRAY(c->pool, PyObject *, moved);
        for (int i = 0; i < moved; i++)
            head[i] = items[i];
        for (int i = 0; i < gap; i++)
            items[i] = items[i + moved];
        for (int i = 0; i < moved; i++)
            items[gap + i] = head[i];
        for (int i = 0; i < moved; i++)
            rotate(c, loc, want + 1);
    }
}

static void
visit_or(struct cg *c, pattern_ty p, struct pattern *pc)
{
    asdl_pattern_seq *patterns = p->v.MatchOr.patterns;
    Py_ssize_t n = asdl_seq_LEN(patterns);
    int end = new_label(c), ncontrol = 0;
    PyObject **control = NULL;     /* names bound by the first alternative */
    for (Py_ssize_t i = 0; i < n; i++) {
        pattern_ty alt = asdl_seq_GET(patterns, i);
        struct loc loc = LOC(alt);
        struct pattern sub = { .allow_irrefutable = i == n - 1 && pc->allow_irrefutable };
        emit_i(c, loc, COPY, 1);
        visit_pattern(c, alt, &sub);
        if (i == 0) {
            control = sub.stores.items;
            ncontrol = sub.stores.len;
        }
        else
            reorder_stores(c, p, loc, &sub, control, ncontrol);
        emit_jump(c, loc, JUMP, end);
        emit_fail_pops(c, loc, &sub);
    }
    emit(c, LOC(p), POP_TOP);
    jump_to_fail(c, LOC(p), pc, JUMP);
    use_label(c, end);
    int rotations = ncontrol + 1 + pc->on_top + pc->stores.len;
    for (int i = 0; i < ncontrol; i++) {
        rotate(c, LOC(p), rotations);
        add_store(c, LOC(p), pc, control[i]);
    }
    emit(c, LOC(p), POP_TOP);
}

static void
visit_pattern(struct cg *c, pattern_ty p, struct pattern *pc)
{
    pool_check_stack(c->pool);
    switch (p->kind) {
    case MatchValue_kind:
        visit_value(c, p, pc);
        break;
    case MatchSingleton_kind:
        visit_singleton(c, p, pc);
        break;
    case MatchSequence_kind:
        visit_sequence(c, p, pc);
        break;
    case MatchMapping_kind:
        visit_mapping(c, p, pc);
        break;
    case MatchClass_kind:
        visit_class(c, p, pc);
        break;
    case MatchStar_kind:
        capture(c, LOC(p), p->v.MatchStar.name, pc);
        break;
    case MatchAs_kind:
        visit_as(c, p, pc);
        break;
    case MatchOr_kind:
        visit_or(c, p, pc);
        break;
    }
}

/* --- the statement --- */

static void
cg_case(struct cg *c, match_case_ty m, bool last, bool allow_irrefutable, int end)
{
    struct loc loc = LOC(m->pattern);
    struct pattern pc = { .allow_irrefutable = allow_irrefutable };
    if (!last)
        emit_i(c, loc, COPY, 1);
    visit_pattern(c, m->pattern, &pc);
    for (int i = 0; i < pc.stores.len; i++)
        cg_name(c, loc, pc.stores.items[i], Store);
    if (m->guard) {
        need_fail_pop(c, &pc, 0);
        cg_jump_if(c, loc, m->guard, pc.fail_pop.items[0], false);
    }
    if (!last)
        emit(c, loc, POP_TOP);
    cg_stmts(c, m->body);
    emit_jump(c, NO_LOC, JUMP, end);
    emit_fail_pops(c, loc, &pc);
}

void
cg_match(struct cg *c, stmt_ty s)
{
    asdl_match_case_seq *cases = s->v.Match.cases;
    Py_ssize_t n = asdl_seq_LEN(cases);
    int end = new_label(c);
    match_case_ty final = asdl_seq_GET(cases, n - 1);
    bool has_default = is_wildcard(final->pattern) && n > 1;   /* `case _` needs no copy of the subject */
    cg_expr(c, s->v.Match.subject);
    for (Py_ssize_t i = 0; i < n - has_default; i++) {
        match_case_ty m = asdl_seq_GET(cases, i);
        cg_case(c, m, i == n - has_default - 1, m->guard != NULL || i == n - 1, end);
    }
    if (has_default) {
        struct loc loc = LOC(final->pattern);
        emit(c, loc, NOP);
        if (final->guard)
            cg_jump_if(c, loc, final->guard, end, false);
        cg_stmts(c, final->body);
    }
    use_label(c, end);
}
