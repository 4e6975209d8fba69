from django.db import migrations

TABLES = {"letter_append_only": "supervision_letter"}


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_initial"), ("trail", "0002_events_sql")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION trail_append_only()",
            f"DROP TRIGGER {name} ON {table}",
        )
        for name, table in TABLES.items()
    ]
