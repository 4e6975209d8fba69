"""Technical sizes of what is published."""

# 解释口径 is written in a line or two; a page of it belongs into a document of its own.
NOTE_CHARS_MAX = 2_000
