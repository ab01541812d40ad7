"""What can be done about an alarm or an order: each act a form, at an address and with a right of its own."""

from dataclasses import dataclass

from alerts.kinds import Act
from web.access.rights import Right


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act: ``path`` ends its address, ``label`` is what is asked for, ``needed`` whether it must be said."""

    act: Act
    right: Right
    path: str
    label: str
    about: str
    needed: bool = True
