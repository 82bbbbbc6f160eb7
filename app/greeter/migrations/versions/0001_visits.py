"""A table of visits, one row a user."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "visits",
        sa.Column("subject", sa.Text, primary_key=True),  # as the issuer calls the user
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("latest", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("visits")
