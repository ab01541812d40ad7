"""What every entry of a policy file carries: where it is written, how well, and the days it is in force."""

from collections.abc import Mapping
from datetime import date

from limits.files.toml_reader import Reader
from limits.force import Citation, Force
from limits.terms import Mark


class Documents:
    """The documents named at the head of one file; every citation is of one of them."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles

    @classmethod
    def read(cls, reader: Reader) -> "Documents":
        """The ``[document.…]`` tables."""
        documents = reader.table("document")
        if documents is None:
            reader.refuse("没有 [document.…]", "至少一份文件及其标题", '[document.34]\ntitle = "…"')
        titles: dict[str, str] = {}
        for key in documents.left():
            table = documents.table(key)
            if table is None:  # pragma: no cover - left() only lists what is there
                continue
            title = table.take("title", str, '"供电服务十项承诺"')
            number = table.maybe("number", str, '"内电〔2021〕34号"') or ""
            table.maybe("issued", date, "2021-05-27")
            table.maybe("note", str, '"…"')
            table.close()
            titles[key] = f"{title}（{number}）" if number else title
        return cls(titles)

    def citation(self, reader: Reader) -> Citation:
        """The ``cite`` of one entry; an entry without one is refused."""
        cite = reader.table("cite")
        if cite is None:
            reader.refuse(
                "没有出处 cite",
                "每个数字都写明出处和标记",
                'cite = { document = "34", clause = "高压办电时限", mark = "P" }',
                at="cite",
            )
        document = cite.take("document", str, '"34"')
        if document not in self._titles:
            known = "、".join(self._titles)
            cite.refuse(
                f'document = "{document}"',
                f"文件开头 [document.…] 中的一个：{known}",
                f'document = "{next(iter(self._titles))}"',
            )
        citation = Citation(
            document=self._titles[document],
            clause=cite.take("clause", str, '"第十一条"'),
            mark=cite.enum("mark", Mark),
            note=cite.maybe("note", str, '"…"') or "",
        )
        cite.close()
        return citation


def read_force(reader: Reader) -> Force:
    """``from`` and, where the entry has lapsed, ``until``."""
    since = reader.take("from", date, "2021-05-27")
    until = reader.maybe("until", date, "2025-06-02")
    if until is not None and until < since:
        reader.refuse(
            f"until = {until} 早于 from = {since}",
            "失效日期不早于生效日期",
            "until = 2025-06-02",
            at="until",
        )
    return Force(since, until)


def require_at_least(reader: Reader, key: str, value: int, least: int = 1) -> int:
    """``value`` of ``key``, refused below ``least``."""
    if value < least:
        reader.refuse(f"{key} = {value}", f"不小于 {least} 的整数", f"{key} = {least}", at=key)
    return value


def refuse_overlap(file: str, place: str, found: str, when: str = "同一天对同一客户") -> None:
    """Two entries say one thing for one day: the first found would win in silence."""
    Reader({}, file=file, place=place).refuse(
        f"{found} 的两条在{when}同时有效", "日期不重叠", "until = 2025-06-02\n……\nfrom = 2025-06-03"
    )
