/* modules/ssl/ssl.h: what the parts of the _ssl module share.
 *
 * The host's libssl and libcrypto are opened at import (modules/clib.h); `ossl` is the table of their functions, under
 * their own names. Three rules hold everywhere:
 * - A connection never blocks inside the library: our stream for sockets (bio.c) takes and gives what is there, and
 *   the wait for more is ours, without the GIL and without the connection's lock. So one thread may wait for data while
 *   another one writes.
 * - A lock is taken before the GIL, never while the GIL is held: mutex_lock() gives the GIL up if it has to wait.
 * - The library's error queue belongs to the thread. It is emptied before a step and read right after it, since a signal
 *   handler may run other code of this module as soon as the GIL is back. */
#ifndef ADDER_MODULES_SSL_H
#define ADDER_MODULES_SSL_H

#include <Python.h>
#include <pthread.h>

#include "base/own.h"
#include "modules/modargs.h"
#include "modules/ssl/library.h"

struct ssl_state {
    PyTypeObject *context_type, *conn_type, *bio_type, *session_type, *cert_type;
    PyTypeObject *socket_type;          /* _socket.socket */
    PyObject *error, *zero_return, *want_read, *want_write, *syscall, *eof, *cert_error;
};

/* Numbers of errors that Python code sees. */
enum ssl_errno {
    ERRNO_SSL = 1, ERRNO_WANT_READ, ERRNO_WANT_WRITE, ERRNO_WANT_X509_LOOKUP, ERRNO_SYSCALL, ERRNO_ZERO_RETURN, ERRNO_WANT_CONNECT,
    ERRNO_EOF, ERRNO_INVALID_CODE = 10,
};

enum ssl_protocol { PROTOCOL_SSLv2, PROTOCOL_SSLv3, PROTOCOL_TLS, PROTOCOL_TLSv1, PROTOCOL_TLSv1_1, PROTOCOL_TLSv1_2, PROTOCOL_CLIENT = 16, PROTOCOL_SERVER };
enum { VERSION_LOWEST = -2, VERSION_HIGHEST = -1 };     /* for minimum_version and maximum_version */
enum { ENCODING_PEM = 1, ENCODING_DER = 2 };            /* of a certificate */

/* _SSLContext */
struct ssl_context {
    PyObject_HEAD
    SSL_CTX *ctx;
    struct ssl_state *st;
    pthread_mutex_t lock;               /* certificates and keys: loading them lets the GIL go */
    unsigned char *alpn;                /* own protocols, each with its length before it */
    unsigned int alpn_size;
    unsigned int host_flags;
    enum ssl_protocol protocol;
    bool check_hostname, post_handshake_auth;
    PyObject *sni_callback, *msg_callback, *psk_client_callback, *psk_server_callback;
    PyObject *keylog_name;
    FILE *keylog;
};

/* _SSLSocket */
struct ssl_conn {
    PyObject_HEAD
    SSL *ssl;
    struct ssl_state *st;
    struct ssl_context *context;
    struct ssl_context *first_context;  /* the one it was made with: the library goes on asking its callbacks */
    PyObject *socket;                   /* weak reference; NULL: over two MemoryBIO */
    PyObject *owner;                    /* weak reference, or NULL */
    PyObject *hostname;                 /* str, or NULL */
    PyObject *exc;                      /* raised by a callback; comes out of the step that called it */
    PyThreadState *ts;                  /* of the step in progress while it is without the GIL */
    pthread_mutex_t lock;               /* of `ssl`; recursive, since callbacks may ask the connection */
    pthread_mutex_t write_turn;         /* of who writes: what the library has begun to send it wants to send to the end */
    bool in_step, server_side, shutdown_sent;
};

/* SSLSession */
struct ssl_session { PyObject_HEAD SSL_SESSION *session; struct ssl_context *context; };

/* MemoryBIO */
struct ssl_bio { PyObject_HEAD BIO *bio; struct ssl_state *st; };

/* What a step of the library came to. */
struct ssl_outcome {
    int ret;                    /* > 0: done */
    int error;                  /* SSL_ERROR_... */
    int sys;                    /* errno */
    unsigned long queued;       /* the last error of the queue, or 0 */
};

extern PyModuleDef ssl_module;
extern PyType_Spec ssl_context_spec, ssl_conn_spec, ssl_bio_spec, ssl_session_spec, ssl_cert_spec;

/* ---- library.c ---- */

/* Opens the library: 0, or -1 with ImportError. */
int ssl_library_open(void);
void mutex_init(pthread_mutex_t *m);
/* With the GIL held, which is given up for the wait. */
void mutex_lock(pthread_mutex_t *m);

/* ---- error.c ---- */

/* The exception types, in the state and in the module: 0 or -1. */
int ssl_add_errors(PyObject *module, struct ssl_state *st);
/* Raises SSLError with `text`, or with the library's last error where it is NULL; empties the queue. NULL. */
OWNED PyObject *ssl_raise(struct ssl_state *st, const char *text, int line);
#define SSL_RAISE(st, text) ssl_raise(st, text, __LINE__)
/* Raises what became of a step, after what its callbacks raised. NULL. */
OWNED PyObject *ssl_raise_outcome(struct ssl_conn *c, const struct ssl_outcome *r, int line);
/* Raises what a callback left behind: 0 if there is nothing, else -1. */
int ssl_raise_pending(struct ssl_conn *c);

/* ---- bio.c ---- */

/* The streams under a connection. 0, or -1 with MemoryError. */
int ssl_bio_setup(void);
/* Over a descriptor that stays the caller's; NULL with MemoryError. */
BIO *ssl_bio_for_socket(int fd);
/* The descriptor is no more: its number may soon be another file's. */
void ssl_bio_forget_socket(BIO *b);

/* ---- cert.c, cert_decode.c ---- */

/* Takes over a reference to the certificate. */
OWNED PyObject *ssl_cert_new(struct ssl_state *st, STEALS X509 *x);
/* A list of Certificate objects, `first` (or NULL) before those of the stack. */
OWNED PyObject *ssl_cert_list(struct ssl_state *st, X509 *first, STACK_OF(X509) *chain);
/* bytes */
OWNED PyObject *ssl_cert_der(struct ssl_state *st, X509 *x);
/* The dict of getpeercert(). */
OWNED PyObject *ssl_cert_decode(struct ssl_state *st, X509 *x);
OWNED PyObject *ssl_test_decode_cert(PyObject *module, PyObject *path);
/* The text of an object identifier, its name or its numbers. */
OWNED PyObject *ssl_oid_text(struct ssl_state *st, const ASN1_OBJECT *o, bool numbers);
/* What a memory stream of the library holds, as a str or as bytes; frees the stream. */
OWNED PyObject *ssl_bio_take(BIO *b, bool as_text);

/* ---- context*.c ---- */

int ssl_set_verify_mode(struct ssl_context *c, int mode);
int ssl_no_delete(PyObject *value);     /* 0, or -1 with AttributeError if it is NULL */

PyObject *context_load_cert_chain(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *context_load_verify_locations(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *context_load_dh_params(PyObject *self, PyObject *path);
PyObject *context_set_default_verify_paths(PyObject *self, PyObject *unused);
PyObject *context_set_ciphers(PyObject *self, PyObject *arg);
PyObject *context_get_ciphers(PyObject *self, PyObject *unused);
PyObject *context_set_alpn_protocols(PyObject *self, PyObject *arg);
PyObject *context_set_ecdh_curve(PyObject *self, PyObject *arg);
PyObject *context_session_stats(PyObject *self, PyObject *unused);
PyObject *context_cert_store_stats(PyObject *self, PyObject *unused);
PyObject *context_get_ca_certs(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *context_set_psk_client_callback(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *context_set_psk_server_callback(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);

PyObject *context_get_sni_callback(PyObject *self, void *unused);
int context_set_sni_callback(PyObject *self, PyObject *value, void *unused);
PyObject *context_get_msg_callback(PyObject *self, void *unused);
int context_set_msg_callback(PyObject *self, PyObject *value, void *unused);
PyObject *context_get_keylog(PyObject *self, void *unused);
int context_set_keylog(PyObject *self, PyObject *value, void *unused);
void context_close_keylog(struct ssl_context *c);

/* The library's callback for messages, or NULL: what an SSL is to have under this context. */
void ssl_install_msg_callback(struct ssl_conn *c);

/* ---- conn*.c ---- */

PyObject *context_wrap_socket(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *context_wrap_bio(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);

PyObject *conn_do_handshake(PyObject *self, PyObject *unused);
PyObject *conn_read(PyObject *self, PyObject *args);
PyObject *conn_write(PyObject *self, PyObject *data);
PyObject *conn_shutdown(PyObject *self, PyObject *unused);
PyObject *conn_pending(PyObject *self, PyObject *unused);

PyObject *conn_getpeercert(PyObject *self, PyObject *const *args, Py_ssize_t nargs);
PyObject *conn_get_channel_binding(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *conn_cipher(PyObject *self, PyObject *unused);
PyObject *conn_shared_ciphers(PyObject *self, PyObject *unused);
PyObject *conn_version(PyObject *self, PyObject *unused);
PyObject *conn_selected_alpn_protocol(PyObject *self, PyObject *unused);
PyObject *conn_compression(PyObject *self, PyObject *unused);
PyObject *conn_verify_client(PyObject *self, PyObject *unused);
PyObject *conn_get_unverified_chain(PyObject *self, PyObject *unused);
PyObject *conn_get_verified_chain(PyObject *self, PyObject *unused);

/* What callbacks get for the connection: its owner, else its socket, else itself; NULL if that is gone. */
OWNED PyObject *conn_public_object(struct ssl_conn *c);
/* Around Python code in a callback: takes the GIL if the step has given it up (conn_give_gil() wants the answer). */
bool conn_take_gil(struct ssl_conn *c);
void conn_give_gil(struct ssl_conn *c, bool taken);

/* ---- session.c ---- */

PyObject *conn_get_session(PyObject *self, void *unused);
int conn_set_session(PyObject *self, PyObject *value, void *unused);
PyObject *conn_get_session_reused(PyObject *self, void *unused);

/* ---- module_functions.c ---- */

PyObject *ssl_rand_add(PyObject *m, PyObject *const *args, Py_ssize_t nargs);
PyObject *ssl_rand_bytes(PyObject *m, PyObject *arg);
PyObject *ssl_rand_status(PyObject *m, PyObject *unused);
PyObject *ssl_txt2obj(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *ssl_nid2obj(PyObject *m, PyObject *arg);
PyObject *ssl_default_verify_paths(PyObject *m, PyObject *unused);

#endif
