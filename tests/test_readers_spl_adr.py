from __future__ import annotations

import pytest

from bioclue_data.readers import spl_adr
from tests.reader_files import printed, read, refused, refuses_unknown_options, slices

MENTIONS = """
  <Mentions>
    <Mention id="M1" section="S1" type="AdverseReaction" start="2" len="9" str="blue knee"/>
    <Mention id="M2" section="S2" type="Severity" start="0" len="4" str="Loud"/>
    <Mention id="M3" section="S2" type="AdverseReaction" start="5,14" len="4,6" str="sing coughs"/>
  </Mentions>
  <Relations><Relation id="RL1" type="Effect" arg1="M3" arg2="M2"/></Relations>
  <Reactions>
    <Reaction id="AR1" str="blue knee">
      <Normalization id="AR1.N1" meddra_pt="Knee blue" meddra_pt_id="90000001"/>
    </Reaction>
    <Reaction id="AR2" str="blue knees">
      <Normalization id="AR2.N1" meddra_pt="Knee blue" meddra_pt_id="90000001"/>
    </Reaction>
    <Reaction id="AR3" str="sing coughs"><Normalization id="AR3.N1" flag="unmapped"/></Reaction>
  </Reactions>
"""
LABEL = """<?xml version="1.0" encoding="UTF-8"?>
<Label drug="Paperol" track="TAC">
  <Text>
    <Section name="boxed warnings" id="S1">A blue knee.</Section>
    <Section name="precautions" id="S2">Loud sing and coughs</Section>
  </Text>{}</Label>
"""


def one(folder, content: str):
    [found] = read(spl_adr, folder, {"Paperol.xml": content})
    return found


def test_sections_are_passages_and_mentions_count_in_the_whole(tmp_path) -> None:
    found = one(tmp_path, LABEL.format(MENTIONS))
    assert found.layers["text"] == "A blue knee.\nLoud sing and coughs"
    assert [(p["type"], p["start"], p["end"]) for p in found.layers["passages"]] == [
        ("boxed warnings", 0, 12),
        ("precautions", 13, 33),
    ]
    assert slices(found) == printed(found) == ["blue knee", "Loud", "sing coughs"]


def test_relations_join_two_mentions(tmp_path) -> None:
    [relation] = one(tmp_path, LABEL.format(MENTIONS)).layers["relations"]
    assert [(arg["role"], arg["ref"]) for arg in relation["args"]] == [("arg1", "M3"), ("arg2", "M2")]


def test_the_codes_of_a_label_are_given_once_and_reactions_kept(tmp_path) -> None:
    found = one(tmp_path, LABEL.format(MENTIONS))
    assert found.layers["codes"] == [{"system": "MedDRA", "code": "90000001", "name": "Knee blue"}]
    assert [reaction["str"] for reaction in found.extra["reactions"]] == [
        "blue knee",
        "blue knees",
        "sing coughs",
    ]
    assert found.extra["reactions"][2]["normalizations"] == [{"id": "AR3.N1", "flag": "unmapped"}]


def test_an_unannotated_label_has_a_text_only(tmp_path) -> None:
    assert one(tmp_path, LABEL.format("")).layers.keys() == {"text", "passages"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('section="S1"', 'section="S9"', "no section 'S9'"),
        ('len="4,6"', 'len="4"', "differ in number"),
        (' type="Severity"', "", "no attribute type"),
        ('start="2"', 'start="two"', "should be a number"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, old: str, new: str, message: str) -> None:
    content = LABEL.format(MENTIONS).replace(old, new)
    assert message in str(refused(spl_adr, tmp_path, {"Paperol.xml": content}))


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("spl_adr")
