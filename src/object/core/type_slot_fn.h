/* object/core/type_slot_fn.h: C slots that call Python methods, for the table in type_slots.c. */
#ifndef ADDER_OBJECT_CORE_TYPE_SLOT_FN_H
#define ADDER_OBJECT_CORE_TYPE_SLOT_FN_H

#include <Python.h>

#include "object/core/type_impl.h"

#define SLOT1(name) PyObject *slot_##name(PyObject *self)
#define SLOT2(name) PyObject *slot_##name(PyObject *self, PyObject *other)
SLOT2(nb_add);
SLOT2(nb_subtract);
SLOT2(nb_multiply);
SLOT2(nb_matrix_multiply);
SLOT2(nb_remainder);
SLOT2(nb_divmod);
SLOT2(nb_lshift);
SLOT2(nb_rshift);
SLOT2(nb_and);
SLOT2(nb_xor);
SLOT2(nb_or);
SLOT2(nb_floor_divide);
SLOT2(nb_true_divide);
SLOT2(nb_inplace_add);
SLOT2(nb_inplace_subtract);
SLOT2(nb_inplace_multiply);
SLOT2(nb_inplace_matrix_multiply);
SLOT2(nb_inplace_remainder);
SLOT2(nb_inplace_lshift);
SLOT2(nb_inplace_rshift);
SLOT2(nb_inplace_and);
SLOT2(nb_inplace_xor);
SLOT2(nb_inplace_or);
SLOT2(nb_inplace_floor_divide);
SLOT2(nb_inplace_true_divide);
SLOT2(mp_subscript);
SLOT1(nb_negative);
SLOT1(nb_positive);
SLOT1(nb_absolute);
SLOT1(nb_invert);
SLOT1(nb_int);
SLOT1(nb_float);
SLOT1(nb_index);
SLOT1(tp_str);
SLOT1(tp_repr);
SLOT1(tp_iter);
SLOT1(am_await);
SLOT1(am_aiter);
SLOT1(am_anext);
#undef SLOT1
#undef SLOT2
PyObject *slot_nb_power(PyObject *self, PyObject *other, PyObject *modulus);
PyObject *slot_nb_inplace_power(PyObject *self, PyObject *other, PyObject *modulus);
int slot_nb_bool(PyObject *self);
Py_ssize_t slot_sq_length(PyObject *self);
PyObject *slot_sq_item(PyObject *self, Py_ssize_t i);
int slot_sq_ass_item(PyObject *self, Py_ssize_t i, PyObject *value);
int slot_sq_contains(PyObject *self, PyObject *value);
int slot_mp_ass_subscript(PyObject *self, PyObject *key, PyObject *value);
PyObject *slot_tp_descr_get(PyObject *self, PyObject *obj, PyObject *type);
int slot_tp_descr_set(PyObject *self, PyObject *target, PyObject *value);
int slot_tp_init(PyObject *self, PyObject *args, PyObject *kwds);
void slot_tp_finalize(PyObject *self);
void slot_bf_releasebuffer(PyObject *self, Py_buffer *view);
extern PyTypeObject buffer_wrapper_type;

#endif
