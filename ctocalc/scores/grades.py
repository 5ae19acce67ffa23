"""One word of a reader or a form, as the yes/no facts that the scores ask for."""

from collections.abc import Mapping
from types import MappingProxyType

from ctocalc.scores.facts import Answer

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN

# Question -> its facts, and for each word their answers in that order.
_FACTS = {
    "sex": ("female",),
    "tortuosity": ("tortuosity_seen", "tortuosity_grade_moderate", "tortuosity_grade_severe"),
    "calcification_grade": (
        "calcification_seen", "calcification_moderate", "calcification_severe",
    ),
}  # fmt: skip
_WORDS: dict[str, dict[str, tuple[Answer, ...]]] = {
    "sex": {"female": (YES,), "male": (NO,), "unknown": (UNKNOWN,)},
    "tortuosity": {
        "none": (NO, NO, NO),
        # Whether mild counts as "present" is for the reader of the one score that asks it.
        "mild": (UNKNOWN, NO, NO),
        "moderate": (YES, YES, NO),
        "severe": (YES, YES, YES),
        # No course is seen: no grade, but "severe or unseen" is met.
        "unseen": (UNKNOWN, UNKNOWN, YES),
        "unknown": (UNKNOWN, UNKNOWN, UNKNOWN),
    },
    "calcification_grade": {
        "none": (NO, NO, NO),
        "mild": (YES, NO, NO),
        "moderate": (YES, YES, NO),
        "severe": (YES, YES, YES),
        "unknown": (UNKNOWN, UNKNOWN, UNKNOWN),
    },
}
# Question -> word -> fact -> answer.
GRADES: Mapping[str, Mapping[str, Mapping[str, Answer]]] = MappingProxyType({
    question: {
        word: dict(zip(_FACTS[question], answers, strict=True)) for word, answers in words.items()
    }
    for question, words in _WORDS.items()
})  # fmt: skip
