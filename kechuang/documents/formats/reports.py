"""Reports of services (服务报告) as text, for comparing them."""

from kechuang.documents.formats.upload import media_of
from kechuang.documents.states import Media


def report_text(name: str, content: bytes) -> str:
    """The text of a report; "" where it is no PDF, such as a picture. Raises what reading a PDF raises."""
    if media_of(name, content) is not Media.PDF:
        return ""
    from kechuang.documents.formats import pdf  # its library takes long to load

    return pdf.text(name, content)
