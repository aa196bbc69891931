"""`load_dataset` of the unmodified `datasets` library, and ours, on built folders."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.own import Own, item

SCRIPT = """
import sys
from {module} import load_dataset
rows = load_dataset({path!r}, {name!r}, split="train", **{options!r})
print("\\n".join(row["text"] for row in rows))
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Own:
    monkeypatch.setenv("BIOCLUE_CACHE", str(tmp_path / "cache"))
    made = Own(tmp_path)
    made.record()
    made.put("train.json", [item(1, "旧蓝膝病")])
    made.put("test.json", [{"id": "1", "text": "测试句"}])
    return made


def texts(
    own: Own,
    path: str,
    name: str = "ner_cn",
    cwd: Path | None = None,
    module: str = "datasets",
    **options: object,
) -> list[str]:
    code = SCRIPT.format(path=path, name=name, options=options, module=module)
    env = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(own.root / "hf")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        cwd=cwd or own.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_rebuild_is_seen_at_once(own: Own) -> None:
    """The cache of `datasets` looks at names and versions, not at files: our README makes it look again."""
    own.build()
    here, path = own.root, str(own.root / "bioclue")
    assert texts(own, "bioclue", cwd=here) == ["旧蓝膝病"]
    own.put("train.json", [item(1, "新蓝膝病"), item(2, "又蓝膝病")])
    own.build()
    new = ["新蓝膝病", "又蓝膝病"]
    assert texts(own, "bioclue", cwd=here) == new
    assert texts(own, "bioclue", cwd=here, streaming=True) == new
    assert texts(own, path, cwd=Path("/")) == new
    assert texts(own, "bioclue", "own_ner", cwd=here) == new


def test_ours_works_anywhere_and_builds_what_is_missing(own: Own) -> None:
    elsewhere = own.root / "elsewhere"
    elsewhere.mkdir()
    folders = {"manual": str(own.root / "manual"), "records": str(own.root / "records")}
    assert texts(own, "bioclue", "own_ner", cwd=elsewhere, module="bioclue_data", **folders) == ["旧蓝膝病"]
    sample = texts(own, "bioclue", "cmeee_ner", cwd=elsewhere, module="bioclue_data", sample=True)
    assert len(sample) == 4


def test_ours_names_the_config_that_does_not_exist(own: Own) -> None:
    from bioclue_data import load_dataset
    from bioclue_data.errors import UsageError

    with pytest.raises(UsageError, match="ner_cn"):
        load_dataset("bioclue", "ner_nc")
    with pytest.raises(UsageError, match="which config"):
        load_dataset("bioclue")
