"""A paper as documents: HTML, DOCX, XLSX and PDF, each the same bytes for the same paper."""
