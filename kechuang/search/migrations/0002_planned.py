from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "planned.sql"


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(), "DROP FUNCTION search_planned(text, text[]);")]
