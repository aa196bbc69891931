"""Archives: names, order, refusals, damage, and that no access is repeated work."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import multiprocessing
import os
import stat
import struct
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioclue_data.errors import SourceError
from bioclue_data.sources import archives, streams
from bioclue_data.sources.archives import members, open_member

CONTENT = {"data/one.txt": b"first\r\n", "data/two.txt": "第二个文件\n".encode(), "empty.txt": b""}


def pack_zip(path: Path, content: dict[str, bytes] = CONTENT) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in content.items():
            target.writestr(name, data)
    return path


def pack_tar(path: Path, mode: str, content: dict[str, bytes] = CONTENT) -> Path:
    with tarfile.open(path, mode) as target:
        for name, data in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            target.addfile(info, io.BytesIO(data))
    return path


PACKERS = {
    "zip": lambda folder: pack_zip(folder / "a.zip"),
    "tar": lambda folder: pack_tar(folder / "a.tar", "w"),
    "tar.gz": lambda folder: pack_tar(folder / "a.tar.gz", "w:gz"),
    "tar.bz2": lambda folder: pack_tar(folder / "a.tar.bz2", "w:bz2"),
    "tar.xz": lambda folder: pack_tar(folder / "a.tar.xz", "w:xz"),
}


def content_of(path: Path, member: str) -> bytes:
    with open_member(path, member, f"{member} in {path.name}") as stream:
        return stream.read()


@pytest.fixture(params=PACKERS)
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return PACKERS[request.param](tmp_path)


def test_members_come_in_archive_order_and_give_their_bytes(archive: Path) -> None:
    assert members(archive) == tuple(CONTENT)
    assert {name: content_of(archive, name) for name in reversed(members(archive))} == CONTENT


def test_members_can_be_read_side_by_side(archive: Path) -> None:
    one, two = (open_member(archive, name, name) for name in ("data/one.txt", "data/two.txt"))
    halves = [one.read(3), two.read(3), one.read(), two.read()]
    assert halves[0] + halves[2] == CONTENT["data/one.txt"]
    assert halves[1] + halves[3] == CONTENT["data/two.txt"]


def test_a_member_that_does_not_exist_is_named_with_near_names(archive: Path) -> None:
    with pytest.raises(SourceError, match="no such member") as caught:
        open_member(archive, "data/tow.txt", "data/tow.txt in it")
    assert "data/two.txt" in caught.value.remedy


def test_a_folder_cannot_be_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
        target.writestr("folder/", b"")
    assert members(tmp_path / "a.zip") == ()
    with pytest.raises(SourceError, match="not a regular file"):
        open_member(tmp_path / "a.zip", "folder/", "folder")


def test_links_are_neither_listed_nor_followed(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
        target.writestr(link, "/etc/hostname")
    info = tarfile.TarInfo("link")
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/hostname"
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        tar.addfile(info)
    for path in (tmp_path / "a.zip", tmp_path / "a.tar"):
        assert members(path) == ()
        with pytest.raises(SourceError, match="not a regular file"):
            open_member(path, "link", "link")


def test_names_that_lead_outside_are_keys_only(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    path = pack_zip(tmp_path / "inside" / "a.zip", {"../../out.txt": b"x", "/etc/out.txt": b"y"})
    assert [content_of(path, name) for name in members(path)] == [b"x", b"y"]
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["a.zip"]


def test_what_macos_adds_is_left_out(tmp_path: Path) -> None:
    names = ["__MACOSX/._a.txt", "a.txt", "b/.DS_Store", "b/._c.txt", "b/__MACOSX/d.txt", "b/c.txt"]
    assert members(pack_zip(tmp_path / "a.zip", dict.fromkeys(names, b""))) == ("a.txt", "b/c.txt")


def pack_raw_names(path: Path, names: list[bytes]) -> Path:
    """A zip without the UTF-8 flag: each name goes in as the code page 437 reading of its bytes."""
    stand_ins = [str(number).ljust(len(name), "#") for number, name in enumerate(names)]
    packed = pack_zip(path, dict.fromkeys(stand_ins, b"x")).read_bytes()
    for stand_in, name in zip(stand_ins, names, strict=True):
        assert packed.count(stand_in.encode()) == 2
        packed = packed.replace(stand_in.encode(), name)
    path.write_bytes(packed)
    return path


@pytest.mark.parametrize(
    ("codec", "names"),
    [
        ("gb18030", ["训练集/病历一.txt", "测试集/答案.json"]),
        ("gb18030", ["数据/癥状囍.txt", "数据/说明文件.txt", "数据/标注规范与样例.txt"]),
        ("utf-8", ["训练集/病历一.txt"]),
        ("utf-8", ["café/Müller-Öl.txt"]),
        ("big5", ["訓練資料/病歷範例.txt", "測試資料/標準答案.txt"]),
        ("cp437", ["données/Müller.txt", "señal-año.txt"]),
        ("cp437", ["Ärzte/Übersicht für Äußeres.txt"]),
    ],
)
def test_undeclared_names_are_decoded_by_evidence(tmp_path: Path, codec: str, names: list[str]) -> None:
    path = pack_raw_names(tmp_path / "a.zip", [name.encode(codec) for name in names])
    assert members(path) == tuple(names)
    assert content_of(path, names[0]) == b"x"


def test_undeclared_names_in_tar(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w", encoding="gb18030", format=tarfile.GNU_FORMAT) as target:
        target.addfile(tarfile.TarInfo("训练集/病历一.txt"))
    assert members(tmp_path / "a.tar") == ("训练集/病历一.txt",)


def test_backslashes_of_windows_packers_are_slashes(tmp_path: Path) -> None:
    path = pack_raw_names(tmp_path / "a.zip", [b"folder\\file.txt"])
    assert members(path) == ("folder/file.txt",)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
        target.writestr("a.txt", b"old")
        target.writestr("a.txt", b"new")
    assert members(tmp_path / "a.zip") == ("a.txt",)
    with pytest.raises(SourceError, match="2 members"):
        open_member(tmp_path / "a.zip", "a.txt", "a.txt")


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    packed = bytearray(pack_zip(tmp_path / "a.zip", {"a.txt": b"x"}).read_bytes())
    central = packed.index(b"PK\x01\x02")
    packed[6] |= 1
    packed[central + 8] |= 1
    (tmp_path / "a.zip").write_bytes(packed)
    with pytest.raises(SourceError, match="encrypted"):
        open_member(tmp_path / "a.zip", "a.txt", "a.txt")


def test_an_unknown_packing_method_is_refused(tmp_path: Path) -> None:
    packed = bytearray(pack_zip(tmp_path / "a.zip", {"a.txt": b"x"}).read_bytes())
    central = packed.index(b"PK\x01\x02")
    struct.pack_into("<H", packed, 8, 9)
    struct.pack_into("<H", packed, central + 10, 9)
    (tmp_path / "a.zip").write_bytes(packed)
    with pytest.raises(SourceError, match="damaged"):
        content_of(tmp_path / "a.zip", "a.txt")


def test_a_wrong_checksum_names_file_and_member(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as target:
        target.writestr("a.txt", b"right content")
    path.write_bytes(path.read_bytes().replace(b"right content", b"wrong content"))
    with pytest.raises(SourceError) as caught:
        content_of(path, "a.txt")
    assert caught.value.where == "a.txt in a.zip"
    assert "fetch" in caught.value.remedy


def test_a_packed_member_is_undone_and_checked(archive: Path, tmp_path: Path) -> None:
    inner = gzip.compress(b"inside " * 1000)
    whole = pack_zip(tmp_path / "b.zip", {"a.gz": inner, "cut.gz": inner[:-9]})
    assert content_of(whole, "a.gz") == b"inside " * 1000
    with pytest.raises(SourceError, match="cut short"):
        content_of(whole, "cut.gz")


@pytest.mark.parametrize("kind", PACKERS)
def test_a_truncated_archive_is_an_error_or_whole(kind: str, tmp_path: Path) -> None:
    path = PACKERS[kind](tmp_path)
    packed = path.read_bytes()
    for size in range(0, len(packed), max(1, len(packed) // 400)):
        path.write_bytes(packed[:size])
        os.utime(path, ns=(size, size))
        assert_right_or_error(path)


def assert_right_or_error(path: Path) -> None:
    with contextlib.suppress(SourceError):
        for name in members(path):
            content = content_of(path, name)
            assert name not in CONTENT or content == CONTENT[name]


@given(data=st.data())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.parametrize("kind", PACKERS)
def test_a_damaged_archive_never_raises_anything_else(kind: str, tmp_path: Path, data: st.DataObject) -> None:
    packed = bytearray(PACKERS[kind](tmp_path).read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(packed) - 1), min_size=1, max_size=4)):
        packed[place] = data.draw(st.integers(0, 255))
    path = tmp_path / f"damaged-{abs(hash(bytes(packed)))}"
    path.write_bytes(packed)
    with contextlib.suppress(SourceError):
        for name in members(path):
            content_of(path, name)
    path.unlink()


def test_members_behind_a_damaged_header_are_not_lost_in_silence(tmp_path: Path) -> None:
    path = pack_tar(tmp_path / "a.tar", "w")
    packed = bytearray(path.read_bytes())
    packed[1024 + 148 : 1024 + 156] = b"00000000"
    path.write_bytes(packed)
    with pytest.raises(SourceError, match="no header at byte 1,024"):
        members(path)


def test_not_an_archive(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("plain text")
    with pytest.raises(SourceError, match="not a zip or tar"):
        members(tmp_path / "a.txt")
    with pytest.raises(SourceError, match="cannot be read"):
        members(tmp_path / "missing.zip")


BOMB = {"bomb.txt": bytes(4_000_000), "good.txt": b"x"}
BOMBS = {
    "zip": lambda folder: pack_zip(folder / "a.zip", BOMB),
    "tar.gz": lambda folder: pack_tar(folder / "a.tar.gz", "w:gz", BOMB),
    "gz in tar": lambda folder: pack_tar(
        folder / "a.tar", "w", {"bomb.txt": gzip.compress(BOMB["bomb.txt"])}
    ),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_refused_while_streaming(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "HARMLESS_BYTES", 100_000)
    path = BOMBS[kind](tmp_path)
    with pytest.raises(SourceError, match="bomb"):
        content_of(path, "bomb.txt")


def test_the_absolute_limit_holds_whatever_the_ratio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_BYTES", 1000)
    path = pack_zip(tmp_path / "a.zip", {"a.bin": os.urandom(1001), "b.bin": os.urandom(1000)})
    assert len(content_of(path, "b.bin")) == 1000
    with pytest.raises(SourceError, match="bomb"):
        content_of(path, "a.bin")


def test_the_directory_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pack_zip(tmp_path / "a.zip", {f"{number}.txt": b"x" for number in range(50)})
    opened: list[str] = []
    make = zipfile.ZipFile
    monkeypatch.setattr(archives.zipfile, "ZipFile", lambda path: opened.append(str(path)) or make(path))
    assert [content_of(path, name) for name in members(path)] == [b"x"] * 50
    assert opened == [str(path)]


def test_a_packed_tar_is_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpackings: list[Path] = []
    make = archives._plain_tar
    monkeypatch.setattr(
        archives, "_plain_tar", lambda path, head: unpackings.append(path) or make(path, head)
    )
    path = pack_tar(tmp_path / "a.tar.gz", "w:gz", {f"{number}.txt": b"x" for number in range(50)})
    assert [content_of(path, name) for name in reversed(members(path))] == [b"x"] * 50
    assert unpackings == [path]


def test_a_replaced_archive_is_seen(tmp_path: Path) -> None:
    path = pack_zip(tmp_path / "a.zip", {"a.txt": b"old"})
    assert content_of(path, "a.txt") == b"old"
    pack_zip(path, {"a.txt": b"newer"})
    assert content_of(path, "a.txt") == b"newer"


@pytest.mark.parametrize("kind", ["zip", "tar.bz2"])
def test_open_members_outlive_their_archive_on_the_shelf(kind: str, tmp_path: Path) -> None:
    stream = open_member(PACKERS[kind](tmp_path), "data/two.txt", "two")
    for number in range(archives._KEPT_OPEN + 2):
        members(pack_zip(tmp_path / f"{number}.zip"))
    assert stream.read() == CONTENT["data/two.txt"]
    assert len(archives._SHELF._open) == archives._KEPT_OPEN


def read_all(path: Path, failures: list[str]) -> None:
    for _ in range(20):
        failures += [name for name in members(path) if content_of(path, name) != CONTENT[name]]


def test_threads_share_an_archive(archive: Path) -> None:
    failures: list[str] = []
    threads = [threading.Thread(target=read_all, args=(archive, failures)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def read_in_child(path: Path, rounds: int) -> list[str]:
    return [name for _ in range(rounds) for name in members(path) if content_of(path, name) != CONTENT[name]]


@pytest.mark.parametrize(
    "method", [m for m in ("fork", "spawn") if m in multiprocessing.get_all_start_methods()]
)
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_processes_do_not_disturb_one_another(method: str, archive: Path) -> None:
    members(archive)
    with multiprocessing.get_context(method).Pool(2) as pool:
        answer = pool.starmap_async(read_in_child, [(archive, 50)] * 4)
        assert read_in_child(archive, 50) == []
        assert answer.get(timeout=60) == [[]] * 4


def test_bzip2_alone_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "a.txt.bz2").write_bytes(bz2.compress(b"only text"))
    with pytest.raises(SourceError):
        members(tmp_path / "a.txt.bz2")


@pytest.mark.real
def test_real_archives(real_data: Path) -> None:
    paths = sorted(real_data.rglob("*.zip")) + sorted(real_data.rglob("*.tar.gz"))
    counted = {path.name: len(members(path)) for path in paths}
    assert counted["data_origin.zip"] == 2396
    assert counted["chia_with_scope.zip"] == 4004
    assert counted["DDICorpus-2013(BRAT).zip"] == 2040
    for path in paths:
        assert sum(len(content_of(path, name)) for name in members(path)) > 0
