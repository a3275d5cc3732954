"""The system's and this process's figures by the C module, a child process, and errors."""

import os
import subprocess
import sys
import time

import psutil

me = psutil.Process()
assert me.pid == os.getpid() and me.ppid() == os.getppid() and me.status() == psutil.STATUS_RUNNING
assert me.memory_info().rss > 1 << 20 and me.num_threads() >= 1 and me.cmdline()[0]
assert abs(me.create_time() - time.time()) < 3600 and os.path.samefile(me.cwd(), os.getcwd())
with open(os.devnull) as f, open(__file__) as script:
    assert any(opened.fd == script.fileno() and os.path.samefile(opened.path, __file__) for opened in me.open_files()) and f
assert psutil.cpu_count() >= 1 and psutil.virtual_memory().total > psutil.virtual_memory().available > 0
assert psutil.cpu_times().user > 0 and psutil.boot_time() < time.time() and 0 <= psutil.cpu_percent(0.01) <= 100
assert any(p.mountpoint for p in psutil.disk_partitions(all=True)) and 0 <= psutil.disk_usage("/").percent <= 100
assert isinstance(psutil.net_if_addrs(), dict) and me.pid in psutil.pids() and psutil.pid_exists(me.pid)
before = me.cpu_times().user
while me.cpu_times().user - before < 0.02:
    sum(range(10000))
old = me.nice()
assert isinstance(old, int) and me.rlimit(psutil.RLIMIT_NOFILE)[0] > 0 and me.cpu_affinity()

child = psutil.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
assert child.is_running() and child.pid in [p.pid for p in me.children()] and child.ppid() == me.pid
child.suspend()
deadline = time.monotonic() + 10
while child.status() != psutil.STATUS_STOPPED and time.monotonic() < deadline:
    time.sleep(0.01)
assert child.status() == psutil.STATUS_STOPPED
child.resume()
child.kill()
assert child.wait(10) == -9 and not psutil.pid_exists(child.pid)
try:
    psutil.Process(child.pid)
except psutil.NoSuchProcess as e:
    assert e.pid == child.pid
else:
    raise AssertionError("no NoSuchProcess")
