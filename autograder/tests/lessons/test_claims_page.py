from __future__ import annotations

from pathlib import Path

import pytest

from autograder.catalog import load
from autograder.errors import CatalogError
from autograder.site.claims import claims_page, read_claims
from autograder.site.pages import sources

GOOD = """
[[claim]]
id = "C01"
topic = "greeting"
verdict = "false"
claim = "Greetings are <slow>."
fact = "They are not slow here."
versions = ["flask 3.1.3"]
test = "lessons/greeting/test_claims.py::test_c01"
"""


@pytest.fixture
def ledger(toy: Path) -> Path:
    path = toy / "lessons" / "claims.toml"
    path.write_text(GOOD, encoding="utf-8")
    (toy / "lessons" / "greeting" / "test_claims.py").write_text("def test_c01(): ...\n", encoding="utf-8")
    return path


def test_each_claim_is_a_row_with_verdict_test_and_lesson(ledger: Path) -> None:
    catalog = load(ledger.parent)
    page = claims_page(catalog, read_claims(catalog))
    assert page.startswith("# 1 claim, 1 tested\n")
    assert 'data-verdict="false" data-topic="greeting"' in page
    assert '<a href="greeting/lesson.html">Saying hello</a>' in page
    assert '<a href="tests/greeting.html#c01"><code>test_<wbr>c01</code></a>' in page
    assert "Greetings are &lt;slow&gt;." in page


def test_the_test_of_a_claim_stands_on_a_page_with_its_decorators_and_its_file(ledger: Path) -> None:
    shown = "@pytest.mark.parametrize('n', [1])\ndef test_c01(n: int) -> None:\n    assert n == 1"
    tests = ledger.parent / "greeting" / "test_claims.py"
    tests.write_text(f"import pytest\n\n\n{shown}\n\n\ndef test_other(): ...\n", encoding="utf-8")
    pages = {page.name: page.text for page in sources(load(ledger.parent))}
    page = pages["tests/greeting"]
    assert f"``````python\n{shown}\n``````" in page
    assert "(c01)=" in page
    assert "def test_other" in page.partition("## The files")[2]
    assert "tests/greeting" in pages["claims"].partition("{toctree}")[2]


def test_a_claim_without_a_test_says_why(ledger: Path) -> None:
    ledger.write_text(GOOD.replace("test = ", 'untested = "a matter of taste" #'), encoding="utf-8")
    catalog = load(ledger.parent)
    page = claims_page(catalog, read_claims(catalog))
    assert "<em>not tested here:</em> a matter of taste" in page
    assert page.startswith("# 1 claim, 0 tested\n")


def test_the_home_page_counts_the_claims_of_the_ledger(ledger: Path) -> None:
    home = ledger.parent / "index.md"
    home.write_text(
        f"{home.read_text(encoding='utf-8')}\n<!-- how many claims are tested -->\n", encoding="utf-8"
    )
    reason = GOOD.replace("C01", "C02").replace("test = ", 'untested = "a matter of taste" #')
    ledger.write_text(GOOD + reason, encoding="utf-8")
    page = sources(load(ledger.parent))[0].text
    assert (
        "Claims backed by a test: 1 of 2. For each of the other 1, the ledger says why it has none." in page
    )


def test_without_a_ledger_the_page_says_that_it_is_empty(toy: Path) -> None:
    catalog = load(toy)
    assert "lists no claim yet" in claims_page(catalog, read_claims(catalog))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('verdict = "false"\n', "", "claim number 1, verdict: Field required"),
        ('verdict = "false"', 'verdict = "maybe"', "claim number 1, verdict"),
        ("test = ", "# ", "needs either test, or untested with the reason"),
        ("test = ", 'untested = "both at once"\ntest = ', "needs either test, or untested"),
        ("::test_c01", "::test_gone", "C01: there is no test lessons/greeting/test_claims.py::test_gone"),
        ('topic = "greeting"', 'topic = "weather"', "C01: there is no topic 'weather'"),
        ("fact =", 'colour = "red"\nfact =', "claim number 1, colour"),
        ("[[claim]]", "[[claim", "line 2"),
    ],
)
def test_a_fault_in_the_ledger_names_the_claim(ledger: Path, old: str, new: str, what: str) -> None:
    ledger.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        read_claims(load(ledger.parent))
    assert what in caught.value.what
    assert caught.value.where == str(ledger)


def test_a_claim_that_stands_twice_is_refused(ledger: Path) -> None:
    ledger.write_text(GOOD + GOOD, encoding="utf-8")
    with pytest.raises(CatalogError, match="C01: stands 2 times"):
        read_claims(load(ledger.parent))
