from django.db import migrations

# What was asked back before and has not come back stands from here on.
STANDING = """
DO $$ BEGIN
    IF to_regclass('supervision_clawback') IS NOT NULL THEN
        INSERT INTO subsidies_askedback (claim_id, clawback_id, fen, "on")
            SELECT claim_id, id, principal_fen - received_fen, decided_on FROM supervision_clawback
            WHERE state = 'owed' AND principal_fen > received_fen;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("subsidies", "0007_asked_back"), ("trail", "0002_events_sql")]
    operations = [
        migrations.RunSQL(STANDING, migrations.RunSQL.noop),
        migrations.RunSQL(
            "CREATE TRIGGER asked_back_append_only BEFORE UPDATE OR DELETE ON subsidies_askedback"
            " FOR EACH ROW EXECUTE FUNCTION trail_append_only()",
            "DROP TRIGGER asked_back_append_only ON subsidies_askedback",
        ),
    ]
