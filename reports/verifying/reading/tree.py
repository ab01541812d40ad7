"""A JSON document read back, a row for each value with its path; what is named twice is there twice."""

import json
from collections.abc import Iterator

from reports.verifying.blocks import Block, Cells, Meter


class _Pairs(list[tuple[str, object]]):
    """An object as it was written: a dictionary would keep the last of two values of one name."""

    __slots__ = ()


def read_tree(content: bytes, meter: Meter) -> Iterator[Block]:
    """The values of a document; raises what blocks.BROKEN lists."""
    yield Block(
        "JSON", tuple(_leaves("", json.loads(content.decode("utf-8"), object_pairs_hook=_Pairs), meter))
    )


def _leaves(path: str, value: object, meter: Meter) -> Iterator[Cells]:
    if isinstance(value, _Pairs) and value:
        for key, each in value:
            yield from _leaves(f"{path}.{key}" if path else key, each, meter)
    elif isinstance(value, list) and value:
        for place, each in enumerate(value, 1):
            yield from _leaves(f"{path}[{place}]", each, meter)
    else:
        told = "{}" if isinstance(value, _Pairs) else json.dumps(value, ensure_ascii=False)
        meter.spend(len(path) + len(told))
        yield path, told
