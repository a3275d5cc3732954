/* code/code_state.h: what code objects share, and the parts of the type that lie in other files of this folder. Watchers
 * and users of co_extra belong to the interpreter (rt/interp.h); version numbers are the process's, so that a version
 * names one function whoever looks. */
#ifndef ADDER_CODE_CODE_STATE_H
#define ADDER_CODE_CODE_STATE_H

#include "code/code.h"
#include "rt/interp.h"

#define CODE_WATCHERS 8
#define CODE_FRAME_SPECIALS 9           /* words of a frame in front of its locals; vm/frame.h asserts it */

struct code_extra { Py_ssize_t n; void *slots[1]; };

struct code_state {
    uint32_t next_version;              /* for co_version and func_version; 0: none left */
    int debug_ranges;                   /* keep columns in line tables (-X no_debug_ranges clears it) */
};
extern struct code_state code_state;

extern PyMethodDef code_methods[];
extern PyMemberDef code_members[];
extern PyGetSetDef code_getset[];
extern const char code_type_doc[];
PyObject *code_type_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);
/* The instructions as they stand: _co_code_adaptive. */
OWNED PyObject *code_adaptive(PyCodeObject *co);
/* The same table with lines only. */
OWNED PyObject *line_table_without_columns(PyObject *linetable, int firstlineno);
extern PyTypeObject code_line_iterator_type, code_positions_iterator_type;
OWNED PyObject *code_lines_iter(PyObject *co, PyObject *ignored);
OWNED PyObject *code_positions_iter(PyObject *co, PyObject *ignored);
OWNED PyObject *code_lnotab(PyCodeObject *co);

#endif
