from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "prices.sql"


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [
        migrations.RunSQL(SQL.read_text(), "ALTER TABLE catalog_price DROP CONSTRAINT price_no_overlap;"),
    ]
