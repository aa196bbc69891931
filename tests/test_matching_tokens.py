"""The compiled tokeniser equals the plain one: hashes, spans, scripts, over all that Unicode has."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bioclue_data.matching import reference
from bioclue_data.matching.tokens import PADDING, ROOM, Texts, texts_of, tokenise_all
from tests.matching import nasty

PIECES = [
    "gene", "GENE", "p53", "0", "x" * 7, "y" * 8, "z" * 9, "Q" * 15, "q" * 16, "w" * 64, "v" * 65, "é", "ÀÉ",
    "e\u0301",
    "n\u0303o", "\u0301", "Ｐ５３", "ｇｅｎｅ", "（", "，", "。", "ﬁ", "ﬃ", "Ⅳ", "ⅷ", "㎎", "㎖", "²",
    "⑴", "⑽", "⒈", "⒛", "⒜", "㈠", "㈶", "㈎", "㏂", "🄂", "🄰", "🉀",
    "H₂O", "½", "µ", "μ", "α", "Ω", "ς", "б", "Ж", "ё", "한", "각", "\u1112\u1161\u11ab", "か", "カ", "ｶ",
    "ガ", "が", "々", "〇", "〆", "ー", "肝", "炎", "療", "疗", "藥", "臺", "㐀", "鿿", "豈",
    "\U00020000", "\U0002f800", "\U00030000", "\U000323af", "\U00040000", "\u200b", "\u200d", "\ufeff",
    "\u00ad", "\ufe0f", "\U000e0100", "\U000e0041", "\U000e01ff", "\U000e0200", "😀", "👩\u200d🔬",
    "\u202e", "\u2066", "ß", "ẞ", "İ", "ı", "ǆ", "ŉ", "\u0345", "ا", "ب\u064e", "ก\u0e31", "क\u093f",
    "\0", "\x7f", "\u0085", "\u2028", "\uffff", "\U0010ffff", "_", "-", ".", " ", "\n", "'",
]  # fmt: skip


def same(texts: list[str]) -> None:
    """Compare all that the two tokenisers say."""
    found = tokenise_all(texts_of(texts))
    for number, text in enumerate(texts):
        part = slice(int(found.offsets[number]), int(found.offsets[number + 1]))
        wanted = reference.tokens(text)
        assert reference.words(text) == [token.text for token in wanted]
        assert found.starts[part].tolist() == [token.start for token in wanted]
        assert found.ends[part].tolist() == [token.end for token in wanted]
        assert found.single[part].tolist() == [int(token.single) for token in wanted]
        assert found.hashes[part].tolist() == [reference.hash_token(token) for token in wanted]


@settings(max_examples=300, deadline=None)
@given(st.lists(nasty(PIECES), max_size=4))
@example([""])
@example(["", "a", ""])
def test_texts_of_every_script(texts: list[str]) -> None:
    same(texts)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=4))
def test_any_text(texts: list[str]) -> None:
    same(texts)


@pytest.mark.parametrize("plane", [0, 1, 2, 3, 14])
def test_every_character_alone_and_inside_a_word(plane: int) -> None:
    codes = [c for c in range(plane << 16, (plane + 1) << 16) if not 0xD800 <= c < 0xE000]
    step = 1 if plane in {0, 14} else 7
    same([f"a{chr(code)}b {chr(code)}" for code in codes[::step]])


@pytest.mark.parametrize("length", [1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 4095, 4096, 4097, 9000])
@pytest.mark.parametrize("letter", ["a", "é", "肝", "Ａ"])
def test_words_of_any_length(length: int, letter: str) -> None:
    same([letter * length, f" {letter * length} ", f"x{letter * length}y.{letter * (length - 1)}é z"])


@pytest.mark.parametrize(
    "count",
    [0, 1, 62, 63, 64, 65, 66, *(ROOM + more for more in (-33, -32, -1, 0, 1, 40)), 2 * ROOM, 2 * ROOM + 1],
)
@pytest.mark.parametrize("word", ["a ", "肝", "Ab. ", "é,", "a肝", "word\u200b-"])
def test_texts_of_any_number_of_tokens(count: int, word: str) -> None:
    same([word * count, "tail"])


@pytest.mark.parametrize("shift", [0, 1, 2, 11, 30, 62])
def test_a_word_of_two_scripts_where_a_block_is_full(shift: int) -> None:
    same([" " * shift + "a " * (ROOM + more) + "bé c" for more in range(3)])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 70), st.integers(3, 9), nasty(PIECES))
def test_a_text_means_the_same_at_every_place_of_a_block(shift: int, length: int, text: str) -> None:
    same([" " * shift + "a" * length + text, "a" * shift + text])


def test_a_text_does_not_see_its_neighbour() -> None:
    together, apart = tokenise_all(texts_of(["gen", "ome"])), tokenise_all(texts_of(["genome"]))
    assert together.offsets.tolist() == [0, 1, 2]
    assert apart.hashes[0] not in together.hashes


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=90), min_size=1, max_size=3))
def test_broken_utf8_is_harmless(pieces: list[bytes]) -> None:
    data = np.frombuffer(b"".join([*pieces, bytes(PADDING)]), np.uint8)
    offsets = np.cumsum([0, *map(len, pieces)]).astype(np.int64)
    found = tokenise_all(Texts(data, offsets))
    for number, piece in enumerate(pieces):
        part = slice(int(found.offsets[number]), int(found.offsets[number + 1]))
        assert (found.starts[part] < found.ends[part]).all()
        assert (found.starts[part][1:] >= found.ends[part][:-1]).all()
        assert (found.ends[part] <= len(piece) + 3).all()  # a character cut at the end counts as whole


def test_what_is_folded() -> None:
    for written, folded in [
        ("Ｇｅｎｅ", "gene"), ("GENE", "gene"), ("ﬁbrosis", "fibrosis"), ("Ⅳ", "iv"), ("naïve", "naive"),
        ("e\u0301", "e"), ("ge\u00adne", "gene"), ("療", "疗"), ("H₂O", "h2o"), ("ｶ", "カ"), ("5㎎", "5mg"),
        ("⑴青灯", "1 青灯"), ("⑽青灯", "10 青灯"), ("⒈青灯⒛", "1 青灯 20"), ("⒜ lamp", "a lamp"),
        ("㈠青灯", "一青灯"), ("㈶", "财"), ("🄂 🄐", "1 a"), ("🉀", "本"), ("①②", "12"),
    ]:  # fmt: skip
        assert reference.normalise(written) == folded
    assert reference.normalise("p53 和 肝炎 IL-6") == "p53 和肝炎 il 6"


NUMBERED = [*range(0x2474, 0x24B6), *range(0x3200, 0x321D), *range(0x3220, 0x3244)]
NUMBERED += [*range(0x1F100, 0x1F10B), *range(0x1F110, 0x1F12B), *range(0x1F240, 0x1F249)]


@pytest.mark.parametrize("character", [*map(chr, NUMBERED)])
def test_numbers_of_lists_are_read_as_normalised_ones(character: str) -> None:
    normalised = unicodedata.normalize("NFKC", character)
    assert len(normalised) > 1
    text = "青灯，{}蓝灯 {} green"
    assert reference.words(text.replace("{}", character)) == reference.words(text.replace("{}", normalised))
    same([text.replace("{}", character), character])


@settings(max_examples=100, deadline=None)
@given(nasty(PIECES))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = reference.normalise(text)
    assert reference.normalise(once) == once


@settings(max_examples=100, deadline=None)
@given(nasty(PIECES))
def test_spans_are_whole_characters(text: str) -> None:
    data = text.encode()
    for token in reference.tokens(text):
        assert [found.text for found in reference.tokens(data[token.start : token.end].decode())] == [
            token.text
        ]


def test_short_words_never_share_a_hash() -> None:
    words = ["a", "b", "ab", "ba", "abcdefgh", "abcdefgi", "abcdefghi", "1", "11", "б", "肝", "疗"]
    hashes = {reference.hash_token(reference.tokens(word)[0]) for word in words}
    assert len(hashes) == len(words)
