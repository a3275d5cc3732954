/* modules/sre/sre_engine.h: the matcher for one character width; included with CHAR and FN(name) defined.
 *
 * Kinds of records. Undo: they put back a value when failing passes them.
 *   MARK      mark[pc] was ptr, lastindex was aux         COUNT    repeats[aux] had count pc, last_ptr ptr
 *   CURRENT   the current repeat was aux                  NEW      the newest repeat goes; the current one was aux
 * Choices: matching goes on from them.
 *   BRANCH    next alternative at pc                      ONE      one item less: ptr - 1 >= aux, then pc
 *   MIN_ONE   one item more of the op at pc, aux left     MAX      leave repeat aux: tail at pc
 *   MIN       one more round of repeat aux, UNTIL at pc
 * Frames: a part that is matched for itself (assertion, atomic group, one possessive round) ends at its SUCCESS; `frame`
 * is the index of the innermost one, aux holds the outer one. When a frame succeeds its choices are thrown away, but
 * its undo records stay, since failing later must undo what it did.
 *   ASSERT  NOT  ATOMIC  POSSESS (aux >> 32 = rounds done)
 *
 * What runs for each character or each choice is HOT: part of loop(), so that code pointer and text pointer stay in registers. Anything
 * else gets copies of the two (step()), and a compiler that counts would otherwise keep them in memory because of a function that hardly runs. */

enum {
    FN(MARK), FN(COUNT), FN(CURRENT), FN(NEW), FN(UNDO_END) = FN(NEW),
    FN(BRANCH), FN(ONE), FN(MIN_ONE), FN(MAX), FN(MIN),
    FN(ASSERT), FN(NOT), FN(ATOMIC), FN(POSSESS),
};

/* The first character from ptr on that is not in the set. */
HOT const CHAR *FN(span)(const sre_code *set, const CHAR *ptr, const CHAR *end)
{
    if (LIKELY(set[0] == OP_TABLE)) {
        const sre_code *bits = set + set[1];
        for (; ptr < end; ptr++) {
            Py_UCS4 c = *ptr;
            if (c >= 256 || !(bits[c >> 5] >> (c & 31) & 1))
                break;
        }
        if (sizeof(CHAR) == 1)
            return ptr;
    }
    while (ptr < end && sre_in(set, *ptr))
        ptr++;
    return ptr;
}

/* The first c from ptr on, or end. */
HOT const CHAR *FN(find)(const CHAR *ptr, const CHAR *end, sre_code c)
{
    if ((CHAR)c != c)
        return end;
    if (sizeof(CHAR) == 1) {
        const CHAR *hit = ptr < end ? memchr(ptr, (int)c, (size_t)(end - ptr)) : NULL;
        return hit == NULL ? end : hit;
    }
    while (ptr < end && *ptr != (CHAR)c)
        ptr++;
    return ptr;
}

/* How many characters from ptr on match the op, at most max. */
static Py_ssize_t FN(count)(const struct sre_state *s, const sre_code *p, const CHAR *ptr, sre_code max)
{
    const CHAR *end = s->end, *start = ptr;
    if (ptr >= end)                      /* the start may lie behind the end */
        return 0;
    if (max < (size_t)(end - ptr))
        end = ptr + max;
    switch (p[0]) {
    case OP_ANY_ALL:
        return end - start;
    case OP_ANY:
        return FN(find)(ptr, end, '\n') - start;
    case OP_LITERAL:
        if ((CHAR)p[1] == p[1])
            while (ptr < end && *ptr == (CHAR)p[1])
                ptr++;
        return ptr - start;
    case OP_NOT_LITERAL:
        return FN(find)(ptr, end, p[1]) - start;
    case OP_IN:
        return FN(span)(p + 2, ptr, end) - start;
    default:
        while (ptr < end && sre_unit(p, *ptr))
            ptr++;
        return ptr - start;
    }
}

static bool FN(boundary)(const struct sre_state *s, const CHAR *ptr, sre_code category)
{
    bool before = ptr > (const CHAR *)s->beginning && sre_category(category, ptr[-1]);
    bool after = ptr < (const CHAR *)s->end && sre_category(category, ptr[0]);
    return before != after;
}

static bool FN(at)(const struct sre_state *s, const CHAR *ptr, sre_code at)
{
    const CHAR *begin = s->beginning, *end = s->end;
    bool empty = begin == end;
    switch (at) {
    case AT_BEGINNING: case AT_BEGINNING_STRING: return ptr == begin;
    case AT_BEGINNING_LINE: return ptr == begin || ptr[-1] == '\n';
    case AT_END: return ptr == end || (end - ptr == 1 && *ptr == '\n');
    case AT_END_LINE: return ptr == end || *ptr == '\n';
    case AT_END_STRING: return ptr == end;
    case AT_BOUNDARY: return !empty && FN(boundary)(s, ptr, CATEGORY_WORD);
    case AT_NON_BOUNDARY: return !empty && !FN(boundary)(s, ptr, CATEGORY_WORD);
    case AT_LOC_BOUNDARY: return !empty && FN(boundary)(s, ptr, CATEGORY_LOC_WORD);
    case AT_LOC_NON_BOUNDARY: return !empty && !FN(boundary)(s, ptr, CATEGORY_LOC_WORD);
    case AT_UNI_BOUNDARY: return !empty && FN(boundary)(s, ptr, CATEGORY_UNI_WORD);
    case AT_UNI_NON_BOUNDARY: return !empty && !FN(boundary)(s, ptr, CATEGORY_UNI_WORD);
    default: return false;
    }
}

/* The text of a group at ptr again: its length, or -1. */
static Py_ssize_t FN(groupref)(const struct sre_state *s, sre_code op, sre_code group, const CHAR *ptr)
{
    const CHAR *p = s->mark[group * 2], *e = s->mark[group * 2 + 1];
    if (p == NULL || e == NULL || e < p || e - p > (const CHAR *)s->end - ptr)
        return -1;
    Py_ssize_t n = e - p;
    for (; p < e; p++, ptr++) {
        Py_UCS4 a = *p, b = *ptr;
        bool same;
        switch (op) {
        case OP_GROUPREF: same = a == b; break;
        case OP_GROUPREF_IGNORE: same = sre_lower_ascii(a) == sre_lower_ascii(b); break;
        case OP_GROUPREF_UNI_IGNORE: same = Py_UNICODE_TOLOWER(a) == Py_UNICODE_TOLOWER(b); break;
        default: same = sre_lower_locale(a) == sre_lower_locale(b); break;
        }
        if (!same)
            return -1;
    }
    return n;
}

/* The matcher's registers. */
struct FN(run) {
    struct sre_state *s;
    const sre_code *code;
    struct sre_rec *base, *sp, *limit;
    intptr_t frame;                      /* index of the innermost frame record, or -1 */
    int32_t current;                     /* index of the innermost repeat, or -1 */
};

/* Doubles the stack: 0 or -1. */
static APART int FN(grow)(struct FN(run) *r)
{
    size_t used = r->sp - r->base, size = used * 2;
    if (size > PY_SSIZE_T_MAX / sizeof(struct sre_rec))
        goto fail;
    struct sre_rec *stack = PyMem_RawRealloc(r->s->stack, size * sizeof(struct sre_rec));
    if (stack == NULL)
        goto fail;
    if (r->s->stack == NULL)
        memcpy(stack, r->base, used * sizeof(struct sre_rec));
    r->s->stack = stack;
    r->s->stack_size = size;
    r->base = stack;
    r->sp = stack + used;
    r->limit = stack + size;
    return 0;
fail:
    PyErr_NoMemory();
    return -1;
}

HOT int FN(push)(struct FN(run) *r, uint32_t kind, uint32_t pc, const void *ptr, intptr_t aux)
{
    if (UNLIKELY(r->sp == r->limit) && FN(grow)(r) < 0)
        return -1;
    *r->sp++ = (struct sre_rec){ kind, pc, ptr, aux };
    return 0;
}

/* Doubles the room for running repeats: 0 or -1. */
static APART int FN(more_repeats)(struct sre_state *s)
{
    int32_t n = s->max_repeats == 0 ? 16 : s->max_repeats * 2;
    struct sre_repeat *more = n <= 0 ? NULL : PyMem_RawRealloc(s->repeats, n * sizeof(*more));
    if (more == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    s->repeats = more;
    s->max_repeats = n;
    return 0;
}

HOT int FN(new_repeat)(struct FN(run) *r, uint32_t pc)
{
    struct sre_state *s = r->s;
    if (UNLIKELY(s->n_repeats == s->max_repeats) && FN(more_repeats)(s) < 0)
        return -1;
    if (FN(push)(r, FN(NEW), 0, NULL, r->current) < 0)
        return -1;
    s->repeats[s->n_repeats] = (struct sre_repeat){ pc, (uint32_t)-1, r->current, NULL };
    r->current = s->n_repeats++;
    return 0;
}

HOT void FN(undo)(struct FN(run) *r, const struct sre_rec *rec)
{
    struct sre_state *s = r->s;
    switch (rec->kind) {
    case FN(MARK):
        s->mark[rec->pc] = rec->ptr;
        s->lastindex = (int)rec->aux;
        break;
    case FN(COUNT):
        s->repeats[rec->aux].count = rec->pc;
        s->repeats[rec->aux].last_ptr = rec->ptr;
        break;
    case FN(NEW):
        s->n_repeats--;
        r->current = (int32_t)rec->aux;
        break;
    default:
        r->current = (int32_t)rec->aux;
        break;
    }
}

/* Throws away the records of the innermost frame but for those that undo. */
static void FN(commit)(struct FN(run) *r)
{
    struct sre_rec *to = r->base + r->frame;
    for (struct sre_rec *rec = to + 1; rec < r->sp; rec++)
        if (rec->kind <= FN(UNDO_END))
            *to++ = *rec;
    r->sp = to;
}

HOT int FN(set_count)(struct FN(run) *r, int32_t rep, uint32_t count, const void *last_ptr)
{
    struct sre_repeat *p = &r->s->repeats[rep];
    if (FN(push)(r, FN(COUNT), p->count, p->last_ptr, rep) < 0)
        return -1;
    p = &r->s->repeats[rep];
    p->count = count;
    p->last_ptr = last_ptr;
    return 0;
}

HOT int FN(set_current)(struct FN(run) *r, int32_t rep)
{
    if (FN(push)(r, FN(CURRENT), 0, NULL, r->current) < 0)
        return -1;
    r->current = rep;
    return 0;
}

HOT int FN(interrupted)(struct sre_state *s)
{
    return UNLIKELY((++s->ticks & 0xfff) == 0) && PyErr_CheckSignals() != 0;
}

#define TRY(call) do { if ((call) < 0) return SRE_ERROR; } while (0)

/* What the parts of the loop tell it, besides SRE_YES, SRE_NO and SRE_ERROR. */
enum { FN(GO) = 2, FN(FAILED) = 3, FN(NEXT_BRANCH) = 4 };

/* Opens a frame for the part behind the op whose first argument is at p. */
static APART int FN(enter)(struct FN(run) *r, uint32_t kind, const sre_code *p, const CHAR *ptr, intptr_t aux)
{
    TRY(FN(push)(r, kind, (uint32_t)(p - r->code), ptr, aux));
    r->frame = r->sp - 1 - r->base;
    return FN(GO);
}

static intptr_t FN(round)(intptr_t frame, uint32_t rounds) { return (intptr_t)rounds << 32 | (uint32_t)frame; }

/* May the code at p match at ptr? Looks at one character, if the code wants one first. */
HOT bool FN(may_start)(const sre_code *p, const CHAR *ptr, const CHAR *end)
{
    while (p[0] == OP_MARK)
        p += 2;
    if (p[0] == OP_LITERAL)
        return ptr < end && *ptr == p[1];
    return p[0] != OP_IN || (ptr < end && sre_in(p + 2, *ptr));
}

/* The last place from ptr back to least where the code at p may match, or one before least. */
HOT const CHAR *FN(last_start)(const sre_code *p, const CHAR *ptr, const CHAR *least, const CHAR *end)
{
    while (p[0] == OP_MARK)
        p += 2;
    if (p[0] != OP_LITERAL && p[0] != OP_IN)
        return ptr;
    if (ptr >= end)
        ptr = end - 1;
    if (p[0] == OP_IN) {
        while (ptr >= least && !sre_in(p + 2, *ptr))
            ptr--;
        return ptr;
    }
    if (sizeof(CHAR) == 1 && ptr - least > 16) {
        const CHAR *hit = p[1] > 255 ? NULL : memrchr(least, (int)p[1], (size_t)(ptr - least + 1));
        return hit == NULL ? least - 1 : hit;
    }
    while (ptr >= least && *ptr != p[1])
        ptr--;
    return ptr;
}

/* REPEAT_ONE and its like: a single-character op, repeated. */
HOT int FN(repeat_unit)(struct FN(run) *r, sre_code op, const sre_code **pp, const CHAR **pptr)
{
    struct sre_state *s = r->s;
    const sre_code *p = *pp, *tail = p + p[0];
    const CHAR *ptr = *pptr, *end = s->end, *least;
    Py_ssize_t min = p[1];
    if (end - ptr < min)
        return FN(FAILED);
    *pp = tail;
    if (op == OP_MIN_REPEAT_ONE) {
        if (min > 0 && FN(count)(s, p + 3, ptr, (sre_code)min) < min)
            return FN(FAILED);
        *pptr = ptr + min;
        if (p[2] == SRE_MAXREPEAT || p[2] > p[1])
            TRY(FN(push)(r, FN(MIN_ONE), (uint32_t)(p - r->code), *pptr, p[2] == SRE_MAXREPEAT ? INTPTR_MAX : (intptr_t)(p[2] - p[1])));
        return FN(GO);
    }
    Py_ssize_t n = FN(count)(s, p + 3, ptr, p[2]);
    if (n < min)
        return FN(FAILED);
    least = ptr + min;
    ptr += n;
    if (op == OP_REPEAT_ONE && n > min) {
        if (tail[0] != OP_SUCCESS || r->frame >= 0 || ptr != end || s->must_advance) {
            ptr = FN(last_start)(tail, ptr, least, end);
            if (ptr < least)
                return FN(FAILED);
            if (ptr > least)
                TRY(FN(push)(r, FN(ONE), (uint32_t)(tail - r->code), ptr, (intptr_t)least));
        }
    }
    *pptr = ptr;
    return FN(GO);
}

/* MAX_UNTIL and MIN_UNTIL, behind the body of the current repeat. */
HOT int FN(until)(struct FN(run) *r, sre_code op, const sre_code **pp, const CHAR *ptr)
{
    struct sre_state *s = r->s;
    int32_t rep = r->current;
    struct sre_repeat *q = &s->repeats[rep];
    const sre_code *body = r->code + q->pc;
    uint32_t n = q->count + 1;
    if (FN(interrupted)(s))
        return SRE_ERROR;
    if (n < body[1]) {
        TRY(FN(set_count)(r, rep, n, q->last_ptr));
        *pp = body + 3;
        return FN(GO);
    }
    int32_t outer = q->prev;
    if (op == OP_MIN_UNTIL)
        TRY(FN(push)(r, FN(MIN), (uint32_t)(*pp - r->code), ptr, rep));
    else if ((n < body[2] || body[2] == SRE_MAXREPEAT) && (const void *)ptr != q->last_ptr) {
        TRY(FN(push)(r, FN(MAX), (uint32_t)(*pp - r->code), ptr, rep));
        TRY(FN(set_count)(r, rep, n, ptr));
        *pp = body + 3;
        return FN(GO);
    }
    TRY(FN(set_current)(r, outer));
    return FN(GO);
}

/* Assertions, atomic groups, possessive repeats. */
static APART int FN(frame_op)(struct FN(run) *r, sre_code op, const sre_code **pp, const CHAR **pptr)
{
    const sre_code *p = *pp;
    const CHAR *ptr = *pptr;
    bool back_ok = ptr - (const CHAR *)r->s->beginning >= (Py_ssize_t)p[1];
    switch (op) {
    case OP_ATOMIC_GROUP:
        *pp = p + 1;
        return FN(enter)(r, FN(ATOMIC), p, ptr, r->frame);
    case OP_POSSESSIVE_REPEAT:
        *pp = p[2] == 0 ? p + p[0] + 1 : p + 3;
        return p[2] == 0 ? FN(GO) : FN(enter)(r, FN(POSSESS), p, ptr, FN(round)(r->frame, 0));
    case OP_ASSERT:
        if (!back_ok)
            return FN(FAILED);
        break;
    default:
        if (!back_ok) {
            *pp = p + p[0];
            return FN(GO);
        }
    }
    *pp = p + 2;
    *pptr = ptr - p[1];
    return FN(enter)(r, op == OP_ASSERT ? FN(ASSERT) : FN(NOT), p, ptr, r->frame);
}

/* SUCCESS: the end of a frame, or of everything. */
static int FN(succeed)(struct FN(run) *r, const sre_code **pp, const CHAR **pptr)
{
    struct sre_state *s = r->s;
    const CHAR *ptr = *pptr;
    if (r->frame < 0) {
        if ((s->match_all && (const void *)ptr != s->end) || (s->must_advance && (const void *)ptr == s->start))
            return FN(FAILED);
        s->ptr = ptr;
        return SRE_YES;
    }
    struct sre_rec f = r->base[r->frame];
    const sre_code *p = r->code + f.pc;
    if (f.kind == FN(NOT)) {
        while (r->sp - 1 - r->base > r->frame)
            if ((--r->sp)->kind <= FN(UNDO_END))
                FN(undo)(r, r->sp);
        r->sp--;
        r->frame = f.aux;
        return FN(FAILED);
    }
    FN(commit)(r);
    if (f.kind == FN(POSSESS)) {
        uint32_t rounds = (uint32_t)((uint64_t)f.aux >> 32) + 1;
        r->frame = (int32_t)(uint32_t)f.aux;
        bool more = rounds < p[1] || ((p[2] == SRE_MAXREPEAT || rounds < p[2]) && (const void *)ptr != f.ptr);
        *pp = more ? p + 3 : p + p[0] + 1;
        return more ? FN(enter)(r, FN(POSSESS), p, ptr, FN(round)(r->frame, rounds)) : FN(GO);
    }
    r->frame = f.aux;
    if (f.kind == FN(ASSERT))
        *pptr = f.ptr;
    *pp = p + p[0];
    return FN(GO);
}

/* One item less for a REPEAT_ONE; a character that must come behind it is looked for at once. */
HOT int FN(resume_one)(struct FN(run) *r, struct sre_rec *rec, const sre_code **pp, const CHAR **pptr)
{
    const CHAR *least = (const CHAR *)rec->aux;
    const sre_code *p = r->code + rec->pc;
    const CHAR *ptr = FN(last_start)(p, (const CHAR *)rec->ptr - 1, least, r->s->end);
    if (ptr <= least)
        r->sp--;
    else
        rec->ptr = ptr;
    if (ptr < least)
        return FN(FAILED);
    *pp = p;
    *pptr = ptr;
    return FN(interrupted)(r->s) ? SRE_ERROR : FN(GO);
}

HOT int FN(resume_min_one)(struct FN(run) *r, struct sre_rec *rec, const sre_code **pp, const CHAR **pptr)
{
    const sre_code *op = r->code + rec->pc, *tail = op + op[0];
    const CHAR *ptr = rec->ptr, *end = r->s->end;
    intptr_t left = rec->aux;
    do {
        if (left == 0 || ptr >= end || !sre_unit(op + 3, *ptr)) {
            r->sp--;
            return FN(FAILED);
        }
        ptr++;
        left -= left != INTPTR_MAX;
    } while (!FN(may_start)(tail, ptr, end));
    *pp = tail;
    *pptr = ptr;
    rec->ptr = ptr;
    rec->aux = left;
    if (left == 0)
        r->sp--;
    return FN(interrupted)(r->s) ? SRE_ERROR : FN(GO);
}

/* One more round of a lazy repeat. */
HOT int FN(resume_min)(struct FN(run) *r, struct sre_rec rec, const sre_code **pp, const CHAR **pptr)
{
    struct sre_repeat *q = &r->s->repeats[rec.aux];
    const sre_code *op = r->code + q->pc;
    uint32_t n = q->count + 1;
    if ((n >= op[2] && op[2] != SRE_MAXREPEAT) || rec.ptr == q->last_ptr)
        return FN(FAILED);
    TRY(FN(set_count)(r, (int32_t)rec.aux, n, rec.ptr));
    *pp = op + 3;
    *pptr = rec.ptr;
    return FN(GO);
}

/* Goes back to the newest choice, undoing on the way. */
HOT int FN(resume)(struct FN(run) *r, const sre_code **pp, const CHAR **pptr)
{
    while (r->sp > r->base) {
        struct sre_rec *top = r->sp - 1, rec = *top;
        int status = FN(GO);
        if (rec.kind == FN(ONE) || rec.kind == FN(MIN_ONE)) {
            status = rec.kind == FN(ONE) ? FN(resume_one)(r, top, pp, pptr) : FN(resume_min_one)(r, top, pp, pptr);
            if (status == FN(FAILED))
                continue;
            return status;
        }
        r->sp--;
        if (rec.kind <= FN(UNDO_END)) {
            FN(undo)(r, &rec);
            continue;
        }
        const sre_code *p = r->code + rec.pc;
        const CHAR *ptr = rec.ptr;
        switch (rec.kind) {
        case FN(BRANCH):
            status = FN(NEXT_BRANCH);
            break;
        case FN(MAX):
            TRY(FN(set_current)(r, r->s->repeats[rec.aux].prev));
            break;
        case FN(MIN):
            status = FN(resume_min)(r, rec, pp, pptr);
            if (status == FN(FAILED))
                continue;
            return status;
        case FN(NOT):
            r->frame = rec.aux;
            p += p[0];
            break;
        case FN(POSSESS):
            r->frame = (int32_t)(uint32_t)rec.aux;
            if ((uint32_t)((uint64_t)rec.aux >> 32) < p[1])
                continue;
            p += p[0] + 1;
            break;
        default:                             /* ASSERT, ATOMIC */
            r->frame = rec.aux;
            continue;
        }
        *pp = p;
        *pptr = ptr;
        return status;
    }
    return SRE_NO;
}

/* p is at the skip word of an alternative: enters the first one that may match. */
HOT int FN(branch)(struct FN(run) *r, const sre_code **pp, const CHAR *ptr)
{
    const sre_code *p = *pp;
    const CHAR *end = r->s->end;
    for (; p[0] != 0; p += p[0]) {
        if (p[1] == OP_LITERAL && (ptr >= end || *ptr != p[2]))
            continue;
        if (p[1] == OP_IN && (ptr >= end || !sre_in(p + 3, *ptr)))
            continue;
        break;
    }
    if (p[0] == 0)
        return FN(FAILED);
    if (p[p[0]] != 0)
        TRY(FN(push)(r, FN(BRANCH), (uint32_t)(p + p[0] - r->code), ptr, 0));
    *pp = p + 1;
    return FN(GO);
}

HOT int FN(mark)(struct FN(run) *r, sre_code i, const CHAR *ptr)
{
    struct sre_state *s = r->s;
    TRY(FN(push)(r, FN(MARK), i, s->mark[i], s->lastindex));
    s->mark[i] = ptr;
    if (i & 1)
        s->lastindex = (int)(i / 2 + 1);
    return FN(GO);
}

/* The rare ops. */
static APART int FN(step)(struct FN(run) *r, const sre_code **pp, const CHAR **pptr)
{
    struct sre_state *s = r->s;
    const sre_code *p = *pp;
    sre_code op = p[-1];
    switch (op) {
    case OP_SUCCESS:
        return FN(succeed)(r, pp, pptr);
    case OP_GROUPREF: case OP_GROUPREF_IGNORE: case OP_GROUPREF_UNI_IGNORE: case OP_GROUPREF_LOC_IGNORE: {
        Py_ssize_t n = FN(groupref)(s, op, p[0], *pptr);
        *pp = p + 1;
        *pptr += Py_MAX(n, 0);
        return n < 0 ? FN(FAILED) : FN(GO);
    }
    case OP_GROUPREF_EXISTS: {
        const CHAR *from = s->mark[p[0] * 2], *to = s->mark[p[0] * 2 + 1];
        *pp = p + (from != NULL && to != NULL && to >= from ? 2 : p[1]);
        return FN(GO);
    }
    case OP_ASSERT: case OP_ASSERT_NOT: case OP_ATOMIC_GROUP: case OP_POSSESSIVE_REPEAT:
        return FN(frame_op)(r, op, pp, pptr);
    case OP_FAILURE:
        return FN(FAILED);
    default:
        PyErr_SetString(PyExc_RuntimeError, "invalid SRE code");
        return SRE_ERROR;
    }
}

/* The op at p - 1, if it is none of single characters. */
HOT int FN(op)(struct FN(run) *r, const sre_code **pp, const CHAR **pptr)
{
    const sre_code *p = *pp;
    switch (p[-1]) {
    case OP_SUCCESS:
        if (r->frame < 0 && !r->s->match_all && !r->s->must_advance) {
            r->s->ptr = *pptr;
            return SRE_YES;
        }
        break;
    case OP_MARK:
        *pp = p + 1;
        return FN(mark)(r, p[0], *pptr);
    case OP_AT:
        *pp = p + 1;
        return FN(at)(r->s, *pptr, p[0]) ? FN(GO) : FN(FAILED);
    case OP_JUMP: case OP_INFO:
        *pp = p + p[0];
        return FN(GO);
    case OP_BRANCH:
        return FN(NEXT_BRANCH);
    case OP_REPEAT_ONE: case OP_MIN_REPEAT_ONE: case OP_POSSESSIVE_REPEAT_ONE:
        return FN(repeat_unit)(r, p[-1], pp, pptr);
    case OP_REPEAT:
        TRY(FN(new_repeat)(r, (uint32_t)(p - r->code)));
        *pp = p + p[0];
        return FN(GO);
    case OP_MAX_UNTIL: case OP_MIN_UNTIL:
        return FN(until)(r, p[-1], pp, *pptr);
    default:
        break;
    }
    const CHAR *ptr = *pptr;                 /* copies: see the top */
    int status = FN(step)(r, &p, &ptr);
    *pp = p;
    *pptr = ptr;
    return status;
}

static int FN(loop)(struct FN(run) *r, const sre_code *p, const CHAR *ptr)
{
    const CHAR *const end = r->s->end;
    for (;;) {
        int status = FN(GO);
        switch (*p++) {
        case OP_LITERAL:
            if (ptr < end && *ptr == p[0]) {
                ptr++;
                p++;
                continue;
            }
            status = FN(FAILED);
            break;
        case OP_IN:
            if (ptr < end && sre_in(p + 1, *ptr)) {
                ptr++;
                p += p[0];
                continue;
            }
            status = FN(FAILED);
            break;
        case OP_ANY: case OP_ANY_ALL: case OP_NOT_LITERAL: case OP_LITERAL_IGNORE: case OP_NOT_LITERAL_IGNORE:
        case OP_LITERAL_UNI_IGNORE: case OP_NOT_LITERAL_UNI_IGNORE: case OP_LITERAL_LOC_IGNORE: case OP_NOT_LITERAL_LOC_IGNORE:
        case OP_CATEGORY: case OP_IN_IGNORE: case OP_IN_UNI_IGNORE: case OP_IN_LOC_IGNORE:
            if (ptr < end && sre_unit(p - 1, *ptr)) {
                ptr++;
                p += sre_unit_size(p - 1) - 1;
                continue;
            }
            status = FN(FAILED);
            break;
        default:
            status = FN(op)(r, &p, &ptr);
            break;
        }
        while (status == FN(FAILED) || status == FN(NEXT_BRANCH))
            status = status == FN(FAILED) ? FN(resume)(r, &p, &ptr) : FN(branch)(r, &p, ptr);
        if (status != FN(GO))
            return status;
    }
}
#undef TRY

/* Matches at ptr; s->start is the start of the match for what must_advance means. */
static int FN(match_at)(struct sre_state *s, const sre_code *code, const sre_code *from, const CHAR *ptr)
{
    struct sre_rec small[48];
    struct FN(run) r = { s, code, small, small, small + Py_ARRAY_LENGTH(small), -1, -1 };
    if (s->stack != NULL) {
        r.base = r.sp = s->stack;
        r.limit = s->stack + s->stack_size;
    }
    s->n_repeats = 0;
    return FN(loop)(&r, from, ptr);
}

static int FN(match)(struct sre_state *s, const sre_code *code) { return FN(match_at)(s, code, code, s->start); }

/* ---- search ---- */

static bool FN(is_unit)(sre_code op)
{
    switch (op) {
    case OP_IN: case OP_IN_IGNORE: case OP_IN_UNI_IGNORE: case OP_IN_LOC_IGNORE: case OP_LITERAL_IGNORE: case OP_LITERAL_UNI_IGNORE:
    case OP_LITERAL_LOC_IGNORE: case OP_CATEGORY:
        return true;
    default:
        return false;
    }
}

/* A single character is looked for that is not described by a table. */
static const CHAR *FN(find_unit)(const sre_code *p, const CHAR *ptr, const CHAR *end)
{
    if (p[0] == OP_LITERAL_UNI_IGNORE && p[1] < 128 && p[1] != 'k' && p[1] != 's' && p[1] != 'i') {
        CHAR lower = (CHAR)p[1], upper = (CHAR)Py_TOUPPER((unsigned char)p[1]);      /* no other character folds to it */
        while (ptr < end && *ptr != lower && *ptr != upper)
            ptr++;
        return ptr;
    }
    while (ptr < end && !sre_unit(p, *ptr))
        ptr++;
    return ptr;
}

/* The first place before end where these two characters stand, or end. */
HOT const CHAR *FN(find_two)(const CHAR *ptr, const CHAR *end, sre_code a, sre_code b)
{
    for (; ptr < end; ptr++) {
        if (*ptr != a) {
            ptr = FN(find)(ptr, end, a);
            if (ptr >= end)
                break;
        }
        if (ptr[1] == b)
            return ptr;
    }
    return end;
}

/* May a match be at ptr, by what is known of its first characters? */
HOT bool FN(may_begin)(const sre_code *first, const CHAR *ptr, const CHAR *end)
{
    if (end - ptr < (Py_ssize_t)first[0])
        return false;
    for (sre_code i = 0; i < first[0]; i++)
        if (!(sre_first_places(first, ptr[i]) >> i & 1))
            return false;
    return true;
}

/* With a literal prefix of n characters, the first `skip` of which need not be matched again. */
static int FN(search_prefix)(struct sre_state *s, const sre_code *code, const sre_code *info, const sre_code *body, const sre_code *first)
{
    Py_ssize_t n = info[5], skip = info[6];
    const sre_code *prefix = info + 7, *overlap = prefix + n - 1;
    const CHAR *ptr = s->start, *end = s->end;
    if ((size_t)(end - ptr) < (size_t)n)
        return SRE_NO;
    const CHAR *last = end - n + 1;
    for (Py_ssize_t same = 0;;) {            /* so many characters at ptr are known to be the prefix's */
        if (n > 1 && same == 0)
            ptr = FN(find_two)(ptr, last, prefix[0], prefix[1]);
        else if (n == 1 && ptr < last && *ptr != prefix[0])
            ptr = FN(find)(ptr, last, prefix[0]);
        if (ptr >= last)
            return SRE_NO;
        Py_ssize_t i = same == 0 ? Py_MIN(n, 2) : same;
        while (i < n && ptr[i] == prefix[i])
            i++;
        if (i == n) {
            s->start = ptr;
            if (info[2] & SRE_INFO_LITERAL) {
                s->ptr = ptr + n;
                return SRE_YES;
            }
            if (FN(may_begin)(first, ptr + skip, end)) {
                int r = FN(match_at)(s, code, body + 2 * skip, ptr + skip);
                if (r != SRE_NO)
                    return r;
                s->must_advance = false;
            }
        }
        same = overlap[i];                   /* of the i that were equal, so many are a beginning again */
        ptr += i - same;
    }
}

/* The first place from ptr on where a match may begin, by what is known of its first characters; end if there is none. Bit i of `at` is
 * whether the last i + 1 characters may be the first ones of a match. */
static const CHAR *FN(find_first)(const sre_code *first, const sre_code *set, const sre_code *body, const CHAR *ptr, const CHAR *end)
{
    bool unit = FN(is_unit)(body[0]);
    uint32_t at = 0, n = first[0];
    for (; ptr < end; ptr++) {
        Py_UCS4 c = *ptr;
        at = (at << 1 | 1) & sre_first_places(first, c);
        if (sizeof(CHAR) > 1 && c >= 256 && !(set != NULL ? sre_in(set, c) : !unit || sre_unit(body, c)))
            at &= ~1u;
        if (at >> (n - 1) & 1)
            return ptr - (n - 1);
    }
    return end;
}

static int FN(search)(struct sre_state *s, const sre_code *code, const sre_code *first)
{
    const CHAR *ptr = s->start, *last = s->end, *end = s->end;
    const sre_code *body = code, *set = NULL;
    if (ptr > end)
        return SRE_NO;
    if (code[0] == OP_INFO) {
        const sre_code *info = code;
        body = code + 1 + code[1];
        if (info[3] != 0 && (size_t)(end - ptr) < info[3])
            return SRE_NO;
        if (info[3] > 1)
            last = end - (info[3] - 1);
        if ((info[2] & SRE_INFO_PREFIX) && info[5] > 0 && !s->must_advance && !s->match_all)
            return FN(search_prefix)(s, code, info, body, first);
        if (info[2] & SRE_INFO_PREFIX)
            first = NULL;                    /* of what comes behind the prefix */
        if (info[2] & SRE_INFO_CHARSET)
            set = info + 5;
    }
    if (first != NULL && !first[0])
        first = NULL;
    bool unit = FN(is_unit)(body[0]), look = body[0] == OP_LITERAL || first != NULL || unit;
    bool anchored = body[0] == OP_AT && (body[1] == AT_BEGINNING || body[1] == AT_BEGINNING_STRING);
    for (;; ptr++) {
        if (look) {
            if (body[0] == OP_LITERAL)
                ptr = FN(find)(ptr, last, body[1]);
            else if (body[0] == OP_LITERAL_UNI_IGNORE || first == NULL)
                ptr = FN(find_unit)(body, ptr, last);
            else
                ptr = FN(find_first)(first, set, body, ptr, end);
            if (ptr >= last)
                return SRE_NO;
        }
        s->start = ptr;
        int r = FN(match_at)(s, code, body, ptr);
        if (r != SRE_NO)
            return r;
        s->must_advance = false;
        if (ptr >= last || anchored)
            return SRE_NO;
        if (FN(interrupted)(s))
            return SRE_ERROR;
    }
}

#undef CHAR
#undef FN
