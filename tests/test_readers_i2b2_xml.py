"""The i2b2 challenges in XML: marks in the text, and judgements beside it."""

from __future__ import annotations

import pytest

from bioclue_data.errors import RecordError
from bioclue_data.readers import i2b2_obesity, i2b2_phi
from bioclue_data.readers.document import Sources
from tests.reader_files import documents, printed, read, refused, refuses_unknown_options, slices, write

MARKED = (
    '<ROOT><RECORD ID="7"><TEXT>\nSeen by <PHI TYPE="DOCTOR">Dr. Pot</PHI> &amp; '
    '<PHI TYPE="PATIENT">Knee</PHI>.</TEXT></RECORD><RECORD ID="8"><TEXT>Tea.</TEXT></RECORD></ROOT>'
)
RECORDS = (
    '<root><docs><doc id="7"><text>Blue &lt; red.</text></doc>'
    '<doc id="8"><text>Tea.</text></doc></docs></root>'
)


def judged(source: str, disease: str, *judgements: tuple[str, str]) -> str:
    docs = "".join(f'<doc id="{doc}" judgment="{value}"/>' for doc, value in judgements)
    diseases = f'<diseases source="{source}"><disease name="{disease}">{docs}</disease></diseases>'
    return f"<diseaseset>{diseases}</diseaseset>"


def test_marks_become_mentions(tmp_path) -> None:
    first, second = read(i2b2_phi, tmp_path, {"a.xml": MARKED})
    assert first.layers["text"] == "\nSeen by Dr. Pot & Knee."
    assert printed(first) == slices(first) == ["Dr. Pot", "Knee"]
    assert [e["type"] for e in first.layers["entities"]] == ["DOCTOR", "PATIENT"]
    assert (second.source_id, second.layers["entities"]) == ("8", [])


def test_a_mark_that_ends_with_an_opening_tag_is_closed_and_remarked(tmp_path) -> None:
    broken = MARKED.replace("Pot</PHI>", 'Pot<PHI TYPE="DATE">')
    first, second = read(i2b2_phi, tmp_path, {"a.xml": broken})
    assert first.layers["text"] == "\nSeen by Dr. Pot & Knee."
    assert printed(first) == slices(first) == ["Dr. Pot", "Knee"]
    assert [[r.rule for r in d.remarks] for d in (first, second)] == [["R2"], []]


@pytest.mark.parametrize(
    ("xml", "what"),
    [
        ("<ROOT><RECORD><TEXT>x</TEXT></RECORD></ROOT>", "without ID or TEXT"),
        ('<ROOT><RECORD ID="7"/></ROOT>', "without ID or TEXT"),
        ('<ROOT><RECORD ID="7"><TEXT><B>x</B></TEXT></RECORD></ROOT>', "<B> is no mark"),
        ('<ROOT><RECORD ID="7"><TEXT><PHI>x</PHI></TEXT></RECORD></ROOT>', "<PHI> is no mark"),
    ],
)
def test_other_records_are_refused(tmp_path, xml, what) -> None:
    assert what in refused(i2b2_phi, tmp_path, {"a.xml": xml}).what


def obesity(folder, *judgements: str):
    side = {f"{number}.xml": text for number, text in enumerate(judgements)}
    sources = Sources(write(folder, {"a.xml": RECORDS}), side={"judgements": write(folder / "j", side)})
    return documents(i2b2_obesity, sources)


def test_a_record_is_an_item_per_source_of_judgements(tmp_path) -> None:
    found = obesity(
        tmp_path,
        judged("textual", "Gout", ("7", "Y"), ("8", "U")),
        judged("textual", "Asthma", ("7", "Q")),
        judged("intuitive", "Gout", ("7", "N")),
    )
    assert [(d.source_id, d.subset, d.group_id, d.layers["labels"]) for d in found] == [
        ("7-textual", "textual", "7", ["Gout: Y", "Asthma: Q"]),
        ("7-intuitive", "intuitive", "7", ["Gout: N"]),
        ("8-textual", "textual", "8", ["Gout: U"]),
    ]
    assert found[0].layers["text"] == "Blue < red."


def test_a_repeated_judgement_is_remarked(tmp_path) -> None:
    [found] = obesity(tmp_path, judged("textual", "Gout", ("7", "Y"), ("7", "Y")))
    assert found.layers["labels"] == ["Gout: Y"]
    assert [r.rule for r in found.remarks] == ["R2"]


def test_incomplete_files_are_refused(tmp_path) -> None:
    with pytest.raises(RecordError, match="judgements"):
        documents(i2b2_obesity, Sources(write(tmp_path, {"a.xml": RECORDS})))
    with pytest.raises(Exception, match="without source, disease, id or value"):
        obesity(tmp_path, judged("textual", "Gout", ("", "Y")))


@pytest.mark.parametrize("name", ["i2b2_phi", "i2b2_obesity"])
def test_unknown_options_are_refused(name) -> None:
    refuses_unknown_options(name)
