"""Which words of a file's name only say that it is a copy, in the languages of file managers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["marks_a_copy", "words_of"]

_WORD = re.compile(r"[a-z]+|\d+|[^\W\d_a-z]+")
_VERSION = re.compile(r"\bv(?=\d)")
_DOTLESS_I = "\u0131"


def words_of(name: str) -> list[str]:
    """The words and numbers of a name, in lower case and without accents."""
    apart = unicodedata.normalize("NFKD", name.replace("_", " ")).casefold().replace(_DOTLESS_I, "i")
    plain = unicodedata.normalize("NFKC", "".join(char for char in apart if not unicodedata.combining(char)))
    return _WORD.findall(_VERSION.sub("", plain))


def marks_a_copy(words: Iterable[str]) -> bool:
    """Whether these words, as ``words_of`` gives them, are numbers or say "copy" or "of"."""
    return all(word.isdigit() or word in _COPY_WORDS for word in words)


_LATIN = """
    copy copie copia cópia kopie kopia kopi kopio kopija kopje kopya kopyasi másolat duplicate duplicata
    duplikat salinan bản sao của another st nd rd th of von de da di do du van av af fra z od na
"""
_OTHERS = """
    копия копии копія копие копија от из של עותק نسخة نسخه αντίγραφο สำเนา
    من 复件 副本 的副本 拷贝 的拷贝 複製 复制 コピー のコピー 복사본 사본 의 의사본
"""
_COPY_WORDS = frozenset(word for words in (_LATIN, _OTHERS) for word in words_of(words))
