# TLS between two connections in memory, with a shared key, so that no certificate is needed: handshake, data, callbacks,
# the end, what both sides know of it, and one connection used by many threads.
import ssl
import threading

KEY = b"not a secret"


def contexts(highest=ssl.TLSVersion.TLSv1_2):
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for context in client, server:
        context.maximum_version = highest
        context.set_ciphers("PSK")
    client.set_psk_client_callback(lambda hint: ("me:" + str(hint), KEY))
    server.set_psk_server_callback(lambda identity: KEY if identity == "me:you" else b"", "you")
    return client, server


def pair(client, server):
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(a, b, server_hostname="example.org")
    two = server.wrap_bio(b, a, server_side=True)
    for _ in range(4):
        for side in one, two:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                pass
    return one, two, a, b


client, server = contexts()
client.set_alpn_protocols(["x", "y"])
server.set_alpn_protocols(["y", "z"])
asked = []
server.sni_callback = lambda conn, name, context: asked.append((type(conn).__name__, name, context is server))
messages = []
client._msg_callback = lambda conn, direction, *rest: messages.append(direction)
one, two, a, b = pair(client, server)
print(one.version(), two.version(), one.selected_alpn_protocol(), one.cipher() == two.cipher(), one.getpeercert())
# expect: TLSv1.2 TLSv1.2 y True None
print(asked, sorted(set(messages)), one.get_channel_binding() == two.get_channel_binding())
# expect: [('SSLObject', 'example.org', True)] ['read', 'write'] True
print(one.write(b"hello"), two.read(3), two.pending(), two.read(), two.write(b"x" * 40000), len(one.read(50000)))
# expect: 5 b'hel' 2 b'lo' 40000 16384
buffer = bytearray(20)
print(one.read(10, buffer), bytes(buffer))
# expect: 10 b'xxxxxxxxxx\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00'
while one.pending() or a.pending:
    one.read()
try:
    one.read()
except ssl.SSLWantReadError as e:
    print(e.errno == ssl.SSL_ERROR_WANT_READ, e.reason, e.library)
# expect: True None None

# one connection, many threads
sizes = []


def talk():
    for i in range(200):
        one.write(b"y" * 100)
        one.version(), one.session, one.shared_ciphers()
        try:
            sizes.append(len(two.read(1000)))
        except ssl.SSLWantReadError:
            pass


threads = [threading.Thread(target=talk) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
while b.pending or two.pending():
    sizes.append(len(two.read(1000)))
print(sum(sizes))
# expect: 80000

# the end, with and without it
try:
    one.unwrap()
except ssl.SSLWantReadError:
    print("waits", two.read(), two.unwrap(), one.unwrap())
# expect: waits b'' None None
one, two, a, b = pair(client, server)
a.write_eof()
try:
    one.read()
except ssl.SSLEOFError as e:
    print(e.errno == ssl.SSL_ERROR_EOF, "EOF occurred in violation of protocol" in str(e))
# expect: True True

# a callback that comes back in
refused = set()


def again(conn, *rest):
    try:
        conn.do_handshake()
    except RuntimeError as e:
        refused.add(str(e))


client._msg_callback = again
one, two, a, b = pair(client, server)
print(one.version(), refused)
# expect: TLSv1.2 {'reentrant call inside a callback of the connection'}

# no cipher in common
client, server = contexts()
server.set_ciphers("AES256-SHA")
try:
    pair(client, server)
except ssl.SSLError as e:
    print(e.library, e.reason)
# expect: SSL NO_SHARED_CIPHER
