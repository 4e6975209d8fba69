"""Reading records, figures and papers."""
