"""What the application's database role may do: everything but change what is append-only, and own nothing."""

from django.apps import apps
from django.db import connections

from kechuang.site.database import APP


def grant(role: str = APP, *, using: str = "owner") -> None:
    """Grants after every migration. A model says `APPEND_ONLY = True` and is then only read and added to."""
    append_only = [model._meta.db_table for model in apps.get_models() if getattr(model, "APPEND_ONLY", False)]
    connection = connections[using]
    quote = connection.ops.quote_name
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quote(role)}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quote(role)}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quote(role)}")
        cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {quote(role)}")
        for table in present & set(append_only):
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {quote(table)} FROM {quote(role)}")
