"""Settings files: TOML against AnalysisSettings; what is not in the file keeps its default."""

import dataclasses
import difflib
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from ctocalc.files.toml import read_toml, refused
from ctocalc.study.settings import AnalysisSettings

# The unit stands at the end of every name, and says which numbers make sense.
_ABOVE_ZERO = ("_mm", "_mm2", "_mm3", "_mm6", "_mg", "_mgcc")
_HIGHEST = {"fraction": 1.0, "deg": 360.0, "percent": 100.0}


def read_settings(path: Path) -> AnalysisSettings:
    """Read a settings file.

    Raises
    ------
    SettingsRefused
        When it cannot be read, is no TOML, or holds a key or value that is not valid; the
        sentence names the key.
    """
    return settings_from(read_toml(path, "The settings file"))


def settings_from(content: Mapping[str, Any]) -> AnalysisSettings:
    """Return the settings that a TOML file's content stands for.

    Raises
    ------
    SettingsRefused
        When a key is unknown, a value has another type or lies outside its range.
    """
    for path, value in _leaves(content, AnalysisSettings, ()):
        _check_range(path, value)
    try:
        # As JSON, because there pydantic's strict mode takes an object for a dataclass.
        settings = TypeAdapter(AnalysisSettings).validate_json(json.dumps(content), strict=True)
    except TypeError:
        raise refused("A setting is a date or time; expected numbers, words, lists.") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise refused(f"The setting {key} is not valid: {first['msg']}.") from None
    return settings


def _leaves(
    content: Mapping[str, Any], kind: type, above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Walk through the keys of a file; refuse the ones that the dataclass does not have."""
    hints = get_type_hints(kind)
    for key, value in content.items():
        path = (*above, key)
        if key not in hints:
            raise refused(_unknown(path, tuple(hints)))
        if dataclasses.is_dataclass(hints[key]) and isinstance(value, Mapping):
            yield from _leaves(value, hints[key], path)
        else:
            yield path, value


def _unknown(path: tuple[str, ...], known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(path[-1], known, n=1)
    hint = f"; did you mean {near[0]}?" if near else "."
    return (
        f"The setting {'.'.join(path)} is not known{hint} There are {', '.join(known)}; "
        "`ctocalc settings` prints them all."
    )


def _check_range(path: tuple[str, ...], value: Any) -> None:
    numbers = value if isinstance(value, list) else [value]
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, int | float):
            continue
        expected = _expected(path[-1], number)
        if expected:
            raise refused(f"The setting {'.'.join(path)} is {number}; expected {expected}.")


def _expected(name: str, number: float) -> str | None:
    """Return what is expected instead of ``number``, None when it is fine."""
    if not math.isfinite(number):
        return "a finite number"
    if name.endswith(_ABOVE_ZERO):
        return None if number > 0 else "a number above 0"
    highest = next((high for unit, high in _HIGHEST.items() if name.endswith(unit)), None)
    if highest is not None:
        return None if 0 <= number <= highest else f"a number from 0 to {highest:g}"
    if name.endswith("_hu"):
        return None
    return None if number >= 0 else "a number of 0 or more"
