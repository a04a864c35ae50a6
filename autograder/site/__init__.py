"""The site: lessons executed, pages made from the course's data, all turned into HTML without the network."""

from __future__ import annotations

from autograder.site.build import Site, build_site

__all__ = ["Site", "build_site"]
