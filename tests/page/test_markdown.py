"""Markdown in the drawer: what a reader sees, and what a writer cannot do."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.fakegitlab.page.markdown import LONGEST, render
from app.fakegitlab.page.references import IssueLink, LabelLook

KEN = '<span class="mention" title="Ken Ito">@ken</span>'
TWELVE = '<a class="issue" href="/g/p/-/issues/12" title="A &lt;b&gt; title" data-project="1" data-iid="12">'
OUT = 'rel="nofollow noopener noreferrer" target="_blank"'
NEW = (
    '<span class="label label--scoped" title="Fresh" data-color="#428bca" data-text-color="#ffffff">'
    '<span class="label__key">status</span><span class="label__value">new</span></span>'
)


class SmallWorld:
    """Ken, one label, one issue, on http://gitlab.test."""

    def user(self, username: str) -> str | None:
        return "Ken Ito" if username == "ken" else None

    def label(self, title: str) -> LabelLook | None:
        return LabelLook(title, "#428bca", "#ffffff", "Fresh") if title == "status::new" else None

    def issue(self, project_path: str | None, iid: int) -> IssueLink | None:
        here = iid == 12 and project_path in (None, "g/p")
        return IssueLink(1, 12, "A <b> title", "/g/p/-/issues/12") if here else None

    def own_path(self, url: str) -> str | None:
        if url.startswith("http://gitlab.test/"):
            return url.removeprefix("http://gitlab.test")
        return url if url.startswith("/") else None


def shown(text: str) -> str:
    """The rendered text, without the paragraph around it where it is only one."""
    html = render(text, SmallWorld())
    return html.strip().removeprefix('<p dir="auto">').removesuffix("</p>")


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("Hello @ken, and @nobody", f"Hello {KEN}, and @nobody"),
        ("ken@ken.example and `@ken`", "ken@ken.example and <code>@ken</code>"),
        (r"\@ken and &#64;ken", "@ken and @ken"),
        ('~"status::new" and ~status::new.', f"{NEW} and {NEW}."),
        ("~unknown", "~unknown"),
        ("#12, g/p#12, #13", f"{TWELVE}#12</a>, {TWELVE}g/p#12</a>, #13"),
        ("#12+", f"{TWELVE}A &lt;b&gt; title (#12)</a>"),
        ("http://gitlab.test/g/p/-/issues/12#note_3", f"{TWELVE}#12</a>"),
        ("[why](/g/p/-/issues/12)", f"{TWELVE}why</a>"),
        (
            "see https://a.example/x?y=1&z.",
            f'see <a href="https://a.example/x?y=1&amp;z" {OUT}>https://a.example/x?y=1&amp;z</a>.',
        ),
        ('[a](https://a.example "t")', f'<a href="https://a.example" {OUT}>a</a>'),
        ("![chart](https://a.example/c.png)", f'<a href="https://a.example/c.png" {OUT}>Picture: chart</a>'),
        ("~~gone~~ <!-- mark --> here", "<s>gone</s>  here"),
        ("<sub>small</sub>", "<sub>small</sub>"),
        ("<sub onclick=alert(1)>x</sub>", "&lt;sub onclick=alert(1)&gt;x</sub>"),
        ("<b style='x'>b</b>", "&lt;b style='x'&gt;b&lt;/b&gt;"),
    ],
)
def test_what_is_typed_is_seen_as_on_gitlab(typed: str, seen: str) -> None:
    assert shown(typed) == seen


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#115;cript:alert(1)",
        "java&Tab;script:alert(1)",
        "&#1;javascript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "blob:x",
    ],
)
def test_only_harmless_addresses_become_links(address: str) -> None:
    assert "<a" not in shown(f"[press]({address}) <{address}>")


def test_emoji_are_drawn_where_nothing_is_code() -> None:
    seen = shown(":red_circle: late, at 10:15:20 or `:warning:` :nothing: :warning:")
    assert seen == "🔴 late, at 10:15:20 or <code>:warning:</code> :nothing: ⚠️"


def test_task_lists_and_tables_need_no_styles() -> None:
    html = render("- [x] done\n- [ ] open @ken\n\n|a|b|\n|:-|-:|\n|1|2|\n", SmallWorld())
    assert '<li class="task"><input type="checkbox" disabled checked data-line="0" aria-label="done">done</li>' in html
    assert f'<li class="task"><input type="checkbox" disabled data-line="1" aria-label="to do">open {KEN}</li>' in html
    assert '<th dir="auto" class="left">a</th>' in html
    assert "style" not in html


def test_details_unfold_and_hold_markdown() -> None:
    html = render("<details open>\n<summary>Why @ken</summary>\n\n**bold**\n\n</details>\n", SmallWorld())
    assert html == (
        f'<details open>\n<summary>Why {KEN}</summary>\n<p dir="auto"><strong>bold</strong></p>\n</details>\n'
    )


def test_a_comment_that_never_ends_hides_the_rest_and_nothing_else() -> None:
    assert shown("seen\n\n<!-- hidden\n\nstill hidden") == "seen"


def test_a_very_long_text_is_cut_and_says_so() -> None:
    html = render("word " * 200_000, SmallWorld())
    assert html.endswith('<p class="shortened">Shortened: 60,000 of 1,000,000 characters are shown.</p>')
    assert len(html) < LONGEST + 200


TEXT = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr", "pre", "code", "em", "strong", "s", "a", "br"}
LISTS = {"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"}
LET_THROUGH = {"details", "summary", "sub", "sup", "kbd"}
ALLOWED = TEXT | LISTS | LET_THROUGH | {"input", "span"}
PIECES = st.sampled_from(
    [
        *"<>\"'&()[]!`*_~|:#@/\\ \n-+=",
        "<script",
        "</script>",
        "<!--",
        "-->",
        "<details",
        "onerror=",
        "javascript:",
        "ken",
        "12",
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=40).map("".join))
def test_whatever_is_typed_only_known_tags_without_handlers_come_out(text: str) -> None:
    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag in ALLOWED
            for name, value in attrs:
                assert not name.startswith("on")
                assert name != "style"
                assert name != "href" or not (value or "").strip().lower().startswith(
                    ("javascript", "data", "vbscript")
                )

        def handle_comment(self, data: str) -> None:
            raise AssertionError(data)

    Reader().feed(render(text, SmallWorld()))
