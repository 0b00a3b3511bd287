"""From what a request carries to values that may be stored, or a 422."""

import json
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from .answers import ApiError, Invalid
from .bodies import Body

# pydantic's error types in Laravel's words.
MESSAGES = {
    "missing": "The {attribute} field is required.",
    "string_type": "The {attribute} must be a string.",
    "string_too_long": (
        "The {attribute} may not be greater than {max_length} characters."
    ),
    "int_type": "The {attribute} must be an integer.",
    "float_type": "The {attribute} must be a number.",
    "finite_number": "The {attribute} must be a number.",
    "bool_type": "The {attribute} field must be true or false.",
    "greater_than_equal": "The {attribute} must be at least {ge}.",
    "less_than_equal": "The {attribute} may not be greater than {le}.",
    "literal_error": "The selected {attribute} is invalid.",
    "list_type": "The {attribute} must be an array.",
    "dict_type": "The {attribute} must be an array.",
    "model_type": "The {attribute} must be an array.",
    "model_attributes_type": "The {attribute} must be an array.",
    "too_short": "The {attribute} field is required.",
}


def attribute(field: str) -> str:
    """A field's name as Laravel writes it in a sentence."""
    return field.replace("_", " ")


def loads(body: bytes) -> Any:
    """The value of strict JSON.

    :raise ValueError: when it is not UTF-8, not JSON, or holds NaN or half a
        surrogate pair, which no database takes
    """
    parsed = json.loads(body.decode(), parse_constant=_refuse_constant)
    json.dumps(parsed, ensure_ascii=False).encode()
    return parsed


def parse_json(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; texts are trimmed, empty ones become null.

    :raise ApiError: 400 for anything else
    """
    try:
        parsed = loads(body)
    except (ValueError, RecursionError):
        raise ApiError("Malformed request body.") from None
    if not isinstance(parsed, dict):
        raise ApiError("Malformed request body.")
    return _tidy(parsed)


def parse_form(form: FormData) -> dict[str, Any]:
    """The text fields of a form."""
    return _tidy({name: value for name, value in form.items() if value is not None})


def _refuse_constant(name: str):
    raise ValueError(name)


def _tidy(value: Any) -> Any:
    """What Laravel's middleware does to input: trim texts, empty ones become null."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, dict):
        return {key: _tidy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    return value


def check(model: type[Body], given: dict[str, Any], *, reject_unknown: bool) -> Body:
    """The values of a body.

    :param reject_unknown: answer 422 for keys that the call does not have
    :raise Invalid: with every field that is wrong
    """
    errors: dict[str, list[str]] = {}
    if reject_unknown:
        for key in given.keys() - model.model_fields.keys():
            errors[key] = [f"The {attribute(key)} field is prohibited."]
    try:
        body = model(**{k: v for k, v in given.items() if k in model.model_fields})
    except ValidationError as error:
        errors.update(_messages(error))
    if errors:
        raise Invalid(errors)
    return body


def _messages(error: ValidationError) -> dict[str, list[str]]:
    messages: dict[str, list[str]] = {}
    for detail in error.errors(include_url=False):
        field = ".".join(str(part) for part in detail["loc"])
        messages.setdefault(field, []).append(_message(field, detail))
    return messages


def _message(field: str, detail: dict) -> str:
    kind = "missing" if detail["input"] is None else detail["type"]
    # The message of a rule of our own comes with its error.
    template = MESSAGES.get(kind, detail["msg"])
    values = {"attribute": attribute(field), **detail.get("ctx", {})}
    return template.format(**values)
