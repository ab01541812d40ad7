"""Reading ``[[machine]]`` and ``[[check]]``: the steps, what skips them, and the inspections (domain §3)."""

from limits.files.citing import Documents, read_force
from limits.files.toml_reader import Reader
from limits.policy import Check, CheckRule, MachineRule, SkipReason
from limits.terms import CustomerClass, Step

MOST_STEPS = {True: 4, False: 3}


def read_machine(reader: Reader, documents: Documents) -> MachineRule:
    """At most four steps for high voltage and three for low; two skips leave at least one."""
    high = reader.take("high", bool, "true")
    steps = reader.words("steps", Step) or ()
    most = MOST_STEPS[high]
    if not 1 <= len(steps) <= most:
        name = "高压" if high else "低压"
        reader.refuse(
            f"{name}有 {len(steps)} 个环节",
            f"{name}至多 {most} 个环节，至少 1 个（内电〔2021〕34号）",
            'steps = ["apply", "energize"]',
            at="steps",
        )
    skips = []
    for each in reader.tables("skip"):
        skips.append((each.enum("step", Step), each.enum("reason", SkipReason)))
        each.close()
    if not set(steps) - {step for step, _ in skips}:
        reader.refuse(
            "各种省略合起来一个环节也不剩",
            "至少剩下一个环节",
            'skip = [{ step = "works", reason = "…" }]',
            at="skip",
        )
    rule = MachineRule(high, steps, tuple(skips), read_force(reader), documents.citation(reader))
    reader.close()
    return rule


def read_check(reader: Reader, documents: Documents) -> CheckRule:
    """Which classes have one inspection."""
    check = reader.enum("check", Check)
    classes = reader.words("class", CustomerClass)
    if classes is None:
        reader.refuse("缺少 class", "有此项检查的客户类别", 'class = ["hv_important"]', at="class")
    rule = CheckRule(check, classes, read_force(reader), documents.citation(reader))
    reader.close()
    return rule
