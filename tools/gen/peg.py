#!/usr/bin/env python3
"""peg.py python.gram tokens.def OUT.h OUT_1.c ... OUT_n.c: a packrat parser in C from a PEG grammar.

Grammar:   rule[c_type] (memo):          items:  'kw' or '+='   hard keyword or operator
               | items { C expression }          "kw"           soft keyword (a NAME with this text)
               | ...                             NAME, rule     token class, rule
                                                 a=x, a[T]=x    bind the result
    (x | y)  [x]  x?  x*  x+  s.x+       groups, options, loops, separated lists
    &x  !x  ~  &&x                       lookaheads, cut, forced token (a syntax error if it is not there)

- An alternative is tried only when the next token is in its FIRST set.
- Direct left recursion becomes a loop: the base alternatives once, then the recursive ones while they match. (That gives
  what growing a seed gives, as the base alternatives come last.)
- Alternatives that are a lone invalid_... rule run only in the second pass, which looks for a better error message.
- In actions: p is the parser, LOC the range of the alternative."""
import re
import sys

LEXER = re.compile(r'''\s+|\#[^\n]*|(?P<str>'[^']*'|"[^"]*")|(?P<name>\w+)|(?P<op>&&|[&!~\[\]()|=*+?.:])|(?P<act>\{)''')
CLASSES = {'NAME': 'expr_ty', 'NUMBER': 'expr_ty'}
SEQ = {'expr_ty': 'asdl_expr_seq *', 'stmt_ty': 'asdl_stmt_seq *', 'arg_ty': 'asdl_arg_seq *', 'keyword_ty': 'asdl_keyword_seq *',
       'alias_ty': 'asdl_alias_seq *', 'withitem_ty': 'asdl_withitem_seq *', 'match_case_ty': 'asdl_match_case_seq *',
       'pattern_ty': 'asdl_pattern_seq *', 'type_param_ty': 'asdl_type_param_seq *', 'comprehension_ty': 'asdl_comprehension_seq *',
       'excepthandler_ty': 'asdl_excepthandler_seq *'}


class Node:
    def __init__(self, kind, **kw):
        self.kind = kind
        self.__dict__.update(kw)


class Rule:
    def __init__(self, name, ctype, memo, alts):
        self.name, self.ctype, self.memo, self.alts = name, ctype, memo, alts
        self.first, self.nullable = set(), False


def lex(text):
    toks, i = [], 0
    while i < len(text):
        m = LEXER.match(text, i)
        if not m:
            raise SystemExit(f'peg: cannot read {text[i:i + 40]!r}')
        i = m.end()
        if m.lastgroup == 'act':
            depth, start = 1, i
            while depth:
                depth += {'{': 1, '}': -1}.get(text[i], 0) if text[i] not in '"\'' else 0
                if text[i] in '"\'':
                    q = text[i]
                    i += 1
                    while text[i] != q:
                        i += 2 if text[i] == '\\' else 1
                i += 1
            toks.append(('act', ' '.join(text[start:i - 1].split())))
        elif m.lastgroup:
            toks.append((m.lastgroup, m.group()))
    return toks


class Parser:
    def __init__(self, text):
        self.t, self.i = lex(text), 0

    def peek(self, k=0):
        return self.t[self.i + k] if self.i + k < len(self.t) else ('end', '')

    def take(self, value=None):
        tok = self.peek()
        if value is not None and tok[1] != value:
            raise SystemExit(f'peg: expected {value!r}, got {tok} near {self.t[max(0, self.i - 8):self.i + 4]}')
        self.i += 1
        return tok[1]

    def ctype(self):
        out = []
        self.take('[')
        while self.peek()[1] != ']':
            out.append(self.take())
        self.take(']')
        return ' '.join(out).replace(' *', ' *')

    def grammar(self):
        rules = []
        while self.peek()[0] != 'end':
            name = self.take()
            ctype = self.ctype() if self.peek()[1] == '[' else 'void *'
            memo = False
            if self.peek()[1] == '(':
                self.take('(')
                self.take('memo')
                self.take(')')
                memo = True
            self.take(':')
            rules.append(Rule(name, ctype, memo, self.alts(top=True)))
        return rules

    def rule_starts(self):
        """At 'name:', 'name[type]:' or 'name (memo):', which begins the next rule."""
        if self.peek()[0] != 'name':
            return False
        k = 1
        if self.peek(k)[1] == '[':
            while self.peek(k)[1] != ']':
                k += 1
            k += 1
        if self.peek(k)[1] == '(' and self.peek(k + 1)[1] == 'memo':
            k += 3
        return self.peek(k)[1] == ':'

    def alts(self, top=False):
        out = []
        if self.peek()[1] == '|':
            self.take()
        while True:
            out.append(self.alt(top))
            if self.peek()[1] != '|':
                return out
            self.take()

    def alt(self, top):
        items, action = [], None
        while True:
            kind, val = self.peek()
            if kind == 'act':
                action = self.take()
                break
            if kind == 'end' or (kind == 'op' and val in '|])') or (top and self.rule_starts()):
                break
            items.append(self.named())
        return Node('alt', items=items, action=action)

    def named(self):
        name = ctype = None
        if self.peek()[0] == 'name':
            k = 1
            if self.peek(1)[1] == '[':
                while self.peek(k)[1] != ']':
                    k += 1
                k += 1
            if self.peek(k)[1] == '=' and self.peek(k)[0] == 'op':
                name = self.take()
                if self.peek()[1] == '[':
                    ctype = self.ctype()
                self.take('=')
        item = self.item()
        return Node('named', name=name, ctype=ctype, item=item)

    def item(self):
        val = self.peek()[1]
        if self.peek()[0] == 'op':
            if val in ('&', '!'):
                self.take()
                return Node('look', pos=val == '&', item=self.atom())
            if val == '&&':
                self.take()
                return Node('forced', item=self.atom())
            if val == '~':
                self.take()
                return Node('cut')
        item = self.atom()
        val = self.peek()[1] if self.peek()[0] == 'op' else ''
        if val == '?':
            self.take()
            return Node('opt', item=item)
        if val in ('*', '+'):
            self.take()
            return Node('loop', item=item, min=int(val == '+'))
        if val == '.':
            self.take()
            elem = self.atom()
            self.take('+')
            return Node('gather', sep=item, item=elem)
        return item

    def atom(self):
        kind, val = self.peek()
        if val == '(' and kind == 'op':
            self.take()
            alts = self.alts()
            self.take(')')
            if len(alts) == 1 and len(alts[0].items) == 1 and alts[0].action is None and alts[0].items[0].name is None:
                return alts[0].items[0].item
            return Node('group', alts=alts)
        if val == '[' and kind == 'op':
            self.take()
            alts = self.alts()
            self.take(']')
            if len(alts) == 1 and len(alts[0].items) == 1 and alts[0].action is None and alts[0].items[0].name is None:
                return Node('opt', item=alts[0].items[0].item)
            return Node('opt', item=Node('group', alts=alts))
        self.take()
        if kind == 'str':
            return Node('lit', text=val[1:-1], soft=val[0] == '"')
        return Node('ref', name=val)


class Gen:
    def __init__(self, rules, tokens, ops):
        self.rules = {r.name: r for r in rules}
        self.order = rules
        self.tokens, self.ops = tokens, ops
        self.keywords = {}
        self.soft = set()
        for r in rules:
            self.walk_alts(r.alts, self.note_literal)
        self.ntokens = len(tokens) + len(self.keywords)
        self.all = frozenset(range(self.ntokens))
        self.sets, self.groups = {}, {}

    # -- walking

    def walk_alts(self, alts, fn):
        for a in alts:
            for n in a.items:
                self.walk(n.item, fn)

    def walk(self, node, fn):
        fn(node)
        for child in ('item', 'sep'):
            if hasattr(node, child):
                self.walk(getattr(node, child), fn)
        if node.kind == 'group':
            self.walk_alts(node.alts, fn)

    def note_literal(self, node):
        if node.kind != 'lit':
            return
        if node.text in self.ops:
            node.soft = False
        elif node.soft:
            self.soft.add(node.text)
        elif node.text not in self.keywords:
            self.keywords[node.text] = len(self.tokens) + len(self.keywords)

    def token_id(self, text):
        return self.keywords[text] if text in self.keywords else self.tokens.index(self.ops[text])

    def token_name(self, node):
        """The C name of a node that is one hard token, or None."""
        if node.kind == 'lit' and not node.soft:
            return 'KW_' + node.text.upper() if node.text in self.keywords else self.ops[node.text]
        if node.kind == 'ref' and node.name in self.tokens and node.name not in CLASSES and node.name != 'SOFT_KEYWORD':
            return node.name
        return None

    def token_set(self, node):
        """Token numbers if the node is a choice of single hard tokens without actions."""
        if node.kind == 'group':
            out = set()
            for a in node.alts:
                if len(a.items) != 1 or a.action or not self.token_name(a.items[0].item):
                    return None
                out.add(self.number(a.items[0].item))
            return out
        return None

    def number(self, node):
        return self.token_id(node.text) if node.kind == 'lit' else self.tokens.index(node.name)

    # -- FIRST sets

    def first_item(self, n):
        """(FIRST, nullable)"""
        k = n.kind
        if k == 'lit':
            return ({self.tokens.index('NAME')} if n.soft else {self.token_id(n.text)}), False
        if k == 'ref':
            if n.name in self.tokens:
                return {self.tokens.index('NAME' if n.name == 'SOFT_KEYWORD' else n.name)}, False
            r = self.rules[n.name]
            return r.first, r.nullable
        if k == 'group':
            return self.first_alts(n.alts)
        if k == 'opt' or (k == 'loop' and not n.min):
            return self.first_item(n.item)[0], True
        if k in ('loop', 'gather'):
            return self.first_item(n.item)
        if k == 'forced':
            return set(self.all), False
        return set(), True

    def first_alt(self, alt):
        out, limit = set(), None
        for named in alt.items:
            n = named.item
            if n.kind == 'look' and n.pos:
                f, nullable = self.first_item(n.item)
                if not nullable:
                    limit = set(f) if limit is None else limit & f
                continue
            f, nullable = self.first_item(n)
            out |= f
            if not nullable:
                return (out if limit is None else out & limit), False
        return (set(self.all) if limit is None else limit), limit is None

    def first_alts(self, alts):
        out, nullable = set(), False
        for a in alts:
            f, n = self.first_alt(a)
            out |= f
            nullable |= n
        return out, nullable

    def solve_first(self):
        changed = True
        while changed:
            changed = False
            for r in self.order:
                f, n = self.first_alts(r.alts)
                if f != r.first or n != r.nullable:
                    r.first, r.nullable, changed = set(f), n, True

    def set_ref(self, numbers):
        key = frozenset(numbers)
        return self.sets.setdefault(key, len(self.sets))

    # -- types

    def type_of(self, n):
        k = n.kind
        if k == 'ref':
            if n.name in CLASSES:
                return CLASSES[n.name]
            if n.name == 'SOFT_KEYWORD':
                return 'expr_ty'
            return 'struct tok *' if n.name in self.tokens else self.rules[n.name].ctype
        if k == 'lit':
            return 'expr_ty' if n.soft else 'struct tok *'
        if k == 'opt' or k == 'forced':
            return self.type_of(n.item)
        if k in ('loop', 'gather'):
            return SEQ.get(self.type_of(n.item), 'asdl_generic_seq *')
        if k == 'group':
            types = {self.alt_type(a) for a in n.alts}
            return types.pop() if len(types) == 1 else 'void *'
        return 'void *'

    def alt_type(self, alt):
        if alt.action:
            for n in alt.items:
                if n.name == alt.action:
                    return n.ctype or self.type_of(n.item)
            return 'void *'
        real = [n for n in alt.items if n.item.kind not in ('look', 'cut')]
        return (real[0].ctype or self.type_of(real[0].item)) if len(real) == 1 else 'void *'

    # -- code

    def call(self, n, pre):
        """C expression that parses n; helper functions are appended to pre."""
        k = n.kind
        tok = self.token_name(n)
        if tok:
            return f'peg_expect(p, {tok})'
        if k == 'lit':
            return f'peg_expect_soft(p, "{n.text}", {len(n.text)})'
        if k == 'ref':
            if n.name in CLASSES or n.name == 'SOFT_KEYWORD':
                return f'peg_{n.name.lower()}(p)'
            return f'p_{n.name}(p)'
        if k == 'group':
            s = self.token_set(n)
            if s is not None:
                return f'peg_expect_in(p, peg_sets[{self.set_ref(s)}])'
            return f'{self.group(n, pre)}(p)'
        if k == 'loop':
            return f'peg_loop(p, {self.fn(n.item, pre)}, {n.min})'
        if k == 'gather':
            return f'peg_gather(p, {self.fn(n.item, pre)}, {self.token_name(n.sep)})'
        if k == 'forced':
            if n.item.kind == 'lit':
                return f'peg_force(p, {self.token_name(n.item)}, "{n.item.text}")'
        raise SystemExit(f'peg: no code for {k}')

    def fn(self, n, pre):
        if n.kind == 'ref' and not self.token_name(n):
            return f'peg_{n.name.lower()}' if n.name in CLASSES else f'p_{n.name}'
        if n.kind != 'group':
            n = Node('group', alts=[Node('alt', items=[Node('named', name=None, ctype=None, item=n)], action=None)])
        return self.group(n, pre)

    def group(self, n, pre):
        self.ngroups += 1
        name = f'{self.current}_{self.ngroups}'
        body = []
        r = Rule(name, 'void *', False, n.alts)
        r.first, r.nullable = self.first_alts(n.alts)
        self.emit_rule(r, body, pre, True)
        pre.append('\n'.join(body))
        return f'p_{name}'

    def condition(self, named, pre):
        n = named.item
        if n.kind == 'cut':
            return '(cut = 1)'
        if n.kind == 'look':
            bang = '' if n.pos else '!'
            tok = self.token_name(n.item)
            if tok:
                return f'peg_peek(p, {tok}) == {int(n.pos)}'
            s = self.token_set(n.item)
            if s is not None:
                return f'peg_peek_in(p, peg_sets[{self.set_ref(s)}]) == {int(n.pos)}'
            return f'{bang}peg_lookahead(p, {self.fn(n.item, pre)}){"" if n.pos else " && !p->error"}'
        if n.kind == 'opt':
            inner = self.call(n.item, pre)
            if named.name:
                return f'({named.name} = {inner}, !p->error)'
            return f'((void){inner}, !p->error)'
        code = self.call(n, pre)
        return f'({named.name} = {code})' if named.name else code

    def emit_alt(self, alt, out, pre, start, recursive, indent='    '):
        items = alt.items[1:] if recursive else alt.items
        first, nullable = self.first_alt(Node('alt', items=items))
        guards = []
        if len(items) == 1 and items[0].item.kind == 'ref' and items[0].item.name.startswith('invalid_'):
            guards.append('p->invalid_pass')
        lead = items[0].item if items else None
        single = lead is not None and (self.token_name(lead) is not None or self.token_set(lead) is not None
                                       or (lead.kind == 'look' and lead.pos and (self.token_name(lead.item) or self.token_set(lead.item))))
        if not nullable and not single and first != set(self.all):
            guards.append(f'PEG_FIRST({self.set_ref(first)})')
        out.append(f'{indent}{"if (" + " && ".join(guards) + ") " if guards else ""}{{')
        inner = indent + '    '
        if recursive and alt.items[0].name:
            out.append(f'{inner}{self.current_type} {alt.items[0].name} = res;')
        for n in items:
            if n.name:
                t = n.ctype or self.type_of(n.item)
                out.append(f'{inner}{t}{"" if t.endswith("*") else " "}{n.name};')
        cut = any(n.item.kind == 'cut' for n in items)
        if cut:
            out.append(f'{inner}int cut = 0;')
        conds = []
        real = [n for n in items if n.item.kind not in ('look', 'cut')]
        default = None
        if alt.action is None and len(real) == 1 and not real[0].name:
            real[0].name = default = 'it'
            out.insert(len(out) - int(cut), f'{inner}void *it;')
        for i, n in enumerate(items):
            if i == 0 and single and n.item.kind == 'look' and n.item.pos:
                conds.append(self.condition(n, pre))
                continue
            conds.append(self.condition(n, pre))
        out.append(f'{inner}if (' + f'\n{inner}    && '.join(conds) + ') {')
        action = alt.action
        if action is None:
            action = default or (real[0].name if len(real) == 1 else 'PEG_MATCHED')
        if default:
            real[0].name = None
        if 'LOC' in action:
            out.append(f'{inner}    struct tok *end = peg_last_token(p);')
        out.append(f'{inner}    res = {action};')
        if alt.action and not re.fullmatch(r'\w+', alt.action):
            out.append(f'{inner}    if (UNLIKELY(res == NULL) && PyErr_Occurred())')
            out.append(f'{inner}        goto failed;')
        out.append(f'{inner}    goto {"more" if recursive else "done" if not self.has_loop else "seed"};')
        out.append(f'{inner}}}')
        for n in items:
            if n.name and not re.search(rf'\b{n.name}\b', action):
                out.append(f'{inner}(void){n.name};')
        out.append(f'{inner}p->mark = mark;')
        out.append(f'{inner}if (UNLIKELY(p->error)){" goto failed;" if True else ""}')
        if cut:
            out.append(f'{inner}if (cut) goto done;')
        out.append(f'{indent}}}')

    def is_recursive(self, rule, alt):
        return bool(alt.items) and alt.items[0].item.kind == 'ref' and alt.items[0].item.name == rule.name

    def emit_rule(self, rule, out, pre, nested=False):
        rec = [a for a in rule.alts if self.is_recursive(rule, a)]
        base = [a for a in rule.alts if not self.is_recursive(rule, a)]
        saved = self.has_loop, self.current_type
        self.has_loop, self.current_type = bool(rec), rule.ctype
        body, loop = [], []
        for a in base:
            self.emit_alt(a, body, pre, None, False)
        for a in rec:
            self.emit_alt(a, loop, pre, None, True, '        ')
        text = '\n'.join(body + loop)
        uses_loc = 'LOC' in ' '.join(a.action or '' for a in rule.alts)
        ctype = rule.ctype if rule.ctype != 'void' else 'void *'
        sep = '' if ctype.endswith('*') else ' '
        out.append(f'{"static " if nested else ""}void *\np_{rule.name}(struct parser *p)\n{{')
        out.append('    PEG_ENTER();')
        out.append(f'    {ctype}{sep}res = NULL;')
        out.append('    int mark = p->mark;')
        reject = not rule.nullable and rule.first != set(self.all) and (rule.memo or len(rule.alts) > 1)
        if reject:
            n = self.set_ref(rule.first)
            out.append('    if (UNLIKELY(mark == p->fill) && peg_fill(p) < 0)\n        goto failed;')
            out.append(f'    if (!PEG_IN(peg_sets[{n}], p->tokens[mark]->type))\n        PEG_LEAVE(NULL);')
        if rule.memo:
            out.append(f'    if (peg_memo_find(p, PEG_MEMO_{rule.name}, (void **)&res))\n        PEG_LEAVE(res);')
        if ('PEG_FIRST' in text or uses_loc) and not reject:
            out.append('    if (UNLIKELY(mark == p->fill) && peg_fill(p) < 0)\n        PEG_LEAVE(NULL);')
        if uses_loc:
            out.append('    struct tok *start = p->tokens[mark];')
        if 'PEG_FIRST' in text:
            out.append('    int next = p->tokens[mark]->type;')
        if rule.name == 'expression_without_invalid':
            out.append('    bool invalid_pass = p->invalid_pass;\n    p->invalid_pass = false;')
        out += body
        if rec:
            out.append('    goto done;')
            out.append('seed:')
            out.append('    for (;;) {')
            out.append('        mark = p->mark;')
            if any('PEG_FIRST' in line for line in loop):
                out.append('        if (UNLIKELY(mark == p->fill) && peg_fill(p) < 0)\n            goto failed;')
                out.append('        next = p->tokens[mark]->type;')
            out += loop
            out.append('        break;')
            if any('goto more' in line for line in loop):
                out.append('more:;')
            out.append('    }')
        if 'goto done' in '\n'.join(out) or rec:
            out.append('done:')
        if rule.name == 'expression_without_invalid':
            out.append('    p->invalid_pass = invalid_pass;')
        if rule.memo:
            start = 'PEG_MEMO_START' if rec else 'mark'
            if rec:
                out.insert(out.index('    int mark = p->mark;') + 1, '    const int PEG_MEMO_START = mark;')
            out.append(f'    if (peg_memo_store(p, {start}, PEG_MEMO_{rule.name}, res) < 0)\n        PEG_LEAVE(NULL);')
        out.append('    PEG_LEAVE(res);')
        if 'goto failed' in '\n'.join(out):
            out.append('failed:')
            if rule.name == 'expression_without_invalid':
                out.append('    p->invalid_pass = invalid_pass;')
            out.append('    p->error = true;\n    PEG_LEAVE(NULL);')
        out.append('}\n')
        self.has_loop, self.current_type = saved

    def generate(self):
        """[(rule name, code)]"""
        self.solve_first()
        out = []
        self.has_loop, self.current_type = False, 'void *'
        for r in self.order:
            self.current, self.ngroups = r.name, 0
            body, pre = [], []
            self.emit_rule(r, body, pre)
            out.append((r.name, '\n'.join(pre + body)))
        return out

    def keyword_tables(self):
        out = ['const struct peg_keyword *const peg_keywords[] = {']
        longest = max(map(len, self.keywords))
        tables = []
        for n in range(longest + 1):
            words = [k for k in self.keywords if len(k) == n]
            if words:
                rows = ', '.join(f'{{"{w}", KW_{w.upper()}}}' for w in words)
                tables.append(f'static const struct peg_keyword words_{n}[] = {{ {rows}, {{NULL, 0}} }};')
            out.append(f'    {"words_" + str(n) if words else "NULL"},')
        out.append('};')
        out.append(f'const int peg_longest_keyword = {longest};')
        soft = ', '.join(f'"{w}"' for w in sorted(self.soft))
        out.append(f'const char *const peg_soft_keywords[] = {{ {soft}, NULL }};')
        return '\n'.join(tables + out)

    def set_table(self):
        rows = []
        for key in self.sets:
            lo = sum(1 << i for i in key if i < 64)
            hi = sum(1 << (i - 64) for i in key if i >= 64)
            rows.append(f'    {{ {lo:#x}u, {hi:#x}u }},')
        return 'const uint64_t peg_sets[][2] = {\n' + '\n'.join(rows) + '\n};'


def read_tokens(path):
    names, ops = [], {}
    for m in re.finditer(r'^TOKEN(_OP)?\((\w+)(?:, "([^"]+)")?\)', open(path).read(), re.M):
        names.append(m.group(2))
        if m.group(3):
            ops[m.group(3)] = m.group(2)
    return names, ops


def main():
    gram, tokens, header, *sources = sys.argv[1:]
    names, ops = read_tokens(tokens)
    gen = Gen(Parser(open(gram).read()).grammar(), names, ops)
    code = gen.generate()
    h = ['/* Made by tools/gen/peg.py from python.gram. */', '#ifndef ADDER_SYNTAX_GRAMMAR_H', '#define ADDER_SYNTAX_GRAMMAR_H', '',
         '#include "syntax/peg.h"', '', 'enum {']
    h += [f'    KW_{k.upper()} = {v},' for k, v in gen.keywords.items()] + ['};', '', 'enum {']
    h += [f'    PEG_MEMO_{r.name},' for r in gen.order if r.memo] + ['};', '']
    h += [f'void *p_{r.name}(struct parser *p);' for r in gen.order] + ['', '#endif', '']
    open(header, 'w').write('\n'.join(h))
    per_file = sum(len(c) for _, c in code) / len(sources)
    chunks, size = [[] for _ in sources], 0
    for _, c in code:
        chunks[min(int(size / per_file), len(sources) - 1)].append(c)
        size += len(c)
    for i, path in enumerate(sources):
        head = ['/* Made by tools/gen/peg.py from python.gram. */', '#include "syntax/grammar.h"', '#include "syntax/action.h"', '']
        tail = [gen.keyword_tables(), '', gen.set_table(), ''] if i == 0 else []
        open(path, 'w').write('\n'.join(head + chunks[i] + tail))


main()
