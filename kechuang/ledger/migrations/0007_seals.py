from pathlib import Path

from django.db import migrations, models

import kechuang.ledger.models

SQL = Path(__file__).parents[1] / "sql" / "sealing.sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_interest"), ("trail", "0002_events_sql")]
    operations = [
        migrations.CreateModel(
            name="SealMark",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("xid", models.BigIntegerField()),
                ("transfer_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=kechuang.ledger.models.seal_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("after_id", models.BigIntegerField(unique=True)),
                ("last_id", models.BigIntegerField(unique=True)),
                ("transfers_count", models.IntegerField()),
                ("lines", models.JSONField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("after_id__lt", models.F("last_id"))), name="seal_holds_something"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            SQL.read_text(),
            "DROP TRIGGER seal_append_only ON ledger_seal; DROP TRIGGER seal_never_emptied ON ledger_seal;",
        ),
    ]
