"""An example of a schema, put together from the examples its parts give."""

from collections.abc import Mapping
from typing import Any


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """An instance of ``schema``; ``schemas`` are what it may refer to by name.

    >>> word = {"type": "string", "enum": ["red", "blue"]}
    >>> example_of({"type": "array", "items": {"$ref": "#/components/schemas/Level"}}, {"Level": word})
    ['red']
    """
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "examples" in schema:
        return schema["examples"][0]
    for name in ("const", "default"):
        if name in schema:
            return schema[name]
    if "enum" in schema:
        return schema["enum"][0]
    for name in ("anyOf", "oneOf", "allOf"):
        if name in schema:
            return example_of(schema[name][0], schemas)
    return _plain(schema, schemas)


def _plain(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "object":
        return {name: example_of(each, schemas) for name, each in schema.get("properties", {}).items()}
    if kind == "array":
        items = schema.get("prefixItems") or [schema["items"]]
        return [example_of(each, schemas) for each in items]
    if kind == "boolean":
        return False
    if kind == "integer":
        return max(1, int(schema.get("minimum", 1)))
    if kind == "null":
        return None
    return "" if kind == "string" else {}
