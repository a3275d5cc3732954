#!/usr/bin/env python3
"""Makes the handlers of the evaluation loop from the instruction bodies in src/vm/ops/*.ops.

    vm_loop.py OUT_HANDLERS OUT_TARGETS OUT_STEPS opcodes.def OPS...

OUT_STEPS has the bodies of some opcodes once more, as functions that run one instruction (src/vm/step.h); and those of calls a third time, as functions that
leave a Python function's frame as the current one.

A body reads like C with a stack effect in front:

    op NAME (in1, in2, args[oparg] -- out1, out2 if (oparg & 1)) attribute... {
        ...
    }

Inputs are loaded from the stack before the body, outputs stored and the stack pointer set after it; the handler then dispatches.
A slot that keeps name and place is not written back. Attributes:

    quiet     instr_ptr is not stored: nothing in the body can be seen from outside
    poll      the eval breaker is looked at after the outputs are on the stack
    drop      the one output is dropped at once when a POP_TOP follows (not in OUT_STEPS)
    noend     the body leaves by itself; outputs are its own business
    heat      a second body of the opcode, for the table of a loop that counts (vm/trace_ops.h)

Words in a body:

    FAIL_IF(c)        raise; the inputs have been released
    FAIL_KEEP_IF(c)   raise; the inputs are still on the stack
    DEOPT_IF(c)       not the case this specialised form is for: run the base opcode
    SPECIALIZE(call)  adaptive opcode: when the counter is down, call (which may rewrite the instruction) and run it again
"""
import re
import sys


def read_opcodes(path):
    ops = {}
    for line in open(path):
        m = re.match(r'OP\((\w+),\s*(\d+),\s*(\w+),\s*(\w+),\s*(\d+),', line)
        if m:
            ops[m[1]] = dict(number=int(m[2]), kind=m[3], family=m[4], caches=int(m[5]))
    return ops


def split_args(text):
    parts, depth, cur = [], 0, ''
    for ch in text:
        if ch == ',' and depth == 0:
            parts.append(cur.strip())
            cur = ''
            continue
        depth += ch in '(['
        depth -= ch in ')]'
        cur += ch
    if cur.strip():
        parts.append(cur.strip())
    return parts


class Slot:
    def __init__(self, text):
        m = re.fullmatch(r'(\w+)(?:\[(.+)\])?(?:\s+if\s+(\(.+\)))?', text)
        assert m, text
        self.name, self.count, self.cond = m[1], m[2], m[3]

    def size(self):
        if self.count:
            return '(%s)' % self.count
        return '(%s ? 1 : 0)' % self.cond if self.cond else '1'


def total(slots):
    fixed = sum(1 for s in slots if not s.count and not s.cond)
    extra = [s.size() for s in slots if s.count or s.cond]
    return ' + '.join([str(fixed)] + extra) if extra else str(fixed)


def offset(slots, i):
    return total(slots[:i])


def read_ops(path):
    out, lines, i = [], open(path).read().split('\n'), 0
    while i < len(lines):
        m = re.match(r'op (\w+) \((.*)--(.*)\)\s*([\w ]*)\{(\s*\})?$', lines[i])
        if not m:
            if lines[i].startswith('op '):
                sys.exit('%s:%d: malformed op' % (path, i + 1))
            i += 1
            continue
        start, body = i + 1, []
        i += 1
        if not m[5]:
            while lines[i] != '}':
                body.append(lines[i])
                i += 1
            i += 1
        out.append(dict(name=m[1], ins=[Slot(s) for s in split_args(m[2])], outs=[Slot(s) for s in split_args(m[3])],
                        attrs=m[4].split(), body='\n'.join(body), file=path, line=start + 1))
    return out


def replace_call(body, word, make):
    """Replace `word(args);` by make(args), parentheses matched."""
    out, pos = '', 0
    for m in re.finditer(r'\b%s\(' % word, body):
        if m.start() < pos:
            continue
        depth, j = 1, m.end()
        while depth:
            depth += body[j] == '('
            depth -= body[j] == ')'
            j += 1
        assert body[j] == ';', body[m.start():j + 1]
        out += body[pos:m.start()] + make(body[m.end():j - 1])
        pos = j + 1
    return out + body[pos:]


def label_of(op):
    return ('op_heat_' if 'heat' in op['attrs'] else 'op_') + op['name']


# Families of opcodes that can be run one by one: they neither jump nor leave the frame.
STEPS = set("""BEFORE_WITH BINARY_OP BINARY_SLICE BINARY_SUBSCR BUILD_CONST_KEY_MAP BUILD_LIST BUILD_MAP BUILD_SET BUILD_SLICE BUILD_STRING BUILD_TUPLE CALL
    CALL_FUNCTION_EX CALL_INTRINSIC_1 CALL_INTRINSIC_2 CALL_KW CHECK_EG_MATCH CHECK_EXC_MATCH COMPARE_OP CONTAINS_OP CONVERT_VALUE DELETE_ATTR DELETE_SUBSCR DICT_MERGE DICT_UPDATE FORMAT_SIMPLE FORMAT_WITH_SPEC
    GET_ITER GET_LEN LIST_APPEND LIST_EXTEND LOAD_ATTR LOAD_DEREF LOAD_GLOBAL LOAD_NAME LOAD_SUPER_ATTR MAKE_CELL MAKE_FUNCTION MAP_ADD POP_EXCEPT POP_TOP
    PUSH_EXC_INFO RAISE_VARARGS RERAISE SET_ADD SET_FUNCTION_ATTRIBUTE SET_UPDATE STORE_ATTR STORE_DEREF
    STORE_FAST STORE_FAST_LOAD_FAST STORE_FAST_STORE_FAST STORE_GLOBAL STORE_NAME STORE_SLICE STORE_SUBSCR TO_BOOL UNARY_INVERT UNARY_NEGATIVE UNPACK_EX UNPACK_SEQUENCE
    WITH_EXCEPT_START""".split())


CALLS = ('CALL', 'CALL_KW', 'CALL_FUNCTION_EX')


def is_step(op, info):
    if info['kind'] not in ('BASE', 'SPEC', 'TRACE') or info['family'] not in STEPS or 'heat' in op['attrs']:
        return False
    return info['kind'] == 'BASE' or not re.search(r'\bENTER_(FRAME|GENERATOR)\b|\bgoto (?!error|unwind)|\bpc (\+=|=)', op['body'])


def emit_step(op, info, f, prefix='step'):
    f.write('static PyObject **\n%s_%s(PyThreadState *ts, _PyInterpreterFrame *frame, _Py_CODEUNIT *pc, PyObject **sp, int oparg)\n' % (prefix, op['name']))
    emit(op, info, f, deopt='return step_%s(ts, frame, this, sp, oparg);' % info['family'], label='',
         end='    goto error;\nunwind: __attribute__((unused));\n    vm_step_failure = STEP_RERAISED;\nerror: __attribute__((unused));\n    frame_set_stackpointer(frame, sp);\n    return NULL;\n}\n\n')


def emit(op, info, f, deopt='pc = this; goto op_%s;', label=None, end='}\n\n'):
    name, caches = op['name'], info['caches']
    n_in, n_out = total(op['ins']), total(op['outs'])
    leave = deopt % info['family'] if '%' in deopt else deopt
    body = replace_call(op['body'], 'FAIL_IF', lambda c: '{ if (UNLIKELY(%s)) { sp = base; goto error; } }' % c)
    body = replace_call(body, 'FAIL_KEEP_IF', lambda c: '{ if (UNLIKELY(%s)) goto error; }' % c)
    body = replace_call(body, 'DEOPT_IF', lambda c: '{ if (UNLIKELY(%s)) { %s } }' % (c, leave))
    body = replace_call(body, 'SPECIALIZE', lambda c: (
        '{ if (ADAPTIVE_TRIGGERS(this)) { frame->instr_ptr = pc = this; %s; RUN_AGAIN(); } ADAPTIVE_ADVANCE(this); }' % c))
    w = f.write
    w('%s{\n' % (label_of(op) + ': ' if label is None else label))
    w('    _Py_CODEUNIT *this __attribute__((unused)) = pc;\n')
    if 'quiet' not in op['attrs']:
        w('    frame->instr_ptr = pc;\n')
    w('    pc += %d;\n' % (1 + caches))
    w('    PyObject **base __attribute__((unused)) = sp - (%s);\n' % n_in)
    seen = set()
    for i, s in enumerate(op['ins']):
        if s.name == '_':
            continue
        seen.add(s.name)
        if s.count:
            w('    PyObject **%s __attribute__((unused)) = base + %s;\n' % (s.name, offset(op['ins'], i)))
        elif s.cond:
            w('    PyObject *%s __attribute__((unused)) = %s ? base[%s] : NULL;\n' % (s.name, s.cond, offset(op['ins'], i)))
        else:
            w('    PyObject *%s __attribute__((unused)) = base[%s];\n' % (s.name, offset(op['ins'], i)))
    for s in op['outs']:
        if s.name not in seen and s.name != '_' and not s.count and 'noend' not in op['attrs']:
            w('    PyObject *%s = NULL;\n' % s.name)
    w('#line %d "%s"\n' % (op['line'], op['file']))
    w(body + '\n')
    if 'noend' not in op['attrs']:
        for i, s in enumerate(op['outs']):
            keeps = i < len(op['ins']) and op['ins'][i].name == s.name and offset(op['ins'], i) == offset(op['outs'], i)
            if s.count or keeps or s.name == '_':
                continue
            store = 'base[%s] = %s;' % (offset(op['outs'], i), s.name)
            w('    %s%s\n' % ('if (%s) ' % s.cond if s.cond else '', store))
        w('    sp = base + (%s);\n' % n_out)
        if 'poll' in op['attrs']:
            w('    POLL();\n')
        if 'drop' in op['attrs'] and label is None:
            w('    DROP_IF_NEXT(%s);\n' % op['outs'][0].name)
        w('    DISPATCH();\n')
    w(end)


def main():
    handlers, targets, steps, defs, files = *sys.argv[1:5], sys.argv[5:]
    info = read_opcodes(defs)
    ops = [op for path in files for op in read_ops(path)]
    labels = {label_of(op) for op in ops}
    assert len(labels) == len(ops), 'an opcode is defined twice'
    with open(handlers, 'w') as f:
        f.write('/* Made by tools/gen/vm_loop.py from src/vm/ops. */\n')
        for op in ops:
            if op['name'] not in info:
                sys.exit('%s:%d: no such opcode: %s' % (op['file'], op['line'], op['name']))
            emit(op, info[op['name']], f)
    by_number = {v['number']: k for k, v in info.items()}
    chosen = [op for op in ops if is_step(op, info[op['name']])]
    with open(steps, 'w') as f:
        f.write('/* Made by tools/gen/vm_loop.py from src/vm/ops. */\n')
        for op in chosen:
            f.write('static step_function step_%s;\n' % op['name'])
        for op in chosen:
            if op['name'] in CALLS:
                body = replace_call(op['body'], 'SPECIALIZE', lambda c: '').replace('ENTER_FRAME(', 'HAND_OVER_FRAME(')
                emit_step(dict(op, body=body), info[op['name']], f, 'enter')
        f.write('static step_function *const steps[256] = {\n')
        there = {op['name'] for op in chosen}
        for i in range(256):
            name = by_number.get(i)
            base = name if name in there else info[name]['family'] if name else None
            if base in there and info[name]['kind'] in ('BASE', 'SPEC', 'TRACE'):
                f.write('    [%d] = step_%s,\n' % (i, base))
        f.write('};\n\n')
        for op in chosen:
            emit_step(op, info[op['name']], f)
        f.write('static step_function *\nenter_function(int opcode)\n{\n    switch (opcode) {\n')
        for name in CALLS:
            f.write('    case %s: return enter_%s;\n' % (name, name))
        f.write('    default: return NULL;\n    }\n}\n')
    with open(targets, 'w') as f:
        for i in range(256):
            name = by_number.get(i)
            plain = 'op_%s' % name if 'op_%s' % name in labels else 'op_unknown'
            heat = 'op_heat_%s' % name if 'op_heat_%s' % name in labels else plain
            f.write('TARGET(%s, %s)\n' % (plain, heat))


main()
