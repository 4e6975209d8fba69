from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).resolve().parents[1] / "sql" / "limits.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_start_regions")]
    operations = [migrations.RunSQL(SQL, "DROP TABLE parties_limits")]
