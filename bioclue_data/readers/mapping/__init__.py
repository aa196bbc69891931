r"""The mapping grammar of `[read]`: what of a raw item goes where. For json, jsonl, table and xml.

A mapping is data: a closed set of words, no expressions; nothing that is computed can be gold. What needs
more is a reader module of its own.

Items
    items = "data.paragraphs.qas"     path to the items; absent: the top level. Lists on the way are walked
                                      through; a list or object at its end is gone through entry by entry.
                                      ".": the whole file is one item. In XML: names of elements
    where = { type = ["a", "b"] }     keep the items that have one of these values, compared as texts
    id = "#"                          a path, a table (below), or several paths that "/" joins:
                                      ["@subset", "#"]. Likewise document_id, group_id, subset, language
    extra = ["YEAR", "meta.x"]        kept in the row's `extra`; or { name = "path" }
    null = [""]                       texts that mean null in every field that may be null. Default: [""] in
                                      tables and XML, none in JSON

Paths are names joined by dots, relative to the item or, inside an `each`, to its element.
    text   meta.source   "a.b"   "@value"     odd names in quotes; in XML child elements, and `@name` is an
                                              attribute
    answers.0          an element of a list        exams.*.data       * is every entry, child or element
    .                  the item or element itself; in XML all text inside it
    ^.context  ^^.id   one ^ for each name walked back: out of an `each`, and from the item to what stands
                       around it, up to the outermost list of the file
    #   @key           position from 0; key, or name in XML; `^.#` and `^.@key` are those of what is around
    @file   @stem   @subset       of the source file; its stem is the name without folders and last ending

Columns: a string is a path, `"=text"` a constant, and so is a bare number, true or false. Texts come from texts, whole numbers and booleans, never from floats or lists;
numbers also from texts; booleans also from "true" and "false". A table has one of
    path = "a"  path = ["a", "b"]     several, or a list of texts, with `join = " "` between them
    first = ["pairID", "pair_id"]     the first that is there and not blank, where releases differ
    cycle = ["patient", "doctor"]     taking turns, by position
    mean = ["rater1", "rater2"]       of the numbers that are there
    option = "correct"                the key of the option that reads like this, outer blanks aside; null if none
    json = "tree"                     the raw value as canonical JSON; or { name = "path", … }: a record
and then, in this order,
    parse = "json" or "python"        a literal inside a text
    strip_quotes = true               takes off one pair of quotation marks around the text
    split = "##"                      lists only; also several separators; "" is into characters. Empty
                                      pieces are none
    after = "(", before = ")"         what stands after the first such mark, then before; it must be there
    suffix = "."                      takes off this end, which must be there
    strip = true                      takes off outer blanks
    null = ["NA"]                     texts that mean nothing
    map = { "1" = "A" }               every value must be in it; or
    lookup = "icd10"                  a side table of the record; what is not in it is null

Lists of plain values: a path (a single value is a list of one), such a table, or a list of both.
Lists of structures: a table with `each` and the fields of an element, or a list of tables with or without.
    options = { each = "options", key = "@key", text = "." }
    options = { each = "cell", split = ";", key = { path = ".", before = ":" }, text = { path = ".", after = ":" } }
    options = { each = ["A", "B", "C", "D"], key = "@key", text = "." }            # columns; empty ones are left out
    targets = [{ role = "=note", text = "note" }, { role = "=plan", text = "plan" }]   # a fixed list
    contexts = { each = { body = "CONTEXTS", head = "LABELS" }, text = "body", type = "head" }    parallel lists
    entities = { each = "spans", start = "s", end = "e", end_inclusive = true, type = "type", text = "string" }
    turns = { each = "dialogue", split = "\n", prefixes = { "Doctor: " = "doctor", "Patient: " = "patient" } }
    options = { each = ["right", "wrong1", "wrong2"], text = ".", sorted = true }    by their texts, lettered then
Beside `each` may stand `where`, and `parse`, `strip_quotes`, `split`, `strip` of the text that holds the list;
and `sorted = true`, by `text`, where the source's order tells the gold.

What need not be given: ids (T1 mentions, R1 relations, E1 events, C1 corefs, 1 contexts, passages and
segments); `key` of options (A, B …); `index` of turns; `end` of a span with a text; `text` of a mention or target (cut out of the text);
`spans` (from `start` and `end`); of norms `group` (0) and `relation` ("exact", or "nil" for the names in
`nil = "O"`); `kind` of arguments ("entity" with `ref`, else "text"). With `prefixes` the beginning of a turn's
text tells role and speaker and is taken off; of lines that `split` made, one without a prefix continues the
turn before it.

What is not there: an absent or null value leaves out a column or field that may be null, and is an error in
one that may not. `each` over an absent list leaves the column out (not annotated), over [] gives []. A fixed
list is left out if nothing of it is there, and an error if a part is missing; an element that a `null` of its
own voids is no element.
"""  # noqa: E501 - the examples are records

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
