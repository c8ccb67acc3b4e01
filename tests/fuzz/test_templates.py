"""Templates of any kind: they say something, or they are refused with their place; and none gets out of its sandbox."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.failure import Permanent
from app.gateways.templates import Templates
from tests.fuzz.cases import TEMPLATES

DATA: dict[str, object] = {"who": "sa.jane", "count": 3, "labels": ["a", "b"], "deep": {"list": [{"x": 1}]}}

PIECES = [
    *("{{ ", " }}", "{% ", " %}", "{# ", " #}", "{%- ", " -%}", "\n", " ", "`", "/close", "@all", "<!--"),
    *("who", "count", "labels", "deep", "deep.list[0].x", "nobody", "loop.index", "self", "caller()", "none", "true"),
    *("|trusted", "|mention", "|day", "|issue", "|whole", "|or_list", "|dotted", "|box('x')", "|who(true)", "|slot"),
    *("|map('label')|list", "|join(', ')", "|length", "|e", "|safe", "|attr('__class__')", "|format(1)", "|xmlattr"),
    *("if who", "else", "endif", "for x in labels", "for x in count", "endfor", "set y = 1", "macro m()", "endmacro"),
    *("include 'notes/t.md.j2'", "import 'notes/t.md.j2' as p", "extends 'notes/t.md.j2'", "block b", "endblock"),
    *("raw", "endraw", "with a = 1", "endwith", "filter trusted", "endfilter", "call m()", "endcall", "do 1"),
    *("1", "'x'", '"', "'", "+", "-", "*", "**", "%", "~", "/", "//", "(", ")", "[", "]", ".", ",", "|", "==", "in"),
    *(
        "999999999",
        "1e308",
        "0",
        "'%999999d'",
        "range(99999999)",
        ".__class__",
        ".__mro__",
        ".format",
        "\x00",
        "\ud7ff",
    ),
]
ANY_TEMPLATE = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=30).map("".join)
"""Loose pieces; and pieces that stand where pieces may."""
ANY_TEMPLATE |= st.lists(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map(lambda inner: "{{ " + " ".join(inner) + " }}")
    | st.sampled_from(["{% if count %}", "{% endif %}", "{% for x in labels %}", "{% endfor %}", "and ", "\n"]),
    max_size=8,
).map("".join)


def written(folder: Path, template: bytes) -> Templates:
    """An installation whose only template is this."""
    (folder / "templates" / "notes").mkdir(parents=True, exist_ok=True)
    (folder / "templates" / "notes" / "t.md.j2").write_bytes(template)
    return Templates([folder / "templates"])


def tried(folder: Path, template: str) -> str:
    """What came of it: the text, or the refusal."""
    wording = written(folder, template.encode())
    mistakes = list(wording.mistakes())
    assert all(each.file == "templates/notes/t.md.j2" and each.line >= 1 and each.cure for each in mistakes)
    try:
        return wording.note("t", DATA, None)
    except Permanent as refused:
        said = str(refused)
    assert said.startswith("The template notes/t.md.j2")
    return said


def any_template_is_said_or_refused(folder: Path, *, soak: bool) -> None:
    """As many as are stated."""

    @TEMPLATES.settings(soak=soak)
    @given(ANY_TEMPLATE)
    def one(template: str) -> None:
        assert isinstance(tried(folder, template), str)

    one()


def test_any_template_is_said_or_refused(tmp_path: Path) -> None:
    any_template_is_said_or_refused(tmp_path, soak=False)


@pytest.mark.soak
def test_any_template_is_said_or_refused_for_long(tmp_path: Path) -> None:
    any_template_is_said_or_refused(tmp_path, soak=True)


ESCAPES = {
    "a class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "a class by filter": "{{ ''|attr('__class__') }}",
    "a class by map": "{{ ['']|map(attribute='__class__')|first }}",
    "globals of a function": "{{ cycler.__init__.__globals__.os.system('id') }}",
    "the loader": "{{ self.__init__.__globals__ }}",
    "the environment": "{{ self._TemplateReference__context.environment.loader }}",
    "a macro's code": "{% macro m() %}{% endmacro %}{{ m.__call__.__func__.__code__ }}",
    "format strings": "{{ '{0.__class__}'.format(who) }}",
    "format maps": "{{ '{who.__class__}'.format_map({'who': who}) }}",
    "generators": "{{ (labels|map('upper')).gi_frame.f_globals }}",
    "exceptions": "{{ nobody.__traceback__ }}",
    "a list of ours": "{{ labels.append('c') }}",
    "a map of ours": "{{ deep.update({'y': 1}) }}",
    "a power": "{{ 9**9**9 }}",
    "a long text": "{{ 'x' * 999999999 }}",
    "a wide format": "{{ '%0999999999d' % 1 }}",
    "a wide text": "{{ 'x'.ljust(999999999) }}",
    "a long range": "{{ range(999999999)|list }}",
    "deep brackets": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "deep blocks": "{% for x in labels %}" * 60 + "{% endfor %}" * 60,
    "itself": "{% include 'notes/t.md.j2' %}",
    "a file": "{% include '../../../../etc/passwd' %}",
    "an absolute file": "{% include '/etc/passwd' %}",
    "a module": "{% import 'os' as os %}{{ os.environ }}",
}


@pytest.mark.parametrize("way", ESCAPES)
def test_no_template_gets_out_of_its_sandbox(way: str, tmp_path: Path) -> None:
    before = {**DATA, "labels": list(DATA["labels"])}  # type: ignore[call-overload]
    said = tried(tmp_path, ESCAPES[way])
    assert said.startswith("The template notes/t.md.j2")
    assert before == DATA


DOUBLED = "{% set ns = namespace(s=START) %}{% for i in range(27) %}{% set ns.s = MORE %}{% endfor %}{{ ns.s|length }}"
LONG = "{% set s %}{% for i in range(1000) %}{{ '          '|safe }}{% endfor %}{% endset %}"
GROWTH = {
    "a format": "{{ '%999999999s'|format('x')|length }}",
    "an operator that formats": "{{ ('%0*d' % (999999999, 1))|length }}",
    "a pattern for texts": LONG + "{{ '%(x)s%(x)s' % {'x': s} }}",
    "a long pattern": LONG + "{{ (s ~ '%999d') % 1 }}",
    "a large number in a pattern": "{{ '%f' % (1e308, ) }}",
    "indents": "{{ 'a\nb'|indent(999999999)|length }}",
    "indents of JSON": "{{ [1]|tojson(indent=999999999)|length }}",
    "rows": "{{ ([1]|batch(99999999, 0)|list)|length }}",
    "columns": "{{ ([1]|slice(99999999)|list)|length }}",
    "a power": "{{ 1.5|round(999999999, 'ceil') }}",
    "bytes": "{{ (1).to_bytes(999999999, 'big')|length }}",
    "texts by ~": DOUBLED.replace("START", "'xxxxxxxx'").replace("MORE", "ns.s ~ ns.s"),
    "texts by +": DOUBLED.replace("START", "'xxxxxxxx'").replace("MORE", "ns.s + ns.s"),
    "bytes by +": DOUBLED.replace("START", "'xxxxxxxx'.encode()").replace("MORE", "ns.s + ns.s"),
    "lists by +": DOUBLED.replace("START", "[1]").replace("MORE", "ns.s + ns.s"),
    "texts by a list": DOUBLED.replace("START", "'xxxxxxxx'").replace("MORE", "[ns.s, ns.s]|join"),
    "texts by attributes of a list": DOUBLED.replace("START", "'x'").replace(
        "MORE", "[[ns.s], [ns.s]]|join(attribute=0)"
    ),
    "texts by replacing": DOUBLED.replace("START", "'x'").replace("MORE", "ns.s.replace('x', 'xx')"),
    "texts by or_list": LONG + "{{ [s" + ", s" * 200 + "]|or_list }}",
    "texts by dotted": LONG + "{{ [s" + ", s" * 200 + "]|dotted }}",
    "what lies between": LONG + "{{ range(1000)|join(s)|length }}",
    "a text that is set": "{% set a = 'xxxxxxxxxx' %}" + "{% set a %}{{ a|safe }}{{ a|safe }}{% endset %}" * 30,
    "a macro": "{% macro m() %}{% for i in range(999) %}{% for j in range(999) %}{% for k in range(999) %} {% endfor %}"
    "{% endfor %}{% endfor %}{% endmacro %}{{ m()|length }}",
    "nothing": "{% macro m() %}{% for i in range(999) %}{% for j in range(999) %}{% for k in range(9) %}{{ ''|safe }}"
    "{% endfor %}{% endfor %}{% endfor %}{% endmacro %}{{ m()|length }}",
    "a note": "{% for i in range(999) %}{% for j in range(999) %}{% for k in range(999) %}x{% endfor %}{% endfor %}"
    "{% endfor %}",
    "a range": "{{ range(10 * 1000)|list|length }}",
}
ROOM = 64_000_000
"""Bytes: no text in it is longer than a million characters, but for a moment there are several."""


@pytest.mark.parametrize("way", GROWTH)
def test_a_few_characters_do_not_ask_for_a_gigabyte(way: str, tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        said = tried(tmp_path, GROWTH[way])
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert said.startswith("The template notes/t.md.j2")
    assert most < ROOM


SAID = {
    "{{ labels|join(', ') }}, {{ labels|or_list }}, {{ labels|dotted }}": "`a, b`, `a` or `b`, `a` · `b`",
    "{{ [deep, deep]|map(attribute='list')|map('length')|join('-') }}": "`1-1`",
    "{{ deep.list|join(attribute='x') }}{{ ('a'|safe) ~ '<' ~ 1 }}": "`1`a&lt;1",
    "{% set ns = namespace(n=0) %}{% for x in range(3, 0, -1) %}{% set ns.n = ns.n + x %}{% endfor %}{{ ns.n }}": "6",
    "{% for x in range(3) recursive %}{{ x }}{% endfor %}{% filter upper %}{% for x in labels %}{{ x }}{% endfor %}"
    "{% endfilter %}{{ 7 % 4 * 2 }}{{ (labels + ['c'])|length }}{{ 1500000 + 1500000 }}": "012`A``B`633000000",
    "{{ '%+d of %.1f' % (count, 2.5) }}": "`+3 of 2.5`",
}


@pytest.mark.parametrize("template", SAID)
def test_what_templates_need_they_have(template: str, tmp_path: Path) -> None:
    assert tried(tmp_path, template) == SAID[template]


def test_checking_a_template_works_nothing_out(tmp_path: Path) -> None:
    """`check` runs in the pipeline of a merge request, before anybody has read the template."""
    template = b"{{ 9**9**9 }}{{ 'x'|center(99999999999) }}{{ 'x' * 9999999999999 }}"
    (mistake,) = written(tmp_path, template).mistakes()
    assert mistake.message == "the template cannot be used: No filter named 'center'"


@pytest.mark.parametrize(
    ("rare", "what"),
    [("{{ 'x'|format }}", "No filter named 'format'"), ("{{ 'x' is shiny }}", "No test named 'shiny'")],
)
def test_what_a_template_says_rarely_is_checked_too(rare: str, what: str, tmp_path: Path) -> None:
    (mistake,) = written(tmp_path, f"Hello\n{{% if more %}}\n{rare}\n{{% endif %}}".encode()).mistakes()
    assert (mistake.line, mistake.message) == (3, f"the template cannot be used: {what}")


@pytest.mark.parametrize("text", ["{{ 7*7 }}", "{% include 'notes/t.md.j2' %}", "{{ ''.__class__ }}", "{# x #}"])
def test_what_people_typed_is_never_a_template(text: str, tmp_path: Path) -> None:
    wording = written(tmp_path, b"{{ heard }} {{ heard|whole }}")
    assert wording.note("t", {"heard": text}, None) == f"`{text}` `{text}`"


def test_a_template_that_asks_for_one_that_is_not_there_is_the_one_to_mend(tmp_path: Path) -> None:
    wording = written(tmp_path, b"Hello\n{% include 'notes/gone.md.j2' %}")
    with pytest.raises(Permanent, match=r"^The template notes/t\.md\.j2:2 cannot be used: there is no template notes/"):
        wording.note("t", DATA, None)
