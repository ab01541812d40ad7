"""Where the shipped data lies: beside the packages, in a checkout and in a wheel alike."""

from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
