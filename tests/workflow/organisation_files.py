"""Organisation files as a company writes them, and their people by name."""

from pathlib import Path

COMPANY = "示例县供电公司"
UNITS = """
[[unit]]
name = "示例县供电公司"
kind = "company"

[[unit]]
name = "营销部"
kind = "department"
parent = "示例县供电公司"

[[unit]]
name = "供电服务指挥中心"
kind = "centre"
parent = "营销部"

[[unit]]
name = "东岭供电所"
kind = "station"
parent = "示例县供电公司"

[[unit]]
name = "西河供电所"
kind = "station"
parent = "示例县供电公司"
"""


def person(code: str, name: str, *posts: str, contacts: str = "") -> str:
    """A person's table; a post is ``东岭供电所 station_head 2026-01-01``, with its last day where there is one."""
    listed = []
    for each in posts:
        unit, post, since, *until = each.split()
        ends = "".join(f", until = {day}" for day in until)
        listed.append(f'{{ unit = "{unit}", post = "{post}", from = {since}{ends} }}')
    return f"""
[[person]]
code = "{code}"
name = "{name}"
posts = [{", ".join(listed)}]
contacts = {{ {contacts} }}
"""


def written(folder: Path, *people: str, units: str = UNITS) -> Path:
    """The file of ``units`` and ``people``."""
    path = folder / "organisation.toml"
    path.write_text(units + "".join(people), encoding="utf-8")
    return path
