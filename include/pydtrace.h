/* pydtrace.h: probes for tracers. This interpreter has none: each probe is empty and says that it is off. */
#ifndef Py_DTRACE_H
#define Py_DTRACE_H

#include "pyport.h"

#ifdef __cplusplus
extern "C" {
#endif

#define _PyDTrace_PROBE(NAME, ...) \
    static inline void PyDTrace_##NAME(__VA_ARGS__) { } \
    static inline int PyDTrace_##NAME##_ENABLED(void) { return 0; }
#define _PyDTrace_PLACE const char *Py_UNUSED(file), const char *Py_UNUSED(function), int Py_UNUSED(line)

_PyDTrace_PROBE(LINE, _PyDTrace_PLACE)
_PyDTrace_PROBE(FUNCTION_ENTRY, _PyDTrace_PLACE)
_PyDTrace_PROBE(FUNCTION_RETURN, _PyDTrace_PLACE)
_PyDTrace_PROBE(GC_START, int Py_UNUSED(generation))
_PyDTrace_PROBE(GC_DONE, Py_ssize_t Py_UNUSED(collected))
_PyDTrace_PROBE(INSTANCE_NEW_START, int Py_UNUSED(arg))
_PyDTrace_PROBE(INSTANCE_NEW_DONE, int Py_UNUSED(arg))
_PyDTrace_PROBE(INSTANCE_DELETE_START, int Py_UNUSED(arg))
_PyDTrace_PROBE(INSTANCE_DELETE_DONE, int Py_UNUSED(arg))
_PyDTrace_PROBE(IMPORT_FIND_LOAD_START, const char *Py_UNUSED(name))
_PyDTrace_PROBE(IMPORT_FIND_LOAD_DONE, const char *Py_UNUSED(name), int Py_UNUSED(found))
_PyDTrace_PROBE(AUDIT, const char *Py_UNUSED(event), void *Py_UNUSED(args))

#undef _PyDTrace_PROBE
#undef _PyDTrace_PLACE

#ifdef __cplusplus
}
#endif
#endif
