from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("subsidies", "0001_initial"), ("trail", "0002_events_sql")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER counted_append_only BEFORE UPDATE OR DELETE ON subsidies_counted"
            " FOR EACH ROW EXECUTE FUNCTION trail_append_only()",
            "DROP TRIGGER counted_append_only ON subsidies_counted",
        )
    ]
