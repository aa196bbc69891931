"""Source files: bytes as they are, text decoded strictly, and every strange content named."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bioclue_data.errors import RecordError, SourceError
from bioclue_data.sources import streams
from bioclue_data.sources.files import SourceFile, is_page, members

LINES = "首行\r\nsecond\rthird\n\u2028fourth\ufeff"


@pytest.fixture
def write(tmp_path: Path):
    def make(content: bytes, name: str = "a.txt") -> SourceFile:
        (tmp_path / name).write_bytes(content)
        return SourceFile(name, tmp_path / name, "0" * 12)

    return make


def error_of(file: SourceFile, encoding: str = "utf-8") -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_text(file, encoding)
    return caught.value


def read_text(file: SourceFile, encoding: str = "utf-8") -> str:
    with file.open_text(encoding) as text:
        return text.read()


def read_bytes(file: SourceFile) -> bytes:
    with file.open() as stream:
        return stream.read()


def test_text_is_given_as_stored(write) -> None:
    assert read_text(write(LINES.encode())) == LINES
    assert read_text(write(LINES.encode("gb18030")), "gb18030") == LINES


def test_lines_keep_their_ends(write) -> None:
    with write(b"a\r\nb\rc\nd").open_text() as text:
        assert list(text) == ["a\r\n", "b\r", "c\n", "d"]
    with write(b'x,"y\r\nz"\r\n').open_text() as text:
        assert list(csv.reader(text)) == [["x", "y\r\nz"]]


def test_a_plain_file_can_seek_for_workbooks(write) -> None:
    with write(b"PK but not a zip").open() as stream:
        stream.seek(3)
        assert stream.read() == b"but not a zip"


@pytest.mark.parametrize("name", ["a.txt.gz", "a.txt"])
def test_gzip_is_undone_by_its_bytes(write, name: str) -> None:
    packed = gzip.compress(b"one\n") + gzip.compress(b"two\n")
    assert read_bytes(write(packed, name)) == b"one\ntwo\n"


def test_gzip_by_name_only_is_an_error(write) -> None:
    for content in (b"not packed", b""):
        assert "not gzip" in error_of(write(content, "a.txt.gz")).what


def test_damaged_gzip_names_file_and_remedy(write) -> None:
    packed = gzip.compress(b"some text, long enough to be cut " * 50)
    wrong_sum = packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:]
    for content in (packed[:-1], packed[:30], packed[:5], wrong_sum, packed + b"rest"):
        error = error_of(write(content, "a.txt.gz"))
        assert "damaged or cut short" in error.what
        assert "a.txt.gz" in error.where
        assert "again" in error.remedy


def test_a_gzip_bomb_is_refused_while_streaming(write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HARMLESS_BYTES", 2**20)
    with write(gzip.compress(bytes(4 * 2**20)), "a.gz").open() as stream:
        assert len(stream.read(2**19)) == 2**19
        with pytest.raises(SourceError, match="bomb"):
            stream.read()


def test_a_byte_order_mark_must_be_declared(write) -> None:
    file = write(b"\xef\xbb\xbfname\n")
    error = error_of(file)
    assert "byte order mark" in error.what
    assert 'encoding = "utf-8-sig"' in error.remedy
    assert read_text(file, "utf-8-sig") == "name\n"
    assert "byte order mark" in error_of(file, "UTF8").what
    assert read_text(write(b"name\xef\xbb\xbf\n")) == "name\ufeff\n"
    assert read_text(write(b"\xef\xbb\xbf\xef\xbb\xbfname"), "utf-8-sig") == "\ufeffname"


def test_a_byte_order_mark_inside_gzip(write) -> None:
    assert "byte order mark" in error_of(write(gzip.compress(b"\xef\xbb\xbfname"), "a.gz")).what


@pytest.mark.parametrize("place", [0, 7, 8191, 8192, streams.CHUNK - 1, streams.CHUNK, 2 * streams.CHUNK + 5])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "ascii"])
def test_a_wrong_byte_has_its_place(write, place: int, encoding: str) -> None:
    before = (b"0123456\n" * (place // 8 + 1))[:place]
    error = error_of(write(before + b"\xff" + b"\nrest" * 3), encoding)
    assert f"byte {place:,} is not {encoding}" in error.what
    assert error.where.endswith(f", line {before.count(10) + 1:,}")
    assert encoding in error.remedy


def test_the_place_behind_a_byte_order_mark_counts_it(write) -> None:
    error = error_of(write(b"\xef\xbb\xbfab\xff"), "utf-8-sig")
    assert "byte 5 " in error.what


@pytest.mark.parametrize(("text", "encoding"), [("字" * 300_000, "utf-8"), ("字" * 300_000, "gb18030")])
def test_a_character_across_chunks_and_a_cut_one(write, text: str, encoding: str) -> None:
    packed = b"x" + text.encode(encoding)
    assert read_text(write(packed), encoding) == "x" + text
    width = len("字".encode(encoding))
    assert f"byte {len(packed) - width:,} " in error_of(write(packed[:-1]), encoding).what


def test_utf16_has_no_line_in_its_error(write) -> None:
    file = write("两行\nend".encode("utf-16") + b"\x00")
    assert ", line" not in error_of(file, "utf-16").where
    assert read_text(write("两行\n".encode("utf-16")), "utf-16") == "两行\n"


def test_an_unknown_encoding_is_the_records_fault(write) -> None:
    with pytest.raises(RecordError, match="utf-99"):
        write(b"x").open_text("utf-99")


@pytest.mark.parametrize(
    "start", ["<!DOCTYPE html>", "<!doctype HTML PUBLIC", "\n\t <html lang=en>", "\ufeff<HTML>"]
)
def test_a_page_under_the_name_of_a_data_file(write, start: str) -> None:
    page = f"{start}<body>sign in".encode()
    for file in (
        write(page, "train.json"),
        write(gzip.compress(page), "train.json.gz"),
        write(page, "t.json.gz"),
    ):
        with pytest.raises(SourceError, match="an HTML page") as caught:
            file.open()
        assert "rather than the page about it" in caught.value.remedy
    for name in ("page.html", "page.HTM", "page.xhtml"):
        assert read_bytes(write(page, name)) == page


@pytest.mark.parametrize("content", [b"<htmlish>", b"<?xml version='1.0'?><html>", b"text <html>", b"", b"<"])
def test_what_only_resembles_a_page(write, content: bytes) -> None:
    assert read_bytes(write(content)) == content
    assert not is_page(content, "a.txt")


def test_a_missing_file(tmp_path: Path) -> None:
    error = error_of(SourceFile("a.txt", tmp_path / "a.txt", ""))
    assert "cannot be read" in error.what
    assert "cannot be read" in error_of(SourceFile("a", tmp_path, "")).what


def test_members_of_archives_are_source_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
        target.writestr("文件/a.txt", LINES)
        target.writestr("page.txt", "<html>content of a member is its own")
        target.writestr("bad.txt", b"ok\n\xff")
    files = {name: SourceFile(name, tmp_path / "a.zip", "", name) for name in members(tmp_path / "a.zip")}
    assert read_text(files["文件/a.txt"]) == LINES
    assert read_text(files["page.txt"]).startswith("<html>")
    error = error_of(files["bad.txt"])
    assert error.where == f"bad.txt in {tmp_path / 'a.zip'}, line 2"


@given(
    content=st.binary(max_size=200),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "cp1252"]),
)
@example(content=b"\x81", encoding="gb18030")
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_text_is_what_python_decodes_or_an_error(write, content: bytes, encoding: str) -> None:
    file = write(content)
    if content.startswith((b"\xef\xbb\xbf", b"\x1f\x8b")):
        return
    try:
        expected = io.TextIOWrapper(io.BytesIO(content), encoding, newline="").read()
    except UnicodeError:
        assert f" is not {encoding}" in error_of(file, encoding).what
    else:
        assert read_text(file, encoding) == expected


@given(content=st.binary(max_size=50), encoding=st.sampled_from(["utf-8", "gb18030", "big5", "cp1252"]))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_place_is_where_python_stops(write, content: bytes, encoding: str) -> None:
    with pytest.raises(UnicodeDecodeError) as fault:
        (content + b"\xff\x81").decode(encoding)
    if not content.startswith((b"\xef\xbb\xbf", b"\x1f\x8b")):
        assert f"byte {fault.value.start:,} " in error_of(write(content + b"\xff\x81"), encoding).what


def test_closing_closes_what_lies_below(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        info = tarfile.TarInfo("a.gz")
        data = gzip.compress(b"x")
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    (tmp_path / "b.gz").write_bytes(gzip.compress(b"x"))
    for file in (
        SourceFile("a.gz", tmp_path / "a.tar", "", "a.gz"),
        SourceFile("b.gz", tmp_path / "b.gz", ""),
    ):
        text = file.open_text()
        text.close()
        assert text.buffer.closed
        with pytest.raises(ValueError, match="closed"):
            text.read()


@pytest.mark.real
def test_real_files_decode_to_what_is_stored(real_data: Path) -> None:
    paths = sorted(real_data.rglob("CDR_*.PubTator.txt.gz"))
    digests = {}
    for path in paths:
        with SourceFile(path.name, path, "").open_text() as text:
            digests[path.name] = hashlib.sha256(text.read().encode()).hexdigest()
    assert len(digests) == 3
    for path in paths:
        assert digests[path.name] == hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest()
