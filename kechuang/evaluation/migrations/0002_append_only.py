from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0001_initial"), ("trail", "0002_events_sql")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER priority_append_only BEFORE UPDATE OR DELETE ON evaluation_priority"
            " FOR EACH ROW EXECUTE FUNCTION trail_append_only()",
            "DROP TRIGGER priority_append_only ON evaluation_priority",
        )
    ]
