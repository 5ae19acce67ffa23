"""TOML files of users: read, or refused with a sentence."""

import tomllib
from pathlib import Path
from typing import Any

from ctocalc.errors import Code, SettingsRefused

# Long dotted keys take the parser time that grows with their square.
LARGEST_BYTES = 200_000
LONGEST_LINE = 2_000


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """Return the content of a TOML file; ``what`` names it in the refusal, never its path."""
    try:
        return tomllib.loads(_text(path, what))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise refused(f"{what} cannot be read ({why}); check the path that was given.") from None
    except UnicodeDecodeError:
        raise refused(f"{what} is not UTF-8 text; expected a TOML file.") from None
    except tomllib.TOMLDecodeError as error:
        raise refused(f"{what} is not valid TOML: {error}.") from None
    except RecursionError:
        raise refused(f"{what} is nested too deeply; expected a flat TOML file.") from None


def _text(path: Path, what: str) -> str:
    """Return the file's text; a pipe or a device would never end."""
    if path.exists() and not (path.is_file() and path.stat().st_size <= LARGEST_BYTES):
        raise refused(f"{what} is no file, or one of more than {LARGEST_BYTES // 1000} kB.")
    text = path.read_text(encoding="utf-8-sig")
    if any(len(line) > LONGEST_LINE for line in text.splitlines()):
        raise refused(f"{what} has a line of more than {LONGEST_LINE} characters; break it up.")
    return text


def refused(sentence: str) -> SettingsRefused:
    """Return the refusal of settings or clinical facts."""
    return SettingsRefused(Code.SETTINGS_INVALID, sentence)
