"""Starts one Celery worker."""

import os
import subprocess
import sys

from answer_calls import answer_calls

worker = None


def start(place):
    global worker
    # As many tasks in all are fetched ahead as run at a time elsewhere.
    cores = os.cpu_count()
    ahead = max(1, place["concurrency"] // cores)
    worker = subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "--app", "tasks", "--quiet", "worker"),
            *("--loglevel", "WARNING", "--queues", place["queue"], "--pool", "prefork"),
            *("--concurrency", str(cores), "--prefetch-multiplier", str(ahead)),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        # It warns of root, whom containers and throwaway machines have.
        env={**os.environ, "BENCH_REDIS_PORT": str(place["port"]), "PYTHONWARNINGS": "ignore"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def close():
    if worker is not None:
        worker.terminate()
        worker.wait()


answer_calls({"start": start}, close)
