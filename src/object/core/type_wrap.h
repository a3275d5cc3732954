/* object/core/type_wrap.h: the functions behind wrapper descriptors, for the table in type_slots.c. */
#ifndef ADDER_OBJECT_CORE_TYPE_WRAP_H
#define ADDER_OBJECT_CORE_TYPE_WRAP_H

#include <Python.h>

#include "base/own.h"

#define WRAP(name) OWNED PyObject *wrap_##name(PyObject *self, PyObject *args, void *wrapped)
WRAP(lenfunc);
WRAP(inquirypred);
WRAP(unaryfunc);
WRAP(binaryfunc);
WRAP(binaryfunc_l);
WRAP(binaryfunc_r);
WRAP(ternaryfunc);
WRAP(ternaryfunc_r);
WRAP(indexargfunc);
WRAP(sq_item);
WRAP(sq_setitem);
WRAP(sq_delitem);
WRAP(objobjproc);
WRAP(objobjargproc);
WRAP(delitem);
WRAP(setattr);
WRAP(delattr);
WRAP(hashfunc);
WRAP(del);
WRAP(lt);
WRAP(le);
WRAP(eq);
WRAP(ne);
WRAP(gt);
WRAP(ge);
WRAP(next);
WRAP(descr_get);
WRAP(descr_set);
WRAP(descr_delete);
WRAP(buffer);
WRAP(releasebuffer);
#undef WRAP
OWNED PyObject *wrap_call(PyObject *self, PyObject *args, void *wrapped, PyObject *kwds);
OWNED PyObject *wrap_init(PyObject *self, PyObject *args, void *wrapped, PyObject *kwds);

#endif
