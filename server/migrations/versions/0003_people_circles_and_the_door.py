"""People, circles and the door: schedules by rule, agreements, companions, notes that wait."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
OLD_ZONES = {zone: short for short, zone in ZONES.items()}
YES, NO = sa.true(), sa.false()


def text(name: str, length: int, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default=default)


def flag(name: str, default: sa.ColumnElement[bool] = NO) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=default)


def number(name: str, default: str = "0") -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=default)


def new_in_circle() -> tuple[sa.Column[Any], ...]:
    return (
        text("kind", 20, "other"),
        text("place", 120),
        text("search", 900),
        text("languages", 8, "id"),
        text("medium", 5, "text"),
        flag("newcomers", YES),
        text("ages", 6, "adults"),
        text("starts", 16, "2026-01-01T19:30"),
        text("timezone", 40, "Asia/Jakarta"),
        text("rule", 300),
        sa.Column("next_start", sa.BigInteger(), nullable=True),
        text("visibility", 8, "private"),
        text("joining", 10, "invitation"),
        text("friends", 4, "ask"),
        flag("observers_first"),
        number("agreements_version"),
    )


def new_in_membership() -> tuple[sa.Column[Any], ...]:
    return (
        text("state", 8, "member"),
        sa.Column("offered_role", sa.String(12), nullable=True),
        number("pledged_version"),
        flag("felt_asked"),
        sa.Column("calendar_hash", sa.LargeBinary(32), nullable=True),
        flag("calendar_topic"),
        flag("reminded"),
    )


def new_in_sign_in() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.String(24), nullable=True),
        text("device", 60),
        sa.Column("since", sa.Date(), nullable=True),
        flag("lasting", YES),
    )


def of_circle(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["circle_id"], ["circle.id"], name=f"fk_{table}_circle_id", ondelete="CASCADE"
    )


def of_person(table: str, column: str = "person_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["person.id"], name=f"fk_{table}_{column}", ondelete="CASCADE"
    )


def identity(name: str = "id") -> sa.Column[str]:
    return sa.Column(name, sa.String(24), nullable=False)


def new_tables() -> tuple[tuple[Any, ...], ...]:
    return (
        (
            "agreement",
            identity("circle_id"),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("lines", sa.JSON(), nullable=False),
            sa.Column("since", sa.Date(), nullable=False),
            of_circle("agreement"),
            sa.PrimaryKeyConstraint("circle_id", "version", name="pk_agreement"),
        ),
        (
            "change",
            identity("circle_id"),
            sa.Column("original", sa.String(16), nullable=False),
            sa.Column("moved_to", sa.String(16), nullable=True),
            of_circle("change"),
            sa.PrimaryKeyConstraint("circle_id", "original", name="pk_change"),
        ),
        (
            "absence",
            identity("circle_id"),
            identity("person_id"),
            sa.Column("start", sa.BigInteger(), nullable=False),
            of_circle("absence"),
            of_person("absence"),
            sa.PrimaryKeyConstraint("circle_id", "person_id", "start", name="pk_absence"),
        ),
        (
            "pairing",
            identity("circle_id"),
            identity("newcomer_id"),
            identity("companion_id"),
            of_circle("pairing"),
            of_person("pairing", "newcomer_id"),
            of_person("pairing", "companion_id"),
            sa.PrimaryKeyConstraint("circle_id", "newcomer_id", name="pk_pairing"),
        ),
        (
            "shelf_item",
            identity(),
            identity("circle_id"),
            sa.Column("kind", sa.String(12), nullable=False),
            sa.Column("title", sa.String(200), nullable=False),
            sa.Column("text", sa.String(1200), nullable=False),
            sa.Column("url", sa.String(500), nullable=True),
            sa.Column("checked", sa.Date(), nullable=True),
            sa.Column("works", sa.Boolean(), nullable=True),
            of_circle("shelf_item"),
            sa.PrimaryKeyConstraint("id", name="pk_shelf_item"),
        ),
        (
            "follow_up",
            identity("circle_id"),
            sa.Column("kind", sa.String(20), nullable=False),
            sa.Column("count", sa.Integer(), nullable=False),
            sa.Column("done", sa.Boolean(), nullable=False),
            of_circle("follow_up"),
            sa.PrimaryKeyConstraint("circle_id", "kind", name="pk_follow_up"),
        ),
        (
            "feeling",
            identity("circle_id"),
            sa.Column("heard", sa.Integer(), nullable=False),
            sa.Column("partly", sa.Integer(), nullable=False),
            sa.Column("not_heard", sa.Integer(), nullable=False),
            of_circle("feeling"),
            sa.PrimaryKeyConstraint("circle_id", name="pk_feeling"),
        ),
        (
            "help_line",
            identity(),
            sa.Column("circle_id", sa.String(24), nullable=True),
            sa.Column("country", sa.String(2), nullable=False),
            sa.Column("name", sa.String(120), nullable=False),
            sa.Column("about_id", sa.String(240), nullable=False),
            sa.Column("about_en", sa.String(240), nullable=False),
            sa.Column("shown", sa.String(60), nullable=False),
            sa.Column("href", sa.String(200), nullable=False),
            sa.Column("emergency", sa.Boolean(), nullable=False),
            sa.Column("checked", sa.Date(), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            of_circle("help_line"),
            sa.PrimaryKeyConstraint("id", name="pk_help_line"),
        ),
        (
            "sealed_note",
            identity(),
            identity("circle_id"),
            sa.Column("kind", sa.String(8), nullable=False),
            sa.Column("sealed", sa.LargeBinary(), nullable=False),
            sa.Column("expires", sa.Integer(), nullable=False),
            of_circle("sealed_note"),
            sa.PrimaryKeyConstraint("id", name="pk_sealed_note"),
        ),
        (
            "instance",
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("name", sa.String(60), nullable=False),
            sa.Column("language", sa.String(2), nullable=False),
            sa.Column("donations", sa.String(800), nullable=False),
            sa.PrimaryKeyConstraint("id", name="pk_instance"),
        ),
        (
            "push_endpoint",
            identity(),
            identity("person_id"),
            sa.Column("endpoint", sa.String(500), nullable=False),
            sa.Column("since", sa.Date(), nullable=False),
            of_person("push_endpoint"),
            sa.PrimaryKeyConstraint("id", name="pk_push_endpoint"),
            sa.UniqueConstraint("endpoint", name="uq_push_endpoint_endpoint"),
        ),
        (
            "recovery_code",
            sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
            identity("person_id"),
            of_person("recovery_code"),
            sa.PrimaryKeyConstraint("code_hash", name="pk_recovery_code"),
        ),
    )


INDEXES = (
    ("circle", "kind"),
    ("circle", "next_start"),
    ("circle", "visibility"),
    ("invitation", "made_by"),
    ("absence", "person_id"),
    ("pairing", "newcomer_id"),
    ("pairing", "companion_id"),
    ("shelf_item", "circle_id"),
    ("help_line", "circle_id"),
    ("sealed_note", "circle_id"),
    ("push_endpoint", "person_id"),
    ("recovery_code", "person_id"),
)
UNIQUE = (("membership", "calendar_hash"), ("sign_in", "id"))


def upgrade() -> None:
    # Columns are added and dropped, never a table made anew: that would empty what refers to it.
    for column in new_in_circle():
        op.add_column("circle", column)
    for column in new_in_membership():
        op.add_column("membership", column)
    op.add_column("invitation", flag("friend"))
    op.add_column("invitation", flag("approved", YES))
    op.add_column("person", sa.Column("totp", sa.LargeBinary(), nullable=True))
    for column in new_in_sign_in():
        op.add_column("sign_in", column)
    for name, *parts in new_tables():
        op.create_table(name, *parts)
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])
    for table, column in UNIQUE:
        op.create_index(f"ix_{table}_{column}", table, [column], unique=True)
    carry_circles_over()
    carry_sign_ins_over()
    for old in ("weekday", "time", "zone", "listed"):
        op.drop_column("circle", old)


def carry_circles_over() -> None:
    """Every week on a day becomes a rule; 'listed' becomes public and open."""
    db = op.get_bind()
    found = db.execute(
        sa.text("SELECT id, weekday, time, zone, listed, since, language, name, topic FROM circle")
    )
    for row in found.mappings().all():
        since = dt.date.fromisoformat(str(row["since"]))
        first = since + dt.timedelta(days=(row["weekday"] - since.weekday()) % 7)
        db.execute(
            sa.text(
                "UPDATE circle SET starts=:starts, timezone=:zone, rule=:rule, languages=:language,"
                " visibility=:visibility, joining=:joining, search=:search WHERE id=:id"
            ),
            {
                "id": row["id"],
                "starts": f"{first.isoformat()}T{row['time']}",
                "zone": ZONES.get(row["zone"], "Asia/Jakarta"),
                "rule": f"FREQ=WEEKLY;BYDAY={DAYS[row['weekday']]}",
                "language": row["language"],
                "visibility": "public" if row["listed"] else "private",
                "joining": "open" if row["listed"] else "invitation",
                "search": f"{row['name']} {row['topic']}".casefold(),
            },
        )


def carry_sign_ins_over() -> None:
    db = op.get_bind()
    for (token,) in db.execute(sa.text("SELECT token_hash FROM sign_in")).all():
        db.execute(
            sa.text("UPDATE sign_in SET id=:id WHERE token_hash=:token"),
            {"id": secrets.token_urlsafe(12), "token": token},
        )


def downgrade() -> None:
    """Back to weekly circles; what the old shape has no place for is gone."""
    op.add_column("circle", number("weekday"))
    op.add_column("circle", text("time", 5, "19:30"))
    op.add_column("circle", text("zone", 4, "WIB"))
    op.add_column("circle", flag("listed"))
    db = op.get_bind()
    found = db.execute(sa.text("SELECT id, starts, timezone, visibility FROM circle"))
    for row in found.mappings().all():
        starts = dt.datetime.fromisoformat(row["starts"])
        db.execute(
            sa.text(
                "UPDATE circle SET weekday=:weekday, time=:time, zone=:zone, listed=:listed"
                " WHERE id=:id"
            ),
            {
                "id": row["id"],
                "weekday": starts.weekday(),
                "time": row["starts"][11:],
                "zone": OLD_ZONES.get(row["timezone"], "WIB"),
                "listed": row["visibility"] == "public",
            },
        )
    for name, *_ in reversed(new_tables()):
        op.drop_table(name)
    for table, column in (*UNIQUE, *INDEXES):
        if table in ("circle", "membership", "invitation", "sign_in"):
            op.drop_index(f"ix_{table}_{column}", table)
    # Somebody who waited for a yes, or was not let in, is no member of the old shape.
    db.execute(sa.text("DELETE FROM membership WHERE state <> 'member'"))
    db.execute(sa.text("DELETE FROM invitation WHERE approved = false"))
    for table, columns in (
        ("circle", new_in_circle()),
        ("membership", new_in_membership()),
        ("sign_in", new_in_sign_in()),
    ):
        for column in columns:
            op.drop_column(table, column.name)
    for table, old in (("invitation", "friend"), ("invitation", "approved"), ("person", "totp")):
        op.drop_column(table, old)
