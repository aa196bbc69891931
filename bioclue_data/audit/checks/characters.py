"""Characters that are no text: mojibake, control and private-use characters, residue of markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.audit.findings import excerpt, found

if TYPE_CHECKING:
    from collections.abc import Callable

    from bioclue_data.audit.batch import Batch

# UTF-8 read as Latin-1 or Windows-1252: a lead byte as a letter, then a continuation byte as a sign.
MOJIBAKE = (
    r"[ÃÂ][\x{80}-\x{BF}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
    r"|â€[\x{80}-\x{9F}™œ“”˜¦¢]|ï»¿|ï¿½|\x{FFFD}|锟斤拷|烫烫烫"
)
CONTROL = r"[\x{200B}\x{2060}\x{FEFF}\x{00}-\x{08}\x{0B}\x{0C}\x{0E}-\x{1F}\x{7F}-\x{84}\x{86}-\x{9F}]"
PRIVATE_USE = r"\p{Co}"
_TAGS = "p|br|hr|div|span|b|i|u|em|strong|sub|sup|table|tr|td|th|tbody|ul|ol|li|a|img|font|h[1-6]|html|body"
_ENTITIES = "nbsp|amp|lt|gt|quot|apos|#[0-9]{2,6}|#x[0-9a-f]{2,5}"
MARKUP = rf"(?i:</?(?:{_TAGS})(?:\s[^<>=]{{1,40}}=[^<>]{{0,200}})?\s?/?>|&(?:{_ENTITIES});)"


def _look(pattern: str) -> Callable[[Batch], pl.DataFrame]:
    def look(batch: Batch) -> pl.DataFrame:
        rows = batch.texts.filter(pl.col("text").str.contains(pattern))
        return found(rows, excerpt(pattern))

    return look


LOOKS_AT_ROWS = {
    "mojibake": _look(MOJIBAKE),
    "control_character": _look(CONTROL),
    "private_use_character": _look(PRIVATE_USE),
    "markup": _look(MARKUP),
}
