"""Bans that outlive a membership, and on which days of the week a circle meets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# 0 until the application has looked at the schedule, which it does when it starts.
NEW_IN_CIRCLE = ("days", "day_minute")


def upgrade() -> None:
    for name in NEW_IN_CIRCLE:
        op.add_column("circle", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "ban",
        sa.Column("circle_id", sa.String(24), nullable=False),
        sa.Column("mark", sa.LargeBinary(32), nullable=False),
        sa.Column("called", sa.LargeBinary(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name="fk_ban_circle_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("circle_id", "mark", name="pk_ban"),
    )


def downgrade() -> None:
    """The old shape knows no ban without a membership: those are lost with it."""
    op.drop_table("ban")
    for name in NEW_IN_CIRCLE:
        op.drop_column("circle", name)
