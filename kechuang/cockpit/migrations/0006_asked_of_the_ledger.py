from django.db import migrations

CLAIM = "('submit', 'back', 'approve', 'unapprove', 'refuse_out')"
ACROSS = "('move', 'allot', 'carry_over')"


class Migration(migrations.Migration):
    """Indexes of what only the cockpit asks of all transfers at once: which claims wait, what moved between budgets. Partial, so
    that nothing else that is booked pays for them.
    """

    dependencies = [("cockpit", "0005_publication"), ("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(
            'CREATE INDEX IF NOT EXISTS transfer_of_claim ON ledger_transfer (region, subject, id DESC)'
            f' INCLUDE ("on", rule, phase, booked_at) WHERE rule IN {CLAIM}',
            "DROP INDEX transfer_of_claim",
        ),
        migrations.RunSQL(
            f"CREATE INDEX IF NOT EXISTS transfer_across ON ledger_transfer (id) WHERE rule IN {ACROSS}",
            "DROP INDEX transfer_across",
        ),
    ]
