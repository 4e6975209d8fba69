"""Pure: bytes to frozen values and back (invoices, uploads, volumes, printed sheets). No tables, no clock."""
