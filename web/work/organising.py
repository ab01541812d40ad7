"""Bringing the organisation to what a file says: previewed and done alike for the page and the API (domain §9).

X: only who manages the whole company's people imports, for the file is the whole truth of all stations.
"""

from web import errors
from web.access.rights import Account
from web.desk import Desk
from web.work.staff import station_of
from web.work.uploads import file_named, with_file
from workflow.people.organisation_preview import OrganisationPreview, preview_organisation
from workflow.people.roster import ImportedPeople, import_organisation

# X: some three thousand people; what is larger goes by the command line.
LARGEST = 512 * 1024
UNNAMED = "organisation.toml"


def refuse_station(account: Account) -> None:
    """Raise PageUnknown for who manages one station's people only."""
    if station_of(account) is not None:
        raise errors.PageUnknown


def foresee(desk: Desk, name: str, text: str) -> OrganisationPreview:
    """What the file would change; nothing is written. Raises what is wrong with the file."""
    return with_file(
        file_named(name, UNNAMED),
        text.encode(),
        lambda path: preview_organisation(desk.engine, path, now=desk.now()),
    )


def bring_in(desk: Desk, account: Account, name: str, text: str) -> ImportedPeople:
    """The import itself; the same file again changes nothing. Raises as :func:`foresee`."""
    return with_file(
        file_named(name, UNNAMED),
        text.encode(),
        lambda path: import_organisation(desk.engine, path, now=desk.now(), actor=account.name),
    )
