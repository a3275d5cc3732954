/* modules/socket/sock_family.c: the address families of Linux beside the Internet's: netlink, packets, CAN, TIPC, kernel
 * cryptography, Bluetooth, QIPCRTR. Shapes of addresses are those of the socket module's documentation. */
#include "modules/socket/sock.h"

#include <net/if.h>

/* ---- helpers ---- */

static bool
is_tuple(PyObject *args, const char *caller, const char *family)
{
    if (!PyTuple_Check(args))
        PyErr_Format(PyExc_TypeError, "%s(): %s address must be tuple, not %.500s", caller, family, Py_TYPE(args)->tp_name);
    return PyTuple_Check(args);
}

/* The index of an interface; 0 for none. -1 with an exception. */
static int
interface_index(const char *name)
{
    unsigned index = if_nametoindex(name);
    if (index == 0)
        sock_error();
    return index == 0 ? -1 : (int)index;
}

static const char *
interface_name(int index, char *buf)
{
    return index == 0 || if_indextoname((unsigned)index, buf) == NULL ? "" : buf;
}

/* ---- CAN ---- */

static int
can_interface(PyObject *name, union sock_addr *out)
{
    Py_ssize_t n = PyBytes_GET_SIZE(name);
    if (n == 0)
        return 1;
    if (n >= IFNAMSIZ) {
        PyErr_SetString(PyExc_OSError, "AF_CAN interface name too long");
        return 0;
    }
    out->can.can_ifindex = interface_index(PyBytes_AS_STRING(name));
    return out->can.can_ifindex >= 0;
}

static int
can_from(struct sock *s, PyObject *args, union sock_addr *out, socklen_t *len, const char *caller)
{
    PyObject *name = NULL;
    unsigned long rx = 0, tx = 0;
    unsigned long long j1939_name = 0;
    unsigned int pgn = 0;
    unsigned char address = 0;
    if (!is_tuple(args, caller, "AF_CAN"))
        return 0;
    int ok;
    switch (s->proto) {
    case CAN_RAW: case CAN_BCM:
        ok = PyArg_ParseTuple(args, "O&;AF_CAN address must be a tuple (interface, )", PyUnicode_FSConverter, &name);
        break;
    case CAN_ISOTP:
        ok = PyArg_ParseTuple(args, "O&kk", PyUnicode_FSConverter, &name, &rx, &tx);
        break;
    case CAN_J1939:
        ok = PyArg_ParseTuple(args, "O&KIB", PyUnicode_FSConverter, &name, &j1939_name, &pgn, &address);
        break;
    default:
        PyErr_Format(PyExc_OSError, "%s(): unsupported CAN protocol", caller);
        return 0;
    }
    if (!ok)
        return 0;
    out->can.can_family = AF_CAN;
    ok = can_interface(name, out);
    Py_DECREF(name);
    if (s->proto == CAN_ISOTP) {
        out->can.can_addr.tp.rx_id = (canid_t)rx;
        out->can.can_addr.tp.tx_id = (canid_t)tx;
    } else if (s->proto == CAN_J1939) {
        out->can.can_addr.j1939.name = j1939_name;
        out->can.can_addr.j1939.pgn = pgn;
        out->can.can_addr.j1939.addr = address;
    }
    *len = sizeof(out->can);
    return ok;
}

static PyObject *
can_object(const union sock_addr *a, int proto)
{
    char buf[IF_NAMESIZE];
    PyObject *name = PyUnicode_DecodeFSDefault(interface_name(a->can.can_ifindex, buf));
    if (proto == CAN_ISOTP)
        return Py_BuildValue("Nkk", name, (unsigned long)a->can.can_addr.tp.rx_id, (unsigned long)a->can.can_addr.tp.tx_id);
    if (proto == CAN_J1939)
        return Py_BuildValue("NKIB", name, (unsigned long long)a->can.can_addr.j1939.name, (unsigned)a->can.can_addr.j1939.pgn,
                             a->can.can_addr.j1939.addr);
    return Py_BuildValue("(N)", name);
}

/* ---- packets ---- */

static int
packet_from(PyObject *args, union sock_addr *out, socklen_t *len, const char *caller)
{
    const char *interface;
    int proto, type = PACKET_HOST, hatype = 0;
    Py_buffer hw = { NULL, NULL };
    if (!is_tuple(args, caller, "AF_PACKET"))
        return 0;
    if (!PyArg_ParseTuple(args, "si|iiy*;AF_PACKET address must be a tuple of two to five elements", &interface, &proto, &type, &hatype, &hw)) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError))
            PyErr_Format(PyExc_OverflowError, "%s(): address argument out of range", caller);
        return 0;
    }
    char name[IFNAMSIZ] = "";
    strncpy(name, interface, sizeof(name) - 1);
    if (hw.buf != NULL && hw.len > 8)
        PyErr_SetString(PyExc_ValueError, "Hardware address must be 8 bytes or less");
    else if ((out->packet.sll_ifindex = interface_index(name)) >= 0 && (proto < 0 || proto > 0xffff))
        PyErr_Format(PyExc_OverflowError, "%s(): proto must be 0-65535.", caller);
    out->packet.sll_family = AF_PACKET;
    out->packet.sll_protocol = htons((uint16_t)proto);
    out->packet.sll_pkttype = (unsigned char)type;
    out->packet.sll_hatype = (unsigned short)hatype;
    if (hw.buf != NULL && hw.len <= 8) {
        memcpy(out->packet.sll_addr, hw.buf, (size_t)hw.len);
        out->packet.sll_halen = (unsigned char)hw.len;
    }
    *len = sizeof(out->packet);
    PyBuffer_Release(&hw);
    return !PyErr_Occurred();
}

static PyObject *
packet_object(const union sock_addr *a)
{
    char buf[IF_NAMESIZE];
    return Py_BuildValue("shbhy#", interface_name(a->packet.sll_ifindex, buf), ntohs(a->packet.sll_protocol), a->packet.sll_pkttype,
                         a->packet.sll_hatype, a->packet.sll_addr, (Py_ssize_t)a->packet.sll_halen);
}

/* ---- TIPC ---- */

static int
tipc_from(PyObject *args, union sock_addr *out, socklen_t *len, const char *caller)
{
    unsigned int type, v1, v2, v3, scope = TIPC_CLUSTER_SCOPE;
    if (!is_tuple(args, caller, "AF_TIPC") ||
        !PyArg_ParseTuple(args, "IIII|I;AF_TIPC address must be a tuple (addr_type, v1, v2, v3[, scope])", &type, &v1, &v2, &v3, &scope))
        return 0;
    out->tipc.family = AF_TIPC;
    out->tipc.scope = (signed char)scope;
    out->tipc.addrtype = (unsigned char)type;
    if (type == TIPC_ADDR_NAMESEQ) {
        out->tipc.addr.nameseq.type = v1;
        out->tipc.addr.nameseq.lower = v2;
        out->tipc.addr.nameseq.upper = v3;
    } else if (type == TIPC_ADDR_NAME) {
        out->tipc.addr.name.name.type = v1;
        out->tipc.addr.name.name.instance = v2;
    } else if (type == TIPC_ADDR_ID) {
        out->tipc.addr.id.node = v1;
        out->tipc.addr.id.ref = v2;
    } else {
        PyErr_SetString(PyExc_TypeError, "Invalid address type");
        return 0;
    }
    *len = sizeof(out->tipc);
    return 1;
}

static PyObject *
tipc_object(const union sock_addr *a)
{
    unsigned type = a->tipc.addrtype, scope = (unsigned)a->tipc.scope;
    switch (type) {
    case TIPC_ADDR_NAMESEQ:
        return Py_BuildValue("IIIII", type, a->tipc.addr.nameseq.type, a->tipc.addr.nameseq.lower, a->tipc.addr.nameseq.upper, scope);
    case TIPC_ADDR_NAME:
        return Py_BuildValue("IIIII", type, a->tipc.addr.name.name.type, a->tipc.addr.name.name.instance, a->tipc.addr.name.name.instance, scope);
    case TIPC_ADDR_ID:
        return Py_BuildValue("IIIII", type, a->tipc.addr.id.node, a->tipc.addr.id.ref, 0, scope);
    default:
        PyErr_SetString(PyExc_ValueError, "Invalid address type");
        return NULL;
    }
}

/* ---- cryptography of the kernel ---- */

static int
alg_from(PyObject *args, union sock_addr *out, socklen_t *len, const char *caller)
{
    const char *type, *name;
    if (!is_tuple(args, caller, "AF_ALG") ||
        !PyArg_ParseTuple(args, "ss|HH;AF_ALG address must be a tuple (type, name[, feat[, mask]])", &type, &name, &out->alg.salg_feat,
                          &out->alg.salg_mask))
        return 0;
    if (strlen(type) >= sizeof(out->alg.salg_type) || strlen(name) >= sizeof(out->alg.salg_name)) {
        PyErr_SetString(PyExc_ValueError, strlen(type) >= sizeof(out->alg.salg_type) ? "AF_ALG type too long." : "AF_ALG name too long.");
        return 0;
    }
    out->alg.salg_family = AF_ALG;
    strcpy((char *)out->alg.salg_type, type);
    strcpy((char *)out->alg.salg_name, name);
    *len = sizeof(out->alg);
    return 1;
}

static PyObject *
alg_object(const union sock_addr *a)
{
    const char *type = (const char *)a->alg.salg_type, *name = (const char *)a->alg.salg_name;
    return Py_BuildValue("s#s#HH", type, (Py_ssize_t)strnlen(type, sizeof(a->alg.salg_type)), name,
                         (Py_ssize_t)strnlen(name, sizeof(a->alg.salg_name)), (unsigned short)a->alg.salg_feat, (unsigned short)a->alg.salg_mask);
}

/* ---- Bluetooth ---- */

/* "01:23:45:67:89:AB", stored from its end. */
static int
bdaddr_from(const char *text, uint8_t *out)
{
    unsigned int b[6];
    char rest;
    bool ok = sscanf(text, "%X:%X:%X:%X:%X:%X%c", &b[5], &b[4], &b[3], &b[2], &b[1], &b[0], &rest) == 6;
    for (int i = 0; ok && i < 6; i++) {
        ok = b[i] < 256;
        out[i] = (uint8_t)b[i];
    }
    if (!ok)
        PyErr_SetString(PyExc_OSError, "bad bluetooth address");
    return ok;
}

static PyObject *
bdaddr_object(const uint8_t *b)
{
    char text[18];
    snprintf(text, sizeof(text), "%02X:%02X:%02X:%02X:%02X:%02X", b[5], b[4], b[3], b[2], b[1], b[0]);
    return PyUnicode_FromString(text);
}

static int
bluetooth_from(struct sock *s, PyObject *args, union sock_addr *out, socklen_t *len, const char *caller)
{
    const char *text = NULL;
    int n = 0, ok = 0;
    out->sa.sa_family = AF_BLUETOOTH;
    switch (s->proto) {
    case BT_L2CAP:
        ok = PyArg_ParseTuple(args, "si", &text, &n);
        out->l2.psm = (uint16_t)n;
        *len = sizeof(out->l2);
        return ok ? bdaddr_from(text, out->l2.bdaddr) : (PyErr_Format(PyExc_OSError, "%s(): wrong format", caller), 0);
    case BT_RFCOMM:
        ok = PyArg_ParseTuple(args, "si", &text, &n);
        out->rc.channel = (uint8_t)n;
        *len = sizeof(out->rc);
        return ok ? bdaddr_from(text, out->rc.bdaddr) : (PyErr_Format(PyExc_OSError, "%s(): wrong format", caller), 0);
    case BT_HCI:
        ok = PyArg_ParseTuple(args, "i", &n);
        out->hci.dev = (uint16_t)n;
        *len = sizeof(out->hci);
        return ok ? 1 : (PyErr_Format(PyExc_OSError, "%s(): wrong format", caller), 0);
    case BT_SCO:
        *len = sizeof(out->sco);
        return PyBytes_Check(args) ? bdaddr_from(PyBytes_AS_STRING(args), out->sco.bdaddr)
                                   : (PyErr_Format(PyExc_OSError, "%s(): wrong format", caller), 0);
    default:
        PyErr_Format(PyExc_OSError, "%s(): unknown Bluetooth protocol", caller);
        return 0;
    }
}

static PyObject *
bluetooth_object(const union sock_addr *a, int proto)
{
    switch (proto) {
    case BT_L2CAP: return Py_BuildValue("Ni", bdaddr_object(a->l2.bdaddr), a->l2.psm);
    case BT_RFCOMM: return Py_BuildValue("Ni", bdaddr_object(a->rc.bdaddr), a->rc.channel);
    case BT_HCI: return Py_BuildValue("i", a->hci.dev);
    case BT_SCO: return bdaddr_object(a->sco.bdaddr);
    default:
        PyErr_SetString(PyExc_ValueError, "Unknown Bluetooth protocol");
        return NULL;
    }
}

/* ---- all of them ---- */

/* (number, number) for two families. */
static int
netlink_from(PyObject *args, union sock_addr *out, socklen_t *len, const char *caller)
{
    unsigned int pid, groups;
    if (!is_tuple(args, caller, "AF_NETLINK") || !PyArg_ParseTuple(args, "II;AF_NETLINK address must be a pair (pid, groups)", &pid, &groups))
        return 0;
    out->nl = (struct sockaddr_nl){ .nl_family = AF_NETLINK, .nl_pid = pid, .nl_groups = groups };
    *len = sizeof(out->nl);
    return 1;
}

static int
qipcrtr_from(PyObject *args, union sock_addr *out, socklen_t *len)
{
    unsigned int node, port;
    if (!PyTuple_Check(args)) {
        PyErr_Format(PyExc_TypeError, "getsockaddrarg: AF_QIPCRTR address must be tuple, not %.500s", Py_TYPE(args)->tp_name);
        return 0;
    }
    if (!PyArg_ParseTuple(args, "II:getsockaddrarg", &node, &port))
        return 0;
    out->qrtr = (struct sockaddr_qrtr){ .sq_family = AF_QIPCRTR, .sq_node = node, .sq_port = port };
    *len = sizeof(out->qrtr);
    return 1;
}

int
sock_family_from(struct sock *s, PyObject *args, union sock_addr *out, socklen_t *len, const char *caller)
{
    switch (s->family) {
    case AF_NETLINK: return netlink_from(args, out, len, caller);
    case AF_QIPCRTR: return qipcrtr_from(args, out, len);
    case AF_CAN: return can_from(s, args, out, len, caller);
    case AF_PACKET: return packet_from(args, out, len, caller);
    case AF_TIPC: return tipc_from(args, out, len, caller);
    case AF_ALG: return alg_from(args, out, len, caller);
    case AF_BLUETOOTH: return bluetooth_from(s, args, out, len, caller);
    default:
        PyErr_Format(PyExc_OSError, "%s(): bad family", caller);
        return 0;
    }
}

PyObject *
sock_family_object(const union sock_addr *a, int proto)
{
    switch (a->sa.sa_family) {
    case AF_NETLINK: return Py_BuildValue("II", a->nl.nl_pid, a->nl.nl_groups);
    case AF_QIPCRTR: return Py_BuildValue("II", a->qrtr.sq_node, a->qrtr.sq_port);
    case AF_CAN: return can_object(a, proto);
    case AF_PACKET: return packet_object(a);
    case AF_TIPC: return tipc_object(a);
    case AF_ALG: return alg_object(a);
    case AF_BLUETOOTH: return bluetooth_object(a, proto);
    default: return Py_BuildValue("iy#", a->sa.sa_family, a->sa.sa_data, (Py_ssize_t)sizeof(a->sa.sa_data));
    }
}

int
sock_family_constants(PyObject *m)
{
    /* Some of these are macros, some enumerators, and the headers of an older system may miss a few: then they are ours. */
    static const struct { const char *name; unsigned long value; } numbers[] = {
#define C(name) { #name, (unsigned long)(name) }
        C(ALG_OP_DECRYPT), C(ALG_OP_ENCRYPT), { "ALG_OP_SIGN", 2 }, { "ALG_OP_VERIFY", 3 }, C(ALG_SET_AEAD_ASSOCLEN),
        C(ALG_SET_AEAD_AUTHSIZE), C(ALG_SET_IV), C(ALG_SET_KEY), C(ALG_SET_OP), { "ALG_SET_PUBKEY", 6 },
        { "BTPROTO_HCI", BT_HCI }, { "BTPROTO_L2CAP", BT_L2CAP }, { "BTPROTO_RFCOMM", BT_RFCOMM }, { "BTPROTO_SCO", BT_SCO },
        { "HCI_DATA_DIR", 1 }, { "HCI_FILTER", 2 }, { "HCI_TIME_STAMP", 3 }, { "SOL_HCI", 0 },
        C(CAN_BCM), { "CAN_BCM_CAN_FD_FRAME", CAN_FD_FRAME }, { "CAN_BCM_RX_ANNOUNCE_RESUME", RX_ANNOUNCE_RESUME },
        { "CAN_BCM_RX_CHANGED", RX_CHANGED }, { "CAN_BCM_RX_CHECK_DLC", RX_CHECK_DLC }, { "CAN_BCM_RX_DELETE", RX_DELETE },
        { "CAN_BCM_RX_FILTER_ID", RX_FILTER_ID }, { "CAN_BCM_RX_NO_AUTOTIMER", RX_NO_AUTOTIMER }, { "CAN_BCM_RX_READ", RX_READ },
        { "CAN_BCM_RX_RTR_FRAME", RX_RTR_FRAME }, { "CAN_BCM_RX_SETUP", RX_SETUP }, { "CAN_BCM_RX_STATUS", RX_STATUS },
        { "CAN_BCM_RX_TIMEOUT", RX_TIMEOUT }, { "CAN_BCM_SETTIMER", SETTIMER }, { "CAN_BCM_STARTTIMER", STARTTIMER },
        { "CAN_BCM_TX_ANNOUNCE", TX_ANNOUNCE }, { "CAN_BCM_TX_COUNTEVT", TX_COUNTEVT }, { "CAN_BCM_TX_CP_CAN_ID", TX_CP_CAN_ID },
        { "CAN_BCM_TX_DELETE", TX_DELETE }, { "CAN_BCM_TX_EXPIRED", TX_EXPIRED }, { "CAN_BCM_TX_READ", TX_READ },
        { "CAN_BCM_TX_RESET_MULTI_IDX", TX_RESET_MULTI_IDX }, { "CAN_BCM_TX_SEND", TX_SEND }, { "CAN_BCM_TX_SETUP", TX_SETUP },
        { "CAN_BCM_TX_STATUS", TX_STATUS },
        C(CAN_EFF_FLAG), C(CAN_EFF_MASK), C(CAN_ERR_FLAG), C(CAN_ERR_MASK), C(CAN_ISOTP), C(CAN_J1939), C(CAN_RAW), C(CAN_RAW_ERR_FILTER),
        C(CAN_RAW_FD_FRAMES), C(CAN_RAW_FILTER), C(CAN_RAW_JOIN_FILTERS), C(CAN_RAW_LOOPBACK), C(CAN_RAW_RECV_OWN_MSGS), C(CAN_RTR_FLAG),
        C(CAN_SFF_MASK), C(SOL_CAN_BASE), C(SOL_CAN_RAW),
        C(ETHERTYPE_ARP), C(ETHERTYPE_IP), C(ETHERTYPE_IPV6), C(ETHERTYPE_VLAN), C(ETH_P_ALL), C(IPPORT_USERRESERVED),
        C(J1939_EE_INFO_NONE), C(J1939_EE_INFO_TX_ABORT), C(J1939_FILTER_MAX), C(J1939_IDLE_ADDR), C(J1939_MAX_UNICAST_ADDR),
        C(J1939_NLA_BYTES_ACKED), C(J1939_NLA_PAD), C(J1939_NO_ADDR), C(J1939_NO_NAME), C(J1939_NO_PGN), C(J1939_PGN_ADDRESS_CLAIMED),
        C(J1939_PGN_ADDRESS_COMMANDED), C(J1939_PGN_MAX), C(J1939_PGN_PDU1_MAX), C(J1939_PGN_REQUEST), C(SCM_J1939_DEST_ADDR),
        C(SCM_J1939_DEST_NAME), C(SCM_J1939_ERRQUEUE), C(SCM_J1939_PRIO), C(SO_J1939_ERRQUEUE), C(SO_J1939_FILTER), C(SO_J1939_PROMISC),
        C(SO_J1939_SEND_PRIO),
        C(NETLINK_CRYPTO), C(NETLINK_DNRTMSG), C(NETLINK_FIREWALL), C(NETLINK_IP6_FW), C(NETLINK_NFLOG), C(NETLINK_ROUTE),
        C(NETLINK_USERSOCK), C(NETLINK_XFRM),
        C(PACKET_BROADCAST), C(PACKET_FASTROUTE), C(PACKET_HOST), C(PACKET_LOOPBACK), C(PACKET_MULTICAST), C(PACKET_OTHERHOST),
        C(PACKET_OUTGOING), C(TIPC_CLUSTER_SCOPE), C(TIPC_NODE_SCOPE), { "UDPLITE_RECV_CSCOV", 11 }, { "UDPLITE_SEND_CSCOV", 10 },
#undef C
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(numbers); i++)
        if (PyModule_AddIntConstant(m, numbers[i].name, (long)numbers[i].value) < 0)
            return -1;
    return PyModule_AddStringConstant(m, "BDADDR_ANY", "00:00:00:00:00:00") < 0 ||
           PyModule_AddStringConstant(m, "BDADDR_LOCAL", "00:00:00:FF:FF:FF") < 0 ? -1 : 0;
}
