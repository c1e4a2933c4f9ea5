"""The page: whole, harmless, and with everything in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from migrator.verification.comparing import TITLES, Verification, compare_run
from migrator.verification.reports import Code, html_report
from migrator.verification.reports.page.diffing import marked
from migrator.verification.reports.page.markup import Markup, escaped, joined, prose, tag
from migrator.verification.reports.page.plots import _round_values
from tests.verification.comparing.runs import CHAT, completion, prepared, response, run_of

from .conftest import EVIL

VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Checks that elements nest; collects names, attributes and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.add(name)
        self.attributes += attributes
        if name not in VOID:
            self.open.append(name)

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def test_the_page_is_whole_and_says_everything(compared: Verification) -> None:
    codes = {"app/ask.py:12": Code(("@@ -1 +1 @@", "-old <b>", "+new"), "only with --unsafe-fixes")}
    reader = read(html_report(compared, codes))
    text = "".join(reader.text)
    for sample in compared.samples:
        assert TITLES[sample.verdict] in text
    for words in (
        "-old <b>",
        "only with --unsafe-fixes",
        "input tokens",
        "cost",
        "beyond the noise floor: ",
    ):
        assert words in text
    assert "svg" in reader.names


def test_nothing_of_a_sample_becomes_markup(compared: Verification) -> None:
    page = html_report(compared, {f"app/{EVIL}.py:1": Code((EVIL,), EVIL)})
    reader = read(page)
    assert "script" not in reader.names
    assert not any(name.startswith("on") for name, _ in reader.attributes)
    assert "\x00" not in page and "\x1b" not in page
    assert "<script>alert(1)</script>" in "".join(reader.text)
    page.encode("utf-8")


def test_the_page_asks_nobody_for_anything(compared: Verification) -> None:
    page = html_report(compared)
    reader = read(page)
    assert not reader.names & {"link", "img", "iframe", "script", "object", "image", "use"}
    assert not {name for name, _ in reader.attributes} & {"src", "href", "xlink:href", "action"}
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert not re.search(r"url\(|@import", style)
    assert "default-src 'none'" in page.replace("&#x27;", "'")


def test_the_page_is_the_same_twice(compared: Verification) -> None:
    assert html_report(compared) == html_report(compared)


def test_the_worst_site_comes_first(compared: Verification) -> None:
    page = html_report(compared)
    assert page.index("app/old.py:1") < page.index("app/tools.py:3")


def test_equal_words_need_no_plot() -> None:
    run = run_of((prepared(CHAT), [completion()], [response()]), server="emulator")
    page = html_report(compare_run(run))
    assert "Every answer has the same words" in page and "against the noise floor" not in page


@pytest.mark.parametrize(
    ("before", "after", "left", "right"),
    [
        ("a b", "a b", "a b", "a b"),
        ("a <b", "a <c", "a &lt;<del>b</del>", "a &lt;<ins>c</ins>"),
        ("", "x", "", "<ins>x</ins>"),
    ],
)
def test_marked_words(before: str, after: str, left: str, right: str) -> None:
    assert marked(before, after) == (left, right)


def test_long_texts_are_not_marked() -> None:
    one, other = marked("a " * 3000, "b " * 3000)
    assert "<del>" not in one and "<ins>" not in other


def test_markup() -> None:
    assert tag("p", "<", Markup("<b>"), None, ["&", None], class_='"', open=True, id=None) == (
        '<p class="&quot;" open>&lt;<b>&amp;</p>'
    )
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8">'
    assert escaped("\x00\ud800") == "\\x00\\ud800"
    assert prose("see `x<y` now") == "see <code>x&lt;y</code> now"
    assert prose("one ` only") == joined("one ` only")


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 0.0007), (30, 412), (-3, 5), (1e6, 1e6 + 3)])
def test_round_values(low: float, high: float) -> None:
    found = _round_values(low, high)
    assert 2 <= len(found) <= 6 and low <= found[0] and found[-1] <= high
