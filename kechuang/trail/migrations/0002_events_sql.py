from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "events.sql"


class Migration(migrations.Migration):
    dependencies = [("trail", "0001_initial")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(),
            "DROP TRIGGER event_append_only ON trail_event; DROP FUNCTION trail_append_only();"
            " DROP FUNCTION trail_row_digest(jsonb); DROP SEQUENCE trail_event_order;",
        )
    ]
