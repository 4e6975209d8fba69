from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "taken.sql"
UNDO = """
DROP TRIGGER part_frees_payable ON treasury_paymentpart;
DROP TRIGGER part_takes_payable ON treasury_paymentpart;
DROP FUNCTION treasury_takes_payable();
"""


class Migration(migrations.Migration):
    dependencies = [("treasury", "0002_taken")]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
