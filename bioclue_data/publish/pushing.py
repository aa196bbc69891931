"""From a built folder to a repository on the Hub: gate, stage, validate, compare, commit, verify, tag."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from bioclue_data.building import describe
from bioclue_data.building import folder as folders
from bioclue_data.building.tables import file_sha256
from bioclue_data.errors import HubError, InvalidDataError, UsageError
from bioclue_data.publish import gate, heads, plan, release, rows
from bioclue_data.publish.hub import Hub
from bioclue_data.publish.stage import Stage, room, stage
from bioclue_data.publish.verify import verify
from bioclue_data.records import catalogue as catalogues

if TYPE_CHECKING:
    from pathlib import Path

    from bioclue_data.building.folder import Manifest
    from bioclue_data.publish.gate import HeldBack
    from bioclue_data.publish.plan import Plan, Remote
    from bioclue_data.publish.release import Changes

HARMLESS = frozenset((plan.THE_HUBS_OWN, folders.README))
REPO = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
NOTHING: Manifest = {"datasets": {}, "contracts": {}}


@dataclass(frozen=True)
class Options:
    """What a push was asked to do; none of it reaches the licence gate."""

    dry_run: bool = False
    private: bool = False
    create_pr: bool = False
    only_redistributable: bool = False
    tag: str | None = None
    gated: Literal["auto", "manual"] | None = None


@dataclass(frozen=True)
class Outcome:
    """What a push did, or with `dry_run` would do.

    Attributes:
        head: The commit that it started from; empty where there is no repository yet.
        commit: The commit made; empty if there was nothing to do, or in a dry run.
        request: Address of the pull request.
        tag: The tag given.
        version, previous: Of the data, here and there.
        plan: What differs.
        held: What was held back.
        corpora: Corpora of the user's own that the flags name, and that become known with them.
        loaded: Configs that were loaded from the Hub afterwards.
    """

    repo: str
    head: str
    version: str
    previous: str
    plan: Plan
    held: tuple[HeldBack, ...]
    corpora: tuple[str, ...] = ()
    commit: str = ""
    request: str = ""
    tag: str = ""
    loaded: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        facts = {name: value for name, value in vars(self).items() if name not in {"plan", "held"}}
        return {**facts, **asdict(self.plan), "held_back": {one.dataset: one.facts() for one in self.held}}


def push(folder: Path, repo: str, options: Options) -> Outcome:
    """Publish what may be published of a built folder.

    Raises:
        HeldBackError: something may not be published, and the rest was not asked for.
        InvalidDataError: the folder is not as its manifest says, or breaks its contracts.
        UsageError: options that exclude one another, or nothing to publish.
        HubError: the Hub refuses, cannot be reached, or is not as it was left; it is as it was.
    """
    _refuse_contradictions(repo, options)
    manifest, held = _open(folder, options)
    with room(repo) as target:
        staged = stage(folder, target, manifest, held, catalogues.load(), repo)
        _validate(staged)
        return _Push(staged, tuple(held), Hub(repo), options).run()


def _refuse_contradictions(repo: str, options: Options) -> None:
    if not REPO.fullmatch(repo):
        raise UsageError(
            f"{repo!r} is no name of a repository", remedy="ORG/NAME, of letters, digits, `-`, `_` and `.`"
        )
    for word, asked in (("--tag", options.tag), ("--gated", options.gated)):
        if options.create_pr and asked:
            raise UsageError(
                f"{word} does not go with --create-pr",
                remedy="a request changes no branch and no settings; do it when it is merged",
            )
    if options.tag not in {None, "auto"}:
        release.numbers(str(options.tag))


def _open(folder: Path, options: Options) -> tuple[Manifest, list[HeldBack]]:
    """The manifest of a clean folder, and what the gate holds back of it."""
    manifest = folders.read_manifest(folder)
    if manifest is None or not manifest["datasets"]:
        raise UsageError("nothing is built here", where=str(folder), remedy="`bioclue build` first")
    _refuse_dirt(folder, manifest)
    catalogue = catalogues.load()
    held = gate.held_back(manifest, catalogue)
    if not options.only_redistributable:
        gate.refuse(held)
    names = manifest["datasets"].keys() - {one.dataset for one in held}
    if not names:
        gate.refuse(held)
    gate.check_tables(folder, manifest, catalogue, sorted(names))
    return manifest, held


def _refuse_dirt(folder: Path, manifest: Manifest) -> None:
    tables = {t["path"]: t["sha256"] for built in manifest["datasets"].values() for t in built["tables"]}
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    dirt = [f"{name}: no build made it" for name in sorted(files - tables.keys() - set(describe.FILES))]
    dirt += [f"{name}: it is not here" for name in sorted(tables.keys() - files)]
    dirt += [
        f"{name}: its content is not what was built"
        for name in sorted(tables.keys() & files)
        if file_sha256(folder / name) != tables[name]
    ]
    if dirt:
        lines = "\n".join(f"  {line}" for line in dirt)
        raise InvalidDataError(
            f"the folder is not as it was built:\n{lines}",
            where=str(folder),
            remedy="build it again, into an empty folder",
        )


def _validate(staged: Stage) -> None:
    from bioclue_data.building.validate import validate_folder  # noqa: PLC0415 - pandera

    staged.write(staged.manifest["version"])
    if faults := validate_folder(staged.folder):
        lines = [f"  {f.item_id} {f.place}: {f.rule}: {f.detail}" for f in faults[:10]]
        raise InvalidDataError(
            "\n".join([f"{len(faults)} faults, nothing was published:", *lines]),
            remedy="`bioclue validate` shows all of them",
        )


class _Push:
    """One push of what is staged."""

    def __init__(self, staged: Stage, held: tuple[HeldBack, ...], hub: Hub, options: Options) -> None:
        self._staged, self._held, self._hub, self._options = staged, held, hub, options

    def run(self) -> Outcome:
        if not self._options.dry_run:
            self._hub.must_know_me()
        remote = self._hub.state()
        self._refuse_remote(remote)
        outcome = self._planned(remote)
        if self._options.dry_run:
            heads.remember(self._hub.endpoint, self._hub.repo, outcome.head)
            return outcome
        head = outcome.head or self._hub.create(private=self._options.private)
        if self._options.gated:
            self._hub.gate(self._options.gated)
        return self._tagged(outcome, head) if outcome.plan.empty else self._commit(outcome, head)

    def _refuse_remote(self, remote: Remote | None) -> None:
        private = remote.private if remote else self._options.private
        if self._staged.manifest["sample"] and not private:
            raise UsageError(
                "invented samples do not go to a public repository",
                where=self._hub.repo,
                remedy="they would pass for the datasets: use a new repository with --private",
            )
        if remote is None:
            return
        if self._options.private and not remote.private:
            raise UsageError(
                "this repository is public",
                where=self._hub.repo,
                remedy="change that on the Hub, or leave --private out",
            )
        if remote.manifest is None and (foreign := remote.files.keys() - HARMLESS):
            raise UsageError(
                f"this repository holds files that no push made: {', '.join(sorted(foreign)[:5])}",
                where=self._hub.repo,
                remedy="choose another name",
            )
        if remote.manifest and self._staged.manifest["sample"] and not remote.manifest["sample"]:
            raise UsageError(
                "this repository holds real data", where=self._hub.repo, remedy="choose another for samples"
            )
        if not self._options.dry_run:
            self._refuse_moved(remote)

    def _refuse_moved(self, remote: Remote) -> None:
        known = heads.last_seen(self._hub.endpoint, self._hub.repo)
        if known and known != remote.head:
            raise HubError(
                f"the repository moved: {known[:12]} when you last pushed or looked, now {remote.head[:12]}",
                where=self._hub.repo,
                remedy="look with --dry-run what would change now, then push again",
            )

    def _planned(self, remote: Remote | None) -> Outcome:
        """Compare, choose the version, and write the pages for it."""
        old = remote.manifest if remote else None
        previous = str(old["version"]) if old and not old["sample"] else ""
        version = previous or str(self._staged.manifest["version"])
        manifest = self._staged.write(version)
        found = plan.compare(self._staged.folder, manifest, remote)
        changes = release.compare(old or NOTHING, manifest)
        if previous and not found.empty:
            version = release.following(previous, changes.kind)
        version = self._asked(version, previous, found)
        if not found.empty:
            manifest = self._staged.write(version)
            self._write_changelog(version, previous, changes, remote)
            found = plan.compare(self._staged.folder, manifest, remote)
        self._refuse_tag(version, found, remote)
        head, own = remote.head if remote else "", self._staged.own_corpora()
        return Outcome(self._hub.repo, head, version, previous, found, self._held, tuple(own))

    def _asked(self, least: str, previous: str, found: Plan) -> str:
        """The version to publish; a sample's stays what it is, and is never a release."""
        if self._options.tag and self._staged.manifest["sample"]:
            raise UsageError("invented samples are no release", remedy="leave --tag out")
        if self._options.tag in {None, "auto"}:
            return least
        version = release.chosen(str(self._options.tag), least, previous)
        if found.empty and version != previous:
            raise UsageError(
                f"nothing changed since {previous}", remedy=f"--tag {previous} tags what is there"
            )
        return version

    def _write_changelog(self, version: str, previous: str, changes: Changes, remote: Remote | None) -> None:
        older, differing = None, []
        if remote and previous:
            differing = rows.changed(self._staged, self._hub, remote, changes.changed)
            older = self._hub.read(plan.CHANGELOG, remote.head) if plan.CHANGELOG in remote.files else None
        section = release.note(version, previous or None, changes, differing)
        text = release.changelog(section, older)
        (self._staged.folder / plan.CHANGELOG).write_text(text, encoding="utf-8")

    def _refuse_tag(self, version: str, found: Plan, remote: Remote | None) -> None:
        """A tag never moves; the same one for the same commit is no second one."""
        name = f"v{version}"
        there = remote.tags.get(name) if remote and self._options.tag else None
        if there and not (remote and found.empty and there == remote.head):
            raise UsageError(
                f"the tag {name} exists", where=self._hub.repo, remedy="a release is never replaced"
            )

    def _commit(self, outcome: Outcome, head: str) -> Outcome:
        commit, request = self._hub.commit(
            self._staged.folder,
            outcome.plan,
            head,
            f"bioclue data {outcome.version}",
            pull_request=self._options.create_pr,
        )
        heads.remember(self._hub.endpoint, self._hub.repo, head if request else commit)
        loaded = verify(self._staged, self._hub, commit, outcome.plan)
        return self._tagged(replace(outcome, commit=commit, request=request, loaded=loaded), commit)

    def _tagged(self, outcome: Outcome, commit: str) -> Outcome:
        if not self._options.tag:
            return outcome
        name = f"v{outcome.version}"
        self._hub.tag(name, commit)
        return replace(outcome, tag=name)
