from django.db import migrations, models

# What is being asked back of a claim is the claim's matter, for every room above to leave out: the table moves here with all
# it holds, and stays append-only.
MOVED = """
ALTER TABLE subsidies_askedback RENAME TO claims_askedback;
ALTER SEQUENCE subsidies_askedback_id_seq RENAME TO claims_askedback_id_seq;
"""
BACK = """
ALTER TABLE claims_askedback RENAME TO subsidies_askedback;
ALTER SEQUENCE claims_askedback_id_seq RENAME TO subsidies_askedback_id_seq;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0005_list_by_day"), ("subsidies", "0008_asked_back_append_only")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(MOVED, BACK)],
            state_operations=[
                migrations.CreateModel(
                    name="AskedBack",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("claim_id", models.CharField(db_index=True, max_length=32)),
                        ("clawback_id", models.CharField(max_length=32)),
                        ("fen", models.BigIntegerField()),
                        ("on", models.DateField()),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("fen", 0), _negated=True), name="asked_back_says_something"
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
