"""What persons write about findings and links; the screening itself writes findings and nothing else."""

from kechuang.screening.adapters.taxbureau import RedLetter, TaxBureau
from kechuang.screening.adapters.taxbureau import install as connect_tax_bureau
from kechuang.screening.adapters.taxbureau import installed as tax_bureau
from kechuang.screening.adapters.taxbureau import remove as disconnect_tax_bureau
from kechuang.screening.commands.checking import ToCheck, recheck
from kechuang.screening.commands.contesting import answer, contest
from kechuang.screening.commands.deciding import decide, decide_many
from kechuang.screening.commands.finding import Screened, keep_found
from kechuang.screening.commands.linking import (
    Registered,
    keep_levels,
    keep_links,
    keep_registrations,
    renew_links,
)
from kechuang.screening.commands.printing import InvoicePaper, PicturePaper, keep_prints
from kechuang.screening.commands.registers import Table, import_register

__all__ = [
    "InvoicePaper",
    "PicturePaper",
    "RedLetter",
    "Registered",
    "Screened",
    "Table",
    "TaxBureau",
    "ToCheck",
    "answer",
    "connect_tax_bureau",
    "contest",
    "decide",
    "decide_many",
    "disconnect_tax_bureau",
    "import_register",
    "keep_found",
    "keep_levels",
    "keep_links",
    "keep_prints",
    "keep_registrations",
    "recheck",
    "renew_links",
    "tax_bureau",
]
