"""``yekuo init``: the migrations give exactly the tables of the program, on both databases."""

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from tests.dates import at
from workflow import errors, store
from workflow.tables import application, metadata
from yekuo import database


def test_migrating_an_empty_database_gives_the_metadata(database_url: str) -> None:
    engine = store.open_engine(database_url)
    assert database.upgrade(engine) is None
    assert database.differences(engine) == []
    assert set(metadata.tables) <= set(sa.inspect(engine).get_table_names())
    engine.dispose()


def test_a_second_init_changes_nothing(database_url: str) -> None:
    engine = store.open_engine(database_url)
    database.upgrade(engine)
    assert database.upgrade(engine) == database.HEAD
    database.check_ready(engine)
    engine.dispose()


def test_the_head_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(database.MIGRATIONS)).get_heads() == [database.HEAD]


def test_a_database_without_tables_is_refused_in_one_sentence(database_url: str) -> None:
    engine = store.open_engine(database_url)
    with pytest.raises(errors.StoreNotReady, match="请先运行 yekuo init"):
        database.check_ready(engine)
    engine.dispose()


def test_an_older_database_learns_when_each_application_was_last_recorded(database_url: str) -> None:
    engine = store.open_engine(database_url)
    with store.writing(engine) as connection:
        command.upgrade(database.config(connection), "0005")
        connection.exec_driver_sql(OLD_APPLICATION)
        for seq, recorded_at in enumerate(("2026-10-08 01:00:00", "2026-10-09 01:00:00"), 1):
            connection.exec_driver_sql(OLD_EVENT.format(seq=seq, at=recorded_at))
    database.upgrade(engine)
    with store.reading(engine) as connection:
        found = connection.scalars(sa.select(application.c.recorded_at)).all()
    assert found == [at("2026-10-09 五 09:00")]
    assert database.differences(engine) == []
    engine.dispose()


def test_an_older_database_learns_when_an_application_ended(database_url: str) -> None:
    """By its records and the corrections of them; one that was withdrawn and made again by the later."""
    engine = store.open_engine(database_url)
    told = {
        "1": [("terminated", "10-12", "{}"), ("supporting_finished", "11-03", "{}")],
        "2": [("voided", "10-12", "{}"), ("corrected", "10-14", MOVED)],
        "3": [
            ("terminated", "10-12", "{}"),
            ("corrected", "10-14", WITHDRAWN),
            ("terminated", "10-15", "{}"),
        ],
    }
    with store.writing(engine) as connection:
        command.upgrade(database.config(connection), "0005")
        for number, records in told.items():
            row = OLD_APPLICATION.replace("'A1'", f"'{number}'").replace("'open'", f"'{records[0][0]}'")
            connection.exec_driver_sql(row)
            for seq, (kind, day, payload) in enumerate(records, 2):
                row = OLD_EVENT.replace("'accepted'", f"'{kind}'").replace("(1,", f"({number},")
                at_noon = row.format(seq=seq, at="2026-11-04 01:00:00").replace("10-08 01", f"{day} 04")
                connection.exec_driver_sql(at_noon.replace("'', '', '')", f"'{payload}', '', '')"))
    database.upgrade(engine)
    with store.reading(engine) as connection:
        found = connection.scalars(sa.select(application.c.ended_at).order_by(application.c.number)).all()
    assert found == [at("2026-10-12 一 12:00"), at("2026-10-13 二 09:00"), at("2026-10-15 四 12:00")]
    engine.dispose()


MOVED = '{"occurred_at":"2026-10-13T09:00:00+08:00","seq":2}'
WITHDRAWN = '{"seq":2,"withdrawn":true}'
OLD_APPLICATION = """
INSERT INTO application (number, unit, station, customer, address, customer_class, voltage, supplies, capacity,
kind, channel, proactive, boundary, customer_works, supporting, manager, status, state, flags, step, accepted_at,
last_at, events, head_hash) VALUES ('A1', '', '', '', '', 'lv_resident', '220V', 'single', '8', 'new', '', false,
false, false, 'none', '', 'open', 'accepted', 0, 'apply', '2026-10-08 01:00:00', '2026-10-08 01:00:00', 2, '')
"""
OLD_EVENT = """
INSERT INTO event (application_id, seq, type, occurred_at, recorded_at, actor, payload, prev_hash, hash)
VALUES (1, {seq}, 'accepted', '2026-10-08 01:00:00', '{at}', '', '', '', '')
"""
