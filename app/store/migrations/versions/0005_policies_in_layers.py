"""Policies in layers: the documents of districts, schools and lessons, and when lessons have to read them again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "layers",
        sa.Column("school_id", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "level", "subject", name=op.f("pk_layers")),
    )
    for table, column in (("courses", "layers_version"), ("lessons", "layer_version")):
        op.add_column(table, sa.Column(column, sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("lessons", "layer_version")
    op.drop_column("courses", "layers_version")
    op.drop_table("layers")
