from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "hours.sql"


class Migration(migrations.Migration):
    dependencies = [("usage", "0001_initial")]
    operations = [
        migrations.RunSQL(SQL.read_text(), "ALTER TABLE usage_hours DROP CONSTRAINT hours_no_overlap;"),
    ]
