"""Frames: the policy, the roster and the capabilities that lessons are judged by."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "frames",
        sa.Column("school_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("private", sa.Text(), nullable=True),
        sa.Column("used_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_frames")),
    )


def downgrade() -> None:
    op.drop_table("frames")
