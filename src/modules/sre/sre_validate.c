/* modules/sre/sre_validate.c: checks pattern code, which anybody can pass to _sre.compile(), so that running it never
 * leaves its bounds. The matcher relies on every property checked here. */
#include "modules/sre/sre.h"

#define DEPTH_MAX 3000

struct check { Py_ssize_t groups; int depth; const sre_code *code; struct sre_sets *sets; };

static bool check_charset(const sre_code *p, const sre_code *end)
{
    while (p < end) {
        switch (*p++) {
        case OP_NEGATE:
            break;
        case OP_LITERAL: case OP_CATEGORY:
            p++;
            break;
        case OP_RANGE: case OP_RANGE_UNI_IGNORE:
            p += 2;
            break;
        case OP_CHARSET:
            if (end - p < 8)
                return false;
            p += 8;
            break;
        case OP_BIGCHARSET: {
            if (end - p < 65)
                return false;
            sre_code blocks = *p++;
            const unsigned char *map = (const unsigned char *)p;
            for (int i = 0; i < 256; i++)
                if (map[i] >= blocks)
                    return false;
            p += 64;
            if (blocks > (size_t)(end - p) / 8)
                return false;
            p += blocks * 8;
            break;
        }
        default:
            return false;
        }
    }
    return p == end;
}

static void note_set(struct check *c, const sre_code *set)
{
    if (c->sets->n < c->sets->max)
        c->sets->at[c->sets->n++] = (uint32_t)(set - c->code);
}

/* A set with its skip word at p, FAILURE at its end: the position behind, or NULL. */
static const sre_code *check_in(struct check *c, sre_code op, const sre_code *p, const sre_code *end)
{
    if (end - p < 2 || p[0] < 2 || p[0] > (size_t)(end - p) || p[p[0] - 1] != OP_FAILURE || !check_charset(p + 1, p + p[0] - 1))
        return NULL;
    if (op != OP_IN_LOC_IGNORE)
        note_set(c, p + 1);
    return p + p[0];
}

/* A single-character op: the position behind, or NULL. */
static const sre_code *check_unit(struct check *c, const sre_code *p, const sre_code *end)
{
    if (p >= end)
        return NULL;
    sre_code op = *p++;
    switch (op) {
    case OP_ANY: case OP_ANY_ALL:
        return p;
    case OP_LITERAL: case OP_NOT_LITERAL: case OP_LITERAL_IGNORE: case OP_NOT_LITERAL_IGNORE: case OP_LITERAL_UNI_IGNORE:
    case OP_NOT_LITERAL_UNI_IGNORE: case OP_LITERAL_LOC_IGNORE: case OP_NOT_LITERAL_LOC_IGNORE:
        return p < end ? p + 1 : NULL;
    case OP_CATEGORY:
        return p < end && *p <= CATEGORY_UNI_NOT_LINEBREAK ? p + 1 : NULL;
    case OP_IN: case OP_IN_IGNORE: case OP_IN_UNI_IGNORE: case OP_IN_LOC_IGNORE:
        return check_in(c, op, p, end);
    default:
        return NULL;
    }
}

static bool check_code(struct check *c, const sre_code *p, const sre_code *end);

static bool check_inner(struct check *c, const sre_code *p, const sre_code *end)
{
    if (p > end || ++c->depth > DEPTH_MAX)
        return false;
    bool ok = check_code(c, p, end);
    c->depth--;
    return ok;
}

/* p at the skip word; *behind is where it leads. */
static bool check_skip(const sre_code *p, const sre_code *end, const sre_code **behind)
{
    if (end - p < 1 || p[0] < 1 || p[0] > (size_t)(end - p))
        return false;
    *behind = p + p[0];
    return true;
}

static const sre_code *check_info(struct check *c, const sre_code *p, const sre_code *end)
{
    const sre_code *behind;
    if (!check_skip(p, end, &behind) || p[0] < 4)
        return NULL;
    sre_code flags = p[1];
    const sre_code *q = p + 4;
    if ((flags & ~7u) || ((flags & SRE_INFO_PREFIX) && (flags & SRE_INFO_CHARSET)) || ((flags & SRE_INFO_LITERAL) && !(flags & SRE_INFO_PREFIX)))
        return NULL;
    if (flags & SRE_INFO_PREFIX) {
        if (behind - q < 2)
            return NULL;
        sre_code n = q[0], skip = q[1];
        if (skip > n || n > (size_t)(behind - (q + 2)) / 2 || q + 2 + 2 * (size_t)n != behind)
            return NULL;
        if (2 * (size_t)skip > (size_t)(end - behind))
            return NULL;
        for (sre_code i = 0; i < skip; i++)
            if (behind[2 * i] != OP_LITERAL)
                return NULL;
        for (sre_code i = 0; i < n; i++)             /* overlaps: a search goes on by i + 1 less this */
            if (q[2 + n + i] > i)
                return NULL;
        return behind;
    }
    if (flags & SRE_INFO_CHARSET) {
        if (behind - q < 1 || behind[-1] != OP_FAILURE || !check_charset(q, behind - 1))
            return NULL;
        note_set(c, q);
        return behind;
    }
    return q == behind ? behind : NULL;
}

static const sre_code *check_branch(struct check *c, const sre_code *p, const sre_code *end)
{
    const sre_code *target = NULL, *next;
    for (;; p = next) {
        if (p >= end)
            return NULL;
        if (p[0] == 0)
            break;
        if (!check_skip(p, end, &next) || next - p < 3 || next[-2] != OP_JUMP || !check_inner(c, p + 1, next - 2))
            return NULL;
        if (next[-1] > (size_t)(end - (next - 1)))
            return NULL;
        const sre_code *to = next - 1 + next[-1];
        if (target != NULL && to != target)
            return NULL;
        target = to;
    }
    return target == NULL || target == p + 1 ? p + 1 : NULL;
}

/* Repeats: p at the skip word. `tail`: words between the body's end and the place behind. */
static const sre_code *check_repeat(struct check *c, sre_code op, const sre_code *p, const sre_code *end)
{
    const sre_code *behind;
    if (!check_skip(p, end, &behind) || p[0] < 3 || p[1] > p[2])
        return NULL;
    if (op == OP_REPEAT_ONE || op == OP_MIN_REPEAT_ONE || op == OP_POSSESSIVE_REPEAT_ONE)
        return behind - p >= 5 && behind[-1] == OP_SUCCESS && check_unit(c, p + 3, behind - 1) == behind - 1 ? behind : NULL;
    if (!check_inner(c, p + 3, behind) || behind >= end)
        return NULL;
    bool ok = op == OP_REPEAT ? behind[0] == OP_MAX_UNTIL || behind[0] == OP_MIN_UNTIL : behind[0] == OP_SUCCESS;
    return ok ? behind + 1 : NULL;
}

static const sre_code *check_exists(struct check *c, const sre_code *p, const sre_code *end)
{
    if (end - p < 2 || (Py_ssize_t)p[0] >= c->groups || p[1] < 2 || p[1] > (size_t)(end - p))
        return NULL;
    const sre_code *behind = p + p[1], *last;
    if (behind - p >= 4 && behind[-2] == OP_JUMP && check_skip(behind - 1, end, &last) && last > behind
        && check_inner(c, p + 2, behind - 2) && check_inner(c, behind, last))
        return last;
    return check_inner(c, p + 2, behind) ? behind : NULL;
}

static const sre_code *check_assert(struct check *c, const sre_code *p, const sre_code *end, bool back)
{
    const sre_code *behind;
    int head = back ? 2 : 1;
    if (!check_skip(p, end, &behind) || behind - p < head + 1 || behind[-1] != OP_SUCCESS || (back && (p[1] & 0x80000000)))
        return NULL;
    return check_inner(c, p + head, behind - 1) ? behind : NULL;
}

static bool check_code(struct check *c, const sre_code *p, const sre_code *end)
{
    while (p != NULL && p < end) {
        sre_code op = *p;
        const sre_code *unit = check_unit(c, p, end);
        if (unit != NULL) {
            p = unit;
            continue;
        }
        p++;
        switch (op) {
        case OP_MARK:
            p = p < end && (Py_ssize_t)*p < 2 * c->groups ? p + 1 : NULL;
            break;
        case OP_AT:
            p = p < end && *p <= AT_UNI_NON_BOUNDARY ? p + 1 : NULL;
            break;
        case OP_FAILURE:
            break;
        case OP_INFO:
            p = check_info(c, p, end);
            break;
        case OP_BRANCH:
            p = check_branch(c, p, end);
            break;
        case OP_REPEAT_ONE: case OP_MIN_REPEAT_ONE: case OP_POSSESSIVE_REPEAT_ONE: case OP_REPEAT: case OP_POSSESSIVE_REPEAT:
            p = check_repeat(c, op, p, end);
            break;
        case OP_ATOMIC_GROUP:
            p = check_assert(c, p, end, false);
            break;
        case OP_ASSERT: case OP_ASSERT_NOT:
            p = check_assert(c, p, end, true);
            break;
        case OP_GROUPREF: case OP_GROUPREF_IGNORE: case OP_GROUPREF_UNI_IGNORE: case OP_GROUPREF_LOC_IGNORE:
            p = p < end && (Py_ssize_t)*p < c->groups ? p + 1 : NULL;
            break;
        case OP_GROUPREF_EXISTS:
            p = check_exists(c, p, end);
            break;
        default:
            return false;
        }
    }
    return p != NULL && p == end;
}

bool sre_validate(const sre_code *code, size_t n, Py_ssize_t groups, struct sre_sets *sets)
{
    struct check c = { groups, 0, code, sets };
    if (groups < 0 || (size_t)groups > SRE_MAXGROUPS || n < 1 || code[n - 1] != OP_SUCCESS)
        return false;
    return check_code(&c, code, code + n - 1);
}
