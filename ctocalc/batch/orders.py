"""What travels between the client, the workers and the processes that do the cases: plain values.

Light to import: the process that watches loads nothing that it watches over.
"""

from dataclasses import dataclass

from ctocalc.batch.key import CaseInputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one case may take: seconds of the clock, and bytes of memory."""

    seconds: float
    memory_bytes: int

    @property
    def memory_words(self) -> str:
        """The sentence for a case that took too much memory."""
        gib = self.memory_bytes / 2**30
        return f"It needs more memory than the limit of {gib:.3g} GiB; see --memory-limit."


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One case to be done.

    ``work`` is the pickled pair of the job and its options, which only the child unpacks.
    ``version`` is the client's: a worker of another one would give other numbers.
    ``retry_failed``: a recorded failure of the same inputs is no answer.
    """

    case_id: str
    out: str
    inputs: CaseInputs
    work: bytes
    limits: Limits
    version: str
    verify: bool = False
    retry_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How the work on a case ended within the child.

    ``status`` is ok, refused, error or memory; "same" when the case was found done.
    """

    status: str
    code: str | None = None
    reason: str | None = None
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a case ended; ``busy`` as its status means that another run holds it.

    ``done_before``: nothing was run, the record was there.
    """

    case_id: str
    status: str
    code: str | None = None
    reason: str | None = None
    refused: tuple[str, ...] = ()
    attempts: int = 0
    seconds: float = 0.0
    done_before: bool = False

    @property
    def whole(self) -> bool:
        """Whether the case and all its vessels were measured."""
        return self.status == "ok" and not self.refused
