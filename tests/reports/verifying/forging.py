"""Packed documents with parts changed by hand, as somebody would who has no office program to stop them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

Change = Callable[[str], str]


def repacked(
    content: bytes, changes: Mapping[str, Change], added: Mapping[str, bytes] | None = None
) -> bytes:
    """``content`` with the text of some parts changed and other parts ``added``; a change that changes nothing fails."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        assert set(changes) <= set(old.namelist())
        for name in old.namelist():
            part = old.read(name)
            if name in changes:
                changed = changes[name](part.decode()).encode()
                assert changed != part, name
                part = changed
            new.writestr(name, part)
        for name, part in (added or {}).items():
            new.writestr(name, part)
    return packed.getvalue()


def related(kind: str, target: str, mode: str = "") -> Change:
    """A relation more to something of ``kind``."""
    of = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relation = f'<Relationship Id="forged" Type="{of}/{kind}" Target="{target}"{mode}/></Relationships>'
    return lambda text: text.replace("</Relationships>", relation)


def understated(content: bytes, name: str, size: int) -> bytes:
    """``content`` whose directory says that the part ``name`` has only its first ``size`` bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        first, begin = packed.read(name)[:size], packed.getinfo(name).header_offset
    held = bytearray(content)
    at = held.find(b"PK\x01\x02")
    while held[at + 46 : at + 46 + struct.unpack_from("<H", held, at + 28)[0]] != name.encode():
        at = held.find(b"PK\x01\x02", at + 4)
    for place in (at + 16, begin + 14):
        struct.pack_into("<I", held, place, zlib.crc32(first))
    for place in (at + 24, begin + 22):
        struct.pack_into("<I", held, place, size)
    return bytes(held)
