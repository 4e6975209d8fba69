"""What the application's database role may do: everything but change what is append-only, and own nothing."""

from django.apps import apps
from django.db import connections


def grant(*, using: str = "owner") -> None:
    """Grants after every migration. A model says `APPEND_ONLY = True` and is then only read and added to; `OWNER_ONLY = True`, and is not
    even read.

    Where the environment names one role for both, nothing is granted; `faults` says so.
    """
    connection = connections[using]
    role = str(connections["default"].settings_dict["USER"])
    if role == connection.settings_dict["USER"]:
        return
    quote = connection.ops.quote_name
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quote(role)}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quote(role)}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quote(role)}")
        cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {quote(role)}")
        for table in sorted(present & append_only()):
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {quote(table)} FROM {quote(role)}")
        for table in sorted(present & owner_only()):
            cursor.execute(f"REVOKE ALL ON {quote(table)} FROM {quote(role)}")


def append_only() -> set[str]:
    return {model._meta.db_table for model in apps.get_models() if getattr(model, "APPEND_ONLY", False)}


def owner_only() -> set[str]:
    """Tables that the application may not even read: a model says `OWNER_ONLY = True`."""
    return {model._meta.db_table for model in apps.get_models() if getattr(model, "OWNER_ONLY", False)}


def faults(*, using: str = "default") -> list[str]:
    """What the role that web, worker and tests connect as could do and must not (`kechuang check` reports it)."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = current_user AND rolsuper")
        found = [f"{role}: 应用角色不应是超级用户" for (role,) in cursor.fetchall()]
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        found += [f"{table}: 应用角色不应拥有数据表" for (table,) in cursor.fetchall()]
        for table in sorted(append_only()):
            cursor.execute("SELECT has_table_privilege(current_user, %s, 'UPDATE, DELETE, TRUNCATE')", [table])
            if cursor.fetchone() == (True,):
                found.append(f"{table}: 只增表不应可改可删")
        for table in sorted(owner_only()):
            cursor.execute("SELECT has_table_privilege(current_user, %s, 'SELECT, INSERT, UPDATE, DELETE')", [table])
            if cursor.fetchone() == (True,):
                found.append(f"{table}: 应用角色不应可读")
    return found
