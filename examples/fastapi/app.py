"""Endpoints that Jobstream calls, one for each job type."""

import smtplib
import uuid
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fpdf import FPDF
from PIL import Image, ImageOps

import settings
from jobs import JOB_TYPES, Job, Report, SalesReport, SentMail, SignUp, Thumbnail, ThumbnailOrder
from signature import SignatureError, verify

MAX_BODY_BYTES = 1024 * 1024

app = FastAPI()
secrets = settings.read_secrets()


def signed(job_type: str) -> Callable[[Request], Any]:
    """Reads a job from a request that Jobstream has signed; others are answered 401, which is not sent again."""
    model = Job[JOB_TYPES[job_type].payload]

    async def read(request: Request) -> Any:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > MAX_BODY_BYTES:
                raise HTTPException(413, "The body is too large.")
        try:
            verify(request.headers, bytes(body), secrets.get(job_type, []))
        except SignatureError as error:
            raise HTTPException(401, str(error)) from error
        return model.model_validate_json(body)

    return read


# A job may come twice, after a lost answer: a file is then written again under the same name, and a mail has the same
# Message-ID, by which a mailbox can tell.


@app.post("/jobs/signup-mail")
def send_signup_mail(job: Annotated[Job[SignUp], Depends(signed("signup.mail"))]) -> SentMail:
    mail = EmailMessage()
    mail["From"], mail["To"] = "shop@example.com", job.payload.email
    mail["Subject"] = f"Welcome, {job.payload.name}"
    mail["Message-ID"] = f"<{job.id}@example.com>"
    mail.set_content("Your account is ready.")
    with smtplib.SMTP(settings.SMTP_HOST, settings.SMTP_PORT, timeout=20) as server:
        server.send_message(mail)
    return SentMail(message_id=mail["Message-ID"])


@app.post("/jobs/thumbnail")
def make_thumbnail(job: Annotated[Job[ThumbnailOrder], Depends(signed("picture.thumbnail"))]) -> Thumbnail:
    source = settings.FILES / job.payload.picture
    if not source.is_file():
        raise HTTPException(404, f"There is no picture {source.name}: no retry can help.")
    with Image.open(source, formats=["JPEG", "PNG"]) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((job.payload.max_pixels, job.payload.max_pixels))
    file = f"{job.id}.jpg"
    write_whole(settings.FILES / file, lambda path: upright.save(path, "JPEG"))
    return Thumbnail(file=file, width=upright.width, height=upright.height)


@app.post("/jobs/report")
def make_report(job: Annotated[Job[SalesReport], Depends(signed("sales.report"))]) -> Report:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=16)
    pdf.cell(text=latin(job.payload.title), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("helvetica", size=11)
    with pdf.table() as table:
        table.row(["Product", "EUR"])
        for sale in job.payload.sales:
            table.row([latin(sale.product), f"{sale.euros:,.2f}"])
        table.row(["Total", f"{sum(sale.euros for sale in job.payload.sales):,.2f}"])
    file = f"{job.id}.pdf"
    write_whole(settings.FILES / file, lambda path: pdf.output(str(path)))
    return Report(file=file, pages=pdf.pages_count)


def latin(text: str) -> str:
    """PDF's own fonts have the letters of Western Europe only; add a font of yours for others."""
    return text.encode("latin-1", "replace").decode("latin-1")


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Readers see the whole file or none, also when the same job comes twice at the same time."""
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    write(unfinished)
    unfinished.replace(path)
