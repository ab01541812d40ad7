"""The parts of a packed document (ISO/IEC 29500-2), unpacked under count: what its directory says is not believed."""

import io
import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from reports.verifying.blocks import Meter
from reports.verifying.reading.markup import Attributes, Walker, walk

# X: far more than any report; a small file may unpack to any size.
UNPACKED = 64 * 1024 * 1024
MEMBERS = 2_000  # X: a report has about fifty
PIECE = 1 << 20
PLAIN = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Relation:
    """What one part has to do with another: ``kind`` is the last word of the relation's type."""

    id: str
    kind: str
    target: str
    external: bool


class Packed:
    """A packed document; each part is unpacked when it is asked for. Raises what blocks.BROKEN lists."""

    def __init__(self, content: bytes, meter: Meter) -> None:
        self.meter = meter
        self._file = zipfile.ZipFile(io.BytesIO(content))
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._left = UNPACKED
        members = self._file.infolist()
        if len(members) > MEMBERS:
            raise ValueError(f"其中的部件超过 {MEMBERS} 个")
        for each in members:
            name = each.filename.lower()
            if name in self._members:
                raise ValueError(f"其中有两个 {each.filename[:80]}")
            if each.flag_bits & ENCRYPTED or each.compress_type not in PLAIN:
                raise ValueError(f"其中的 {each.filename[:80]} 加了密，或压缩方式不是本系统用的")
            self._members[name] = each

    def names(self) -> list[str]:
        """The parts, in lower case, as programs compare them."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """A part; LookupError when there is none."""
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part, piece by piece; no more than is allowed of the whole document, and no more than was declared."""
        member = self._members[name.lower()]
        declared, given = member.file_size, 0
        # zipfile stops where the directory says the part ends; other programs read on.
        member.file_size = UNPACKED + 1
        try:
            with self._file.open(member) as part:
                while piece := part.read(PIECE):
                    given += len(piece)
                    self._left -= len(piece)
                    if self._left < 0:
                        raise ValueError(f"解开以后超过 {UNPACKED >> 20} MB")
                    yield piece
        finally:
            member.file_size = declared
        if given != declared:
            raise ValueError(f"其中的 {member.filename[:80]} 与目录所说的大小不符")

    def relations(self, name: str) -> dict[str, Relation]:
        """What the part ``name`` refers to, by id; of the whole document where ``name`` is empty."""
        folder, file = posixpath.split(name)
        at = posixpath.join(folder, "_rels", f"{file}.rels")
        if at.lower() not in self._members:
            return {}
        found = _Relations(self.meter, folder)
        walk(self.pieces(at), found)
        return found.found

    def all_relations(self) -> Iterator[tuple[str, Relation]]:
        """Every relation in the document, with the part that refers."""
        for name in self.names():
            if match := re.fullmatch(r"(.*/)?_rels/([^/]*)\.rels", name):
                of = (match[1] or "") + match[2]
                yield from ((of, each) for each in self.relations(of).values())

    def strange(self, known: Collection[str]) -> set[str]:
        """What a part refers to that is not of the ``known`` kinds, or lies outside the document."""
        return {
            f"{each.kind}（{of or '文件'}）"[:80]
            for of, each in self.all_relations()
            if each.kind not in known or each.external
        }

    def targets(self, name: str, *kinds: str) -> list[str]:
        """The parts of these kinds that the part ``name`` refers to, each once."""
        return list(
            dict.fromkeys(each.target for each in self.relations(name).values() if each.kind in kinds)
        )

    def main(self) -> str:
        """The part that everything else hangs on."""
        for each in self.relations("").values():
            if each.kind == "officeDocument":
                return each.target
        raise ValueError("不是 Word 或 Excel 文件")


class _Relations(Walker):
    def __init__(self, meter: Meter, folder: str) -> None:
        super().__init__(meter)
        self.folder = folder
        self.found: dict[str, Relation] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name.rpartition(":")[2] != "Relationship":
            return
        given = attributes.get("Target", "")
        target = posixpath.normpath(posixpath.join("/", self.folder, unquote(given))).lstrip("/").lower()
        kind = attributes.get("Type", "").rpartition("/")[2]
        external = attributes.get("TargetMode") == "External"
        self.found[attributes.get("Id", "")] = Relation(attributes.get("Id", ""), kind, target, external)
