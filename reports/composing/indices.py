"""The indicators in force, as the policy files define them; what has no data says so."""

from collections.abc import Sequence

from limits.indicators import Scale
from reports.composing.wording import Subject, held
from reports.figures.indicators import Score
from reports.paper import Chart, Column, Section, Series, Table


def indices(subject: Subject, found: Sequence[Score]) -> Section:
    """The section; ``found`` from :func:`reports.figures.indicators.scores`."""
    return Section(
        "indices",
        "评价指标",
        (_said(subject, found),),
        (*_chart(found), *held(_table(found), _items(found), _basis(found))),
    )


def _said(subject: Subject, found: Sequence[Score]) -> str:
    if not found:
        return f"{subject.this}没有生效的指标定义。"
    if all(score.value is None for score in found):
        return f"按指标定义计算{len(found)}项，都没有数据，不计分。"
    silent = [score.label for score in found if score.value is None]
    said = f"按指标定义计算{len(found)}项，{len(found) - len(silent)}项有数据。"
    return said + (f"没有数据、不计分的有：{'、'.join(silent)}；没有数据不按满分计。" if silent else "")


def _chart(found: Sequence[Score]) -> tuple[Chart, ...]:
    points = [score for score in found if score.scale is Scale.POINTS]
    if not any(score.value is not None for score in points):
        return ()
    values = Series("得分", tuple(score.value for score in points))
    names = tuple(score.label for score in points)
    return (Chart("指数", "各项指数得分（百分制）", "bars", "points", names, (values,)),)


def _table(found: Sequence[Score]) -> Table:
    return Table(
        "评价指标",
        "评价指标",
        (
            Column("类别", width=6, grouped=True),
            Column("指标", width=14),
            Column("数值", width=11),
            Column("基数", width=8),
            Column("没有数据的原因", width=14),
        ),
        tuple((score.group, score.label, str(score), score.base, score.why) for score in found),
        "只有部分项目有数据的，按已知权重折算并注明。",
    )


def _items(found: Sequence[Score]) -> Table:
    return Table(
        "指标构成",
        "由多项构成的指标及各项得分",
        (
            Column("指标", width=9, grouped=True),
            Column("项目", width=12),
            Column("权重", "share", 6),
            Column("得分率", "share", 7),
            Column("基数", width=8),
            Column("没有数据的原因", width=14),
        ),
        tuple(
            (
                score.label,
                item.label,
                float(item.weight),
                None if item.value is None else float(item.value),
                item.base,
                item.why,
            )
            for score in found
            for item in score.items
        ),
    )


def _basis(found: Sequence[Score]) -> Table:
    return Table(
        "指标依据",
        "指标的定义依据",
        (Column("指标", width=9), Column("依据", width=30)),
        tuple((score.label, score.citation) for score in found),
        listing=True,
    )
