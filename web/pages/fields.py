"""What a page is sent: words of a form, and the id of a row in its address."""

from typing import Annotated

from fastapi import Form, Path

MOST_ID = 2**63 - 1
AText = Annotated[str, Form()]
AnId = Annotated[int, Path(ge=1, le=MOST_ID)]
