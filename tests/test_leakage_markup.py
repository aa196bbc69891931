"""Tags, references, escapes, links and broken words are undone; what only looks like them stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.leakage import markup
from bioclue_data.leakage.markup import without_markup
from bioclue_data.matching.tokens import Texts, texts_of


def strings(texts: Texts) -> list[str]:
    return [
        texts.data[begin:end].tobytes().decode()
        for begin, end in zip(texts.offsets[:-1].tolist(), texts.offsets[1:].tolist(), strict=True)
    ]


def plain(text: str) -> str:
    return strings(without_markup(texts_of([text])))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a <b>blue</b> lamp", "a blue lamp"),
        ("H<sub>2</sub>O and <I>E. coli</I>", "H2O and E. coli"),
        ('the <a href="https://x.example/a?b=1">third</a> ward', "the third ward"),
        ('<span style="color: red">青蓝</span>色的<strong>灯笼</strong>', "青蓝色的灯笼"),
        ("<p>first</p><p class='x'>second<br/>third</p>", "\nfirst\n\nsecond\nthird\n"),
        ("<!-- a note -->seen", "\nseen"),
        ("the&nbsp;green&nbsp;lamp", "the\xa0green\xa0lamp"),
        ("&#30002;状&#x817A;", "甲状腺"),
        ("5 &lt; 7 &amp; 8&#39;s", "5 < 7 & 8's"),
        ("&lt;b&gt;blue&lt;/b&gt; lamp", "blue lamp"),
        (r"\u7532\u72b6\u817a of \ud83d\ude00", "甲状腺 of 😀"),
        (r"\ud83d alone", "\ufffd alone"),
        ("a [blue lamp](https://x.example/a_(b)?c=1) lit", "a [blue lamp] lit"),
        ('又见[青蓝色灯](/wiki/青灯 "灯")与![图](a/../b.png)', "又见[青蓝色灯]与![图]"),
        ("see [1](#cite-1), [2](www.x.example)", "see [1], [2]"),
        ("the treat-\nment of lamp-\r\n   light", "the treatment of lamplight"),
        ("the treat\xad\nment", "the treatment"),
        (r"Answer:\nWhat is a lamp?\r\n\tit is\nlit", "Answer:\nWhat is a lamp?\n\n\nit is\nlit"),
        (r"青灯\n蓝灯\n1", "青灯\n蓝灯\n1"),
    ],
)
def test_markup_is_no_text(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "p<0.05 and x>3",
        "if a<b and c>d then",
        "<unknown>tag</unknown>",
        "an address: <https://x.example>",
        "R&D; AT&T; a=1&copy=2",
        "&nosuchname; stays",
        r"\theta, \nu and C:\users\lamp",
        r"$\nabla \times \rho_1 \neq \tau \to \right) \text{lamp}$",
        r"\u12 is short",
        "<b never closed",
        "f[x](y) and [a](b c) and [95 % CI](0.5-1.2)",
        "a list -\nof lamps, 5-\nfold, CT-\nMRI, lamp-\n\nlight, B-\ncell, post-\nHBV",
        "- first\n- second",
        "soft\xadhyphen",
        "[open](https://x.example",
        "a < b",
        "<",
        "&",
        "",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    texts = texts_of([text])
    assert without_markup(texts) is texts


NAMES = f"{markup._INLINE}|{markup._BLOCK}".split("|")


@pytest.mark.parametrize("form", ["<{}>", "</{}>", "<{}/>", "<{} >", '<{} class="x">', "<{}\n id=y >"])
def test_tags_of_every_name(form: str) -> None:
    assert len(NAMES) > 80
    for name in NAMES:
        blank = "" if name in markup._INLINE.split("|") else "\n"
        for written in (name, name.upper(), name.title()):
            texts = texts_of([f"lamp{form.format(written)}light"])
            assert strings(without_markup(texts)) == [f"lamp{blank}light"], written


@given(st.text("abhr16<>/! =-é", max_size=8), st.sampled_from(["", "<", "</", "<!--"]))
def test_nothing_that_is_a_tag_is_passed_over(text: str, begin: str) -> None:
    texts = texts_of([f"{begin}{text}"])
    data = texts.data.tobytes()
    matches = [at for at in range(len(data)) if markup._MARKUP.match(data, at, int(texts.offsets[-1]))]
    assert set(matches) <= set(markup._places(texts).tolist())


def test_tags_of_dialogues_are_not_even_looked_at() -> None:
    texts = texts_of(["<patient> my <knee> is blue </patient><doctor>so</doctor> <> </> < b"])
    assert markup._places(texts).tolist() == []


def test_a_tag_does_not_reach_into_the_next_text() -> None:
    texts = ["ends with <b", "> and &am", "p; begins", "<i>x</i>", "", "&lt;"]
    assert strings(without_markup(texts_of(texts))) == [*texts[:3], "x", "", "<"]


def test_texts_behind_a_header() -> None:
    texts = texts_of(["<b>header</b>", "<b>one</b>", "two &amp; three"])
    assert strings(without_markup(Texts(texts.data, texts.offsets[1:]))) == ["one", "two & three"]


MEANT = {
    "<b>": "",
    "</b>": "",
    "<br>": "\n",
    "&nbsp;": "\xa0",
    "&#30002;": "甲",
    r"\u706f": "灯",
    r"\nlamp": "\nlamp",
    "a-\nb": "ab",
    "[a](http:b)": "[a]",
}
PIECES = ["lamp", " ", "灯", "<", "&", "-", "\n", "](", "x" * 70, *MEANT]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=30), min_size=1, max_size=40))
def test_all_markup_of_all_texts(pieces: list[list[str]]) -> None:
    given_texts = ["".join(f"{piece} " for piece in text) for text in pieces]
    expected = ["".join(f"{MEANT.get(piece, piece)} " for piece in text) for text in pieces]
    assert strings(without_markup(texts_of(given_texts))) == expected


def test_more_markup_than_there_was_room_for() -> None:
    texts = ["<b>lamp</b> & &amp; " * 300, "灯" * 100, "&amp;" * 2000]
    assert strings(without_markup(texts_of(texts))) == ["lamp & & " * 300, "灯" * 100, "&" * 2000]
