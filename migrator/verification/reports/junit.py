"""The comparison as JUnit XML: one test suite a call site, one test case a sample."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from migrator.verification.comparing import TITLES, SampleResult, SiteResult, Verification

from .wording import site_name

_OUTCOME = {
    "failed": "failure", "outside": "failure", "inconclusive": "error", "skipped": "skipped",
}  # fmt: skip

_BAD = ("failed", "outside")
_TOGETHER = "all samples together"


def junit_report(result: Verification) -> str:
    """Return the comparison as JUnit XML.

    Failed and outside noise are failures, inconclusive is an error, skipped is skipped.  What a
    site, or the run, shows only with all its samples together is a case of its own.
    """
    suites = "".join(_suite(site) for site in result.sites)
    counts = [_numbers(site) for site in result.sites]
    if result.verdict in _BAD and not any(site.verdict in _BAD for site in result.sites):
        suites += _whole(result)
        counts.append({"tests": 1, "failures": 1, "errors": 0})
    totals = {name: sum(each[name] for each in counts) for name in ("tests", "failures", "errors")}
    words = " ".join(f'{name}="{value}"' for name, value in totals.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="migrator verify" {words}>\n{suites}</testsuites>\n'
    )


def _numbers(site: SiteResult) -> dict[str, int]:
    found = [_OUTCOME.get(sample.verdict, "") for sample in site.samples]
    together = _together(site)
    return {
        "tests": len(found) + together,
        "failures": found.count("failure") + together,
        "errors": found.count("error"),
        "skipped": found.count("skipped"),
    }


def _together(site: SiteResult) -> bool:
    return site.verdict in _BAD and not any(sample.verdict in _BAD for sample in site.samples)


def _whole(result: Verification) -> str:
    message = _attribute(f"{TITLES[result.verdict]}: {result.reason}")
    return (
        '  <testsuite name="the whole run" tests="1" failures="1" errors="0">\n'
        f'    <testcase classname="the whole run" name="{_TOGETHER}" time="0.000">'
        f"<failure message={message}/></testcase>\n  </testsuite>\n"
    )


def _suite(site: SiteResult) -> str:
    words = " ".join(f'{name}="{value}"' for name, value in _numbers(site).items())
    cases = "".join(_case(sample) for sample in site.samples)
    if _together(site):
        cases += _one(site, _TOGETHER, "failure", site.reason, 0.0, site.verdict)
    return f"  <testsuite name={_attribute(site_name(site))} {words}>\n{cases}  </testsuite>\n"


def _case(sample: SampleResult) -> str:
    readings = (*sample.chat, *sample.responses)
    seconds = sum(each.exchange.seconds for each in readings if each.exchange is not None)
    kind = _OUTCOME.get(sample.verdict, "")
    return _one(sample, sample.id, kind, sample.reason, seconds, sample.verdict)


def _one(
    of: SiteResult | SampleResult, name: str, kind: str, reason: str, seconds: float, verdict: str
) -> str:
    head = f'classname={_attribute(site_name(of))} name={_attribute(name)} time="{seconds:.3f}"'
    if not kind:
        return f"    <testcase {head}/>\n"
    title = TITLES[verdict]  # type: ignore[index]
    body = f"<{kind} message={_attribute(f'{title}: {reason}')}/>"
    if kind != "skipped" and isinstance(of, SampleResult):
        lines = "\n".join(f"{each.name}: {each.outcome}: {each.detail}" for each in of.checks)
        body = body.replace("/>", f">{escape(_clean(lines))}</{kind}>") if lines else body
    return f"    <testcase {head}>{body}</testcase>\n"


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    """Return text without the signs that XML can't hold."""
    return "".join(
        sign if sign in "\t\n" or " " <= sign < "\ud800" or "\ue000" <= sign not in "\ufffe\uffff"
        else "\ufffd"
        for sign in text
    )  # fmt: skip
