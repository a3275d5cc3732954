"""Strings of one character: which operations give the shared object, and which a new one."""

import io
import json
import re
import sys


def t(f, *a):
    x, y = f(*a), f(*a)
    return x is y, sys.getrefcount(x), len(x)


n = 5
print(t(str,n), t(repr,n), t(lambda: f'{n}'), t(lambda: '%d'%n), t(lambda: '{}'.format(n)), t(format,n), t(lambda: '%s'%n), t(lambda: f'{n!r}'), t(lambda: f'{n:d}'), t(hex,n), t(chr,n))
print(t(lambda: 'ab'[n-5]), t(lambda: 'a,b'.split(',')[0]), t(lambda: 'xay'.strip('xy')), t(lambda: 'ab'.replace('b','')), t(lambda: ''.join(['a'])), t(lambda: 'a'*(n-4)), t(lambda: 'A'.lower()), t(lambda: 'ab'[:n-4]), t(lambda: b'a'.decode()), t(lambda: 'ab'.partition('b')[0]), t(lambda: 'a'.title()), t(lambda: ''.join(c for c in 'a')))
print(t(lambda: b'ab'[:n-4]), t(lambda: b'a,b'.split(b',')[0]), t(lambda: bytes([n])), t(lambda: b'ab'.replace(b'b',b'')), t(lambda: 'a'.encode()), t(lambda: b'a'*(n-4)), t(lambda: b''.join([b'a'])), t(lambda: bytes(bytearray(b'a'))), t(lambda: n.to_bytes(1,'big')))
print(t(lambda: str(True)[:1]), t(lambda: 'é'.upper()), t(lambda: 'É'.lower()), t(lambda: 'é'.encode('latin1')), t(lambda: '%c'%97), t(lambda: '%c'%'b'), t(lambda: f'{"a"}'), t(lambda: f'{"a":s}'), t(lambda: format('a','')), t(lambda: 'a'.zfill(1)), t(lambda: 'a'.ljust(1)), t(lambda: 'ba'.removeprefix('b')), t(lambda: 'a\n'.splitlines()[0]), t(lambda: 'a'.translate({97:98})), t(lambda: '\ta'.expandtabs(0)), t(lambda: ascii('a')[1]), t(lambda: 'ß'.casefold()[0]), t(lambda: 'a'.swapcase()), t(lambda: 'a'.center(1)))
print(t(lambda: re.match('a','ab')[0]), t(lambda: re.sub('b','','ab')), t(lambda: re.split(',','a,b')[0]), t(lambda: re.findall('a','ab')[0]))
print(t(lambda: io.StringIO('ab').read(1)), t(lambda: io.BytesIO(b'ab').read(1)), t(lambda: json.loads('"a"')), t(lambda: json.dumps(5)), t(lambda: str(n)+''), t(lambda: ''+str(n)))
# expect: (False, 2, 1) (False, 2, 1) (False, 2, 1) (True, 4294967295, 1) (True, 4294967295, 1) (False, 2, 1) (True, 4294967295, 1) (False, 2, 1) (True, 4294967295, 1) (False, 2, 3) (True, 4294967295, 1)
# expect: (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (False, 2, 1) (True, 4294967295, 1) (True, 4294967295, 1) (False, 2, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (False, 2, 1) (True, 4294967295, 1)
# expect: (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (False, 2, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (False, 2, 1) (False, 2, 1)
# expect: (True, 4294967295, 1) (False, 2, 1) (False, 2, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (False, 2, 1) (True, 4294967295, 1)
# expect: (True, 4294967295, 1) (False, 2, 1) (True, 4294967295, 1) (True, 4294967295, 1)
# expect: (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (True, 4294967295, 1) (False, 2, 1) (False, 2, 1)
