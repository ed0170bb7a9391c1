"""Offences that count in the next lessons of a course, and incidents that are about a pupil.

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-20
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "strikes",
        sa.Column("school_id", sa.String(length=32), nullable=False),
        sa.Column("intent_id", sa.String(length=48), nullable=False),
        sa.Column("course_id", sa.String(length=32), nullable=False),
        sa.Column("lesson_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=300), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "intent_id", name=op.f("pk_strikes")),
    )
    with op.batch_alter_table("strikes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_strikes_school_id_course_id_until"), ["school_id", "course_id", "until"], unique=False
        )
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pupil", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.alter_column("pupil", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_column("pupil")
    op.drop_table("strikes")
