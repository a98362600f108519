"""The job types: what submitters send and what they get back. `register.py` makes JSON Schemas of the models."""

from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]
Name = Annotated[str, Field(pattern=r"^[^\r\n]+$", max_length=100)]
# A name and no path: a submitter reaches no other folder.
Picture = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+\.(jpg|png)$", max_length=100)]


class SignUp(Strict):
    email: Email
    name: Name


class SentMail(Strict):
    message_id: str


class ThumbnailOrder(Strict):
    picture: Picture
    max_pixels: int = Field(default=200, ge=16, le=1000)


class Thumbnail(Strict):
    file: str
    width: int
    height: int


class Sale(Strict):
    product: Name
    euros: float = Field(ge=0, le=1e9)


class SalesReport(Strict):
    title: Name
    sales: list[Sale] = Field(max_length=1000)


class Report(Strict):
    file: str
    pages: int


Payload = TypeVar("Payload", bound=Strict)


class Job(BaseModel, Generic[Payload]):
    """The body of a request by Jobstream, as far as it is needed here."""

    id: str
    attempt: int
    payload: Payload


@dataclass(frozen=True)
class JobType:
    path: str
    payload: type[Strict]
    result: type[Strict]


JOB_TYPES = {
    "signup.mail": JobType("/jobs/signup-mail", SignUp, SentMail),
    "picture.thumbnail": JobType("/jobs/thumbnail", ThumbnailOrder, Thumbnail),
    "sales.report": JobType("/jobs/report", SalesReport, Report),
}
