from django.db import migrations, models

from kechuang.ledger.rules import KIND_LABELS, RULES, Kind

# The kinds as the code lists them at the time of migrating, so that whichever migration comes last knows them all.
KINDS = ", ".join(f"'{kind.value}'" for kind in Kind)
SOUND = f"""
CREATE OR REPLACE FUNCTION ledger_account_is_sound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind IN ({KINDS}) AND (NEW.no_overdraft OR NEW.kind = 'appropriation') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'no account of kind % is like this', NEW.kind USING ERRCODE = 'check_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_seals")]
    operations = [
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(choices=[(kind.value, KIND_LABELS[kind]) for kind in Kind], max_length=16),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="rule",
            field=models.CharField(choices=[(rule.code, rule.label) for rule in RULES.values()], max_length=24),
        ),
        migrations.RunSQL(SOUND, migrations.RunSQL.noop),
    ]
