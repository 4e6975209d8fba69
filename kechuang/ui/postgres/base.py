"""Django's backend, with COMMIT straight over libpq and without the indexes that nothing reads (0095)."""

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
