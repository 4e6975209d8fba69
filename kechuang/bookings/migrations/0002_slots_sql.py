from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "slots.sql"


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial")]
    operations = [
        migrations.RunSQL(SQL.read_text(), "ALTER TABLE bookings_slot DROP CONSTRAINT slot_no_overlap;"),
    ]
