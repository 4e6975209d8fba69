from django.db import migrations

TABLES = {"plan_file_append_only": "supervision_planfile"}


class Migration(migrations.Migration):
    dependencies = [("supervision", "0003_checks"), ("trail", "0002_events_sql")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION trail_append_only()",
            f"DROP TRIGGER {name} ON {table}",
        )
        for name, table in TABLES.items()
    ]
