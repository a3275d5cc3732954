/* jit/x64/dump.c: machine code as text, for people.
 *
 * Zydis reads the instructions; it is opened when the first dump is asked for, by its file name of Debian 12 and 13. Its structures are not
 * looked into but for the length of an instruction, which has been in one place through all of version 4; they are opaque blocks
 * that are large enough. Without the library there are the bytes, and a line saying what to install. */
#include "jit/x64/x64.h"

#include <dlfcn.h>

#include "base/strbuf.h"

enum { LONG_MODE = 0, WIDTH_64 = 2, INTEL = 1, OPERANDS = 10, LENGTH_AT = 8 };

/* What Zydis 4 exports; 0x80000000 in a result is failure. */
typedef uint32_t (*decoder_init)(void *decoder, int mode, int width);
typedef uint32_t (*decoder_decode)(const void *decoder, const void *code, size_t length, void *ins, void *operands);
typedef uint32_t (*formatter_init)(void *formatter, int style);
typedef uint32_t (*formatter_format)(const void *formatter, const void *ins, const void *operands, uint8_t n, char *text, size_t size, uint64_t at, void *user);

static struct {
    bool tried;
    decoder_decode decode;
    formatter_format format;
    uint64_t decoder[128], formatter[1024], ins[256], operands[512];
} zydis;

/* ---- the library ---- */

static void *
open_library(void)
{
    static const char *const names[] = { "libZydis.so.4.1", "libZydis.so.4.0", "libZydis.so.4", "libZydis.so" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        void *lib = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (lib != NULL)
            return lib;
    }
    return NULL;
}

static bool
zydis_open(void)
{
    if (zydis.tried)
        return zydis.decode != NULL;
    zydis.tried = true;
    void *lib = open_library();
    if (lib == NULL)
        return false;
    decoder_init init = (decoder_init)dlsym(lib, "ZydisDecoderInit");
    formatter_init style = (formatter_init)dlsym(lib, "ZydisFormatterInit");
    decoder_decode decode = (decoder_decode)dlsym(lib, "ZydisDecoderDecodeFull");
    zydis.format = (formatter_format)dlsym(lib, "ZydisFormatterFormatInstruction");
    if (init == NULL || style == NULL || decode == NULL || zydis.format == NULL)
        return false;
    if (init(zydis.decoder, LONG_MODE, WIDTH_64) >> 31 || style(zydis.formatter, INTEL) >> 31)
        return false;
    zydis.decode = decode;
    return true;
}

/* Length of the instruction at offset, its text in `text`; 0 when it is none. */
static unsigned
read_instruction(const struct x64_code *c, uint32_t offset, char *text, size_t size)
{
    uint8_t length;
    if (zydis.decode(zydis.decoder, c->code + offset, c->size - offset, zydis.ins, zydis.operands) >> 31)
        return 0;
    memcpy(&length, (const char *)zydis.ins + LENGTH_AT, 1);
    if (zydis.format(zydis.formatter, zydis.ins, zydis.operands, OPERANDS, text, size, offset, NULL) >> 31)
        return 0;
    return length;
}

/* ---- what jumps and calls lead to ---- */

static int32_t
distance_at(const struct x64_code *c, uint32_t at)
{
    int32_t d;
    memcpy(&d, c->code + at, 4);
    return d;
}

static const char *
helper_name(const void *function)
{
    for (int i = 0; i < IR_HELPERS; i++) {
        if (ir_helpers[i].function == function)
            return ir_helpers[i].name;
    }
    return "?";
}

/* Exits are by number, called functions by name, as their places say nothing and change from run to run. */
static void
put_target(struct strbuf *sb, const struct x64_code *c, uint32_t offset, unsigned length, const char *text)
{
    const uint8_t *p = c->code + offset;
    size_t word = strcspn(text, " ");
    for (uint32_t i = 0; i < c->nexits; i++) {
        uint32_t stub = c->exits[i].jump + 4 + (uint32_t)distance_at(c, c->exits[i].jump);
        if (length >= 5 && stub == offset + length + (uint32_t)distance_at(c, offset + length - 4) && text[0] == 'j') {
            strbuf_addf(sb, "%.*s exit %u\n", (int)word, text, i);
            return;
        }
    }
    if (p[0] == 0xe9) {
        strbuf_addf(sb, "jmp %x\n", offset + length + (uint32_t)distance_at(c, offset + 1));
    } else if (p[0] == 0xe8) {
        strbuf_addf(sb, "call %s\n", helper_name(p + 5 + distance_at(c, offset + 1)));
    } else if (p[0] == 0xff && p[1] == 0x15) {
        const void *function;
        memcpy(&function, p + 6 + distance_at(c, offset + 2), sizeof(function));
        strbuf_addf(sb, "call %s\n", helper_name(function));
    } else {
        strbuf_addf(sb, "%s\n", text);
    }
}

/* ---- all of it ---- */

static void
put_bytes(struct strbuf *sb, const struct x64_code *c, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        if ((i - from) % 16 == 0)
            strbuf_addf(sb, "%5x ", i);
        strbuf_addf(sb, " %02x%s", c->code[i], (i - from) % 16 == 15 || i + 1 == to ? "\n" : "");
    }
}

static void
put_instructions(struct strbuf *sb, const struct x64_code *c, uint32_t from, uint32_t to)
{
    char text[200];
    for (uint32_t at = from; at < to; ) {
        unsigned length = read_instruction(c, at, text, sizeof(text));
        strbuf_addf(sb, "%5x  ", at);
        if (length == 0) {
            strbuf_addf(sb, "%02x: no instruction\n", c->code[at]);
            break;
        }
        put_target(sb, c, at, length, text);
        at += length;
    }
}

char *
x64_dump(const struct x64_code *c)
{
    struct strbuf sb = STRBUF_INIT;
    bool opened = zydis_open();
    if (!opened)
        strbuf_addstr(&sb, "no disassembler: install Zydis (on Debian the package libzydis4.0 or libzydis4.1)\n");
    (opened ? put_instructions : put_bytes)(&sb, c, 0, c->text);
    if (c->apart < c->size)
        strbuf_addstr(&sb, "apart\n");
    (opened ? put_instructions : put_bytes)(&sb, c, c->apart, c->size);
    strbuf_addf(&sb, "%u bytes, %u exits\n", c->size, c->nexits);
    char *out = sb.failed ? NULL : PyMem_Malloc(sb.len + 1);
    if (out != NULL)
        memcpy(out, sb.data, sb.len + 1);
    strbuf_release(&sb);
    return out;
}
