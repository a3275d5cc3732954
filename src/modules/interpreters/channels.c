/* interpreters/channels.c: queues of records with two ends, shared by all interpreters of the process.
 *
 * An interpreter is associated with an end when it first uses it, and may release it: then it may not use that end again. When
 * nobody has an end open the channel is closed. Closing the send end of a channel that holds items closes it after the last one.
 * Invariant: the tables change only under the GIL; records are given up when the channel is consistent, since that may run code.
 *            A closed channel keeps its entry (`open` false, no items) until the last ChannelID goes. */
#include "modules/interpreters/channels.h"

struct item {
    struct item *next;
    _PyCrossInterpreterData *data;           /* NULL: unbound */
    int64_t interpid;
    int unbound_op;
    struct waiting *waiting;                 /* or NULL */
};
struct user { struct user *next; int64_t interpid; bool open; };
struct channel {
    struct channel *next;
    int64_t id;
    Py_ssize_t ids;                          /* ChannelIDs */
    int unbound_op;
    bool open, closing;
    struct item *first, **last;
    Py_ssize_t count;
    struct user *senders, *receivers;
    long long senders_open, receivers_open;
};
static struct channel *channels;             /* the newest first */
static int64_t next_id;

static struct channel *
find(int64_t id)
{
    struct channel *c = channels;
    while (c != NULL && c->id != id)
        c = c->next;
    return c;
}

/* The channel when it is open. */
static enum channel_error
lookup(int64_t id, struct channel **c)
{
    *c = find(id);
    return *c == NULL ? CHANNEL_NOT_FOUND : (*c)->open ? CHANNEL_OK : CHANNEL_CLOSED;
}

/* ---- items ---- */

static void
wake(struct waiting *w, bool received)
{
    if (w == NULL || w->done)
        return;
    w->received = received;
    w->done = true;
    PyThread_release_lock(w->lock);
}

static void
drop_items(struct item *items)
{
    PyObject *exc = PyErr_GetRaisedException();
    while (items != NULL) {
        struct item *item = items;
        items = item->next;
        wake(item->waiting, false);
        if (item->data != NULL && _PyCrossInterpreterData_ReleaseAndRawFree(item->data) < 0)
            PyErr_Clear();
        PyMem_RawFree(item);
    }
    PyErr_SetRaisedException(exc);
}

static struct item *
take_all(struct channel *c)
{
    struct item *items = c->first;
    c->first = NULL;
    c->last = &c->first;
    c->count = 0;
    return items;
}

/* Unlinks the item at `at`. */
static struct item *
unlink_item(struct channel *c, struct item **at)
{
    struct item *item = *at;
    *at = item->next;
    if (*at == NULL)
        c->last = at;
    c->count--;
    item->next = NULL;
    return item;
}

/* ---- ends ---- */

static struct user *
find_user(struct user *u, int64_t interpid)
{
    while (u != NULL && u->interpid != interpid)
        u = u->next;
    return u;
}

static struct user *
add_user(struct channel *c, int64_t interpid, bool send)
{
    struct user **at = send ? &c->senders : &c->receivers, *u = PyMem_RawMalloc(sizeof *u);
    if (u == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    while (*at != NULL)
        at = &(*at)->next;
    *at = u;
    *u = (struct user){ NULL, interpid, true };
    *(send ? &c->senders_open : &c->receivers_open) += 1;
    return u;
}

/* The interpreter uses the end from now on. */
static enum channel_error
associate(struct channel *c, int64_t interpid, bool send)
{
    struct user *u = find_user(send ? c->senders : c->receivers, interpid);
    if (u != NULL)
        return u->open ? CHANNEL_OK : CHANNEL_CLOSED_HERE;
    return add_user(c, interpid, send) == NULL ? CHANNEL_RAISED : CHANNEL_OK;
}

/* Counts every release, also a repeated one, as CPython does. */
static void
release_user(struct channel *c, struct user *u, bool send)
{
    u->open = false;
    *(send ? &c->senders_open : &c->receivers_open) -= 1;
}

static bool
has_open_end(struct channel *c)
{
    return c->senders_open != 0 || c->receivers_open != 0 || (c->senders == NULL && c->receivers == NULL);
}

static void
free_users(struct user **list)
{
    while (*list != NULL) {
        struct user *u = *list;
        *list = u->next;
        PyMem_RawFree(u);
    }
}

/* Nothing goes through it any more. */
static void
shut(struct channel *c)
{
    c->open = c->closing = false;
    free_users(&c->senders);
    free_users(&c->receivers);
    drop_items(take_all(c));
}

/* ---- life ---- */

int64_t
channel_create(int unbound_op)
{
    struct channel *c = PyMem_RawCalloc(1, sizeof *c);
    if (c == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *c = (struct channel){ .next = channels, .id = next_id++, .unbound_op = unbound_op, .open = true };
    c->last = &c->first;
    channels = c;
    return c->id;
}

static void
remove_channel(struct channel *c)
{
    struct channel **at = &channels;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    shut(c);
    PyMem_RawFree(c);
}

enum channel_error
channel_destroy(int64_t id)
{
    struct channel *c = find(id);
    if (c == NULL)
        return CHANNEL_NOT_FOUND;
    remove_channel(c);
    return CHANNEL_OK;
}

enum channel_error
channel_id_hold(int64_t id)
{
    struct channel *c = find(id);
    if (c == NULL)
        return CHANNEL_NOT_FOUND;
    c->ids++;
    return CHANNEL_OK;
}

void
channel_id_drop(int64_t id)
{
    struct channel *c = find(id);
    if (c != NULL && c->ids > 0 && --c->ids == 0)
        remove_channel(c);
}

enum channel_error
channel_close(int64_t id, enum channel_end end, bool force)
{
    struct channel *c;
    enum channel_error err = lookup(id, &c);
    if (err != CHANNEL_OK)
        return err;
    if (!force && end == CHANNEL_SEND && c->closing)
        return CHANNEL_CLOSED;
    if (!force && c->count > 0) {
        if (end != CHANNEL_SEND)
            return CHANNEL_NOT_EMPTY;
        c->closing = true;                   /* channel_next() shuts it after the last item */
        return CHANNEL_OK;
    }
    shut(c);
    return CHANNEL_OK;
}

enum channel_error
channel_release(int64_t id, int64_t interpid, enum channel_end end)
{
    struct channel *c;
    enum channel_error err = lookup(id, &c);
    for (int send = 1; err == CHANNEL_OK && send >= 0; send--) {
        if (send ? end < 0 : end > 0)
            continue;
        struct user *u = find_user(send ? c->senders : c->receivers, interpid);
        if (u == NULL && (u = add_user(c, interpid, send)) == NULL)
            return CHANNEL_RAISED;
        release_user(c, u, send);
    }
    if (err == CHANNEL_OK)
        c->open = has_open_end(c);
    return err;
}

/* ---- sending and receiving ---- */

enum channel_error
channel_add(int64_t id, int64_t interpid, _PyCrossInterpreterData *data, int unbound_op, struct waiting *waiting)
{
    struct channel *c;
    enum channel_error err = lookup(id, &c);
    if (err == CHANNEL_OK && c->closing)
        err = CHANNEL_CLOSED;
    if (err == CHANNEL_OK)
        err = associate(c, interpid, true);
    if (err != CHANNEL_OK)
        return err;
    struct item *item = PyMem_RawMalloc(sizeof *item);
    if (item == NULL) {
        PyErr_NoMemory();
        return CHANNEL_RAISED;
    }
    *item = (struct item){ NULL, data, interpid, unbound_op, waiting };
    *c->last = item;
    c->last = &item->next;
    c->count++;
    return CHANNEL_OK;
}

void
channel_forget_waiting(int64_t id, struct waiting *waiting)
{
    struct channel *c = find(id);
    struct item **at = c == NULL ? NULL : &c->first;
    while (at != NULL && *at != NULL && (*at)->waiting != waiting)
        at = &(*at)->next;
    if (at == NULL || *at == NULL)
        return;
    struct item *item = unlink_item(c, at);
    item->waiting = NULL;
    if (c->closing && c->first == NULL)
        shut(c);
    drop_items(item);
}

enum channel_error
channel_next(int64_t id, int64_t interpid, _PyCrossInterpreterData **data, int *unbound_op)
{
    struct channel *c;
    enum channel_error err = lookup(id, &c);
    if (err == CHANNEL_OK)
        err = associate(c, interpid, false);
    if (err != CHANNEL_OK)
        return err;
    if (c->first == NULL)
        return CHANNEL_EMPTY;
    struct item *item = unlink_item(c, &c->first);
    *data = item->data;
    *unbound_op = item->unbound_op;
    item->data = NULL;
    wake(item->waiting, true);
    if (c->closing && c->first == NULL)
        shut(c);
    PyMem_RawFree(item);
    return CHANNEL_OK;
}

void
channel_forget_interpreter(int64_t interpid)
{
    struct item *gone = NULL;
    for (struct channel *c = channels; c != NULL; c = c->next) {
        for (struct item **at = &c->first; *at != NULL;) {
            struct item *item = *at;
            if (item->interpid != interpid || item->data == NULL) {
                at = &item->next;
                continue;
            }
            struct item *rest = item->unbound_op == UNBOUND_REMOVE ? unlink_item(c, at) : PyMem_RawMalloc(sizeof *rest);
            if (rest != NULL) {
                if (rest != item)
                    *rest = (struct item){ NULL, item->data, interpid, 0, NULL };
                rest->next = gone;
                gone = rest;
            }
            if (rest != item) {
                item->data = NULL;
                at = &item->next;
            }
        }
        struct user *s = find_user(c->senders, interpid), *r = find_user(c->receivers, interpid);
        if (s != NULL)
            release_user(c, s, true);
        if (r != NULL)
            release_user(c, r, false);
        if (c->open)
            c->open = has_open_end(c);
    }
    drop_items(gone);
}

/* ---- questions ---- */

enum channel_error
channel_check(int64_t id)
{
    struct channel *c;
    return lookup(id, &c);
}

enum channel_error
channel_count(int64_t id, Py_ssize_t *count)
{
    struct channel *c;
    enum channel_error err = lookup(id, &c);
    if (err == CHANNEL_OK)
        *count = c->count;
    return err;
}

enum channel_error
channel_default_op(int64_t id, int *unbound_op)
{
    struct channel *c;
    enum channel_error err = lookup(id, &c);
    if (err == CHANNEL_OK)
        *unbound_op = c->unbound_op;
    return err;
}

enum channel_error
channel_is_associated(int64_t id, int64_t interpid, bool send, bool *associated)
{
    struct channel *c;
    enum channel_error err = lookup(id, &c);
    if (err == CHANNEL_OK && send && c->closing)
        err = CHANNEL_CLOSED;
    if (err != CHANNEL_OK)
        return err;
    struct user *u = find_user(send ? c->senders : c->receivers, interpid);
    *associated = u != NULL && u->open;
    return CHANNEL_OK;
}

bool
channel_at(Py_ssize_t position, int64_t *id, int *unbound_op)
{
    struct channel *c = channels;
    while (c != NULL && position-- > 0)
        c = c->next;
    if (c == NULL)
        return false;
    *id = c->id;
    *unbound_op = c->unbound_op;
    return true;
}

enum channel_error
channel_get_info(int64_t id, struct channel_info *info)
{
    struct channel *c = find(id);
    *info = (struct channel_info){ .closed = false };
    if (c == NULL)
        return CHANNEL_NOT_FOUND;
    info->closed = !c->open;
    info->closing = c->open && c->closing;
    info->open = c->open && !c->closing;
    if (!c->open)
        return CHANNEL_OK;
    info->count = c->count;
    for (struct user *u = c->senders; u != NULL; u = u->next)
        if (find_user(c->receivers, u->interpid) == NULL)
            *(u->open ? &info->send.all : &info->send.released) += 1;
    for (struct user *u = c->receivers; u != NULL; u = u->next)
        if (find_user(c->senders, u->interpid) == NULL)
            *(u->open ? &info->recv.all : &info->recv.released) += 1;
    return CHANNEL_OK;
}
