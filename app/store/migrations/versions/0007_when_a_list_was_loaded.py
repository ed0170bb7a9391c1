"""When the list of a course was loaded, so that nobody is judged by last year's."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("roster_at", sa.Float(), nullable=True))
    op.execute("UPDATE courses SET roster_at = created_at WHERE roster_version = 1")


def downgrade() -> None:
    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.drop_column("roster_at")
