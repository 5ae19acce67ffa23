"""``ctocalc schema``: what a result file may hold, for those who read it with a program."""

import click


@click.command()
@click.argument("what", type=click.Choice(["result"]))
def command(what: str) -> None:
    """Print the JSON Schema of WHAT; so far of a case's ``result.json``."""
    import json

    from ctocalc.files.schema import result_schema

    schemas = {"result": result_schema}
    click.echo(json.dumps(schemas[what](), indent=2, ensure_ascii=False))
