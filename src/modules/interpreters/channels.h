/* interpreters/channels.h: the channels of the process, and the module's parts that talk about them. */
#ifndef ADDER_MODULES_INTERPRETERS_CHANNELS_H
#define ADDER_MODULES_INTERPRETERS_CHANNELS_H

#include "modules/interpreters/ids.h"

enum channel_end { CHANNEL_RECV = -1, CHANNEL_BOTH = 0, CHANNEL_SEND = 1 };

/* What the functions below answer; channel_raise() makes an exception of it. CHANNEL_RAISED: one is set already. */
enum channel_error {
    CHANNEL_OK, CHANNEL_RAISED, CHANNEL_NOT_FOUND, CHANNEL_CLOSED, CHANNEL_CLOSED_HERE, CHANNEL_CLOSED_WAITING, CHANNEL_EMPTY,
    CHANNEL_NOT_EMPTY, CHANNEL_TIMEOUT,
};

/* Who waits until an item has been taken: on the sender's stack. */
struct waiting { PyThread_type_lock lock; bool received, done; };

/* The new channel's number, or -1 with MemoryError. */
int64_t channel_create(int unbound_op);
enum channel_error channel_destroy(int64_t id);
/* Appends a record, which it takes over if all goes well. */
enum channel_error channel_add(int64_t id, int64_t interpid, _PyCrossInterpreterData *data, int unbound_op, struct waiting *waiting);
/* A sender gives up waiting: its item goes. */
void channel_forget_waiting(int64_t id, struct waiting *waiting);
/* Takes the first record: *data is NULL for an item whose interpreter is gone, and then *unbound_op counts. */
enum channel_error channel_next(int64_t id, int64_t interpid, _PyCrossInterpreterData **data, int *unbound_op);
enum channel_error channel_close(int64_t id, enum channel_end end, bool force);
enum channel_error channel_release(int64_t id, int64_t interpid, enum channel_end end);
/* The channel is there and open. */
enum channel_error channel_check(int64_t id);
enum channel_error channel_count(int64_t id, Py_ssize_t *count);
enum channel_error channel_default_op(int64_t id, int *unbound_op);
/* *associated: the interpreter uses that end and has not released it. */
enum channel_error channel_is_associated(int64_t id, int64_t interpid, bool send, bool *associated);
/* The interpreter ends. */
void channel_forget_interpreter(int64_t interpid);

/* Ids hold on to channels: the last one takes its channel along. */
enum channel_error channel_id_hold(int64_t id);
void channel_id_drop(int64_t id);
/* The id of the channel at a position of the list (the newest first) and its default, or false at the end. */
bool channel_at(Py_ssize_t position, int64_t *id, int *unbound_op);

struct channel_info {
    bool open, closing, closed;
    long long count;
    struct { long long all, released; } send, recv;      /* interpreters that use this end alone */
};
enum channel_error channel_get_info(int64_t id, struct channel_info *info);

/* ---- the module (channels_module.c, channel_id.c) ---- */

struct channels_state {
    PyTypeObject *info_type, *id_type, *send_type, *recv_type;
    PyObject *error, *not_found, *closed, *empty, *not_empty;
};
static inline struct channels_state *channels_state(PyObject *m) { return PyModule_GetState(m); }
/* NULL, with the exception that the error stands for. */
PyObject *channel_raise(PyObject *module, enum channel_error error, int64_t id);

struct channel_id { PyObject ob_base; int64_t id; enum channel_end end; bool resolve; };
OWNED PyTypeObject *channel_id_make_type(PyObject *module);
/* A ChannelID; `force`: also for a channel that is not there. NULL with an exception. */
OWNED PyObject *channel_id_new(PyObject *module, int64_t id, enum channel_end end, bool force);
/* Converter for PyArg_Parse: struct channel_arg with the module filled in. */
struct channel_arg { PyObject *module; int64_t id; enum channel_end end; };
int channel_id_converter(PyObject *arg, void *out);
extern PyMethodDef channel_id_methods[];

#endif
