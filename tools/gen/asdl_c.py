#!/usr/bin/env python3
"""asdl_c.py ast.asdl ast.h ast_gen.c: C structs, constructors and node tables from the abstract syntax.

The input is a small ASDL: sums of constructors, products, '?' for optional, '*' for a sequence."""
import re
import sys

BUILTIN = ('identifier', 'int', 'string', 'constant')


class Field:
    def __init__(self, text):
        m = re.fullmatch(r'(\w+)([?*]?)\s+(\w+)', text.strip())
        self.type, self.quant, self.name = m.group(1), m.group(2), m.group(3)

    def __str__(self):
        return f'{self.type}{self.quant} {self.name}'


class Cons:
    def __init__(self, name, fields):
        self.name, self.fields = name, fields

    def __str__(self):
        return self.name + (f"({', '.join(map(str, self.fields))})" if self.fields else '')


class Type:
    def __init__(self, name, cons, attrs, product):
        self.name, self.cons, self.attrs, self.product = name, cons, attrs, product
        self.simple = not product and not any(c.fields for c in cons)

    def doc(self):
        if self.product:
            return str(self.cons[0])
        if self.simple:
            return f"{self.name} = {' | '.join(c.name for c in self.cons)}"
        pad = '\n' + ' ' * len(self.name) + ' | '
        return f'{self.name} = ' + pad.join(map(str, self.cons))


def split_fields(text):
    return [Field(f) for f in text.split(',')] if text.strip() else []


def parse(path):
    text = re.sub(r'--[^\n]*', '', open(path).read())
    body = re.search(r'module\s+\w+\s*\{(.*)\}', text, re.S).group(1)
    types = []
    for m in re.finditer(r'(\w+)\s*=\s*((?:.(?!\n\s*\w+\s*=\s))*.)', body, re.S):
        name, rhs = m.group(1), m.group(2)
        attrs = []
        a = re.search(r'attributes\s*\(([^)]*)\)', rhs)
        if a:
            attrs = split_fields(a.group(1))
            rhs = rhs[:a.start()]
        rhs = rhs.strip()
        if rhs.startswith('('):
            types.append(Type(name, [Cons(name, split_fields(rhs[1:rhs.rindex(')')]))], attrs, True))
            continue
        cons = []
        for part in rhs.split('|'):
            c = re.fullmatch(r'(\w+)\s*(?:\((.*)\))?', part.strip(), re.S)
            cons.append(Cons(c.group(1), split_fields(c.group(2) or '')))
        types.append(Type(name, cons, attrs, False))
    return types


class Gen:
    def __init__(self, types):
        self.types = types
        self.by_name = {t.name: t for t in types}

    def ctype(self, f):
        if f.quant == '*':
            t = self.by_name.get(f.type)
            return 'asdl_int_seq *' if t and t.simple else f'asdl_{f.type}_seq *'
        return {'int': 'int '}.get(f.type) or (f'{f.type} ' if f.type in BUILTIN else f'{f.type}_ty ')

    def header(self):
        out = ['/* Made by tools/gen/asdl_c.py from ast.asdl. */', '#ifndef ADDER_SYNTAX_AST_H', '#define ADDER_SYNTAX_AST_H', '',
               '#include <Python.h>', '', '#include "syntax/asdl.h"', '#include "syntax/ast_arena.h"', '']
        for t in self.types:
            if t.simple:
                items = ', '.join(f'{c.name} = {i}' for i, c in enumerate(t.cons, 1))
                out.append(f'typedef enum _{t.name} {{ {items} }} {t.name}_ty;')
            else:
                out.append(f'typedef struct _{t.name} *{t.name}_ty;')
        out.append('')
        for t in self.types:
            if not t.simple:
                out.append(f'typedef struct {{ ASDL_SEQ_HEAD {t.name}_ty typed_elements[1]; }} asdl_{t.name}_seq;')
        for t in self.types:
            if t.simple:
                continue
            out.append('')
            if t.product:
                out.append(f'struct _{t.name} {{')
                out += [f'    {self.ctype(f)}{f.name};' for f in t.cons[0].fields]
            else:
                kinds = ', '.join(f'{c.name}_kind = {i}' for i, c in enumerate(t.cons, 1))
                out.append(f'enum _{t.name}_kind {{ {kinds} }};')
                out.append(f'struct _{t.name} {{')
                out.append(f'    enum _{t.name}_kind kind;')
                out.append('    union {')
                for c in t.cons:
                    if c.fields:
                        out.append('        struct { ' + ' '.join(f'{self.ctype(f)}{f.name};' for f in c.fields) + f' }} {c.name};')
                out.append('    } v;')
            out += [f'    int {a.name};' for a in t.attrs]
            out.append('};')
        out += ['', '/* Constructors: a node in the arena, or NULL with MemoryError or (a required child is NULL) ValueError. */']
        for t in self.types:
            if not t.simple:
                out += [self.proto(t, c) + ';' for c in t.cons]
        out += ['', '/* Sequences of n NULL entries in the arena; NULL with MemoryError. */']
        for t in self.types:
            if not t.simple:
                out.append(f'static inline asdl_{t.name}_seq *asdl_{t.name}_seq_new(Py_ssize_t n, struct ast_arena *arena)'
                           f' {{ return (asdl_{t.name}_seq *)asdl_seq_new(n, arena); }}')
        out += ['', '#endif', '']
        return '\n'.join(out)

    def proto(self, t, c):
        fields = list(c.fields) + list(t.attrs)
        args = ', '.join([('int ' if f.type == 'int' else self.ctype(f)) + f.name for f in fields] + ['struct ast_arena *arena'])
        return f'{t.name}_ty ast_{c.name}({args})'

    def constructor(self, t, c):
        out = [self.proto(t, c), '{']
        for f in c.fields:
            if not f.quant and f.type != 'int':
                out.append(f'    if (UNLIKELY(!{f.name}))\n        return ast_field_missing("{f.name}", "{c.name}");')
        out.append(f'    {t.name}_ty p = ast_arena_alloc(arena, sizeof(*p));')
        out.append('    if (UNLIKELY(p == NULL))\n        return NULL;')
        if not t.product:
            out.append(f'    p->kind = {c.name}_kind;')
        for f in c.fields:
            out.append(f'    p->{f.name if t.product else f"v.{c.name}.{f.name}"} = {f.name};')
        for a in t.attrs:
            out.append(f'    p->{a.name} = {a.name};')
        return out + ['    return p;', '}', '']

    def field_row(self, f, where):
        t = self.by_name.get(f.type)
        kind = {'identifier': 'AST_F_IDENTIFIER', 'int': 'AST_F_INT', 'string': 'AST_F_STRING', 'constant': 'AST_F_CONSTANT'}.get(f.type)
        if kind is None:
            kind = 'AST_F_ENUM' if t.simple else 'AST_F_NODE'
        quant = {'': 'AST_Q_ONE', '?': 'AST_Q_OPT', '*': 'AST_Q_SEQ'}[f.quant]
        ty = f'AST_T_{f.type}' if t else 'AST_NTYPES'
        return f'{{ "{f.name}", {kind}, {quant}, {ty}, {where} }}'

    def tables(self):
        out = []
        for t in self.types:
            for c in t.cons:
                if c.fields:
                    rows = []
                    for f in c.fields:
                        member = f.name if t.product else f'v.{c.name}.{f.name}'
                        rows.append('    ' + self.field_row(f, f'offsetof(struct _{t.name}, {member})') + ',')
                    out += [f'static const struct ast_field fields_{c.name}[] = {{'] + rows + ['};']
            if t.attrs:
                rows = ['    ' + self.field_row(a, f'offsetof(struct _{t.name}, {a.name})') + ',' for a in t.attrs]
                out += [f'static const struct ast_field attrs_{t.name}[] = {{'] + rows + ['};']
        out += ['', 'const struct ast_cons ast_conses[] = {']
        first = {}
        n = 0
        for t in self.types:
            first[t.name] = n
            for i, c in enumerate(t.cons, 1):
                fields = f'fields_{c.name}' if c.fields else 'NULL'
                out.append(f'    {{ "{c.name}", "{c}", {fields}, {len(c.fields)}, AST_T_{t.name}, {0 if t.product else i} }},')
                n += 1
        out += ['};', '', 'const struct ast_type ast_types[AST_NTYPES] = {']
        for t in self.types:
            doc = t.doc().replace('\n', '\\n"\n        "')
            attrs = f'attrs_{t.name}' if t.attrs else 'NULL'
            shape = 'AST_PRODUCT' if t.product else 'AST_ENUM' if t.simple else 'AST_SUM'
            size = '0' if t.simple else f'sizeof(struct _{t.name})'
            out.append(f'    {{ "{t.name}", "{doc}",\n      {shape}, {first[t.name]}, {len(t.cons)}, {attrs}, {len(t.attrs)}, {size} }},')
        return out + ['};', '']

    def source(self):
        out = ['/* Made by tools/gen/asdl_c.py from ast.asdl. */', '#include "syntax/ast.h"', '', '#include <stddef.h>', '',
               '#include "base/own.h"', '#include "syntax/ast_nodes.h"', '']
        for t in self.types:
            if not t.simple:
                for c in t.cons:
                    out += self.constructor(t, c)
        return '\n'.join(out + self.tables())

    def names(self):
        out = ['/* Made by tools/gen/asdl_c.py from ast.asdl: the number of each type in ast_types[]. */', 'enum ast_type_id {']
        out += [f'    AST_T_{t.name},' for t in self.types]
        out += ['    AST_NTYPES,', f'    AST_NCONSES = {sum(len(t.cons) for t in self.types)}', '};', '']
        return '\n'.join(out)


def main():
    src, header, names, source = sys.argv[1:]
    gen = Gen(parse(src))
    for path, text in ((header, gen.header()), (names, gen.names()), (source, gen.source())):
        with open(path, 'w') as f:
            f.write(text)


main()
