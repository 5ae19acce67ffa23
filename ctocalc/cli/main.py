"""The command group: light to import, each command loads only when it is called."""

import errno
import importlib
import signal
import sys
from importlib.metadata import version

import click

from ctocalc.cli.exit_codes import Exit
from ctocalc.errors import InputRefused, OutputFailed, UsageError

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}

COMMANDS = {
    "analyze": "Measure and score one patient: the main job.",
    "batch": "Measure and score many patients, unattended.",
    "inspect": "Say what is in a folder, and whether it is usable.",
    "demo": "Run the main job on the synthetic cases that come with ctocalc.",
    "report": "Draw the page and figures of results anew.",
    "phantom": "Write a synthetic case: DICOM, centerlines and the truth.",
    "score": "Score a case from a form, without an image.",
    "scores": "List the score systems, their items, comparators and evidence.",
    "settings": "Print the settings with their defaults.",
    "schema": "Print the JSON Schema of a result.",
}


class LazyGroup(click.Group):
    """Imports a command's module when the command is needed, so that --help answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import ``ctocalc.cli.<name>`` and return its ``command``."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"ctocalc.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"ctocalc {version('ctocalc')}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version,
    help="Print the version and leave.",
)  # fmt: skip
def group() -> None:
    """Measure chronic total occlusions on coronary CT and score them.

    Research use only: not a medical device, validated on phantoms only.

    \b
    Exit codes: 0 done; 1 unexpected fault; 2 usage; 3 input refused;
    4 some vessels or cases failed; 5 output could not be written; 130 interrupted.
    """  # noqa: D301 - click wants the character itself, a raw docstring shows it to the reader


def _interrupt(*_: object) -> None:
    """End as Ctrl-C does, so that nothing is left behind; a scheduler may ask again and again."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> None:
    """Run a command and turn what it raises into one line per reason and an exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = group(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = Exit.USAGE
    except UsageError as error:
        click.UsageError(str(error)).show()
        code = Exit.USAGE
    except InputRefused as error:
        click.echo(f"{error.code}: {error}", err=True)
        code = Exit.REFUSED
    except OutputFailed as error:
        click.echo(f"OUTPUT_FAILED: {error}", err=True)
        code = Exit.OUTPUT_FAILED
    except (KeyboardInterrupt, click.Abort):
        # What was half made when it came, such as a future of Dask's, complains when it is dropped.
        sys.unraisablehook = lambda _: None
        click.echo("Interrupted.", err=True)
        code = Exit.INTERRUPTED
    except Exception as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            click.echo("OUTPUT_FAILED: The output could not be written: no room left.", err=True)
            code = Exit.OUTPUT_FAILED
        else:
            # The class only: a message or a traceback could hold a path or a name.
            click.echo(f"Unexpected fault ({type(error).__name__}); please report it.", err=True)
            code = Exit.FAULT
    sys.exit(int(code or 0))
