"""`croissant.json`: the folder in Croissant 1.1 (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html).

A FileObject for every table, a FileSet for every config, and a RecordSet for every config that no other one
holds: `ner_en` describes the rows of `bc5cdr_ner` too. (Of 438 configs, 83 RecordSets make 1.9 MB that
mlcroissant opens in 17 s; one for each made 7.9 MB and took 48 s.) Fields go as deep as mlcroissant 1.1 reads
them: members of a list of structs; lists inside of these (the spans of a mention) are named in the
description.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bioclue_data.building.configs import is_shared, tables_of
from bioclue_data.building.hub_header import records_of
from bioclue_data.contracts import contract as contracts
from bioclue_data.contracts.fields import Field, ListOf, Scalar, Struct, Type
from bioclue_data.records import hub, licences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bioclue_data.building.configs import Table
    from bioclue_data.building.folder import Manifest
    from bioclue_data.records.catalogue import Catalogue
    from bioclue_data.records.record import Record

PARQUET = "application/x-parquet"
CONFORMS = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
TYPES = {
    "string": "sc:Text",
    "dictionary<string>": "sc:Text",
    "bool": "sc:Boolean",
    "int16": "cr:Int16",
    "int32": "cr:Int32",
    "int64": "cr:Int64",
    "float32": "cr:Float32",
    "float64": "cr:Float64",
}
_OWN = (
    "arrayShape citeAs column containedIn equivalentProperty extract field fileObject fileProperty fileSet",
    "format includes isArray isLiveDataset jsonPath key md5 parentField path recordSet references regex",
    "repeated replace samplingRate separator source subField transform",
)
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{name: f"cr:{name}" for line in _OWN for name in line.split()},
}
ABOUT = "Biomedical and clinical NLP datasets, English and Chinese, in one validated schema per task type."
INVENTED = "Invented sample rows, made to show the tables. Not the datasets. "
CITE = "Cite the authors of the datasets used: citation.bib has an entry for each, named as the dataset."


def croissant(manifest: Manifest, catalogue: Catalogue) -> str:
    """The whole text of croissant.json; the same manifest gives the same bytes."""
    configs = tables_of(manifest)
    records = records_of(manifest, catalogue)
    document = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": "bioclue",
        "description": (INVENTED if manifest["sample"] else "") + ABOUT,
        "conformsTo": CONFORMS,
        "version": manifest["version"],
        "license": _licences(records),
        "inLanguage": hub.languages(records),
        "keywords": ["biomedical", "clinical", "NLP", "English", "Chinese"],
        "creator": {"@type": "sc:Organization", "name": "bioclue-data"},
        "citeAs": CITE,
        **_responsible(records),
        "distribution": [*_objects(configs), *(_set(name, tables) for name, tables in configs.items())],
        "recordSet": [_record_set(name, configs[name]) for name in covering(configs)],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _licences(records: Iterable[Record]) -> list[str]:
    terms = map(licences.terms, records)
    return sorted({one.url or one.name for one in terms})


def covering(configs: dict[str, list[Table]]) -> list[str]:
    """Configs that hold every table: those of a task and language, and of what none of these holds."""
    found: list[str] = []
    covered: set[str] = set()
    for name, tables in sorted(configs.items(), key=lambda pair: (not is_shared(*pair), pair[0])):
        paths = {table["path"] for table in tables}
        if not paths <= covered:
            found.append(name)
            covered |= paths
    return sorted(found)


def _objects(configs: dict[str, list[Table]]) -> list[dict[str, Any]]:
    tables = {table["path"]: table for those in configs.values() for table in those}
    return [
        {
            "@type": "cr:FileObject",
            "@id": path,
            "name": path,
            "contentUrl": path,
            "contentSize": f"{table['bytes']} B",
            "encodingFormat": PARQUET,
            "sha256": table["sha256"],
        }
        for path, table in sorted(tables.items())
    ]


def _set(name: str, tables: Iterable[Table]) -> dict[str, Any]:
    paths = sorted(table["path"] for table in tables)
    return {
        "@type": "cr:FileSet",
        "@id": f"{name}.files",
        "name": f"{name}.files",
        "encodingFormat": PARQUET,
        "includes": paths,
    }


def _record_set(name: str, tables: list[Table]) -> dict[str, Any]:
    contract = contracts.load(tables[0]["task"])
    datasets = sorted({table["dataset"] for table in tables})
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{contract.title}: {sum(t['rows'] for t in tables)} rows of {', '.join(datasets)}.",
        "key": {"@id": f"{name}/item_id"},
        "field": [_field(name, field) for field in contract.columns],
    }


def _field(config: str, field: Field) -> dict[str, Any]:
    item = field.type.item if isinstance(field.type, ListOf) else field.type
    listed = {"isArray": True, "arrayShape": "-1"} if isinstance(field.type, ListOf) else {}
    head = {"@type": "cr:Field", "@id": f"{config}/{field.name}", "name": field.name}
    if isinstance(item, Struct):
        members = [
            _member(config, field, member) for member in item.fields if isinstance(member.type, Scalar)
        ]
        deeper = [f"{m.name} ({_inside(m.type)})" for m in item.fields if not isinstance(m.type, Scalar)]
        return head | _described(field, deeper) | listed | {"subField": members}
    return head | _described(field) | listed | _leaf(config, item, {"column": field.name})


def _member(config: str, column: Field, member: Field) -> dict[str, Any]:
    head = {"@type": "cr:Field", "@id": f"{config}/{column.name}/{member.name}", "name": member.name}
    leaf = _leaf(config, member.type, {"column": column.name})
    leaf["source"]["transform"] = {"jsonPath": member.name}
    return head | _described(member) | leaf


def _leaf(config: str, kind: Type, extract: dict[str, str]) -> dict[str, Any]:
    source = {"fileSet": {"@id": f"{config}.files"}, "extract": extract}
    return {"dataType": TYPES[str(kind)], "source": source}


def _described(field: Field, deeper: list[str] | None = None) -> dict[str, str]:
    more = f"Each also holds {', '.join(deeper)}." if deeper else ""
    text = " ".join(part for part in (f"{field.doc}." if field.doc else "", more) if part)
    return {"description": text} if text else {}


def _inside(kind: Type) -> str:
    if isinstance(kind, ListOf):
        return f"list of {_inside(kind.item)}"
    if isinstance(kind, Struct):
        return f"struct of {', '.join(field.name for field in kind.fields)}"
    return str(kind)


def _responsible(records: list[Record]) -> dict[str, Any]:
    """The properties of the Responsible AI vocabulary, as far as the records and the build know them."""
    clinical = sorted(record.id for record in records if record.domain in {"clinical", "consumer"})
    private = f"Clinical texts, and texts of or for patients: {', '.join(clinical)}." if clinical else ""
    return {f"rai:{name}": text for name, text in (*RESPONSIBLE.items(), (PERSONAL, private)) if text}


PERSONAL = "personalSensitiveInformation"
RESPONSIBLE = {
    "dataCollection": (
        "Read from the files that the datasets' authors published, each named by address, size and SHA-256; "
        "manifest.json lists those that were read."
    ),
    "dataCollectionMissingData": (
        "null: not annotated, or withheld by the source; []: annotated, none found. Nothing is filled in."
    ),
    "dataPreprocessingProtocol": (
        "Text is stored as in the source, not folded or stripped; offsets count Unicode code points. "
        "Every row is checked against its task's contract."
    ),
    "dataAnnotationProtocol": "Each dataset's own: see the works in citation.bib.",
    "dataBiases": (
        "Each dataset has those of its source: journals, clinics, forums, examinations, of a few countries. "
        "Nothing was balanced by sex, age, origin or place."
    ),
    "dataLimitations": (
        "Faults of the sources are kept and marked in `quality`. A row without a finding in `leakage` is not "
        "proved unseen: only the corpora in `leakage_checked` were looked at."
    ),
    "dataUseCases": (
        "Training and testing of language models on biomedical text. Not for diagnosis or treatment."
    ),
    "dataSocialImpact": (
        "Leakage flags make scores comparable; no score here shows that a model is safe to use in care."
    ),
    "dataReleaseMaintenancePlan": (
        "Versions count contracts (major), datasets (minor) and fixes (patch); the same sources give "
        "the same bytes."
    ),
}
