from django.db import migrations

TABLES = {
    "look_append_only": "audit_look",
    "frame_append_only": "audit_frame",
    "evidence_pack_append_only": "audit_pack",
    "evidence_content_append_only": "audit_packcontent",
}


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("trail", "0002_events_sql")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION trail_append_only()",
            f"DROP TRIGGER {name} ON {table}",
        )
        for name, table in TABLES.items()
    ]
