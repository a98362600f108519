"""Sends tasks by Celery's own client, and counts what became of them."""

import os
import time

from answer_calls import answer_calls

# What job-records.ts gives the platform.
note = "n" * 60


def start(place):
    global app, probe, queue, results, broker
    os.environ["BENCH_REDIS_PORT"] = str(place["port"])
    import redis
    from tasks import app, probe

    queue = place["queue"]
    broker, results = (redis.Redis(port=place["port"], db=number) for number in (0, 1))
    results.ping()


def send(load):
    """Returns seconds. There is no call for many, and more threads would wait for the interpreter's lock."""
    began = time.perf_counter()
    with app.producer_pool.acquire(block=True) as producer:
        for _ in range(load["batches"] * load["size"]):
            probe.apply_async(kwargs={"note": note}, queue=queue, producer=producer)
    return time.perf_counter() - began


def send_one_by_one(load):
    """Returns ms of each."""
    took = []
    for _ in range(load["jobs"]):
        began = time.perf_counter()
        probe.apply_async(kwargs={"note": note}, queue=queue).get(timeout=30)
        took.append((time.perf_counter() - began) * 1_000)
    return took


def completed(_):
    """How many have ended well: each has one key."""
    return results.dbsize()


def clear(_):
    broker.flushdb()
    results.flushdb()


answer_calls(
    {
        "start": start,
        "send": send,
        "sendOneByOne": send_one_by_one,
        "completed": completed,
        "clear": clear,
    }
)
