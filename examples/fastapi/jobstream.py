"""A client of Jobstream's REST interface."""

import time
import uuid
from typing import Any

import httpx


class JobstreamError(Exception):
    """An answer that is not the wanted one. Decide by `code`, never by the text."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code = status, code


class Jobstream:
    def __init__(self, url: str, api_key: str | None = None) -> None:
        headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=60)

    def put_job_type(self, job_type: str, definition: dict[str, Any]) -> dict[str, Any]:
        """Makes or replaces a job type. The answer shows its secret when it is new, and never again."""
        return self._send("PUT", f"/v1/job-types/{job_type}", json=definition)

    def submit(self, job_type: str, payload: dict[str, Any], **options: Any) -> str:
        """Returns the job's id. The key makes it one job, however often the request has to be sent."""
        headers = {"idempotency-key": str(uuid.uuid4())}
        job = {"type": job_type, "payload": payload, **options}
        return self._send("POST", "/v1/jobs", json=job, headers=headers)["id"]

    def wait(self, job_id: str) -> dict[str, Any]:
        """The job at its end."""
        while True:
            job = self._send("GET", f"/v1/jobs/{job_id}", params={"wait": "30s"})
            if job["state"] in ("succeeded", "cancelled", "expired", "dead_lettered"):
                return job

    def _send(self, method: str, path: str, retries: int = 4, **request: Any) -> dict[str, Any]:
        """Sends again after a lost connection, and when the platform is busy: no request here does harm twice."""
        for delay in [*(2.0**n for n in range(retries)), None]:
            try:
                answer = self._http.request(method, path, **request)
            except httpx.TransportError:
                if delay is None:
                    raise
            else:
                if answer.is_success:
                    return answer.json()
                if delay is None or answer.status_code not in (429, 502, 503, 504):
                    problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
                    code, detail = problem.get("code", ""), problem.get("detail", answer.text)
                    raise JobstreamError(answer.status_code, code, detail)
                delay = float(answer.headers.get("retry-after", delay))
            time.sleep(delay)
        raise AssertionError("the last try returns or raises")
