/* vm/instrument.c: putting instrumented opcodes into a code object and taking them out again.
 *
 * A change is applied as a difference: tools that came are added at every place of their event, tools that went are removed, so that
 * a place where a tool said DISABLE stays quiet until restart_events(). */
#include "vm/instrument.h"

#include "object/core/err.h"
#include "rt/interp.h"
#include "vm/deps.h"
#include "vm/frame.h"
#include "vm/heat.h"

#define LINE_ENTRY 5                   /* bytes per code unit in `lines`: opcode below INSTRUMENTED_LINE, line as int32 */
#define NO_LINE (-1)

/* The event whose callbacks an instruction fires, or -1. */
static int
event_of(int base, int oparg)
{
    switch (base) {
    case RESUME: return (oparg & RESUME_OPARG_LOCATION_MASK) == 0 ? PY_MONITORING_EVENT_PY_START : PY_MONITORING_EVENT_PY_RESUME;
    case RETURN_VALUE: case RETURN_CONST: return PY_MONITORING_EVENT_PY_RETURN;
    case YIELD_VALUE: return PY_MONITORING_EVENT_PY_YIELD;
    case CALL: case CALL_KW: case CALL_FUNCTION_EX: case LOAD_SUPER_ATTR: return PY_MONITORING_EVENT_CALL;
    case JUMP_FORWARD: case JUMP_BACKWARD: return PY_MONITORING_EVENT_JUMP;
    case POP_JUMP_IF_FALSE: case POP_JUMP_IF_TRUE: case POP_JUMP_IF_NONE: case POP_JUMP_IF_NOT_NONE: case FOR_ITER:
        return PY_MONITORING_EVENT_BRANCH;
    case END_FOR: case END_SEND: return PY_MONITORING_EVENT_STOP_ITERATION;
    default: return -1;
    }
}

/* ---- line starts ---- */

static uint8_t *line_entry(_PyCoMonitoringData *m, int i) { return m->lines->data + i * LINE_ENTRY; }

static int
entry_line(_PyCoMonitoringData *m, int i)
{
    int32_t line;
    memcpy(&line, line_entry(m, i) + 1, 4);
    return line;
}

int
instrument_line_at(PyCodeObject *co, int i)
{
    if (co->_co_monitoring != NULL && co->_co_monitoring->lines != NULL)
        return entry_line(co->_co_monitoring, i);
    return PyCode_Addr2Line(co, i * (int)sizeof(_Py_CODEUNIT));
}

static bool
can_start_line(int base)
{
    return base != END_ASYNC_FOR && base != END_FOR && base != END_SEND && base != RESUME;
}

/* Where the jump at i leads, or -1. */
static int
jump_target(int base, int i, int oparg)
{
    int next = i + 1 + op_table[base].caches;
    switch (base) {
    case POP_JUMP_IF_FALSE: case POP_JUMP_IF_TRUE: case POP_JUMP_IF_NONE: case POP_JUMP_IF_NOT_NONE: case JUMP_FORWARD:
        return next + oparg;
    case FOR_ITER: case SEND:
        return next + oparg + 1;                       /* behind END_FOR, END_SEND */
    case JUMP_BACKWARD: case JUMP_BACKWARD_NO_INTERRUPT:
        return next - oparg;
    default:
        return -1;
    }
}

static void
mark_start(PyCodeObject *co, uint8_t *starts, int i)
{
    if (i >= 0 && i < Py_SIZE(co) && entry_line(co->_co_monitoring, i) != NO_LINE)
        starts[i] = 1;
}

/* starts[i] = 1 where a line event belongs: first instruction of a line, jump targets, handlers. */
static void
find_line_starts(PyCodeObject *co, uint8_t *starts)
{
    _PyCoMonitoringData *m = co->_co_monitoring;
    struct exc_walk w;
    struct exc_entry e;
    int last = NO_LINE, oparg = 0;
    for (int i = co->_co_firsttraceable; i < Py_SIZE(co);) {
        int base = code_base_opcode(co, i), line = entry_line(m, i);
        if (can_start_line(base)) {
            starts[i] = line != last && line >= 0;
            last = line;
        }
        i += 1 + op_table[base].caches;
    }
    exc_walk_init(&w, co);
    while (exc_walk_next(&w, &e))
        if (e.target < Py_SIZE(co) && code_base_opcode(co, e.target) != END_ASYNC_FOR)
            mark_start(co, starts, e.target);
    for (int i = co->_co_firsttraceable; i < Py_SIZE(co);) {
        int base = code_base_opcode(co, i);
        oparg = oparg << 8 | _PyCode_CODE(co)[i].op.arg;
        if (base != EXTENDED_ARG) {
            mark_start(co, starts, jump_target(base, i, oparg));
            oparg = 0;
        }
        i += 1 + op_table[base].caches;
    }
}

static void
fill_lines(PyCodeObject *co)
{
    PyCodeAddressRange r;
    code_init_range(co, &r);
    for (int i = 0; i < Py_SIZE(co); i++) {
        int32_t line = _PyCode_CheckLineNumber(i * (int)sizeof(_Py_CODEUNIT), &r);
        memcpy(line_entry(co->_co_monitoring, i) + 1, &line, 4);
    }
}

/* ---- tables ---- */

_PyCoMonitoringData *
instrument_data(PyCodeObject *co)
{
    if (co->_co_monitoring == NULL) {
        co->_co_monitoring = PyMem_Calloc(1, sizeof(_PyCoMonitoringData));
        if (co->_co_monitoring == NULL)
            PyErr_NoMemory();
    }
    return co->_co_monitoring;
}

static int
make_tables(PyCodeObject *co)
{
    _PyCoMonitoringData *m = instrument_data(co);
    size_t n = (size_t)Py_SIZE(co);
    if (m == NULL)
        return -1;
    if (m->tools != NULL)
        return 0;
    uint8_t *bytes = PyMem_Calloc(4, n), *lines = PyMem_Calloc(1, sizeof(_PyCoLineInstrumentationData) + n * LINE_ENTRY);
    if (bytes == NULL || lines == NULL) {
        PyMem_Free(bytes);
        PyMem_Free(lines);
        PyErr_NoMemory();
        return -1;
    }
    m->tools = bytes;                                  /* one block for four tables */
    m->line_tools = bytes + n;
    m->per_instruction_tools = bytes + 2 * n;
    m->per_instruction_opcodes = bytes + 3 * n;
    m->lines = (_PyCoLineInstrumentationData *)lines;
    m->lines->bytes_per_entry = LINE_ENTRY;
    fill_lines(co);
    return 0;
}

void
instrument_free(PyCodeObject *co)
{
    _PyCoMonitoringData *m = co->_co_monitoring;
    PyMem_Free(m->tools);
    PyMem_Free(m->lines);
    PyMem_Free(m);
    co->_co_monitoring = NULL;
}

int
mon_line_original(PyCodeObject *co, int i)
{
    return line_entry(co->_co_monitoring, i)[0];
}

/* ---- one instruction ---- */

static void
warm_up(_Py_CODEUNIT *instr, int base)
{
    if (base == JUMP_BACKWARD)
        instr[1].counter = (_Py_BackoffCounter){ .backoff = 0, .value = code_loop_heat };
    if (op_table[base].caches == 0 || base == JUMP_BACKWARD || (base >= POP_JUMP_IF_FALSE && base <= POP_JUMP_IF_TRUE))
        return;
    instr[1].counter = (_Py_BackoffCounter){ .backoff = 1, .value = 1 };
}

/* Lay the opcodes for instruction i down anew from its three tool sets. */
static void
rewrite(PyCodeObject *co, int i)
{
    _PyCoMonitoringData *m = co->_co_monitoring;
    _Py_CODEUNIT *instr = _PyCode_CODE(co) + i;
    int base = code_base_opcode(co, i), op = instr->op.code;
    bool was_plain = !op_is_instrumented(op);
    if (m->tools[i] == 0 && m->line_tools[i] == 0 && m->per_instruction_tools[i] == 0) {
        if (was_plain)
            return;                                    /* keeps its specialisation */
        instr->op.code = (uint8_t)base;
        warm_up(instr, base);
        return;
    }
    op = m->tools[i] != 0 && op_instrument(base) ? op_instrument(base) : base;
    if (m->per_instruction_tools[i] != 0) {
        m->per_instruction_opcodes[i] = (uint8_t)op;
        op = INSTRUMENTED_INSTRUCTION;
    }
    if (m->line_tools[i] != 0) {
        line_entry(m, i)[0] = (uint8_t)op;
        op = INSTRUMENTED_LINE;
    }
    instr->op.code = (uint8_t)op;
    warm_up(instr, base);
}

void
instrument_disable(PyCodeObject *co, int i, int event, int tools)
{
    _PyCoMonitoringData *m = co->_co_monitoring;
    if (m == NULL || m->tools == NULL)
        return;
    uint8_t *set = event == PY_MONITORING_EVENT_LINE ? m->line_tools : event == PY_MONITORING_EVENT_INSTRUCTION ? m->per_instruction_tools : m->tools;
    set[i] &= (uint8_t)~tools;
    rewrite(co, i);
}

/* ---- a code object ---- */

static uint8_t
updated(uint8_t set, uint8_t now, uint8_t before, bool restarted)
{
    return restarted ? now : (uint8_t)((set & now) | (now & ~before));
}

static void
apply(PyCodeObject *co, const _Py_LocalMonitors *now, const _Py_LocalMonitors *before, bool restarted, uint8_t *starts)
{
    _PyCoMonitoringData *m = co->_co_monitoring;
    const uint8_t *n = now->tools, *b = before->tools;
    for (int i = co->_co_firsttraceable, oparg = 0; i < Py_SIZE(co);) {
        int base = code_base_opcode(co, i), size = 1 + op_table[base].caches;
        oparg = _PyCode_CODE(co)[i].op.arg;
        int event = event_of(base, oparg);
        if (event >= 0)
            m->tools[i] = updated(m->tools[i], n[event], b[event], restarted);
        if (starts[i])
            m->line_tools[i] = updated(m->line_tools[i], n[PY_MONITORING_EVENT_LINE], b[PY_MONITORING_EVENT_LINE], restarted);
        if (base != EXTENDED_ARG && base != END_FOR && base != END_SEND && i != co->_co_firsttraceable)
            m->per_instruction_tools[i] = updated(m->per_instruction_tools[i], n[PY_MONITORING_EVENT_INSTRUCTION],
                                                  b[PY_MONITORING_EVENT_INSTRUCTION], restarted);
        rewrite(co, i);
        i += size;
    }
}

int
instrument_code(PyThreadState *ts, PyCodeObject *co)
{
    PyInterpreterState *interp = ts->interp;
    uintptr_t version = interp->ceval.instrumentation_version;
    bool restarted = interp->last_restart_version > co->_co_instrumentation_version;
    _Py_LocalMonitors now = { { 0 } }, before = { { 0 } };
    bool any = false, changed = restarted;
    _PyCoMonitoringData *m = co->_co_monitoring;
    if (m != NULL)
        before = m->active_monitors;
    for (int e = 0; e < MON_LOCAL; e++) {
        if (!(co->co_flags & CO_NO_MONITORING_EVENTS))
            now.tools[e] = mon_global(ts)->tools[e] | (m != NULL ? m->local_monitors.tools[e] : 0);
        any |= now.tools[e] != 0;
        changed |= now.tools[e] != before.tools[e];
    }
    co->_co_instrumentation_version = version;
    if (!changed || (!any && m == NULL))
        return 0;
    anchor_clear_all(co);
    dep_break(ts, co, DEP_BIT(DEP_CODE_INSTRUMENTED), NULL);
    if (make_tables(co) < 0)
        return -1;
    uint8_t *starts = PyMem_Calloc(1, (size_t)Py_SIZE(co));
    if (starts == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    find_line_starts(co, starts);
    apply(co, &now, &before, restarted, starts);
    co->_co_monitoring->active_monitors = now;
    PyMem_Free(starts);
    return 0;
}

int
mon_instrument(PyThreadState *ts, PyCodeObject *co)
{
    return co->_co_instrumentation_version == ts->interp->ceval.instrumentation_version ? 0 : instrument_code(ts, co);
}
