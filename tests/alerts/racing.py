"""Real processes that do something about one alarm or order at the same moment."""

from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

from alerts import answers
from alerts.orders import acts as orders
from limits.errors import YekuoError
from workflow import store
from workflow.book import Book
from workflow.rules import load_rules

Job = tuple[str, dict[str, Any]]
RULES = load_rules()


def _open_for_level(book: Book, **told: Any) -> orders.Opened:
    with store.writing(book.engine) as connection:
        return orders.open_for_level(connection, book, told["threshold_id"], told["now"])


DOING: dict[str, Callable[..., Any]] = {
    "acknowledge": answers.acknowledge,
    "answer": answers.answer,
    "close": answers.close,
    "open": orders.open_order,
    "level": _open_for_level,
    "reply": orders.reply,
    "accept": orders.accept,
}


def prepared() -> ForkServerContext:
    """Where a process is a real one, and begins with everything imported."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, "tests.alerts.messages.test_delivering", "psycopg"])
    return context


def race(book: Book, *jobs: Job) -> list[str]:
    """Do ``jobs`` in as many processes, let go at one moment; what each said, in no order."""
    context = prepared()
    barrier, said = context.Barrier(len(jobs)), context.Queue()
    url = book.engine.url.render_as_string(hide_password=False)
    processes = [context.Process(target=_do, args=(url, job, barrier, said)) for job in jobs]
    for each in processes:
        each.start()
    found = [said.get(timeout=120) for _ in jobs]
    for each in processes:
        each.join()
    return sorted(found)


def _do(url: str, job: Job, barrier: Barrier, said: "Queue[str]") -> None:
    what, told = job
    book = Book(store.open_engine(url), RULES)
    with book.engine.connect():
        pass  # what races is the work, not the log-in
    barrier.wait()
    try:
        done = DOING[what](book, **told)
    except YekuoError as error:
        said.put(error.code)
    except BaseException as error:  # whatever it was, the test must hear of it
        said.put(f"crashed: {error!r}")
        raise
    else:
        said.put(_shown(done))


def _shown(done: Any) -> str:
    if isinstance(done, orders.Opened):
        return f"{done.number}{' attached' if done.attached else ''}"
    return "done"


def each_of(what: str, actors: Sequence[str], **told: Any) -> list[Job]:
    """One job for each of ``actors``."""
    return [(what, {**told, "actor": actor}) for actor in actors]
