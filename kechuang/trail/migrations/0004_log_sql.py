from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "log.sql"
TABLES = {"event": ["never_emptied"]} | {
    name: ["append_only", "never_emptied"] for name in ("leaf", "node", "head")
}
UNDONE = " ".join(
    f"DROP TRIGGER {name}_{what} ON trail_{name};" for name, triggers in TABLES.items() for what in triggers
)


class Migration(migrations.Migration):
    dependencies = [("trail", "0003_log")]
    operations = [migrations.RunSQL(SQL.read_text(), UNDONE)]
