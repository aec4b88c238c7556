"""The beginning: people, sign-ins, circles, memberships and invitations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("name", sa.String(200), nullable=True),
        sa.Column("name_key", sa.String(200), nullable=True),
        sa.Column("passphrase", sa.String(200), nullable=True),
        sa.Column("organiser", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("name_key", name="uq_person_name_key"),
    )
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("person_id", sa.String(24), nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_sign_in_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in"),
    )
    op.create_index("ix_sign_in_person_id", "sign_in", ["person_id"])
    op.create_table(
        "passkey",
        sa.Column("credential_id", sa.LargeBinary(1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.String(24), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_passkey_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("credential_id", name="pk_passkey"),
    )
    op.create_index("ix_passkey_person_id", "passkey", ["person_id"])
    op.create_table(
        "spent_challenge",
        sa.Column("challenge_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name="pk_spent_challenge"),
    )
    op.create_table(
        "set_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_set_up"),
    )
    op.create_table(
        "circle",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("topic", sa.String(400), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("time", sa.String(5), nullable=False),
        sa.Column("zone", sa.String(4), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("soft_seconds", sa.Integer(), nullable=False),
        sa.Column("door", sa.String(4), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_circle"),
        sa.UniqueConstraint("slug", name="uq_circle_slug"),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("circle_id", sa.String(24), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("made_by", sa.String(24), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("with_topic", sa.Boolean(), nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name="fk_invitation_circle_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["person.id"], name="fk_invitation_made_by", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("secret_hash", name="uq_invitation_secret_hash"),
    )
    op.create_index("ix_invitation_circle_id", "invitation", ["circle_id"])
    op.create_table(
        "membership",
        sa.Column("circle_id", sa.String(24), nullable=False),
        sa.Column("person_id", sa.String(24), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_key", sa.String(200), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("pledged", sa.Boolean(), nullable=False),
        sa.Column("banned", sa.Boolean(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.String(24), nullable=True),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name="fk_membership_circle_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_membership_person_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitation.id"],
            name="fk_membership_invitation_id",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("circle_id", "person_id", name="pk_membership"),
        sa.UniqueConstraint("circle_id", "name_key", name="uq_membership_circle_id_name_key"),
    )
    op.create_index("ix_membership_person_id", "membership", ["person_id"])


def downgrade() -> None:
    for table in ("membership", "invitation", "circle", "set_up"):
        op.drop_table(table)
    for table in ("spent_challenge", "passkey", "sign_in", "person"):
        op.drop_table(table)
