"""Downloads from a server that does everything wrong: right bytes, or an error that says what happened."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bioclue_data.errors import BioclueError, DamagedError, NotHereError, RecordError
from bioclue_data.sources import downloads
from bioclue_data.sources.downloads import Access, Found, Patience, Stores, acquire, acquire_all
from bioclue_data.sources.replies import retry_after
from bioclue_data.sources.stores import cache_path
from tests.fetching import DATA, OPEN, OTHER, QUICK, finished, get, want
from tests.hostile_server import PAGE, Act, Server, redirect, running


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "*")
    with running() as server:
        yield server


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return Stores(tmp_path / "cache")


@pytest.mark.parametrize("known", [True, False])
def test_a_file_is_fetched_once_and_then_taken_from_the_cache(
    server: Server, stores: Stores, known: bool
) -> None:
    wanted = want(server.put("/a/b.tsv", Act(DATA)), known=known)
    first, second = get(wanted, stores), get(wanted, stores)
    assert first == second == Found(cache_path(stores.cache, wanted.addresses[0]), want().sha256, len(DATA))
    assert first.path.read_bytes() == DATA
    assert len(server.asked) == 1
    assert {path.name for path in first.path.parent.iterdir()} == {"b.tsv"}


def test_the_transport_is_asked_not_to_pack(server: Server, stores: Stores) -> None:
    get(want(server.put("/a", Act(DATA))), stores)
    assert server.asked[0][1]["accept-encoding"] == "identity"


RECOVERABLE: dict[str, list[Act]] = {
    "cut twice": [Act(DATA, cut=20_000), Act(DATA, cut=50_000), Act(DATA)],
    "cut before the first byte": [Act(DATA, cut=0), Act(DATA)],
    "cut in chunks": [Act(DATA, cut=30_000, ends="chunked"), Act(DATA, ends="chunked")],
    "cut without length": [Act(DATA, cut=30_000, ends="close"), Act(DATA, ends="close")],
    "ranges ignored": [Act(DATA, cut=20_000), Act(DATA, ranges=False)],
    "changed content": [Act(OTHER, cut=20_000, etag='"old"'), Act(DATA, etag='"new"')],
    "changed, condition ignored": [
        Act(OTHER, cut=20_000, etag='"old"'),
        Act(DATA, etag='"new"', conditions=False),
    ],
    "changed without a sign": [Act(OTHER, cut=20_000), Act(DATA)],
    "changed, weak tags": [Act(OTHER, cut=20_000, etag='W/"1"'), Act(DATA, etag='W/"1"')],
    "busy": [Act(status=503), Act(status=429, headers={"Retry-After": "3600"}), Act(DATA)],
    "busy, then cut": [Act(status=500), Act(DATA, cut=10), Act(status=502), Act(DATA)],
    "part refused": [Act(DATA, cut=20_000), Act(status=416), Act(DATA)],
}


@pytest.mark.parametrize("case", RECOVERABLE)
def test_trouble_that_passes(server: Server, stores: Stores, case: str) -> None:
    patience = Patience(attempts=5, pause=0.001, longest_pause=0.01)
    found = get(want(server.put("/a", *RECOVERABLE[case])), stores, patience)
    assert found.path.read_bytes() == DATA


def test_a_cut_body_goes_on_where_it_ended(server: Server, stores: Stores) -> None:
    get(want(server.put("/a", *RECOVERABLE["cut twice"])), stores)
    asked = [(headers.get("range"), headers.get("if-range")) for _, headers in server.asked]
    assert asked == [(None, None), ("bytes=20000-", '"one"'), ("bytes=50000-", '"one"')]


def test_without_a_hash_only_the_same_content_goes_on(server: Server, stores: Stores) -> None:
    acts = [
        Act(OTHER, cut=20_000, etag='"old"'),
        Act(DATA, etag='"new"', conditions=False),
        Act(DATA, etag='"new"'),
    ]
    assert get(want(server.put("/a", *acts), known=False), stores).path.read_bytes() == DATA
    for path, etag in (("/b", None), ("/c", 'W/"weak"')):
        unsigned = [Act(OTHER, cut=20_000, etag=etag), Act(DATA, etag=etag)]
        assert get(want(server.put(path, *unsigned), known=False), stores).path.read_bytes() == DATA
        assert "range" not in server.asked[-1][1]


def test_what_a_mirror_began_is_not_joined_to_the_source(server: Server, stores: Stores) -> None:
    wanted = want(server.put("/a", Act(DATA)), known=False)
    server.put(f"/m/{server.host}/a", Act(OTHER, cut=20_000), Act(status=404))
    with pytest.raises(NotHereError):
        get(wanted, Stores(stores.cache, mirror=f"{server.root}/m"))
    assert get(wanted, stores).path.read_bytes() == DATA


def test_a_claimed_length_is_insisted_on(server: Server, stores: Stores) -> None:
    acts = [Act(DATA, claims=70_000, etag=None), Act(DATA, etag=None)]
    assert get(want(server.put("/a", *acts), known=False), stores).path.read_bytes() == DATA


def test_progress_resets_the_patience(
    server: Server, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "PROGRESS", 1000)
    acts = [Act(DATA, cut=at) for at in range(5_000, 60_000, 5_000)]
    assert get(want(server.put("/a", *acts, Act(DATA))), stores).bytes == len(DATA)
    assert len(server.asked) > QUICK.attempts


WRONG: dict[str, tuple[Act, str]] = {
    "a page": (Act(PAGE), "an HTML page in place of the file"),
    "a page, chunked": (Act(PAGE, ends="chunked"), "an HTML page in place of the file"),
    "another content": (Act(OTHER), hashlib.sha256(OTHER).hexdigest()),
    "longer": (Act(DATA + b"x"), "announces 60,001 bytes"),
    "shorter": (Act(DATA[:-1]), "announces 59,999 bytes"),
    "longer than announced": (Act(DATA + b"x", ends="chunked"), "more than the 60,000 bytes"),
    "shorter, chunked": (Act(DATA[:-1], ends="chunked"), "found 59,999 bytes"),
    "a pointer": (Act(b"version https://git-lfs.github.com/spec/v1\n"), "Git LFS pointer"),
    "nothing": (Act(b""), "found 0 bytes"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_content_is_named_and_not_kept(server: Server, stores: Stores, case: str) -> None:
    act, words = WRONG[case]
    address = server.put("/a", act)
    with pytest.raises(DamagedError) as caught:
        get(want(address), stores)
    assert words in caught.value.what
    assert address in caught.value.what
    assert "--manual" in caught.value.remedy
    assert [path for path in stores.cache.rglob("*") if path.is_file() and path.suffix != ".lock"] == []


@pytest.mark.parametrize(
    "act", [act for act, _ in WRONG.values()] + [Act(status=404), Act(status=500), Act(DATA, cut=9)]
)
def test_the_next_address_is_tried(server: Server, stores: Stores, act: Act) -> None:
    wanted = want(server.put("/bad", act), server.put("/good", Act(DATA)))
    assert get(wanted, stores).path == cache_path(stores.cache, wanted.addresses[1])
    asked = len(server.asked)
    assert get(wanted, stores).path.read_bytes() == DATA
    assert len(server.asked) == asked


def test_a_body_longer_than_declared_is_not_read_to_its_end(server: Server, stores: Stores) -> None:
    counts: list[int] = []
    wanted = want(server.put("/a", Act(bytes(50_000_000), ends="chunked")), content=bytes(1000))
    with pytest.raises(DamagedError):
        acquire(wanted, OPEN, stores, counts.append, patience=QUICK)
    assert sum(count for count in counts if count > 0) < 1_000_000


def test_every_address_and_its_failure_is_named(server: Server, stores: Stores) -> None:
    first, second = server.put("/a", Act(status=404)), server.put("/b", Act(DATA, cut=10, ranges=False))
    with pytest.raises(NotHereError) as caught:
        get(want(first, second, "http://127.0.0.1:1/closed"), stores)
    error = caught.value
    assert error.reason == "unreachable"
    assert f"{first}: HTTP 404" in error.what
    assert f"{second}: " in error.what
    assert "3 times" in error.what
    assert "http://127.0.0.1:1/closed: " in error.what


def test_a_stall_ends(server: Server, stores: Stores) -> None:
    patience = Patience(attempts=2, timeout=0.3, pause=0.001)
    with pytest.raises(NotHereError, match=r"no byte within 0\.3 s, 2 times"):
        get(want(server.put("/a", Act(DATA, stall=10_000))), stores, patience)
    assert get(want(server.put("/a", Act(DATA))), stores).bytes == len(DATA)
    assert server.asked[-1][1]["range"] == "bytes=10000-"


def test_the_pause_is_the_servers_wish(
    server: Server, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(downloads._Network, "wait", lambda _, seconds: pauses.append(seconds))
    acts = [Act(status=429, headers={"Retry-After": "7"}), Act(status=503), Act(DATA, cut=5), Act(DATA)]
    get(want(server.put("/a", *acts)), stores, Patience(pause=1))
    assert pauses == [7, 2, 4]


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after({"Retry-After": "12"}) == 12
    assert retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert (retry_after({"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}) or 0) > 1000
    assert retry_after({"Retry-After": "soon"}) is None
    assert retry_after({}) is None


def test_redirects_are_followed_where_they_are_safe(server: Server, stores: Stores) -> None:
    server.put("/c", Act(DATA, cut=20_000), Act(DATA))
    server.put("/b", redirect("/c", 307))
    assert get(want(server.put("/a", redirect(f"{server.root}/b"))), stores).path.read_bytes() == DATA
    assert [path for path, _ in server.asked] == ["/a", "/b", "/c"] * 2


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("http://example.org/data", "not https"),
        ("ftp://example.org/data", "not https|scheme|protocol"),
        ("https://user:secret@example.org/data", "credentials"),
        ("/a", "more than 10 redirects"),
    ],
)
def test_unsafe_redirects_are_refused(server: Server, stores: Stores, to: str, words: str) -> None:
    with pytest.raises(NotHereError, match=words) as caught:
        get(want(server.put("/a", redirect(to))), stores)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["ftp://example.org/a", "file:///etc/hostname", "https://user:secret@example.org/a", "https://example.org/../a",
     "https://example.org/", "/a", "https:///a", "https://[::1/a"],
)  # fmt: skip
def test_addresses_that_are_refused(stores: Stores, address: str) -> None:
    with pytest.raises(RecordError) as caught:
        get(want(address), stores)
    assert "secret" not in str(caught.value)


def test_an_unknown_length_that_nothing_confirms_is_refused(server: Server, stores: Stores) -> None:
    with pytest.raises(NotHereError, match="how long the file is"):
        get(want(server.put("/a", Act(DATA, ends="close")), known=False), stores)
    assert finished(stores) == []
    chunked = want(server.put("/b", Act(DATA, ends="chunked")), known=False)
    assert get(chunked, stores).sha256 == want().sha256


def test_a_page_is_no_file_of_unknown_content(server: Server, stores: Stores) -> None:
    with pytest.raises(DamagedError, match="an HTML page"):
        get(want(server.put("/a.json", Act(PAGE)), known=False), stores)
    page = want(server.put("/a.html", Act(PAGE)), known=False, name="a.html")
    assert get(page, stores).bytes == len(PAGE)


def test_packing_by_the_server(server: Server, stores: Stores) -> None:
    packed = Act(DATA, headers={"Content-Encoding": "gzip"})
    with pytest.raises(NotHereError, match="packs the body"):
        get(want(server.put("/a", packed), known=False), stores)
    assert get(want(server.put("/a.gz", packed), name="a.gz"), stores).path.read_bytes() == DATA


def test_a_damaged_cache_is_fetched_anew(server: Server, stores: Stores) -> None:
    wanted = want(server.put("/a", Act(DATA)))
    for damage in (OTHER, DATA[:-1], b""):
        get(wanted, stores).path.write_bytes(damage)
        assert get(wanted, stores).path.read_bytes() == DATA
    assert len(server.asked) == 4


@pytest.mark.parametrize("rest", [DATA, OTHER, DATA[:100], DATA + b"more", b""])
def test_what_an_earlier_run_left_does_no_harm(server: Server, stores: Stores, rest: bytes) -> None:
    address = server.put("/a", Act(DATA))
    part = cache_path(stores.cache, address)
    part.parent.mkdir(parents=True)
    part.with_name("a.part").write_bytes(rest)
    for notes in ("", "{}", "[1]", f'{{"address": "{address}", "validator": "\\"one\\"", "total": 60000}}'):
        part.with_name("a.part.json").write_text(notes)
        assert get(want(address), stores).path.read_bytes() == DATA
        part.unlink()
        part.with_name("a.part").write_bytes(rest)


def test_a_whole_part_is_verified_without_a_request(server: Server, stores: Stores) -> None:
    address = server.put("/a", Act(DATA, stall=len(DATA), claims=len(DATA) + 1, ends="length"))
    part = cache_path(stores.cache, address).with_name("a.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(DATA)
    part.with_name("a.part.json").write_text(f'{{"address": "{address}", "validator": null, "total": 60000}}')
    assert get(want(address), stores).path.read_bytes() == DATA
    assert server.asked == []


def test_offline_makes_no_request(server: Server, stores: Stores) -> None:
    wanted = want(server.put("/a", Act(DATA)))
    offline = Stores(stores.cache, offline=True)
    with pytest.raises(NotHereError) as caught:
        get(wanted, offline)
    assert caught.value.reason == "unreachable"
    assert server.asked == []
    get(wanted, stores)
    assert get(wanted, offline).bytes == len(DATA)


def test_a_mirror_server_takes_the_place_of_the_addresses(server: Server, stores: Stores) -> None:
    wanted = want("https://example.org/a%5Bb%5D/%E6%96%87.tsv?raw=1")
    mirrored = Stores(stores.cache, mirror=f"{server.root}/m/")
    with pytest.raises(NotHereError, match="not in the mirror") as caught:
        get(wanted, mirrored)
    assert caught.value.reason == "no_source"
    server.put("/m/example.org/a%5Bb%5D/%E6%96%87.tsv?raw=1", Act(DATA))
    assert get(wanted, mirrored).path == cache_path(stores.cache, wanted.addresses[0])
    gated = want("https://example.org/gated")
    with pytest.raises(NotHereError) as caught:
        acquire(gated, Access("registration", "https://example.org"), mirrored, patience=QUICK)
    assert caught.value.reason == "gated"


def test_progress_counts_the_bytes_of_the_file(server: Server, stores: Stores) -> None:
    counts: list[int] = []
    acts = [Act(DATA, cut=20_000), Act(DATA, ranges=False, cut=30_000), Act(DATA)]
    acquire(want(server.put("/a", *acts)), OPEN, stores, counts.append, patience=QUICK)
    assert sum(counts) == len(DATA)
    assert -20_000 in counts


def test_many_small_files_arrive_in_order(server: Server, stores: Stores) -> None:
    contents = [str(number).encode() * 50 for number in range(200)]
    wanted = [
        want(server.put(f"/{n}", Act(data)), content=data, name=str(n)) for n, data in enumerate(contents)
    ]
    found = acquire_all(wanted, OPEN, stores, patience=QUICK)
    assert [one.path.read_bytes() for one in found] == contents
    assert acquire_all([*wanted, *wanted], OPEN, stores) == found + found
    assert len(server.asked) == 200
    assert acquire_all([], OPEN, stores) == []


def test_one_failure_stops_the_others(server: Server, stores: Stores) -> None:
    wanted = [want(server.put(f"/{number}", Act(DATA, stall=10, delay=0.01))) for number in range(50)]
    wanted.insert(2, want(server.put("/bad", Act(status=404))))
    started = time.monotonic()
    with pytest.raises(NotHereError, match="/bad: HTTP 404"):
        acquire_all(wanted, OPEN, stores, patience=Patience(timeout=1, pause=30))
    assert len(server.asked) <= 1 + 2 * downloads.CONNECTIONS
    assert time.monotonic() - started < 30


def test_a_cache_that_cannot_be_written(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BioclueError, match="cannot be written") as caught:
        get(want(server.put("/a", Act(DATA))), Stores(tmp_path / "file"))
    assert "BIOCLUE_CACHE" in caught.value.remedy
