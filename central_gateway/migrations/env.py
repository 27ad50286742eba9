"""Alembic runs on the connection (and in the transaction) that ``central_gateway.schema`` hands over."""

from __future__ import annotations

from alembic import context

from central_gateway.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
