/* compile/loc.h: a place in the source. Lines count from 1, columns (bytes) from 0; -1: unknown. */
#ifndef ADDER_COMPILE_LOC_H
#define ADDER_COMPILE_LOC_H

#include <stdbool.h>

struct loc { int line, end_line, col, end_col; };

#define NO_LOC ((struct loc){ -1, -1, -1, -1 })
/* Of any AST node with attributes. */
#define LOC(x) ((struct loc){ (x)->lineno, (x)->end_lineno, (x)->col_offset, (x)->end_col_offset })

static inline bool loc_same(struct loc a, struct loc b)
{
    return a.line == b.line && a.end_line == b.end_line && a.col == b.col && a.end_col == b.end_col;
}

#endif
