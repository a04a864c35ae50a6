"""One lesson executed: its cells' outputs, or what is wrong in which cell."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from sidebyside.blocks import STYLE_VARIABLE
from sidebyside.places import ROOT_VARIABLE

__all__ = ["CellFault", "Executed", "execute"]

_CELL_PATIENCE_S = 300
_LOOP = asyncio.SelectorEventLoop if sys.platform == "win32" else None
"""The usual one of Windows cannot wait for the sockets of a kernel."""
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_ARROW = re.compile(r"^-+> (\d+) (.*)$", re.MULTILINE)
_LOADED = (
    "import sys as _s; print('\\n'.join(sorted("
    "{m.__file__ for m in list(_s.modules.values()) if getattr(m, '__file__', None)})))"
)


@dataclass(frozen=True, slots=True)
class CellFault:
    """Why a lesson cannot be shown.

    Attributes:
        cell: which code cell, counted from 1.
        line: which line of it, counted from 1; None when that is not known.
        what: what went wrong, in one sentence.
    """

    cell: int
    line: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Executed:
    """What came of a lesson.

    Attributes:
        outputs: by code cell, in nbformat's form.
        loaded: the files of all modules that the cells imported.
        faults: what is wrong; empty when all is well.
    """

    outputs: tuple[tuple[Any, ...], ...]
    loaded: tuple[Path, ...]
    faults: tuple[CellFault, ...]


def execute(notebook: Any, folder: Path, root: Path) -> Executed:
    """Run a notebook's cells in a kernel of their own.

    Args:
        notebook: in nbformat's form; it is changed.
        folder: the working directory of the cells.
        root: the course's folder.
    """
    notebook.cells.append(nbformat.v4.new_code_cell(_LOADED))
    begun: list[int] = []
    client = NotebookClient(
        notebook,
        on_cell_execute=lambda **told: begun.append(told["cell_index"]),
        timeout=_CELL_PATIENCE_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        # Else each kernel tells on standard error that it listens on loopback.
        extra_arguments=["--IPKernelApp.log_level=40"],
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of nbclient's own dependencies
            # A loop of our own, since nbclient leaves the one that it makes in a thread open.
            with asyncio.Runner(loop_factory=_LOOP) as runner:
                runner.run(client.async_execute(env=_environment(root)))
    except CellExecutionError as error:
        return Executed((), (), (_raised(notebook, error),))
    except (CellTimeoutError, DeadKernelError) as error:
        first = str(error).strip().partition("\n")[0]
        return Executed((), (), (CellFault(max(1, len(begun)), None, first),))
    *cells, last = _code_cells(notebook)
    loaded = tuple(Path(line) for line in last.outputs[0].text.split("\n") if line)
    outputs = tuple(tuple(_clean(each) for each in cell.outputs) for cell in cells)
    return Executed(outputs, loaded, tuple(_told_on_stderr(outputs)))


def _environment(root: Path) -> Mapping[str, str]:
    return {
        **os.environ,
        ROOT_VARIABLE: str(root),
        STYLE_VARIABLE: "page",
        "PYTHONHASHSEED": "0",
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }


def _raised(notebook: Any, error: CellExecutionError) -> CellFault:
    cells = _code_cells(notebook)
    for number, cell in enumerate(cells, 1):
        for output in cell.outputs:
            if output.output_type == "error":
                text = _ANSI.sub("", "\n".join(output.traceback))
                arrow = _ARROW.search(text)
                line = int(arrow[1]) if arrow else None
                return CellFault(number, line, f"{output.ename}: {output.evalue}")
    return CellFault(len(cells), None, f"{error.ename}: {error.evalue}")


def _told_on_stderr(outputs: tuple[tuple[Any, ...], ...]) -> Iterator[CellFault]:
    for number, cell in enumerate(outputs, 1):
        for output in cell:
            if output.output_type == "stream" and output.name == "stderr":
                first = output.text.strip().partition("\n")[0]
                yield CellFault(number, None, f"A message leaks onto the page: {first}")


def _code_cells(notebook: Any) -> list[Any]:
    return [each for each in notebook.cells if each.cell_type == "code"]


def _clean(output: Any) -> Any:
    """An output without what changes from run to run."""
    if "execution_count" in output:
        output.execution_count = None
    output.pop("transient", None)
    return output
