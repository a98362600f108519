"""A task that does nothing, as the platform's probe does, and how it is sent and kept."""

import os

from celery import Celery

address = f"redis://127.0.0.1:{os.environ['BENCH_REDIS_PORT']}"
app = Celery("bench", broker=f"{address}/0", backend=f"{address}/1")
app.conf.update(
    # Done again after a crash, as with the others.
    task_acks_late=True,
    # Results are kept, with type and payload.
    result_expires=None,
    result_extended=True,
    broker_connection_retry_on_startup=True,
)


@app.task(name="probe.run", bind=True)
def probe(self, note):
    return {"attempt": self.request.retries + 1, "sleptMs": 0, "cpuMs": 0, "output": "", "note": note}
