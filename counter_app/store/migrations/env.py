"""Run by Alembic with the connection that the store hands over; there is no URL and no alembic.ini."""

from alembic import context

from counter_app.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False, render_as_batch=True
)
context.run_migrations()
