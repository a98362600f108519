"""Uses the client that openapi-python-client makes (jobstream), and prints what came as JSON."""

import json
import sys
import uuid

from jobstream.api.jobs import list_jobs, read_job, submit_job
from jobstream.client import Client
from jobstream.models import JobDetail, JobPage, Problem, SubmissionProbeRun
from jobstream.types import UNSET

client = Client(base_url=sys.argv[1])


def submission(**payload):
    wanted = {"type": "probe.run", "payload": payload, "submittedFor": "python"}
    return SubmissionProbeRun.from_dict(wanted)


key = str(uuid.uuid4())
body = submission(sleepMs=10, note="from Python")
ids = [submit_job.sync(client=client, body=body, idempotency_key=key).id for _ in range(2)]
submit_job.sync(client=client, body=body)

job = read_job.sync(ids[0], client=client, wait="30s")
assert isinstance(job, JobDetail), job

listed, cursor = [], UNSET
while cursor is not None:
    page = list_jobs.sync(client=client, submitted_for="python", limit=1, cursor=cursor)
    assert isinstance(page, JobPage), page
    listed += [each.id for each in page.items]
    cursor = page.next_

refused = submit_job.sync(client=client, body=submission(sleepMs=-1))
beyond = list_jobs.sync(client=client, limit=501)
for each in (refused, beyond):
    assert isinstance(each, Problem), each

print(
    json.dumps(
        {
            "same": len(set(ids)),
            "state": job.state.value,
            "result": job.result,
            "listed": len(set(listed)),
            "refused": [refused.code.value, refused.errors[0].pointer],
            "beyond": [beyond.code.value, beyond.errors[0].pointer],
        }
    )
)
