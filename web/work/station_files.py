"""The evaluation of a station as an answer: to be read alone, or kept as a file."""

import re

from starlette.responses import HTMLResponse, Response

from reports.documents.files import Format, render
from reports.documents.page import render_page
from reports.stations.evaluation import Evaluation
from web.desk import Desk
from web.own_style import own_document
from web.work.report_files import KINDS, kept
from web.work.reporting import Edition
from web.work.stations import paper_of

UNNAMED = re.compile(r'[\s/\\:*?"<>|]+')


def as_page(desk: Desk, found: Evaluation, edition: Edition) -> HTMLResponse:
    """The evaluation to be read and printed."""
    return own_document(render_page(paper_of(desk, found, edition)))


def as_document(desk: Desk, found: Evaluation, edition: Edition, form: Format) -> Response:
    """The evaluation to be kept; raises ChineseFontMissing."""
    public = f"-{Edition.PUBLIC.label}" if edition is Edition.PUBLIC else ""
    name = UNNAMED.sub("_", f"供电所评价-{found.station}-{found.period}{public}")
    return kept(render(paper_of(desk, found, edition), form), KINDS[form], f"{name}.{form.value}")
