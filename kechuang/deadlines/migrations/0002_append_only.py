from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0001_initial"), ("trail", "0002_events_sql")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER escalation_append_only BEFORE UPDATE OR DELETE ON deadlines_escalation"
            " FOR EACH ROW EXECUTE FUNCTION trail_append_only()",
            "DROP TRIGGER escalation_append_only ON deadlines_escalation",
        )
    ]
