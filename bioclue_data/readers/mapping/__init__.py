"""From raw items to documents: the mapping grammar of `[read]`, shared by json, jsonl, table and xml.

A mapping says, for each column of the contracts, where it stands in a raw item. It is data: a closed set of
words, no expressions, nothing is computed that could be gold. What needs more is a module of its own.

**Items.** `items` is the path to them (absent: the top level). Lists on the way are walked through; an
object at its end is gone through entry by entry. `items = "."` makes the whole file one item. `where =
{ split = "dev", type = ["a", "b"] }` keeps the items that have one of these values, as text.

    [read]
    format = "json"
    items = "data.paragraphs.qas"
    id = "id"                      # absent: "#". Several paths are joined by "/": ["@subset", "#"]
    document_id = "^.document_id"  # likewise group_id, subset, language; all may be absent
    extra = ["YEAR", "meta.x"]     # kept in the row's `extra`, or { name = "path" }

**Paths** are names joined by dots, relative to the item, or to the element inside an `each`.

    text  meta.source  "a.b"."@value"    names; odd ones in quotes. In XML: child elements, `@name` an attribute
    answers.0          an element of a list by its number          *      every entry: `exams.*.data`
    .                  the item or element itself (in XML: all text in it)
    ^.context ^^.id    one ^ for each name that is walked back, out of an `each`, or from the item to what
                       stands around it, up to the outermost list of the file
    #  @key            position from 0, and key, of an item or element; `^.#`, `^.@key` of what is around it
    @file  @subset     of the source file

**Columns.** A string is a path. Types are those of the contract: texts come from texts, whole numbers and
booleans (never from floats); numbers also from texts; booleans also from "true" and "false".

    [read.columns]
    text = "text"
    kind = { constant = "similarity" }
    score = { mean = ["rater1", "rater2"] }                 # of the raters that are there
    text = { path = ["title", "abstract"], join = " " }     # several paths, or one list of texts
    multiple = { path = "type", map = { single = false, multi = true } }
    output = { json = "tree" }                              # the raw value, or { json = { name = … } }: a record

A table has one of `path`, `constant`, `mean`, `json`, `cycle` (values that take turns: roles by position), and
then, in this order: `parse = "json" | "python"` (a literal inside a text), `split = "##"` or several separators
or `""` for characters (lists only; empty pieces are none), `join`, `after`, `before` (what stands after or
before the first such mark; it must be there), `strip` (blanks around), `strip_quotes` (one pair), `null =
["NA"]` (texts that mean nothing), `map` (every value must be in it) or `lookup = "name of a side table"`.

**Lists.** Of plain values: a path (one value is a list of one), a table as above, or a list of both. Of
structures: `each`, whose other keys are fields of an element, or a fixed list, or both in one list.

    options = { each = "options", key = "@key", text = "." }                       # object A: …, B: …
    options = { each = "choices", split = ";", key = { path = ".", before = ":" }, text = { path = ".", after = ":" } }
    options = [{ key = { constant = "A" }, text = "opa" }, { key = { constant = "B" }, text = "opb" }]
    contexts = { each = { body = "CONTEXTS", head = "LABELS" }, text = "body", type = "head" }   # parallel lists
    entities = { each = "entities", start = "start_idx", end = "end_idx", end_inclusive = true, type = "type", text = "entity" }
    norms = { each = "result", split = "##", strip_quotes = true, db = { constant = "ICD10" }, name = ".", id = { path = ".", lookup = "icd10" }, nil = "O" }
    turns = { each = "dialogue", split = "\\n", prefixes = { "Doctor: " = "doctor", "Patient: " = "patient" } }

Beside `each`: `parse`, `split`, `strip`, `strip_quotes` on what it goes through, and `where`. Left out by
habit: ids (T1 mentions, R1 relations, E1 events, C1 corefs, 1 contexts and segments), `index` of turns, `end`
of a span with a text, `text` of a mention (cut out), `spans` (from `start` and `end`), `group` 0 and `relation`
"exact" of norms, `kind` of arguments ("entity" with `ref`, else "text"). With `prefixes` a turn's role and
speaker are what its text begins with; of split lines, one without a prefix continues the turn before it.

**What is not there.** A path that is absent or null leaves a nullable column or field out, and is an error for
a required one. `each` over an absent list leaves the layer out (not annotated), over `[]` gives `[]`. Of a fixed
list either all elements are there, or none; an element is left out only if a required field of it is nothing by
its own `null`. `null` under `[read]` lists texts that mean null in every field that may be null: [""] in tables
and XML, nothing in JSON.
"""

from bioclue_data.readers.mapping.items import below, names_of
from bioclue_data.readers.mapping.mapper import Mapper, Mapping
from bioclue_data.readers.mapping.nodes import PLAIN, Node, Raw, file_node, pointer
from bioclue_data.readers.mapping.paths import ANY

__all__ = [
    "ANY",
    "PLAIN",
    "Mapper",
    "Mapping",
    "Node",
    "Raw",
    "below",
    "file_node",
    "names_of",
    "pointer",
]
