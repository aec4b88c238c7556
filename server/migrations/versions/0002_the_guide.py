"""A circle's own guide: prompts, agenda, agreements. Empty where the standard one serves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("circle", sa.Column("guide", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("circle", "guide")
