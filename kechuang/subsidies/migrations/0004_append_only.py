from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("subsidies", "0003_conversion"), ("trail", "0002_events_sql")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER conversion_append_only BEFORE UPDATE OR DELETE ON subsidies_conversion"
            " FOR EACH ROW EXECUTE FUNCTION trail_append_only()",
            "DROP TRIGGER conversion_append_only ON subsidies_conversion",
        )
    ]
