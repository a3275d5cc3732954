import numpy as np

a = np.arange(12.0).reshape(3, 4)
assert (a @ a.T).shape == (3, 3) and a.sum(axis=1).tolist() == [6.0, 22.0, 38.0]
m = np.array([[4.0, 1.0], [2.0, 3.0]])
assert np.allclose(np.linalg.inv(m) @ m, np.eye(2)) and np.allclose(sorted(np.linalg.eigvals(m)), [2, 5])
assert np.random.default_rng(7).integers(0, 10, 5).tolist() == np.random.default_rng(7).integers(0, 10, 5).tolist()
assert abs(np.fft.ifft(np.fft.fft(a[0])).real - a[0]).max() < 1e-12
r = np.array([(1, "x"), (2, "y")], dtype=[("n", "i4"), ("s", "U1")])
assert r["s"].tolist() == ["x", "y"] and np.frombuffer(memoryview(b"\1\2"), np.uint8).tolist() == [1, 2]
total = np.float64(0)
for i in range(1000):
    total += a[i % 3, i % 4]
assert total == 5496.0, total
try:
    np.zeros(3) + np.zeros(4)
except ValueError as e:
    assert "broadcast" in str(e)
