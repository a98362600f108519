"""Submits one job of each type, and prints how they end: submit.py EMAIL NAME PICTURE."""

import json
import sys

import settings
from jobstream import Jobstream

email, name, picture = sys.argv[1:]
jobstream = Jobstream(settings.JOBSTREAM_URL, settings.JOBSTREAM_API_KEY)
sales = [{"product": "Tea", "euros": 4.5}, {"product": "Crêpe", "euros": 6}]
ids = [
    jobstream.submit("signup.mail", {"email": email, "name": name}),
    jobstream.submit("picture.thumbnail", {"picture": picture, "max_pixels": 120}),
    jobstream.submit("sales.report", {"title": "Sales of today", "sales": sales}),
]
for job in map(jobstream.wait, ids):
    print(json.dumps({field: job[field] for field in ("id", "type", "state", "attempt", "result", "error")}))
