"""Arrays: arithmetic and broadcasting, views over foreign buffers, sorting, linear algebra, FFT, random streams, structured types, files."""

import io
import pickle

import numpy as np

a = np.arange(12, dtype=np.float64).reshape(3, 4)
assert (a @ a.T).tolist() == [[14.0, 38.0, 62.0], [38.0, 126.0, 214.0], [62.0, 214.0, 366.0]]
assert (a + np.array([[10], [20], [30]]))[2, 3] == 41 and a.sum(axis=0).tolist() == [12.0, 15.0, 18.0, 21.0]
assert a[a > 6].tolist() == [7.0, 8.0, 9.0, 10.0, 11.0] and a[::-1, ::2].strides == (-32, 16)

raw = bytearray(8)
view = np.frombuffer(raw, dtype="<u2")
view[1] = 0x1234
assert raw == b"\0\0\x34\x12\0\0\0\0" and memoryview(view).format == "H"
try:
    raw.append(0)
except BufferError:
    pass
else:
    raise AssertionError("the array holds the buffer")

assert np.sort(np.array([3, 1, 2], dtype=np.int32))[::-1].tolist() == [3, 2, 1]
assert np.allclose(np.linalg.solve([[3.0, 1.0], [1.0, 2.0]], [9.0, 8.0]), [2.0, 3.0])
assert np.allclose(np.fft.ifft(np.fft.fft([1, 2, 3, 4])), [1, 2, 3, 4])
stream = np.random.Generator(np.random.PCG64(1)).integers(0, 1000, 4).tolist()
assert stream == np.random.Generator(np.random.PCG64(1)).integers(0, 1000, 4).tolist() and all(0 <= n < 1000 for n in stream)

people = np.array([("ann", 31), ("bob", 25)], dtype=[("name", "U8"), ("age", "i4")])
assert people[people["age"] < 30]["name"].tolist() == ["bob"] and people.dtype.itemsize == 36
assert (np.datetime64("2024-03-01") - np.datetime64("2024-02-28")).astype(int) == 2

x = np.float64(0.5)
assert x * 3 == 1.5 and isinstance(x * 3, np.float64) and isinstance(x, float) and repr(np.int8(3)) == "np.int8(3)"
with np.errstate(over="ignore"):
    assert np.int8(127) + np.int8(1) == -128
try:
    with np.errstate(divide="raise"):
        np.float64(1) / np.float64(0)
except FloatingPointError as e:
    assert "divide by zero" in str(e)
else:
    raise AssertionError("no FloatingPointError")

assert pickle.loads(pickle.dumps(a)).tolist() == a.tolist()
f = io.BytesIO()
np.savez(f, a=a, people=people)
f.seek(0)
assert np.load(f)["people"]["age"].tolist() == [31, 25]


class Traced(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return ufunc.__name__, method


assert np.add(np.zeros(2).view(Traced), 1) == ("add", "__call__")
assert np.vectorize(lambda n: n * n)(np.arange(4)).tolist() == [0, 1, 4, 9]
assert np.array([1, "a", None], dtype=object)[1] == "a"
assert repr(np.array([1.5, 2.25])) == "array([1.5 , 2.25])"
