"""The door to this room's pure readings: invoices, comparisons, numbers, printed sheets. Decisions stay with the callers."""

from kechuang.documents.formats.books import write_book
from kechuang.documents.formats.capital import WrongCapitals, capitals_from_fen, fen_from_capitals
from kechuang.documents.formats.compare import (
    VERDICT_LABELS,
    Allocation,
    Amount,
    Comparison,
    Covers,
    Expected,
    Verdict,
    clean,
    compare,
)
from kechuang.documents.formats.contract import ContractFacts, ContractParty, contract_pdf, template_on
from kechuang.documents.formats.fields import WrongInvoiceNumber, normalised_number
from kechuang.documents.formats.invoice import Invoice, NoInvoiceData, Trust
from kechuang.documents.formats.invoice import read as read_invoice
from kechuang.documents.formats.large import LargeTable, Merged, letters, read_large
from kechuang.documents.formats.pictures import Difference, ReducedPage, difference, layout_bits, reduced_pages
from kechuang.documents.formats.print import Grid, Heading, Sheet, Signature, print_pdf
from kechuang.documents.formats.refusals import UploadRefused
from kechuang.documents.formats.reports import report_text
from kechuang.documents.formats.specimens import (
    Figures,
    invoice_number,
    specimen_contract_pdf,
    specimen_invoice_ofd,
    specimen_invoice_pdf,
    specimen_invoice_xml,
    specimen_report_pdf,
    specimen_slip_pdf,
    zipped,
)
from kechuang.documents.formats.tables import (
    Table,
    guarded,
    serial_day,
    stream_csv,
    stream_xlsx,
    write_csv,
    write_xlsx,
)
from kechuang.documents.formats.tables import read as read_table
from kechuang.documents.formats.upload import Found, checked
from kechuang.documents.formats.volume import Paper, Step, VolumeFacts, volume_zip

__all__ = [
    "VERDICT_LABELS",
    "Allocation",
    "Amount",
    "Comparison",
    "ContractFacts",
    "ContractParty",
    "Covers",
    "Difference",
    "Expected",
    "Figures",
    "Found",
    "Grid",
    "Heading",
    "Invoice",
    "LargeTable",
    "Merged",
    "NoInvoiceData",
    "Paper",
    "ReducedPage",
    "Sheet",
    "Signature",
    "Step",
    "Table",
    "Trust",
    "UploadRefused",
    "Verdict",
    "VolumeFacts",
    "WrongCapitals",
    "WrongInvoiceNumber",
    "capitals_from_fen",
    "checked",
    "clean",
    "compare",
    "contract_pdf",
    "difference",
    "fen_from_capitals",
    "guarded",
    "invoice_number",
    "layout_bits",
    "letters",
    "normalised_number",
    "print_pdf",
    "read_invoice",
    "read_large",
    "read_table",
    "reduced_pages",
    "report_text",
    "serial_day",
    "specimen_contract_pdf",
    "specimen_invoice_ofd",
    "specimen_invoice_pdf",
    "specimen_invoice_xml",
    "specimen_report_pdf",
    "specimen_slip_pdf",
    "stream_csv",
    "stream_xlsx",
    "template_on",
    "volume_zip",
    "write_book",
    "write_csv",
    "write_xlsx",
    "zipped",
]
