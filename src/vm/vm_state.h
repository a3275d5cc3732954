/* vm/vm_state.h: what an interpreter keeps for this floor (interp->vm). */
#ifndef ADDER_VM_VM_STATE_H
#define ADDER_VM_VM_STATE_H

#include "vm/monitor.h"
#include "vm/slow.h"

struct vm_state {
    struct vm_cache cache;
    struct dep_table *deps;                               /* deps.c; NULL until something is watched */
    /* monitoring */
    _Py_GlobalMonitors monitors;                          /* per event: bit set of tools, for every code object */
    PyObject *callables[MON_TOOLS][MON_EVENTS];           /* owned */
    PyObject *tool_names[MON_TOOLS];                      /* owned; NULL: free */
    unsigned version;                                     /* instrumentation version, in units of EB_EVENTS + 1 */
    bool trace_ready, profile_ready;                      /* callbacks of the two own tools are registered */
};

#endif
