from __future__ import annotations

import pytest

from bioclue_data.readers import osiris
from tests.reader_files import printed, read, refused, refuses_unknown_options, slices

ARTICLE = (
    "<Article><Pmid>7</Pmid>"
    '<Title>Of <gene g_id="99" g_lex="TPOT1">TPOT1</gene>.</Title>'
    '<Abstract><variant v_id="88" v_lex="T 9P" v_norm="T9P">T9 P</variant> &amp; '
    '<variant v_id="No" v_lex="lid" v_norm="null">lid</variant>.</Abstract></Article>'
)


def wrapped(article: str) -> dict[str, str]:
    return {"corpus.xml": f"<Articles>\n{article}\n</Articles>"}


def test_marked_text_becomes_mentions(tmp_path) -> None:
    [found] = read(osiris, tmp_path, wrapped(ARTICLE))
    assert found.layers["text"] == "Of TPOT1.\nT9 P & lid."
    assert slices(found) == printed(found) == ["TPOT1", "T9 P", "lid"]
    assert [p["type"] for p in found.layers["passages"]] == ["title", "abstract"]
    assert [(e["norms"][0]["db"], e["norms"][0]["id"]) for e in found.layers["entities"]] == [
        ("NCBIGene", "99"),
        ("dbSNP", "rs88"),
        ("dbSNP", None),
    ]
    assert found.layers["entities"][1]["attributes"] == [
        {"name": "form", "value": "T 9P"},
        {"name": "normal_form", "value": "T9P"},
    ]
    assert "attributes" not in found.layers["entities"][2]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("<Pmid>7</Pmid>", "", "without Pmid"),
        ("<Title>Of ", "<Title>Of <b/>", "'b'"),
        ('"TPOT1">', '"TPOT1"><gene/>', "with 1 inside"),
    ],
)
def test_what_is_not_known_is_refused(tmp_path, old, new, what) -> None:
    assert what in refused(osiris, tmp_path, wrapped(ARTICLE.replace(old, new))).what


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("osiris")
