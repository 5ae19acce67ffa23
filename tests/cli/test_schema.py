"""``ctocalc schema result`` prints a schema that real results meet."""

import json

from click.testing import CliRunner
from jsonschema import Draft202012Validator

from ctocalc.cli.schema import command
from ctocalc.files.results import result_text
from tests.case_results import case_result


def test_the_printed_schema_judges_results() -> None:
    printed = CliRunner().invoke(command, ["result"], catch_exceptions=False)
    schema = json.loads(printed.stdout)
    Draft202012Validator.check_schema(schema)
    record = json.loads(result_text(case_result()))
    assert Draft202012Validator(schema).is_valid(record)
    record["vessels"][0]["lesions"][0]["length"] = 20
    assert not Draft202012Validator(schema).is_valid(record)


def test_a_schema_that_does_not_exist_is_a_usage_error() -> None:
    assert CliRunner().invoke(command, ["manifest"]).exit_code == 2
