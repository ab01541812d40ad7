"""Acting: one action of one application, checked, foreseen and recorded alike for the page and for the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from limits.zone import local
from web import errors
from web.access.admission import demand
from web.access.approving import check_approver
from web.access.rights import Account
from web.access.visible import Shown, shown
from web.desk import Desk
from web.work.amending import check_amendment
from web.work.forms import instant_of, payload_of
from web.work.recording import ELSEWHERE, right_of, slug_of
from web.work.staff import managers_of
from workflow import store
from workflow.actions import USE_CASES, Action, Preview, actions, preview
from workflow.assignment import Ownership
from workflow.book import Recorded, held_events
from workflow.events import Event, EventType
from workflow.history import Registration, registration_of

HOW = {"assign": Ownership.ASSIGNED, "choose": Ownership.CHOSEN, "hand_over": Ownership.HANDED_OVER}


@dataclass(frozen=True, slots=True)
class Asked:
    """What ``account`` is about to do at ``now``. ``typed`` of its methods are the fields as a form sends them."""

    desk: Desk
    account: Account
    row: Shown
    action: Action
    now: datetime

    @property
    def word(self) -> str:
        """The action's word in an address."""
        return slug_of(self.action)

    def events(self) -> list[Event]:
        """The records of the application."""
        with store.reading(self.desk.engine) as connection:
            return held_events(connection, self.row.number)[1]

    def registration(self) -> Registration:
        """What the application is."""
        return registration_of(self.events())

    def foresee(self, typed: Mapping[str, str]) -> tuple[datetime, Preview]:
        """When it happened, and what would follow; writes nothing. Raises what :meth:`record` raises."""
        at, told = self._read(typed)
        event_type = self.action.event_type
        how = {"how": HOW[self.action.name].value} if event_type is EventType.ASSIGNED else {}
        found = preview(
            self.desk.book, self.row.number, event_type,
            at=at, now=self.now, payload={**told, **how}, actor=self.account.name,
        )  # fmt: skip
        return at, found

    def record(self, typed: Mapping[str, str]) -> Recorded:
        """Do it; raises ActionIncomplete, RequestInvalid, or what the use case says against it."""
        at, told = self._read(typed)
        use_case, number, preset = USE_CASES[self.action.name], self.row.number, self.action.preset
        return use_case(
            self.desk.book, number, **told, **preset, at=at, now=self.now, actor=self.account.name
        )

    def _read(self, typed: Mapping[str, str]) -> tuple[datetime, dict[str, Any]]:
        at = instant_of(self.action, typed, self.now)
        told = payload_of(self.action, self.registration(), typed)
        if self.action.event_type is EventType.ASSIGNED:
            self._check_manager(str(told.get("to") or told.get("manager") or ""))
        if self.action.event_type is EventType.AMENDED:
            check_amendment(self.desk, self.events(), told["changes"], self.now)
        if self.action.event_type is EventType.SUSPENDED:
            check_approver(
                self.desk, self.row.number, self.row.station,
                approver=str(told["approver"]), handler=self.account.name, at=at,
            )  # fmt: skip
        return at, told

    def _check_manager(self, name: str) -> None:
        """An owner is an account manager in service at the station."""
        if name not in managers_of(self.desk, self.row.station, self.now):
            raise errors.RequestInvalid(problems=f"{name[:64]} 不是{self.row.station}的在职客户经理")


def asked(desk: Desk, account: Account, number: str, word: str) -> Asked:
    """What an address asks for; raises ApplicationUnknown, PageUnknown, RightMissing or ScopeMissing."""
    row, now = shown(desk.engine, account, number), local(desk.now())
    for each in actions(desk.book, row.number, now):
        if slug_of(each) == word and each.name not in ELSEWHERE:
            demand(account, right_of(each.event_type))
            return Asked(desk, account, row, each, now)
    raise errors.PageUnknown
