"""A Word document read back as it is seen: text with what hides or adds to it, heads and feet, notes, pictures.

Element names are those of ISO/IEC 29500-1, clause 17.  Whatever our own documents never hold and no program adds when
it saves one again is told by its name; so nothing has to be known of it.
"""

from collections.abc import Iterator
from hashlib import sha256

from reports.verifying.blocks import TEXT, Block, Cells, Meter
from reports.verifying.reading.markup import Attributes, Walker, walk
from reports.verifying.reading.packed import Packed
from reports.verifying.reading.word_looks import ODD, Styles, look

LONGEST_CODE = 200  # letters; what comes after tells nothing more
# Where text flows, what may stand in it. Of the rest the properties (…Pr) only shape what is there.
FLOWING = {
    "w:document": {"w:body"},
    "w:body": {"w:p", "w:tbl", "w:sectPr"},
    "w:hdr": {"w:p", "w:tbl"},
    "w:ftr": {"w:p", "w:tbl"},
    "w:footnotes": {"w:footnote"},
    "w:endnotes": {"w:endnote"},
    "w:footnote": {"w:p"},
    "w:endnote": {"w:p"},
    "w:tbl": {"w:tblPr", "w:tblGrid", "w:tr"},
    "w:tr": {"w:tblPrEx", "w:trPr", "w:tc"},
    "w:tc": {"w:tcPr", "w:p"},
    "w:p": {"w:pPr", "w:r"},
    "w:r": {
        "w:rPr", "w:t", "w:br", "w:cr", "w:tab", "w:drawing", "w:fldChar", "w:instrText", "w:lastRenderedPageBreak",
        "w:separator", "w:continuationSeparator",
    },
    "w:drawing": {"wp:inline"},
    "a:graphicData": {"pic:pic"},
}  # fmt: skip
# What programs leave anywhere; nothing of it is seen.
UNSEEN = {"w:bookmarkStart", "w:bookmarkEnd", "w:proofErr"}
RELATED = {
    "officeDocument", "core-properties", "extended-properties", "custom-properties", "styles", "settings",
    "webSettings", "fontTable", "theme", "numbering", "footer", "header", "image", "footnotes", "endnotes", "customXml",
    "customXmlProps", "thumbnail",
}  # fmt: skip
ASIDE = {"header": "页眉页脚", "footer": "页眉页脚", "footnotes": "脚注尾注", "endnotes": "脚注尾注"}


def read_word(content: bytes, meter: Meter) -> Iterator[Block]:
    """The blocks of a document: tables under the line above them; raises what blocks.BROKEN lists."""
    packed = Packed(content, meter)
    main = packed.main()
    if not main.startswith("word/"):
        raise ValueError("不是 Word 文件")
    related = packed.relations(main)
    styles = Styles(meter)
    for part in packed.targets(main, "styles"):
        walk(packed.pieces(part), styles)
    body = _Text(meter, styles)
    walk(packed.pieces(main), body)
    yield from body.blocks()
    odd = set(body.odd)
    for name in ("页眉页脚", "脚注尾注"):
        lines = set[str]()
        for part in sorted(packed.targets(main, *(kind for kind, aside in ASIDE.items() if aside == name))):
            beside = _Text(meter, styles)
            walk(packed.pieces(part), beside)
            odd |= beside.odd
            lines |= {"｜".join(row) for block in beside.blocks() for row in block.rows}
        yield Block(name, tuple((line,) for line in sorted(lines)))
    odd |= packed.strange(RELATED)
    yield Block("原件没有的内容", tuple((each,) for each in sorted(odd)))
    targets = [related[each].target if each in related else "" for each in body.pictures]
    prints = {each: sha256(packed.read(each)).hexdigest()[:12] for each in dict.fromkeys(targets) if each}
    yield Block("图的数量", ((str(len(targets)),),))
    yield Block("图", tuple((prints.get(each, "没有"),) for each in targets), drawn=True)


class _Text(Walker):
    """One part: its lines and tables, its pictures, and what is odd in it."""

    def __init__(self, meter: Meter, styles: Styles) -> None:
        super().__init__(meter)
        self.styles = styles
        self.odd: set[str] = set()
        self.pictures: list[str] = []
        self._found: list[Block] = []
        self._line, self._lines = TEXT, list[Cells]()
        self._tables = 0
        self._rows: list[list[list[str]]] = []
        self._said: list[str] = []
        self._of_paragraph: set[str] = set()
        self._of_table: set[str] = set()
        self._of_run: set[str] = set()
        self._field: list[str] = []  # of each field begun: its code until its result begins, then ""
        self._codes: list[str] = []

    def blocks(self) -> Iterator[Block]:
        """What was read, in its order."""
        yield from self._found
        if self._lines or not self._found:
            yield Block(TEXT, tuple(self._lines))

    def start(self, name: str, attributes: Attributes) -> None:
        above = self.path[-2] if len(self.path) > 1 else ""
        allowed = FLOWING.get(above)
        if allowed is not None and name not in allowed and name not in UNSEEN:
            self.odd.add(name[:80])
        if name == "w:p":
            self._of_paragraph = set(self.styles.looks(""))
        elif name == "w:r":
            self._of_run = set()
        elif name == "w:tbl":
            self._begin_table()
        elif name == "w:tr" and self._tables == 1:
            self._rows.append([])
        elif name == "w:tc" and self._tables == 1 and self._rows:
            self._rows[-1].append([])
        elif name == "w:fldChar":
            self._turn(attributes.get("w:fldCharType", ""))
        elif name == "a:blip":
            self.pictures.append(attributes.get("r:embed", ""))
        elif name == "w:tab" and above == "w:r":
            self._say(" ")
        else:
            self._shape(name, above, attributes)

    def _shape(self, name: str, above: str, attributes: Attributes) -> None:
        value = attributes.get("w:val", "")
        if name == "w:pStyle":
            self._of_paragraph = self.styles.looks(value)
        elif name == "w:tblStyle":
            self._of_table = self.styles.looks(value)
        elif name == "w:rStyle":
            self._of_run |= self.styles.looks(value) - self.styles.looks("")
        elif name == "w:numId" and value != "0":
            self._of_paragraph.add("编号")
        elif name in ODD and ODD[name][1](attributes):
            self.odd.add(ODD[name][0])
        elif above == "w:rPr" and self.path[-3:-2] == ["w:r"] and (found := look(name, attributes)):
            self._of_run.add(found)

    def text(self, text: str) -> None:
        above = self.path[-1] if self.path else ""
        if above == "w:instrText":
            if self._field and len(self._field[-1]) < LONGEST_CODE:
                self._field[-1] += text[:LONGEST_CODE]
        elif above == "w:t" or (text.strip() and above.rpartition(":")[2] in {"t", "delText"}):
            self._say(text)

    def _say(self, text: str) -> None:
        if self._codes:
            return  # the result of a field, which the program works out again
        looks = self._of_paragraph | self._of_run | (self._of_table if self._tables else set())
        shown = f"〔{'、'.join(sorted(looks))}：{text}〕" if looks and text.strip() else text
        cells = self._rows[-1] if self._tables and self._rows else []
        (cells[-1] if cells else self._said).append(shown)

    def _turn(self, kind: str) -> None:
        """A field: told by its code, for what stands there is worked out again."""
        if kind == "begin":
            self._field.append("")
        elif self._field and kind in {"separate", "end"}:
            code = " ".join(self._field[-1].split())
            self._field[-1] = ""
            if code:
                self._say(f"〔域 {code[:80]}〕")
            if kind == "separate":
                self._codes.append(code)
            else:
                self._field.pop()
                if self._codes:
                    self._codes.pop()

    def _begin_table(self) -> None:
        self._tables += 1
        if self._tables > 1:
            self.odd.add("表中的表")
            return
        self._rows, self._of_table = [], set()
        if self._lines:
            self._found.append(Block(TEXT, tuple(self._lines)))
        self._lines = []

    def end(self, name: str) -> None:
        if name == "w:p" and not self._tables:
            if line := "".join(self._said).strip():
                self._line = line
                self._lines.append((line,))
            self._said = []
        elif name == "w:tbl":
            self._tables -= 1
            if not self._tables:
                rows = tuple(tuple("".join(cell).strip() for cell in row) for row in self._rows)
                self._found.append(Block(self._line, rows, heads=True))
