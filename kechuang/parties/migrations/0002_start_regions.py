"""Zhejiang's cities and counties and their neighbours stand in every installation from the start."""

from django.db import migrations

from kechuang.parties import rules
from kechuang.parties.formats import regions as lists


def load(apps, schema_editor):
    region = apps.get_model("parties", "Region")
    rows = lists.start()
    region.objects.using(schema_editor.connection.alias).bulk_create(
        region(
            code=row.code,
            name=row.name,
            level=row.level,
            parent_id=row.parent or None,
            pinyin=rules.pinyin_key(row.name),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            successor_id=row.successor or None,
            source=lists.START_SOURCE,
        )
        for row in rows
    )


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
