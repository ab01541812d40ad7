"""Reading and validating a ledger of 100,000 rows, against calamine's own row iterator (design §9: ≤ 2×).

    python benchmarks/ledger.py [ROWS]

Both open the same file and go through every row; ours also turns each into a ``LedgerRow`` or a ``Refusal``.
They take turns, the best of five counts, and each is measured once more in a process of its own for its peak
of memory: calamine holds the sheet either way, the difference is ours.
"""

import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

# This folder holds a ``calendar.py``, which must not hide the standard library's from others.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from python_calamine import CalamineWorkbook  # noqa: E402  after the line above, on purpose

from limits.zone import SHANGHAI  # noqa: E402
from workflow.ledger.columns import LEDGER_SHEET  # noqa: E402
from workflow.ledger.reading import LedgerRow, read_ledger  # noqa: E402
from yekuo.sample import write_sample  # noqa: E402

AS_OF = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)  # Friday
ROUNDS = 5


def calamine(path: Path) -> int:
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name(LEDGER_SHEET)
    return sum(1 for _ in sheet.iter_rows()) - 1


def yekuo(path: Path) -> int:
    return sum(isinstance(row, LedgerRow) for row in read_ledger(path, now=AS_OF).rows)


WAYS: dict[str, Callable[[Path], int]] = {"calamine": calamine, "yekuo": yekuo}


def seconds(way: Callable[[Path], int], path: Path) -> float:
    gc.collect()
    start = time.perf_counter()
    way(path)
    return time.perf_counter() - start


def peak(way: str, path: Path) -> float:
    """MiB above the imports at the highest, in a process that does nothing else."""
    command = [sys.executable, __file__, "--peak", way, str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def say_peak(way: str, path: str) -> None:
    before = resident("VmRSS")
    WAYS[way](Path(path))
    print((resident("VmHWM") - before) / 1024)


def resident(which: str) -> int:
    """KiB, from Linux itself: getrusage would report the peak of the parent when that was higher."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(which))


def compare(path: Path, *, rows: int, spelled: float) -> None:
    write_sample(path, rows, 2026, as_of=AS_OF, spelled=spelled)
    assert calamine(path) == yekuo(path) == rows
    best = dict.fromkeys(WAYS, float("inf"))
    for _ in range(ROUNDS):
        for name, way in WAYS.items():
            best[name] = min(best[name], seconds(way, path))
    print(f"{rows} rows, {spelled:.0%} of them typed by hand, {path.stat().st_size / 2**20:.1f} MiB")
    for name in WAYS:
        micro = best[name] / rows * 1e6
        print(f"  {name:<9} {best[name]:6.2f} s  {micro:5.1f} µs a row  peak +{peak(name, path):.0f} MiB")
    print(f"  ratio     {best['yekuo'] / best['calamine']:6.2f}×  (promised: at most 2×)")


def main() -> None:
    if sys.argv[1:2] == ["--peak"]:
        say_peak(*sys.argv[2:])
        return
    rows = int(sys.argv[1]) if sys.argv[1:] else 100_000
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder) / "real-dates.xlsx", rows=rows, spelled=0.0)
        compare(Path(folder) / "spelled.xlsx", rows=rows, spelled=0.2)


if __name__ == "__main__":
    main()
