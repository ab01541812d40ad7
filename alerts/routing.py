"""Whom an alarm goes to, on which channels and when (domain §6): policy and organisation brought together."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from alerts.kinds import AlertKind
from limits.escalation import Escalation, Telling
from limits.force import Layer
from limits.terms import Level, Post
from limits.zone import local
from workflow.people.organisation import Organisation, Place, Recipient
from workflow.rules import Rules

# Alarms about the work itself go to who watches day and night, and climb no further.
WATCHERS: dict[AlertKind, tuple[Post, ...]] = {
    AlertKind.NOBODY: (Post.COMMAND_CENTRE,),
    AlertKind.UNANSWERED: (Post.COMMAND_CENTRE, Post.LEADER),
    AlertKind.JOB: (Post.COMMAND_CENTRE,),
    AlertKind.CALENDAR: (Post.COMMAND_CENTRE,),
    AlertKind.LEDGER: (Post.COMMAND_CENTRE, Post.INTEGRITY),
}


OF_APPLICATIONS = (AlertKind.LEVEL, AlertKind.PLAN, AlertKind.REPEATED)
HANDLERS = (Post.ACCOUNT_MANAGER, Post.TEAM_LEADER)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alarm that has been reached and of which nobody was told yet, with what decides whom it goes to."""

    id: int
    kind: AlertKind
    level: Level
    reached_at: datetime
    layer: Layer | None
    name: str | None
    place: Place
    duty_post: Post | None = None

    @property
    def routed_by(self) -> tuple[Hashable, ...]:
        """All that decides whom it goes to."""
        return self.kind, self.level, self.layer, self.place, self.duty_post


@dataclass
class Routing:
    """The ladder in force and the organisation at one instant."""

    rules: Rules
    organisation: Organisation
    now: datetime

    @cached_property
    def escalation(self) -> Escalation:
        """The ladder in force today."""
        return self.rules.policies.escalation(local(self.now).date())

    def telling(self, level: Level) -> Telling:
        """Whom the ladder in force names for ``level``."""
        return self.escalation.telling(level)

    def spoken_of(self, waiting: Waiting) -> bool:
        """Whether the ladder speaks of this level of this layer at all."""
        return waiting.layer is None or self.escalation.speaks(waiting.layer, waiting.level)

    def recipients(self, waiting: Waiting) -> tuple[Recipient, ...]:
        """The people, or those who stand in for them, nobody twice; empty when there is nobody.

        Who does a periodic duty takes the place of who handles an application.
        """
        told = self.organisation.recipients(self.posts(waiting), waiting.place)
        if waiting.duty_post is None:
            return told
        doers = self.organisation.doers(waiting.duty_post, waiting.place)
        return tuple({each.person_id: each for each in (*doers, *told)}.values())

    def posts(self, waiting: Waiting) -> tuple[Post, ...]:
        """The posts that hear of ``waiting``; what is about no application goes to no handler of one."""
        if waiting.kind in WATCHERS:
            return WATCHERS[waiting.kind]
        posts = self.telling(waiting.level).posts
        if waiting.place.manager or waiting.kind in OF_APPLICATIONS:
            return posts
        others = tuple(post for post in posts if post not in HANDLERS)
        return others if others or waiting.duty_post else (Post.STATION_HEAD,)

    def climbed(self, waiting: Waiting) -> tuple[Recipient, ...]:
        """Who is told as well when nobody acknowledged."""
        return self.organisation.recipients(self.telling(waiting.level).climbs_to, waiting.place)

    def due_at(self, level: Level) -> datetime:
        """When a message of ``level`` may go out: red at once, the others in working hours."""
        if self.telling(level).at_once:
            return self.now
        return self.escalation.hours.next_open(self.now, self.rules.calendar)

    def climb_at(self, level: Level, told_at: datetime) -> datetime | None:
        """Until when an alarm may stay unacknowledged; None when it does not climb."""
        telling = self.telling(level)
        if telling.climb_after is None:
            return None
        if telling.at_once:
            return told_at + timedelta(minutes=telling.climb_after)
        return self.escalation.hours.after(told_at, telling.climb_after, self.rules.calendar)
