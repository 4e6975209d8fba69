"""Django's backend, with COMMIT straight over libpq, behind what was sent and not waited for (0096), and without the indexes that nothing reads (0095)."""

from typing import Any

from django.db import models
from django.db.backends.postgresql import base, schema
from django.db.backends.utils import debug_transaction

from kechuang.ui import direct


class SchemaEditor(schema.DatabaseSchemaEditor):
    """Keys are compared whole: nobody asks by how an id or a county's code begins, and every row written pays for an index."""

    def _create_like_index_sql(self, model: type[models.Model], field: "models.Field[Any, Any]") -> None:
        """Where a prefix is asked for, the model names an index with `varchar_pattern_ops` of its own."""


class DatabaseWrapper(base.DatabaseWrapper):
    """What `ENGINE` names."""

    SchemaEditorClass = SchemaEditor

    def _commit(self) -> None:
        if self.connection is not None:
            with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
                direct.commit(self.connection)

    def _rollback(self) -> None:
        if self.connection is not None:
            with self.wrap_database_errors:
                direct.forget(self.connection)
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        with self.wrap_database_errors:
            direct.forget(self.connection)  # making a savepoint waits: what is under way was sent after the last one
        super()._savepoint_rollback(sid)  # type: ignore[misc]

    def create_cursor(self, name: str | None = None) -> Any:
        if name or self.connection.cursor_factory is not direct.Cursor:  # that one sees to it itself
            with self.wrap_database_errors:
                direct.settle(self.connection)
        return super().create_cursor(name)
