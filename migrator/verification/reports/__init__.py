"""Reports of a comparison: terminal, Markdown, JSON, JUnit and one HTML page."""

from .code import Code, code_of
from .document import json_report
from .junit import junit_report
from .markdown import markdown_report
from .page import html_report
from .terminal import print_report

__all__ = [
    "Code",
    "code_of",
    "html_report",
    "json_report",
    "junit_report",
    "markdown_report",
    "print_report",
]
