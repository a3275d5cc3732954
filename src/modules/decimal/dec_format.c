/* modules/decimal/dec_format.c: format specifications, as format() takes them, and what they make of a number. */
#include "modules/decimal/dec.h"

#include <limits.h>
#include <string.h>

/* ---- specifications ------------------------------------------------------------------------------------------ */

static bool
is_align(char c)
{
    return c == '<' || c == '>' || c == '=' || c == '^';
}

/* Bytes of the UTF-8 character at s. */
static size_t
char_size(const char *s)
{
    size_t n = 1;
    while ((s[n] & 0xC0) == 0x80)
        n++;
    return n;
}

/* Characters of UTF-8 text. */
static size_t
text_length(const char *s)
{
    size_t n = 0;
    for (; *s != 0; s++)
        n += (*s & 0xC0) != 0x80;
    return n;
}

static bool
read_size(const char **s, int64_t *out)
{
    int64_t x = 0;
    for (; **s >= '0' && **s <= '9'; (*s)++)
        if (__builtin_mul_overflow(x, 10, &x) || __builtin_add_overflow(x, **s - '0', &x))
            return false;
    *out = x;
    return true;
}

static bool
read_type(struct dec_format *f, const char *s, bool *locale)
{
    if (*s != 0) {
        if (strchr("eEfFgG%nN", *s) == NULL)
            return false;
        f->type = *s++;
        if (f->type == 'n' || f->type == 'N') {
            if (*f->separator != 0)
                return false;
            f->type = f->type == 'n' ? 'g' : 'G';
            *locale = true;
        }
    }
    return *s == 0;
}

bool
dec_format_parse(struct dec_format *f, const char *s, bool caps, bool *locale)
{
    *f = (struct dec_format){ 0, -1, caps ? 'G' : 'g', '>', '-', " ", ".", "", "" };
    *locale = false;
    size_t n = *s == 0 ? 0 : char_size(s);
    bool aligned = n > 0 && n <= 4 && is_align(s[n]);
    if (aligned) {
        memcpy(f->fill, s, n);
        f->fill[n] = 0;
        f->align = s[n];
        s += n + 1;
    }
    else if (is_align(*s)) {
        aligned = true;
        f->align = *s++;
    }
    if (*s == '+' || *s == '-' || *s == ' ')
        f->sign = *s++;
    if (*s == '0') {
        if (aligned)
            return false;
        f->align = 'z';
        s++;
    }
    if (*s == '0' || !read_size(&s, &f->width))
        return false;
    if (*s == ',') {
        f->separator = ",";
        f->grouping = "\003\003";
        s++;
    }
    if (*s == '.') {
        s++;
        if (*s < '0' || *s > '9' || !read_size(&s, &f->prec))
            return false;
    }
    return read_type(f, s, locale);
}

/* ---- the number ---------------------------------------------------------------------------------------------- */

/* Text that grows; it may begin in memory of someone else's. */
struct buffer { char *s; size_t n, room; char *borrowed; bool failed; };

/* Room for so many bytes more, and a 0. */
static void
reserve(struct buffer *b, int64_t n)
{
    size_t room = b->n + (size_t)n + 1;
    if (b->failed || room <= b->room)
        return;
    char *p = b->s == b->borrowed ? malloc(room) : realloc(b->s, room);
    if (p == NULL) {
        b->failed = true;
        return;
    }
    if (b->s == b->borrowed)
        memcpy(p, b->s, b->n);
    b->s = p;
    b->room = room;
}

static void
put(struct buffer *b, const char *s, size_t n)
{
    if (b->n + n + 1 > b->room)
        reserve(b, (int64_t)(b->n + 2 * n));
    if (b->failed)
        return;
    memcpy(b->s + b->n, s, n);
    b->n += n;
    b->s[b->n] = 0;
}

static void
put_times(struct buffer *b, const char *s, int64_t times)
{
    size_t n = strlen(s);
    if (times <= 0)
        return;
    reserve(b, times * (int64_t)n);
    while (times-- > 0 && !b->failed)
        put(b, s, n);
}

/* a rounded as the specification says; the place of the point in exponential form. */
static bool
round_for(struct dec *t, const struct dec_format *f, char type, int64_t *point, const struct dec_ctx *ctx, uint32_t *status)
{
    *point = 1;
    if (f->prec < 0)
        return true;
    if (f->prec > DEC_MAX_PREC) {
        *status |= DEC_INVALID_OPERATION;
        return false;
    }
    uint32_t local = 0;
    if (type == 'g') {
        int64_t digits = f->prec == 0 ? 1 : f->prec;
        if (t->digits > digits)
            dec_to_digits(t, t, digits, ctx, &local);
    }
    else if (type == 'e') {
        if (dec_coeff_is_zero(t))
            *point = 1 - f->prec;
        else
            dec_to_digits(t, t, f->prec + 1, ctx, &local);
    }
    else
        dec_rescale(t, t, -f->prec, ctx, &local);
    *status |= local & DEC_ERRORS;
    return !(local & DEC_ERRORS);
}

/* Lengths of the groups, from the point to the left; 0: no more. */
static int64_t
next_group(const char **grouping, int64_t last)
{
    unsigned char g = (unsigned char)**grouping;
    if (g == 0)
        return last;
    (*grouping)++;
    return g == CHAR_MAX ? 0 : g;
}

/* The digits of the integer part in groups, with zeros before them up to `least` characters. */
static void
put_grouped(struct buffer *out, const char *digits, int64_t n, int64_t least, const struct dec_format *f)
{
    int64_t nsep = (int64_t)text_length(f->separator), group = 0, ends[2] = { n, least }, total = 0, count = 0;
    const char *g = f->grouping;
    bool none = *f->separator == 0 && *f->grouping == 0;
    /* first how many digits there will be, zeros included, and in how many groups */
    for (;;) {
        int64_t most = ends[0] > ends[1] ? ends[0] : ends[1];
        if (most < 1)
            most = 1;
        group = none ? 0 : next_group(&g, group);
        int64_t take = group > 0 && group < most ? group : most;
        total += take;
        count++;
        ends[0] -= take;
        ends[1] -= take;
        if (group == 0 || (ends[0] <= 0 && ends[1] <= 0))
            break;
        ends[1] -= nsep;
    }
    /* then from the left: the groups' places count from the right, so each is found again */
    int64_t place = total;
    for (int64_t left = count; left-- > 0 && !out->failed;) {
        int64_t below = 0, at = 0;
        g = f->grouping;
        group = 0;
        for (; *g != 0 && at < left; at++)
            below += group = next_group(&g, group);
        below += (left - at) * group;    /* far out all groups are alike */
        if (place > n && place > below) {
            int64_t zeros = place - (below > n ? below : n);
            put_times(out, "0", zeros);
            place -= zeros;
        }
        if (place > below)
            put(out, digits + n - place, (size_t)(place - below));
        place = below;
        if (left > 0)
            put(out, f->separator, strlen(f->separator));
    }
}

/* Sign, integer part, and the rest of number text, with the specification's point, groups and zeros. */
static void
put_number(struct buffer *out, const char *s, const struct dec_format *f)
{
    size_t sign = *s == '-' || *s == '+' || *s == ' ', digits = 0;
    while (s[sign + digits] >= '0' && s[sign + digits] <= '9')
        digits++;
    const char *rest = s + sign + digits;
    bool has_point = *rest == '.';
    rest += has_point;
    put(out, s, sign);
    int64_t least = 0;
    if (f->align == 'z')
        least = f->width - (int64_t)(sign + strlen(rest) + (has_point ? text_length(f->point) : 0));
    put_grouped(out, s + sign, (int64_t)digits, least, f);
    if (has_point)
        put(out, f->point, strlen(f->point));
    put(out, rest, strlen(rest));
}

static void
pad(struct buffer *out, const char *s, const struct dec_format *f, char align)
{
    int64_t missing = f->width - (int64_t)text_length(s), left = 0, middle = 0;
    if (missing < 0)
        missing = 0;
    reserve(out, (int64_t)strlen(s) + missing);
    if (align == '=')
        middle = missing;
    else if (align == '>')
        left = missing;
    else if (align == '^')
        left = missing / 2;
    size_t sign = middle > 0 && (*s == '-' || *s == '+' || *s == ' ');
    put_times(out, f->fill, left);
    put(out, s, sign);
    put_times(out, f->fill, middle);
    put(out, s + sign, strlen(s + sign));
    put_times(out, f->fill, missing - left - middle);
}

static int
text_flags(const struct dec_format *f, char type)
{
    int flags = f->sign == '+' ? DEC_TEXT_ALWAYS_SIGN : f->sign == ' ' ? DEC_TEXT_SPACE_SIGN : 0;
    if (type == 'e')
        flags |= DEC_TEXT_EXP;
    if (type == 'f')
        flags |= DEC_TEXT_FIXED;
    if (f->type == '%')
        flags |= DEC_TEXT_PERCENT;
    return f->type >= 'a' ? flags | DEC_TEXT_LOWER : flags;
}

char *
dec_format_number(const struct dec *a, const struct dec_format *f, char *room, size_t room_size, size_t *n, const struct dec_ctx *ctx,
                  uint32_t *status)
{
    char type = f->type == '%' ? 'f' : (char)(f->type | 0x20);
    int64_t point = 1;
    char digits[64];
    struct buffer number = { digits, 0, sizeof(digits), digits, false }, out = { room, 0, room_size, room, false };
    struct dec_text text = { .s = text.room };
    DEC_TEMP(t);
    if (f->width > DEC_MAX_PREC) {
        *status |= DEC_INVALID_OPERATION;
        return NULL;
    }
    if (!dec_copy(&t, a, status))
        goto done;
    if (!dec_is_special(&t)) {
        if (f->type == '%')
            t.exp += 2;
        if (!round_for(&t, f, type, &point, ctx, status))
            goto done;
    }
    if (!dec_to_text(&text, &t, text_flags(f, type), point))
        goto nomem;
    if (dec_is_special(&t))
        pad(&out, text.s, f, f->align == 'z' ? '>' : f->align);
    else if (f->align != 'z' && *f->separator == 0 && *f->grouping == 0 && strcmp(f->point, ".") == 0)
        pad(&out, text.s, f, f->align);
    else {
        put_number(&number, text.s, f);
        if (number.failed)
            goto nomem;
        pad(&out, number.s, f, f->align);
    }
    if (!out.failed)
        goto done;
nomem:
    *status |= DEC_MALLOC_ERROR;
done:
    dec_text_release(&text);
    dec_release(&t);
    if (number.s != digits)
        free(number.s);
    if (*status & DEC_ERRORS || out.failed) {
        if (out.s != room)
            free(out.s);
        return NULL;
    }
    *n = out.n;
    return out.s;
}
