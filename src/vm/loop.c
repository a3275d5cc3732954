/* vm/loop.c: the evaluation loop.
 *
 * The handlers are made from ops/ (tools/gen/vm_loop.py). Dispatch goes through a table in the thread
 * state (vm/trace_ops.h). Registers: ts, frame, pc (next instruction), sp, oparg; sp lives in the frame only while it does not run.
 * Invariant: while an instruction runs, pc - 1 lies inside it or its caches; the exception table is searched with that, and tools are told
 * of it as the place of an exception, so that at an error it is the last of them (before the instruction when a call of Python code raised). */
#include "vm/eval.h"

#include "object/coll/dict.h"
#include "object/coll/dict_values.h"
#include "object/coll/iter.h"
#include "object/coll/list.h"
#include "object/coll/set.h"
#include "object/coll/slice.h"
#include "object/coll/tuple.h"
#include "object/core/abstract.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/exc.h"
#include "object/core/module.h"
#include "object/core/object.h"
#include "object/num/float.h"
#include "object/num/int.h"
#include "object/text/str.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/consume.h"
#include "vm/function.h"
#include "vm/genobject.h"
#include "vm/heat.h"
#include "vm/monitor.h"
#include "vm/refcheck.h"
#include "vm/slow.h"
#include "vm/specialize.h"
#include "vm/step.h"
#include "vm/trace_ops.h"
#include "vm/vm_state.h"

struct trace_ops trace_ops;

/* Code of the entry frame. A value returned arrives at 1, a value yielded at 1 + 2. */
static const _Py_CODEUNIT entry_code[] = {
    { .op = { NOP, 0 } }, { .op = { INTERPRETER_EXIT, 0 } }, { .op = { NOP, 0 } }, { .op = { INTERPRETER_EXIT, 0 } },
    { .op = { RESUME, RESUME_OPARG_DEPTH1_MASK | RESUME_AT_FUNC_START } },
};

static int
entry_recursion(PyThreadState *ts)
{
    if (UNLIKELY(--ts->c_recursion_remaining <= 0 || ts_stack_is_low(ts)))
        return _Py_CheckRecursiveCall(ts, "");         /* gives the count back when it fails */
    return 0;
}

int
vm_recursion_error(PyThreadState *ts)
{
    if (ts->recursion_headroom) {
        if (ts->py_recursion_remaining < -50)
            Py_FatalError("Cannot recover from Python stack overflow.");
        return 0;
    }
    if (ts->py_recursion_remaining > 0)
        return 0;
    ts->recursion_headroom++;
    err_format(ts, PyExc_RecursionError, "maximum recursion depth exceeded");
    ts->recursion_headroom--;
    return -1;
}

static inline int
enter_python(PyThreadState *ts)
{
    return UNLIKELY(ts->py_recursion_remaining-- <= 0) && vm_recursion_error(ts) < 0;
}

/* The same as frame_clear_and_pop() for a generator without frame object. */
static __attribute__((noinline)) void
generator_finish(PyThreadState *ts, _PyInterpreterFrame *f, PyObject **sp)
{
    PyGenObject *gen = gen_from_frame(f);
    gen->gi_frame_state = FRAME_CLEARED;
    ts->exc_info = gen->gi_exc_state.previous_item;
    gen->gi_exc_state.previous_item = NULL;
    f->stacktop = 0;
    for (PyObject **p = f->localsplus; p < sp; p++)
        Py_XDECREF(*p);
    Py_DECREF(f->f_funcobj);
    Py_CLEAR(gen->gi_exc_state.exc_value);
    f->previous = NULL;
}

/* The frame has returned, its stack pointer was `sp`: frame_clear_and_pop(), with the usual case inline. */
static inline void
frame_finish(PyThreadState *ts, _PyInterpreterFrame *f, PyObject **sp)
{
    if (UNLIKELY(f->owner != FRAME_OWNED_BY_THREAD || f->frame_obj != NULL || f->f_locals != NULL)) {
        if (f->owner == FRAME_OWNED_BY_GENERATOR && f->frame_obj == NULL && f->f_locals == NULL) {
            generator_finish(ts, f, sp);
            return;
        }
        frame_set_stackpointer(f, sp);
        frame_clear_and_pop(ts, f);
        return;
    }
    for (PyObject **p = f->localsplus; p < sp; p++)
        Py_XDECREF(*p);
    Py_DECREF(f->f_funcobj);
    Py_DECREF(f->f_executable);
    frame_stack_pop(ts, f);
}

/* A C function failed, or contradicts itself. Leaves an exception, and takes what DROP_CALL() would. */
static __attribute__((noinline, cold)) void
call_failed(PyThreadState *ts, PyObject **base, PyObject **end, PyObject *res)
{
    if ((res != NULL) == (ts->current_exception != NULL))
        call_bad_result(ts, base[0], res, NULL);
    Py_XDECREF(base[1]);
    for (PyObject **p = base + 2; p != end; p++)
        Py_DECREF(*p);
    Py_DECREF(base[0]);
}

static __attribute__((noinline)) void
drop_between(PyObject **first, PyObject **end)
{
    while (first != end)
        Py_DECREF(*first++);
}

#define CODE() frame_code(frame)
#define LOCAL(i) (frame->localsplus[i])
#define CONST(i) (((PyTupleObject *)CODE()->co_consts)->ob_item[i])
#define NAME(i) (((PyTupleObject *)CODE()->co_names)->ob_item[i])
#define GLOBALS() (frame->f_globals)
#define BUILTINS() (frame->f_builtins)
#define LOCALS() (frame->f_locals)

#define DISPATCH() do { oparg = pc->op.arg; goto *rt_thread_of(ts)->dispatch[pc->op.code]; } while (0)
#define DISPATCH_SAME_ARG() goto *rt_thread_of(ts)->dispatch[pc->op.code]
#define START_RECORDING() loop_use(rt_thread_of(ts), LOOP_RECORDING, recording)
#define RUN_AGAIN() goto *targets[pc->op.code]           /* another form of the instruction: nobody records it twice */
#define ADAPTIVE_TRIGGERS(instr) ((instr)[1].counter.value == 0)
#define ADAPTIVE_ADVANCE(instr) ((instr)[1].counter.value--)
/* A trace runs from pc, and may end in another frame. */
#define ENTER_TRACE(n) do { \
        frame->instr_ptr = pc; \
        frame_set_stackpointer(frame, sp); \
        pc = trace_ops.enter(ts, frame, n); \
        frame = ts->current_frame; \
        sp = frame_stackpointer(frame); \
        if (UNLIKELY(pc == NULL)) { \
            pc = frame->instr_ptr; \
            goto failed_step; \
        } \
        if (UNLIKELY(rt_thread_of(ts)->loop_record)) { \
            rt_thread_of(ts)->loop_record = 0; \
            START_RECORDING(); \
        } \
        DISPATCH(); \
    } while (0)
#define POLL() do { if (UNLIKELY(ts->eval_breaker & EB_EVENTS) && vm_safepoint(ts) < 0) goto error; } while (0)
#define FAIL_IF_POP1(c) do { if (UNLIKELY(c)) { sp -= 1; goto error; } } while (0)
#define DROP_ALL(items, n) do { for (int i_ = 0; i_ < (n); i_++) Py_DECREF((items)[i_]); } while (0)
/* Behind a call: self, arguments, callable, in this order. From `base` to `sp`, so that nothing else need be kept while the function runs. */
#define DROP_CALL() do { \
        Py_XDECREF(base[1]); \
        if (base + 2 != sp) { \
            Py_DECREF(base[2]); \
            if (base + 3 != sp) { \
                Py_DECREF(base[3]); \
                if (base + 4 != sp) \
                    drop_between(base + 4, sp); \
            } \
        } \
        Py_DECREF(base[0]); \
    } while (0)
/* After the call itself of a C function: what it returned in `res`, of its arguments all, one, or two. */
#define FAIL_CALL() do { \
        if (UNLIKELY(res == NULL || ts->current_exception != NULL)) { \
            call_failed(ts, base, sp, res); \
            sp = base; \
            goto error; \
        } \
    } while (0)
#define END_CALL() do { FAIL_CALL(); DROP_CALL(); } while (0)
#define END_CALL_1(a) do { FAIL_CALL(); Py_DECREF(a); Py_DECREF(callable); } while (0)
#define END_CALL_2(a, b) do { FAIL_CALL(); Py_DECREF(a); Py_DECREF(b); Py_DECREF(callable); } while (0)
#define ENTER_FRAME(callee) do { \
        frame_set_stackpointer(frame, sp); \
        (callee)->previous = frame; \
        frame = ts->current_frame = (callee); \
        goto start_frame; \
    } while (0)
/* The same for a generator, which has been started. */
#define ENTER_GENERATOR(callee) do { \
        frame_set_stackpointer(frame, sp); \
        (callee)->previous = frame; \
        frame = ts->current_frame = (callee); \
        goto start_generator; \
    } while (0)
/* The loop was entered from C for the frame that has just ended: it ends as well, without a turn for the entry's own instruction. */
#define LEAVE_IF_ENTRY(value) do { \
        if (frame == &entry && JOINS()) { \
            handed_out = (value); \
            goto leave_entry; \
        } \
    } while (0)
#define LEAVE_TO_CALLER(value, offset) do { \
        pc = frame->instr_ptr + (offset); \
        sp = frame_stackpointer(frame); \
        *sp++ = (value); \
        DISPATCH(); \
    } while (0)
#define STORE_LOCAL(i, value) do { \
        PyObject **local_ = &LOCAL(i), *old_ = *local_; \
        *local_ = (value); \
        Py_XDECREF(old_); \
    } while (0)
/* The value goes into the loop variable, as it nearly always does. */
#define STORE_IF_NEXT(value) do { \
        if (pc->op.code == STORE_FAST && JOINS()) { \
            frame->instr_ptr = pc++; \
            STORE_LOCAL(frame->instr_ptr->op.arg, value); \
            DISPATCH(); \
        } \
    } while (0)
/* The result of a C function called as a statement. */
#define DROP_IF_NEXT(value) do { \
        if (pc->op.code == POP_TOP && JOINS()) { \
            frame->instr_ptr = pc++; \
            sp = base; \
            Py_DECREF(value); \
            DISPATCH(); \
        } \
    } while (0)
/* A call as a statement: its result is dropped here at once. */
#define DROP_UNWANTED(value, offset) do { \
        _Py_CODEUNIT *next_ = frame->instr_ptr + (offset); \
        if (next_->op.code == POP_TOP && JOINS()) { \
            frame->instr_ptr = next_; \
            pc = next_ + 1; \
            sp = frame_stackpointer(frame); \
            Py_DECREF(value); \
            DISPATCH(); \
        } \
    } while (0)
#define RETURN_FROM_FRAME(value) do { \
        ts->py_recursion_remaining++; \
        _PyInterpreterFrame *dying = frame; \
        frame = ts->current_frame = dying->previous; \
        frame_finish(ts, dying, base); \
        LEAVE_IF_ENTRY(value); \
        DROP_UNWANTED(value, frame->return_offset); \
        LEAVE_TO_CALLER(value, frame->return_offset); \
    } while (0)
/* Around callbacks of tools: they may look at the value stack, and a trace function may move the frame to another line. */
#define WATCHED(call) do { \
        frame_set_stackpointer(frame, sp); \
        watched_rc = (call); \
        sp = frame_stackpointer(frame); \
    } while (0)
#define WATCHED_JUMP(dest, event) do { \
        if (ts->tracing) \
            pc = (dest); \
        else { \
            _Py_CODEUNIT *dest_ = (dest); \
            frame_set_stackpointer(frame, sp); \
            pc = mon_jump(ts, event, frame, this, dest_); \
            sp = frame_stackpointer(frame); \
            if (pc == NULL) { \
                pc = dest_ + 1; \
                goto error; \
            } \
        } \
    } while (0)
#define RUN_INSTEAD(opcode) do { \
        int run_ = (opcode); \
        if (op_table[run_].caches) \
            this[1].counter.value |= 1; \
        pc = this; \
        goto *targets[run_]; \
    } while (0)
/* self or a bound method's self becomes the first argument. */
#define CALL_SHIFT_SELF() do { \
        if (self_or_null != NULL) { \
            args--; \
            n++; \
        } \
        else if (Py_TYPE(callable) == &PyMethod_Type) { \
            PyObject *method = callable; \
            base[1] = Py_NewRef(((PyMethodObject *)method)->im_self); \
            base[0] = callable = Py_NewRef(((PyMethodObject *)method)->im_func); \
            Py_DECREF(method); \
            args--; \
            n++; \
        } \
    } while (0)
/* Does the next instruction store into local i what is to replace `old`, to which that local and the stack refer and nobody else?
 * Then an operation may change `old` in place instead: nobody can tell. */
#define STORES_OVER(old) ((old)->ob_refcnt == 2 && pc->op.code == STORE_FAST && LOCAL(pc->op.arg) == (old) && JOINS())
/* The left operand becomes the result when it is a temporary, or the old value of the local that the result is for. */
#define INT_IN_PLACE(operator) do { \
        if (left->ob_refcnt <= 2 && LIKELY(int_both_compact(left, right))) { \
            Py_ssize_t value_ = int_compact_value(left) operator int_compact_value(right); \
            if (left->ob_refcnt == 1) { \
                if (int_become(left, value_)) { \
                    int_decref_ts(ts, right); \
                    sp = base + 1; \
                    DISPATCH(); \
                } \
            } \
            else if (STORES_OVER(left) && int_become(left, value_)) { \
                left->ob_refcnt = 1; \
                int_decref_ts(ts, right); \
                sp = base; \
                pc++; \
                DISPATCH(); \
            } \
        } \
    } while (0)
/* The result takes over the block of an operand nobody else sees. */
#define FLOAT_RESULT(v) do { \
        if (left->ob_refcnt == 1) { \
            ((PyFloatObject *)left)->ob_fval = (v); \
            res = left; \
            float_decref(ts, right); \
        } \
        else if (right->ob_refcnt == 1) { \
            ((PyFloatObject *)right)->ob_fval = (v); \
            res = right; \
            float_decref(ts, left); \
        } \
        else if (STORES_OVER(left)) { \
            ((PyFloatObject *)left)->ob_fval = (v); \
            left->ob_refcnt = 1; \
            float_decref(ts, right); \
            sp = base; \
            pc++; \
            DISPATCH(); \
        } \
        else { \
            res = float_new(ts, v); \
            float_decref(ts, left); \
            float_decref(ts, right); \
        } \
    } while (0)
/* May an instruction do what the next one would? A recorder wants to see both. */
#define JOINS() LIKELY(rt_thread_of(ts)->loop_state != LOOP_RECORDING)
/* The result of a test goes straight into the jump that nearly always follows. */
#define BRANCH_IF_NEXT(truth) do { \
        if (LIKELY(pc->op.code == POP_JUMP_IF_FALSE || pc->op.code == POP_JUMP_IF_TRUE) && JOINS()) { \
            int taken_ = (pc->op.code == POP_JUMP_IF_TRUE) == (truth); \
            pc[1].cache = (uint16_t)(pc[1].cache << 1 | taken_); \
            sp = base; \
            pc += 2 + (taken_ ? pc->op.arg : 0); \
            DISPATCH(); \
        } \
    } while (0)
/* `owner`, a local that the instruction has just named, is only wanted for an attribute in its inline values: then the next
 * instruction is done here as well, and the owner need not be counted. `sp` is where its slot would be. */
#define LOAD_ATTR_UNITS (1 + (int)(sizeof(_PyLoadMethodCache) / sizeof(_Py_CODEUNIT)))
#define ATTR_OF_LOCAL(owner_) do { \
        PyObject *o_ = (owner_); \
        _PyAttrCache *c_ = (_PyAttrCache *)(pc + 1); \
        if (pc->op.code == LOAD_ATTR_INSTANCE_VALUE && JOINS() && Py_TYPE(o_)->tp_version_tag == cache_read_u32(c_->version) \
            && inline_values(o_)->valid) { \
            PyObject *v_ = inline_values(o_)->values[c_->index]; \
            if (LIKELY(v_ != NULL)) { \
                *sp++ = Py_NewRef(v_); \
                if (pc->op.arg & 1) \
                    *sp++ = NULL; \
                pc += LOAD_ATTR_UNITS; \
                DISPATCH(); \
            } \
        } \
    } while (0)
#define VM_CACHE() (&ts->interp->vm->cache)
#define COMPARE_MASK(a, b) ((a) == (b) ? COMPARE_EQUAL : (a) < (b) ? COMPARE_LESS : COMPARE_GREATER)

#define LEAVE_LOOP() do { \
        ts->c_recursion_remaining++; \
        if (UNLIKELY(rt_thread_of(ts)->loop_state != LOOP_READY)) \
            loop_end(rt_thread_of(ts), heating, recording); \
    } while (0)

static void
loop_use(struct rt_thread *t, uint32_t state, void *const *table)
{
    t->loop_state = state;
    memcpy(t->dispatch, table, sizeof(t->dispatch));
}

/* A loop starts in a thread that never had one, or that records. */
static __attribute__((noinline, cold)) void
loop_begin(struct rt_thread *t, void *const *first, void *const *nested)
{
    if (t->loop_state == LOOP_UNSET)
        loop_use(t, LOOP_READY, first);
    else if (++t->loop_state == LOOP_NESTED)
        loop_use(t, LOOP_NESTED, nested);
}

static __attribute__((noinline, cold)) void
loop_end(struct rt_thread *t, void *const *heating, void *const *recording)
{
    if (t->loop_state == LOOP_UNSET)
        return;
    t->loop_state--;
    if (t->loop_state == LOOP_RECORDING)
        loop_use(t, LOOP_RECORDING, recording);
    else if (t->loop_state == LOOP_READY)            /* the loop that recorded is left */
        loop_use(t, LOOP_READY, heating);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-label"
PyObject *
_PyEval_EvalFrameDefault(PyThreadState *ts, _PyInterpreterFrame *frame, int throwflag)
{
#define TARGET(plain, heat) &&plain,
    static void *const targets[256] = {
#include "vm_targets.inc"
    };
#undef TARGET
#define TARGET(plain, heat) &&heat,
    static void *const heating[256] = {
#include "vm_targets.inc"
    };
#undef TARGET
    static void *const recording[256] = { [0 ... 255] = &&op_record }, *const watching[256] = { [0 ... 255] = &&op_watch };
    _Py_CODEUNIT *pc;
    PyObject **sp;
    int oparg, watched_rc;
    _PyInterpreterFrame entry;               /* only what walkers and returns look at is set */
    PyObject *handed_out;

    if (entry_recursion(ts) < 0)
        goto refused;
    if (UNLIKELY(rt_thread_of(ts)->loop_state != LOOP_READY))
        loop_begin(rt_thread_of(ts), UNLIKELY(refcheck_watches) ? watching : trace_ops.hot != NULL ? heating : targets, targets);
    entry.f_executable = Py_None;
    entry.instr_ptr = (_Py_CODEUNIT *)entry_code + 1;
    entry.stacktop = 0;
    entry.owner = FRAME_OWNED_BY_CSTACK;
    entry.return_offset = 0;
    entry.localsplus[0] = NULL;
    entry.previous = ts->current_frame;
    frame->previous = &entry;
    ts->current_frame = frame;

    if (throwflag) {
        if (enter_python(ts))
            goto leave_frame;
        if (mon_instrument(ts, CODE()) == 0)
            mon_throw(ts, frame, frame->instr_ptr);
        pc = frame->instr_ptr;
        sp = frame_stackpointer(frame);
        goto error;
    }

start_frame:
    if (enter_python(ts))
        goto leave_frame;
    pc = frame->instr_ptr;
    sp = frame_stackpointer(frame);
    if (pc->op.code == RESUME_CHECK && rt_thread_of(ts)->dispatch[RESUME_CHECK] == targets[RESUME_CHECK] && LIKELY(CODE()->_co_instrumentation_version == ts->eval_breaker))
        pc++;                       /* that was all that it does */
    DISPATCH();

start_generator:                /* what waits in `yield from` goes on in what it waits for: of its RESUME and its jump nothing is to be seen */
    if (enter_python(ts))
        goto leave_frame;
    pc = frame->instr_ptr;
    sp = frame_stackpointer(frame);
    if (pc->op.code == POP_TOP && sp[-1] == Py_None && pc[1].op.code == RESUME_CHECK && LIKELY(CODE()->_co_instrumentation_version == ts->eval_breaker) && JOINS()) {
        pc += 2;                    /* it begins */
        sp--;
    } else if (pc->op.code == RESUME_CHECK && LIKELY(CODE()->_co_instrumentation_version == ts->eval_breaker) && JOINS()) {
        pc++;
        if (pc->op.code == JUMP_BACKWARD_NO_INTERRUPT && pc[1 - pc->op.arg].op.code == SEND_GEN) {
            pc += 1 - pc->op.arg;
            oparg = pc->op.arg;
            goto op_SEND_GEN;
        }
    }
    DISPATCH();

op_record:
    if (trace_ops.rec_ins == NULL || !trace_ops.rec_ins(ts, frame, pc, sp))
        loop_use(rt_thread_of(ts), LOOP_READY, heating);
    if (UNLIKELY(ts->current_frame != frame)) {          /* it has done the call itself */
        frame = ts->current_frame;
        goto start_frame;
    }
    if (rt_thread_of(ts)->loop_step) {           /* a Python function that it calls is not to be recorded */
        int caches = op_table[op_deopt(pc->op.code)].caches;
        rt_thread_of(ts)->loop_step = 0;
        sp = vm_step(ts, frame, pc, sp, oparg);
        if (sp == NULL) {
            sp = frame_stackpointer(frame);
            goto failed_step;
        }
        pc += 1 + caches;
        DISPATCH();
    }
    goto *targets[pc->op.code];

op_watch:                       /* development mode */
    refcheck_instr(ts, frame, pc, sp);
    goto *targets[pc->op.code];

op_unknown:
    frame->instr_ptr = pc++;
    PyErr_Format(PyExc_SystemError, "%U:%d: unknown opcode %d", CODE()->co_filename, frame_line(frame), frame->instr_ptr->op.code);
    goto error;

#include "vm_handlers.inc"

leave_entry:
    ts->current_frame = entry.previous;
    LEAVE_LOOP();
    return handed_out;

failed_step: {                  /* what was run one by one, or in a trace: the instruction at pc */
    enum step_failure how = vm_step_failure;
    vm_step_failure = STEP_RAISED;
    if (how != STEP_CALL_RAISED)
        pc += code_ins_size(CODE(), (int)(pc - _PyCode_CODE(CODE())));
    if (how == STEP_RERAISED)
        goto unwind;
}

error:                          /* an exception was raised here */
    if (UNLIKELY(ts->current_exception == NULL))
        err_set_string(ts, PyExc_SystemError, "error return without exception set");     /* some extension forgot it */
    if (!frame_is_incomplete(frame)) {
        PyFrameObject *f = frame_object(frame);
        if (f != NULL)
            PyTraceBack_Here(f);
    }
    mon_raise(ts, frame, pc - 1);

unwind: {                       /* it travels: to the handler of this frame, or out of it */
    struct exc_entry handler;
    int at = (int)(pc - _PyCode_CODE(CODE())) - 1;
    PyObject **stack = frame_stackbase(frame);
    if (CODE()->co_exceptiontable == NULL || !exc_find(CODE(), at, &handler)) {
        while (sp > stack)
            Py_XDECREF(*--sp);
        frame_set_stackpointer(frame, sp);
        mon_unwind(ts, frame, pc - 1);           /* RERAISE has led instr_ptr elsewhere */
        if (UNLIKELY(rt_thread_of(ts)->loop_state == LOOP_RECORDING))
            trace_ops.rec_unwind(ts, frame, NULL);
        goto leave_frame;
    }
    while (sp > stack + handler.depth)
        Py_XDECREF(*--sp);
    if (handler.lasti)
        *sp++ = vm_lasti_object(frame);
    *sp++ = err_get_raised(ts);
    pc = _PyCode_CODE(CODE()) + handler.target;
    if (mon_handled(ts, frame, pc, sp[-1]) < 0)
        goto unwind;
    if (UNLIKELY(rt_thread_of(ts)->loop_state == LOOP_RECORDING))
        trace_ops.rec_unwind(ts, frame, pc);
    DISPATCH();
}

leave_frame: {                  /* with an exception set */
    ts->py_recursion_remaining += frame->f_funcobj != ITEM_SHIM;
    _PyInterpreterFrame *dying = frame;
    bool is_ours = UNLIKELY(CODE()->co_flags & CO_NO_MONITORING_EVENTS) && CODE() != vm_init_shim();
    frame = ts->current_frame = dying->previous;
    frame_clear_and_pop(ts, dying);
    frame->return_offset = 0;
    if (frame == &entry) {
        ts->current_frame = entry.previous;
        LEAVE_LOOP();
        return NULL;
    }
    pc = frame->instr_ptr;                       /* not behind it: tools are told of the place before a call, unless that went through C in CPython */
    if (is_ours)
        pc += code_ins_size(CODE(), (int)(pc - _PyCode_CODE(CODE())));
    sp = frame_stackpointer(frame);
    goto error;
}

refused:                        /* no C stack left: the frame never starts */
    frame->previous = NULL;
    frame_clear_and_pop(ts, frame);
    return NULL;
}
#pragma GCC diagnostic pop

/* ---- one instruction at a time ---- */

#undef DISPATCH
#undef RUN_AGAIN
#undef ENTER_FRAME
#undef JOINS
#define DISPATCH() return sp
#define RUN_AGAIN() return steps[pc->op.code](ts, frame, pc, sp, oparg)
#define JOINS() false
/* A Python function where none was expected: it runs in a loop of its own. */
#define ENTER_FRAME(callee) do { \
        frame_set_stackpointer(frame, sp); \
        PyObject *returned_ = vm_eval_frame(ts, callee, 0); \
        sp = frame_stackpointer(frame); \
        if (returned_ == NULL) { \
            vm_step_failure = STEP_CALL_RAISED; \
            goto error; \
        } \
        *sp++ = returned_; \
        return sp; \
    } while (0)

/* Or it becomes the current frame, and that is returned. */
#define HAND_OVER_FRAME(callee) do { \
        frame_set_stackpointer(frame, sp); \
        (callee)->previous = frame; \
        ts->current_frame = (callee); \
        if (LIKELY(!enter_python(ts))) \
            return (PyObject **)(callee); \
        ts->py_recursion_remaining++; \
        ts->current_frame = frame; \
        frame_clear_and_pop(ts, callee); \
        frame->return_offset = 0; \
        sp = frame_stackpointer(frame); \
        goto error; \
    } while (0)

typedef PyObject **step_function(PyThreadState *ts, _PyInterpreterFrame *frame, _Py_CODEUNIT *pc, PyObject **sp, int oparg);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-label"
#include "vm_steps.inc"
#pragma GCC diagnostic pop

bool vm_can_step(int opcode) { return steps[opcode] != NULL; }

PyObject **
vm_step(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, int oparg)
{
    step_function *step = steps[pc->op.code];
    if (UNLIKELY(step == NULL))                            /* a tool watches it, since a moment ago */
        step = steps[op_deinstrument(pc->op.code)];
    return step(ts, f, pc, sp, oparg);
}

_PyInterpreterFrame *
vm_step_call(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject ***sp, int oparg)
{
    PyObject **end = enter_function(op_deopt(pc->op.code))(ts, f, pc, *sp, oparg);
    if (end == NULL)
        return NULL;
    if (ts->current_frame != f)
        return ts->current_frame;
    *sp = end;
    return f;
}

void
vm_step_return(PyThreadState *ts, _PyInterpreterFrame *f, PyObject **sp)
{
    ts->py_recursion_remaining += f->f_funcobj != ITEM_SHIM;
    ts->current_frame = f->previous;
    frame_finish(ts, f, sp);
}

PyObject *
vm_eval_frame(PyThreadState *ts, _PyInterpreterFrame *f, int throwflag)
{
    _PyFrameEvalFunction hook = ts->interp->eval_frame;
    return UNLIKELY(hook != NULL) ? hook(ts, f, throwflag) : _PyEval_EvalFrameDefault(ts, f, throwflag);
}
