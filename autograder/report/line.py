"""One report as one line of JSON, for pipelines and for the eyes of whoever runs one."""

from __future__ import annotations

from autograder.report.model import Report

__all__ = ["json_line"]


def json_line(report: Report) -> str:
    """The report as printable ASCII: it acts on no terminal, and no reader of lines cuts it in two.

    JSON itself would leave DEL, the C1 controls, marks of direction and U+2028 as they are. A line that holds
    "##[" can be a command to a CI server.
    """
    told = report.model_dump_json(ensure_ascii=True).replace("\x7f", "\\u007f")
    return told.replace("##", "#\\u0023")
