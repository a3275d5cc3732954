import os

import psutil

p = psutil.Process()
assert p.pid == os.getpid() and p.memory_info().rss > 1 << 20 and p.is_running() and p.num_threads() >= 1
assert psutil.virtual_memory().total > 0 and psutil.cpu_count() >= 1 and psutil.disk_usage("/").total > 0
assert os.path.basename(p.exe()) == "adder" and p.cpu_times().user >= 0 and isinstance(p.open_files(), list)
