"""Sphinx's configuration; `course site` stages the pages and runs it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

project = os.environ.get("COURSE_TITLE", "FastAPI vs Flask, side by side")
author = ""
html_title = project
language = "en"

extensions = ["myst_nb", "sphinx_design", "sphinx_copybutton", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
templates_path = ["_templates"]

# The pages come with their outputs: the course executes them, and says which cell failed.
nb_execution_mode = "off"
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
nb_merge_streams = True
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
napoleon_use_ivar = True
autodoc_member_order = "bysource"
# A lesson links to sections of pages that may not exist in every edition.
suppress_warnings = ["myst.header"]

_SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans'"
_MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono'"

html_theme = "furo"
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"
html_css_files = ["sidebyside.css", "course.css"]
html_js_files = ["course.js"]
html_search_scorer = str(Path(__file__).parent / "_static" / "scorer.js")
html_show_sourcelink = False
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
copybutton_selector = "div.highlight pre"
html_theme_options = {
    "sidebar_hide_name": False,
    "light_css_variables": {
        "font-stack": f"{_SANS}, sans-serif",
        "font-stack--monospace": f"{_MONO}, monospace",
        "color-brand-primary": "#0b4a8f",
        "color-brand-content": "#0b4fa8",
        "color-foreground-muted": "#57606a",
        "color-foreground-secondary": "#4b535c",
    },
    "dark_css_variables": {
        "color-brand-primary": "#9cc9ff",
        "color-brand-content": "#8fc1ff",
        "color-foreground-muted": "#a3adb9",
        "color-foreground-secondary": "#b3bcc7",
    },
    "footer_icons": [],
}


def setup(app: Any) -> None:
    """Connect what the theme leaves to us; after the theme's own handler, hence the priority."""
    app.connect("html-page-context", _level_headings, priority=900)


def _level_headings(_app: Any, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Sphinx gives captions of the sidebar the role of a heading, but no level."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')
