"""Registers the endpoints of app.py as job types, and keeps their secrets where the app reads them."""

import json
import os

import settings
from jobs import JOB_TYPES
from jobstream import Jobstream

jobstream = Jobstream(settings.JOBSTREAM_URL, settings.JOBSTREAM_API_KEY)
secrets = settings.read_secrets()
for name, job_type in JOB_TYPES.items():
    definition = {
        "endpoint": {"url": settings.APP_URL + job_type.path, "timeout": "30s", "maxInFlight": 8},
        "queue": {"name": "fastapi"},
        "payload": job_type.payload.model_json_schema(),
        "result": job_type.result.model_json_schema(),
        "retries": 4,
        "backoff": ["1s", "10s", "1m", "10m"],
    }
    secret = jobstream.put_job_type(name, definition)["secret"]
    # It is shown when the type is new, and only then.
    if secret:
        secrets[name] = [secret]
    print(f"{name} is served by {settings.APP_URL}{job_type.path}")

with open(os.open(settings.SECRETS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
    json.dump(secrets, file)
