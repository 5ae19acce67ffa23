"""A case with its review: measured without it first, then as the reader leaves it."""

import hashlib
from typing import Protocol

from ctocalc.files.results import result_text
from ctocalc.study.result import CaseResult, InputDigest
from ctocalc.study.review import Review
from ctocalc.study.reviewing import reviewed
from ctocalc.study.settings import Request


class Measure(Protocol):
    """What measures the case for a request."""

    def __call__(self, request: Request, *more: InputDigest) -> CaseResult:
        """Return the result; ``more`` are inputs beside the scan and its lines."""


def with_review(read: tuple[Review, bytes], request: Request, measure: Measure) -> CaseResult:
    """Return the case as its reader leaves it.

    Raises
    ------
    SettingsRefused
        REVIEW_INVALID, when the review is not of this case or result.
    """
    review, data = read
    automatic = measure(request)
    digest = InputDigest(role="review", sha256=hashlib.sha256(data).hexdigest())
    return reviewed(
        automatic,
        review,
        digest=hashlib.sha256(result_text(automatic).encode()).hexdigest(),
        request=request,
        again=lambda changed: measure(changed, digest),
    )
