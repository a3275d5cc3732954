/* jit/x64/gdb.c: the JIT interface of gdb: for each trace an object file in memory, with one function and its table for unwinding.
 *
 * The names of struct members are ours, their layout and the two names at the end are gdb's: it puts a breakpoint into the function, and reads the list
 * when it is called, or when it attaches to the process. */
#include "jit/x64/unwind.h"

#include <elf.h>

enum { CODE = 1, TABLE, SYMBOLS, NAMES, SECTIONS };
enum { ACTION_NONE, ACTION_ADD, ACTION_REMOVE };

struct entry { struct entry *next, *prev; const void *object; uint64_t size; };

/* The names of sections, behind which that of the function follows; the first byte is the empty name. */
static const char section_names[] = "\0.text\0.eh_frame\0.symtab\0.strtab";
enum { NAME_TEXT = 1, NAME_TABLE = 7, NAME_SYMBOLS = 17, NAME_NAMES = 25 };

#define FUNCTION_MAX 256
struct object {
    struct entry entry;
    Elf64_Ehdr head;
    Elf64_Shdr sections[SECTIONS];
    Elf64_Sym symbols[2];
    uint8_t table[X64_EH_FRAME_MAX];
    char names[sizeof(section_names) + FUNCTION_MAX];
};

/* ---- what gdb looks for ---- */

__attribute__((noinline, used)) void __jit_debug_register_code(void);
void
__jit_debug_register_code(void)
{
    __asm__ volatile("" ::: "memory");
}

__attribute__((used)) struct { uint32_t version, action; struct entry *about, *first; } __jit_debug_descriptor = { 1, ACTION_NONE, NULL, NULL };

static void
tell(struct entry *e, uint32_t action)
{
    __jit_debug_descriptor.about = e;
    __jit_debug_descriptor.action = action;
    __jit_debug_register_code();
    __jit_debug_descriptor.about = NULL;
    __jit_debug_descriptor.action = ACTION_NONE;
}

/* ---- the object file ---- */

static uint64_t
offset_of(const struct object *o, const void *part)
{
    return (uint64_t)((const char *)part - (const char *)&o->head);
}

static void
fill_sections(struct object *o, const struct x64_code *c, size_t table, size_t names)
{
    Elf64_Shdr *s = o->sections;
    s[CODE] = (Elf64_Shdr){ .sh_name = NAME_TEXT, .sh_type = SHT_NOBITS, .sh_flags = SHF_ALLOC | SHF_EXECINSTR, .sh_addr = (uintptr_t)c->code,
                            .sh_size = c->size, .sh_addralign = 1 };
    s[TABLE] = (Elf64_Shdr){ .sh_name = NAME_TABLE, .sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC, .sh_addr = (uintptr_t)o->table,
                             .sh_offset = offset_of(o, o->table), .sh_size = table, .sh_addralign = 8 };
    s[SYMBOLS] = (Elf64_Shdr){ .sh_name = NAME_SYMBOLS, .sh_type = SHT_SYMTAB, .sh_offset = offset_of(o, o->symbols), .sh_size = sizeof(o->symbols),
                               .sh_link = NAMES, .sh_info = 1, .sh_addralign = 8, .sh_entsize = sizeof(Elf64_Sym) };
    s[NAMES] = (Elf64_Shdr){ .sh_name = NAME_NAMES, .sh_type = SHT_STRTAB, .sh_offset = offset_of(o, o->names), .sh_size = names, .sh_addralign = 1 };
}

static void
fill(struct object *o, const struct x64_code *c, const char *name)
{
    size_t length = strnlen(name, FUNCTION_MAX - 1);
    memcpy(o->names, section_names, sizeof(section_names));
    memcpy(o->names + sizeof(section_names), name, length);
    o->head = (Elf64_Ehdr){ .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT }, .e_type = ET_REL, .e_machine = EM_X86_64,
                            .e_version = EV_CURRENT, .e_shoff = offset_of(o, o->sections), .e_ehsize = sizeof(Elf64_Ehdr),
                            .e_shentsize = sizeof(Elf64_Shdr), .e_shnum = SECTIONS, .e_shstrndx = NAMES };
    o->symbols[1] = (Elf64_Sym){ .st_name = sizeof(section_names), .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), .st_shndx = CODE, .st_size = c->size };
    fill_sections(o, c, x64_eh_frame(o->table, c->code, c->size), sizeof(section_names) + length + 1);
}

void *
x64_gdb_add(const struct x64_code *c, const char *name)
{
    struct object *o = PyMem_RawCalloc(1, sizeof(*o));
    if (o == NULL)
        return NULL;
    fill(o, c, name);
    o->entry = (struct entry){ .next = __jit_debug_descriptor.first, .object = &o->head, .size = sizeof(*o) - offsetof(struct object, head) };
    if (o->entry.next != NULL)
        o->entry.next->prev = &o->entry;
    __jit_debug_descriptor.first = &o->entry;
    tell(&o->entry, ACTION_ADD);
    return o;
}

void
x64_gdb_remove(void *entry)
{
    if (entry == NULL)
        return;
    struct entry *e = &((struct object *)entry)->entry;
    if (e->prev != NULL)
        e->prev->next = e->next;
    else
        __jit_debug_descriptor.first = e->next;
    if (e->next != NULL)
        e->next->prev = e->prev;
    tell(e, ACTION_REMOVE);
    PyMem_RawFree(entry);
}
