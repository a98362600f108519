"""What the environment says."""

import json
import os
from pathlib import Path

JOBSTREAM_URL = os.environ.get("JOBSTREAM_URL", "http://127.0.0.1:3000")
JOBSTREAM_API_KEY = os.environ.get("JOBSTREAM_API_KEY")
APP_URL = os.environ.get("APP_URL", "http://127.0.0.1:8000")
SMTP_HOST = os.environ.get("SMTP_HOST", "127.0.0.1")
SMTP_PORT = int(os.environ.get("SMTP_PORT", "1025"))
FILES = Path(os.environ.get("FILES_DIR", "files"))
SECRETS = Path(os.environ.get("SECRETS_FILE", "secrets.json"))


def read_secrets() -> dict[str, list[str]]:
    """The secrets of each job type: one, or two while it is rotated."""
    return json.loads(SECRETS.read_text()) if SECRETS.exists() else {}
