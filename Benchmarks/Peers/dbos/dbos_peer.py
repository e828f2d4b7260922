"""One slice of one case per start: dbos_peer.py BACKEND STEPS CALLERS MILLISECONDS DIRECTORY prints one JSON object.

A workflow is STEPS steps one after the other, each of which adds one; DBOS stores every result before the next step.
With up to 64 callers each runs whole workflows in a thread of its own; with more, that many are kept started, and those
count that had run their last step within the time.
"""

import json
import logging
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from importlib.metadata import version

logging.disable(logging.CRITICAL)
backend, steps, callers, milliseconds, directory = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5]
work = tempfile.mkdtemp(prefix="dbos-", dir=directory)


class Cluster:
    """A PostgreSQL of its own, which does not run as root."""

    programs = "/usr/lib/postgresql/15/bin"

    def __init__(self):
        os.chmod(work, 0o711)
        self.home = os.path.join(work, "cluster")
        os.mkdir(self.home)
        self.user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        if self.user:
            os.chown(self.home, self.user.pw_uid, self.user.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.run("initdb", "-D", self.home + "/data", "-A", "trust", "-U", "postgres")
        # No Unix socket, whose path has an end that a directory's name may reach.
        options = f"-p {port} -k '' -h 127.0.0.1"
        self.run("pg_ctl", "-D", self.home + "/data", "-w", "-o", options, "-l", self.home + "/log", "start")
        self.run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "bench")
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/bench"

    def run(self, program, *arguments):
        as_user = {"user": self.user.pw_uid, "group": self.user.pw_gid} if self.user else {}
        subprocess.run([f"{self.programs}/{program}", *arguments], cwd="/", check=True, stdout=subprocess.DEVNULL, **as_user)

    def stop(self):
        self.run("pg_ctl", "-D", self.home + "/data", "-m", "immediate", "stop")


cluster = Cluster() if backend == "postgresql" else None
try:
    from dbos import DBOS

    url = cluster.url if cluster else f"sqlite:///{work}/dbos.sqlite"
    DBOS(config={"name": "bench", "system_database_url": url, "log_level": "ERROR", "application_version": "1"})

    @DBOS.step()
    def add_one(value):
        return value + 1

    @DBOS.workflow()
    def chain(length):
        value = 0
        for _ in range(length):
            value = add_one(value)
        return value

    DBOS.launch()
    for _ in range(3):
        chain(steps)
    samples = []
    begin = time.perf_counter_ns()
    end = begin + milliseconds * 1_000_000

    def run_whole():
        while (start := time.perf_counter_ns()) < end:
            chain(steps)
            samples.append(time.perf_counter_ns() - start)

    ended = threading.Semaphore(0)

    @DBOS.workflow()
    def timed_chain(length, start):
        value = 0
        for _ in range(length):
            value = add_one(value)
        samples.append(time.perf_counter_ns() - start)
        ended.release()
        return value

    def keep_started():
        waiting = callers
        while (left := end - time.perf_counter_ns()) > 0:
            if waiting or ended.acquire(timeout=left / 1e9):
                waiting = max(waiting - 1, 0)
                DBOS.start_workflow(timed_chain, steps, time.perf_counter_ns())

    if callers <= 64:
        threads = [threading.Thread(target=run_whole) for _ in range(callers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    else:
        keep_started()
    elapsed = time.perf_counter_ns() - begin
    result = {"runtime": f"DBOS {version('dbos')} on {backend}", "operations": len(samples), "elapsedNanoseconds": elapsed, "samples": samples}
    print(json.dumps(result), flush=True)
finally:
    if cluster:
        cluster.stop()
    shutil.rmtree(work, ignore_errors=True)
    sys.stdout.flush()
os._exit(0)
