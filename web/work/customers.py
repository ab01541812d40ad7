"""What a customer may do without logging in: look, rate a step, choose an account manager (domain §9).

Number and code prove who it is; they are sent as a form or a body, so that no address holds the code, and so
many times a minute from one address.
"""

from fastapi import Request

from limits.force import Layer
from limits.terms import Status, Step
from limits.zone import local
from web import errors
from web.access.tries import Tries
from web.desk import Desk
from web.envelope import address_of
from web.work.profiles import Profile, profiles
from web.work.staff import refuse_other
from workflow import assignment, ratings
from workflow.progress import Progress, progress

TELEPHONES = (("95598", "供电服务热线"), ("12398", "能源监管投诉举报热线"))
# The layers whose limits are promised to customers; those of the regulator bind the company alone.
PROMISED = (Layer.LOCAL, Layer.COMPANY, Layer.NATIONAL)
# X: a customer mistypes a few times; a program that guesses is slowed to nothing.
MOST = 10
# Who records say has rated or chosen: the customer has no account.
CUSTOMER = "客户"


def looked_up(request: Request, desk: Desk, number: str, code: str) -> Progress:
    """The progress of an application; one of so many tries a minute. Raises TriesExceeded or ProgressRefused."""
    if not _tries(request).allow(address_of(request.scope), desk.now()):
        raise errors.TriesExceeded(most=MOST)
    if "\0" in number:
        raise errors.RequestInvalid(problems="申请编号含有不可见的空字符")
    return progress(desk.book, number.strip(), code, desk.now())


def rate(desk: Desk, found: Progress, *, step: Step, score: int, text: str = "") -> None:
    """客户评价 of a step that is done, once; raises RatingInvalid. ``found`` proves that it is the customer."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise errors.RequestInvalid(problems="“评语”含有认不出的字")
    now = desk.now()
    ratings.rate(desk.book, found.number, step=step, score=score, text=text, at=now, now=now, actor=CUSTOMER)


def choose(desk: Desk, found: Progress, *, manager: str) -> None:
    """The customer's own choice while nobody owns the application; raises AlreadyOwned or OwnerInvalid."""
    now = desk.now()
    refuse_other(desk, found.number, found.station, manager, now)
    assignment.choose(desk.book, found.number, manager=manager, at=now, now=now, actor=CUSTOMER)


def choices(desk: Desk, found: Progress) -> tuple[Profile, ...]:
    """Whom the customer can choose from; nobody once somebody owns the application or it has ended."""
    if found.manager or found.status is not Status.OPEN:
        return ()
    return profiles(desk, found.station, local(desk.now()))


def _tries(request: Request) -> Tries:
    state = request.app.state
    if not hasattr(state, "progress_tries"):
        state.progress_tries = Tries(MOST)
    tries: Tries = state.progress_tries
    return tries
