from __future__ import annotations

import pytest

from bioclue_data.readers import gene_mention
from tests.reader_files import printed, read, refused, refuses_unknown_options, slices

LETTERS = {"gold": "GENE.eval", "alternatives": "ALTGENE.eval", "unit": "letters", "type": "GENE"}
TOKENS = {"gold": "Gold.format", "alternatives": "Correct.Data", "unit": "tokens", "type": "NEWGENE"}
SENTENCES = {
    "a/x.in": "P1 The tea pot 1 boils.\nP2 Nothing.\n",
    "a/GENE.eval": "P1|3 9|tea pot 1\n",
    "a/ALTGENE.eval": "P1|6 9|pot 1\n",
}
TOKENIZED = {
    "TOKENIZED_CORPUS": "@@1 Tea/TAG //TAG pot/TAG ./.\n@@2 None/TAG\n",
    "Gold.format": "@@1|0 2|Tea / pot\n",
    "Correct.Data": "",
}


def test_letters_are_counted_without_white_space(tmp_path) -> None:
    first, second = read(gene_mention, tmp_path, SENTENCES, **LETTERS)
    assert slices(first) == printed(first) == ["tea pot 1"]
    assert first.layers["entities"][0]["type"] == "GENE"
    assert first.extra == {"alternatives": [{"start": 8, "end": 13, "text": "pot 1"}]}
    assert (second.source_id, second.layers["entities"], second.extra) == ("P2", [], None)


def test_tokens_are_joined_by_blanks(tmp_path) -> None:
    first, second = read(gene_mention, tmp_path, TOKENIZED, **TOKENS)
    assert first.layers["text"] == "Tea / pot ."
    assert slices(first) == printed(first) == ["Tea / pot"]
    assert (first.source_id, second.layers["text"]) == ("1", "None")


@pytest.mark.parametrize(
    ("line", "sentence"), [("@@1|0 2Tea\n", 0), ("@@1|0 0|Tea@@1|2 2|pot\n", 0), ("@@9|0 0|Tea\n", 1)]
)
def test_what_cannot_be_placed_is_remarked(tmp_path, line, sentence) -> None:
    found = read(gene_mention, tmp_path, {**TOKENIZED, "Correct.Data": line}, **TOKENS)
    assert [[remark.rule for remark in document.remarks] for document in found][sentence] == ["R3"]


def test_places_outside_of_the_sentence_are_refused(tmp_path) -> None:
    error = refused(gene_mention, tmp_path, {**SENTENCES, "a/GENE.eval": "P1|3 99|tea\n"}, **LETTERS)
    assert "3 to 99 of 16" in error.what
    assert error.where == "a/x.in, line 1"


def test_a_line_of_one_word_is_refused(tmp_path) -> None:
    assert "one word" in refused(gene_mention, tmp_path, {**SENTENCES, "a/x.in": "P1\n"}, **LETTERS).what


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("gene_mention")
