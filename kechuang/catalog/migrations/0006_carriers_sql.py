from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "carriers.sql"
PRICES = Path(__file__).parents[1] / "sql" / "prices.sql"
UNDO = """
ALTER TABLE catalog_sharing DROP CONSTRAINT sharing_is_whole;
DROP FUNCTION catalog_shares_whole(jsonb);
ALTER TABLE catalog_operating DROP CONSTRAINT operating_no_overlap;
ALTER TABLE catalog_staff DROP CONSTRAINT staff_no_overlap;
ALTER TABLE catalog_price DROP CONSTRAINT price_steps_rise;
DROP FUNCTION catalog_steps_rise(jsonb);
ALTER TABLE catalog_price DROP CONSTRAINT price_no_overlap;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_carriers")]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO + PRICES.read_text())]
