/* object/text/codec_handlers.h: the standard error handlers (PyCodec_*Errors are public). */
#ifndef ADDER_OBJECT_TEXT_CODEC_HANDLERS_H
#define ADDER_OBJECT_TEXT_CODEC_HANDLERS_H

#include <Python.h>

/* Puts the eight standard handlers into the registry dict: 0 or -1. */
int codec_handlers_register(PyObject *registry);

#endif
