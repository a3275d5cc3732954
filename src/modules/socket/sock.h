/* modules/socket/sock.h: what the parts of the _socket module share. */
#ifndef ADDER_MODULES_SOCK_H
#define ADDER_MODULES_SOCK_H

#include <Python.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <linux/can.h>
#include <linux/can/bcm.h>
#include <linux/can/j1939.h>
#include <linux/can/raw.h>
#include <linux/if_alg.h>
#include <linux/netlink.h>
#include <linux/qrtr.h>
#include <linux/tipc.h>
#include <linux/vm_sockets.h>      /* needs sys/socket.h first */
#include <net/ethernet.h>
#include <netpacket/packet.h>

/* Bluetooth's headers are a package of their own; what the kernel wants is fixed. */
enum { BT_L2CAP = 0, BT_HCI = 1, BT_SCO = 2, BT_RFCOMM = 3 };
struct bt_l2 { sa_family_t family; uint16_t psm; uint8_t bdaddr[6]; uint16_t cid; uint8_t bdaddr_type; };
struct bt_rc { sa_family_t family; uint8_t bdaddr[6]; uint8_t channel; };
struct bt_hci { sa_family_t family; uint16_t dev, channel; };
struct bt_sco { sa_family_t family; uint8_t bdaddr[6]; };

union sock_addr {
    struct sockaddr sa;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
    struct sockaddr_vm vm;
    struct sockaddr_nl nl;
    struct sockaddr_qrtr qrtr;
    struct sockaddr_can can;
    struct sockaddr_ll packet;
    struct sockaddr_tipc tipc;
    struct sockaddr_alg alg;
    struct bt_l2 l2;
    struct bt_rc rc;
    struct bt_hci hci;
    struct bt_sco sco;
    struct sockaddr_storage storage;
};

struct sock {
    PyObject ob_base;
    int fd, family, type, proto;
    PyTime_t timeout;              /* nanoseconds; -1: block for ever */
};

struct sock_state {
    PyTypeObject *type;
    PyObject *herror, *gaierror;
    PyTime_t default_timeout;
};
struct sock_state *sock_state_of(PyObject *module);
extern struct PyModuleDef sock_module;

/* Fill in an address from a Python object for a socket's family: 1, or 0 with an exception naming `caller`. */
int sock_addr_from(struct sock *s, PyObject *args, union sock_addr *out, socklen_t *len, const char *caller);
/* A Python object for an address of a socket with this protocol; None if there is none. */
PyObject *sock_addr_object(const struct sockaddr *sa, socklen_t len, int proto);
/* The same for families beside the Internet's, AF_UNIX and AF_VSOCK, and their constants: 0 or -1. */
int sock_family_from(struct sock *s, PyObject *args, union sock_addr *out, socklen_t *len, const char *caller);
PyObject *sock_family_object(const union sock_addr *a, int proto);
int sock_family_constants(PyObject *module);
/* Resolve a host name: its length, or -1 with an exception. family may be AF_UNSPEC. */
int sock_resolve(PyObject *state_holder, const char *name, struct sockaddr *out, socklen_t out_size, int family);
PyObject *sock_gai_error(int code);
PyObject *sock_error(void);

/* Run one step of `call` (which returns -1 and sets errno) until it is done or the socket's time is up; the socket is
 * waited for as `events` (POLLIN or POLLOUT) say. Its result, or -1 with an exception. */
typedef Py_ssize_t (*sock_call)(struct sock *s, void *data);
Py_ssize_t sock_run(struct sock *s, short events, sock_call call, void *data, bool is_connect);

/* A timeout in seconds or None (-1): 0, or -1 with an exception. */
int sock_parse_timeout(PyObject *o, PyTime_t *out);

/* Methods of the socket type that carry ancillary data; results and errors as of any method. */
PyObject *sock_sendmsg(PyObject *op, PyObject *args);
PyObject *sock_recvmsg(PyObject *op, PyObject *args);
PyObject *sock_sendmsg_afalg(PyObject *op, PyObject *args, PyObject *kwargs);
PyObject *sock_recvmsg_into(PyObject *op, PyObject *args);
/* Size of an ancillary item with this much data, without and with padding: true, or false when out of range. */
bool sock_cmsg_len(size_t length, size_t *out);
bool sock_cmsg_space(size_t length, size_t *out);

#endif
