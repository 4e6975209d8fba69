from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "releases.sql"
BACK = """
    DROP TRIGGER publication_append_only ON releases_publication;
    DROP TRIGGER pool_parts_within ON releases_pool;
    DROP FUNCTION releases_parts_within();
    DROP SEQUENCE releases_place;
"""


class Migration(migrations.Migration):
    dependencies = [("releases", "0001_initial"), ("trail", "0002_events_sql")]
    operations = [migrations.RunSQL(SQL.read_text(), BACK)]
