"""TOML files of users: read, or refused with a sentence."""

import tomllib
from pathlib import Path
from typing import Any

from ctocalc.errors import Code, SettingsRefused


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """Return the content of a TOML file; ``what`` names it in the refusal, never its path."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise refused(f"{what} cannot be read ({why}); check the path that was given.") from None
    except UnicodeDecodeError:
        raise refused(f"{what} is not UTF-8 text; expected a TOML file.") from None
    except tomllib.TOMLDecodeError as error:
        raise refused(f"{what} is not valid TOML: {error}.") from None


def refused(sentence: str) -> SettingsRefused:
    """Return the refusal of settings or clinical facts."""
    return SettingsRefused(Code.SETTINGS_INVALID, sentence)
