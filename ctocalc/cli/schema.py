"""``ctocalc schema``: what a result file may hold, for those who read it with a program."""

import click


@click.command()
@click.argument("what", type=click.Choice(["result", "review"]))
def command(what: str) -> None:
    """Print the JSON Schema of WHAT: a case's ``result.json``, or a reader's review of it."""
    import json

    from ctocalc.files.review_schema import review_schema
    from ctocalc.files.schema import result_schema

    schemas = {"result": result_schema, "review": review_schema}
    click.echo(json.dumps(schemas[what](), indent=2, ensure_ascii=False))
