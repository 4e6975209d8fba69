from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cockpit", "0003_reports_and_targets"), ("trail", "0002_events_sql")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER snapshot_append_only BEFORE UPDATE OR DELETE ON cockpit_snapshot"
            " FOR EACH ROW EXECUTE FUNCTION trail_append_only()",
            "DROP TRIGGER snapshot_append_only ON cockpit_snapshot",
        )
    ]
