"""组织机构: bringing the organisation to what a file says, seen before it is done (domain §9)."""

from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from limits.errors import YekuoError
from web import errors
from web.access import once
from web.access.admission import ASession
from web.desk import ADesk
from web.pages.fields import AText
from web.pages.people import AManager
from web.problems import form_page
from web.rendering import render
from web.work.organising import LARGEST, UNNAMED, bring_in, foresee, refuse_station
from web.work.uploads import file_named
from workflow.people.organisation_preview import ChangeKind

router = APIRouter(include_in_schema=False)
PATH = "/people/organisation"
LARGEST_TOLD = "512 KB"
SHOWN = 200
# Who leaves is read first: of a long list it is what must not be overlooked.
FIRST = {ChangeKind.LEFT: 0, ChangeKind.CHANGED: 1, ChangeKind.JOINED: 2}
DONE = {"done": "已导入组织机构文件。", "same": "文件与现有的组织机构一致，没有变动。"}


@router.get(PATH)
def organisation_page(request: Request, account: AManager, done: str = "") -> HTMLResponse:
    """Where a file is chosen."""
    refuse_station(account)
    return _form(request, done=DONE.get(done, ""))


@router.post(PATH)
def preview_page(
    request: Request,
    desk: ADesk,
    account: AManager,
    _: ASession,
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """What the file would change; nothing is written."""
    refuse_station(account)
    try:
        name, text = _read(file)
        found = foresee(desk, name, text)
    except YekuoError as refused:
        return _form(request, refused=refused)
    return render(
        request,
        "organisation_preview.html",
        file_name=name,
        text=text,
        found=found,
        people=sorted(found.people, key=lambda each: FIRST[each.effect]),
        left=sum(each.effect is ChangeKind.LEFT for each in found.people),
        counts={each: sum(one.effect is each for one in found.people) for each in ChangeKind},
        most=SHOWN,
    )


@router.post(f"{PATH}/import")
def import_page(
    request: Request,
    desk: ADesk,
    account: AManager,
    _: ASession,
    name: AText = "",
    text: AText = "",
    form_key: AText = "",
) -> Response:
    """The import itself, once; the file is the one that was looked at."""
    refuse_station(account)
    contents = {"name": name, "text": text}

    def act() -> str:
        done = bring_in(desk, account, name, text)
        return f"{PATH}?done={'done' if done.changed else 'same'}"

    try:
        address = once.once(desk.engine, account, form_key, PATH, contents, desk.now(), act)
    except YekuoError as refused:
        return _form(request, refused=refused)
    return RedirectResponse(address, 303)


def _read(file: UploadFile | None) -> tuple[str, str]:
    """The name and the text of what was sent; raises RequestInvalid or RequestTooLarge."""
    if file is None or not file.filename:
        raise errors.RequestInvalid(problems="没有选择组织机构文件")
    content = file.file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise errors.RequestTooLarge(limit=LARGEST_TOLD)
    name = file_named(file.filename, UNNAMED)
    try:
        return name, content.decode("utf-8-sig")
    except UnicodeDecodeError:
        problem = f"{name} 不是 UTF-8 编码的文本，请另存为 UTF-8 后再上传"
        raise errors.RequestInvalid(problems=problem) from None


def _form(request: Request, *, done: str = "", refused: YekuoError | None = None) -> HTMLResponse:
    return form_page(
        request,
        "organisation.html",
        refused,
        done=done,
        largest=LARGEST_TOLD,
    )
