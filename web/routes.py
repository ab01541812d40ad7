"""The routes of an app, each with what it declares."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from re import Pattern
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path

from web.access.admission import Needs, Public, declared


@dataclass(frozen=True, slots=True)
class Route:
    """One address with its methods; ``gates`` is what it declares, which should be one thing."""

    path: str
    methods: tuple[str, ...]
    gates: tuple[Needs | Public, ...]
    endpoint: Callable[..., Any] | None


def routes_of(app: FastAPI) -> Iterator[Route]:
    """Every route of ``app``, those of its routers too; one that is not FastAPI's own declares nothing."""
    for each in iter_route_contexts(app.routes):
        dependant = getattr(each, "dependant", None)
        gates = tuple(declared(dependant)) if dependant is not None else ()
        yield Route(each.path or repr(each.route), tuple(sorted(each.methods or ())), gates, each.endpoint)


def remember(app: FastAPI) -> None:
    """Note the routes of ``app`` once all are there, for what looks at them with every request."""
    found = list(routes_of(app))
    app.state.paths = {path: compile_path(path)[0] for path in dict.fromkeys(each.path for each in found)}
    app.state.methods = {
        path: tuple(sorted({method for each in found if each.path == path for method in each.methods}))
        for path in app.state.paths
    }
    app.state.pages = frozenset(each.path for each in found if "GET" in each.methods)
    app.state.templates = {each.endpoint: each.path for each in found}


def pages_of(app: FastAPI) -> frozenset[str]:
    """The paths that answer to GET."""
    found: frozenset[str] = app.state.pages
    return found


def methods_at(app: FastAPI, address: str) -> tuple[str, ...]:
    """What the first of the paths that fit ``address`` answers to; nothing where none fits."""
    paths: dict[str, Pattern[str]] = app.state.paths
    for path, fits in paths.items():
        if fits.match(address):
            found: tuple[str, ...] = app.state.methods[path]
            return found
    return ()


def template_of(app: FastAPI, endpoint: object) -> str:
    """The path of the route that ended in ``endpoint``, with its parameters by name; none: no route did."""
    return str(app.state.templates.get(endpoint, "—"))
