from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from migrator.config import ConfigError, Resolver, Settings, file_size


def configured(root: Path, text: str, folder: str = ".", name: str = "pyproject.toml") -> Path:
    path = root / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_defaults() -> None:
    settings = Settings()
    assert (settings.store, settings.history, settings.system) == ("preserve", "chain", "input")
    assert (settings.unknown_hosts, settings.library) == ("suggest", False)
    assert settings.azure_v1 is False
    assert settings.hosts == settings.drop == ()


def test_every_setting_can_be_set(tmp_path: Path) -> None:
    configured(
        tmp_path,
        "[tool.migrator]\n"
        'store = "api-default"\nhistory = "list"\nsystem = "instructions"\n'
        'unknown-hosts = "block"\nhosts = ["make_client"]\ndrop = ["seed"]\nlibrary = true\nazure-v1 = true\n'
        'select = ["CC1"]\nextend-select = ["CC906"]\nignore = ["CC109"]\n'
        'exclude = ["a"]\nextend-exclude = ["b"]\nmax-file-size = "2MB"\n'
        "respect-gitignore = false\nforce-exclude = true\n"
        '[tool.migrator.per-file-ignores]\n"tests/*" = ["CC1"]\n',
    )
    settings = Resolver().settings_for(str(tmp_path))
    assert settings.store == "api-default"
    assert settings.history == "list"
    assert settings.system == "instructions"
    assert settings.unknown_hosts == "block"
    assert settings.hosts == ("make_client",)
    assert settings.drop == ("seed",)
    assert settings.library is True
    assert settings.azure_v1 is True
    assert settings.select == ("CC1",)
    assert settings.extend_select == ("CC906",)
    assert settings.ignore == ("CC109",)
    assert settings.exclude == ("a",)
    assert settings.extend_exclude == ("b",)
    assert settings.max_file_size == 2_000_000
    assert settings.respect_gitignore is False
    assert settings.force_exclude is True
    assert settings.per_file_ignores == {"tests/*": ("CC1",)}
    assert settings.root == str(tmp_path)


def test_the_closest_configured_file_wins(tmp_path: Path) -> None:
    configured(tmp_path, '[tool.migrator]\nstore = "api-default"\nlibrary = true\n')
    configured(tmp_path, '[tool.migrator]\nhistory = "list"\n', "one")
    configured(tmp_path, "[tool.ruff]\nline-length = 100\n", "two")
    (tmp_path / "one/deep").mkdir()
    resolver = Resolver()
    deep = resolver.settings_for(str(tmp_path / "one/deep"))
    assert (deep.store, deep.history, deep.library) == ("preserve", "list", False)
    assert resolver.settings_for(str(tmp_path / "two")).store == "api-default"
    assert resolver.settings_for(str(tmp_path / "two")) is resolver.settings_for(str(tmp_path))


def test_overrides_come_on_top(tmp_path: Path) -> None:
    configured(tmp_path, '[tool.migrator]\nstore = "api-default"\nhistory = "list"\n')
    settings = Resolver([("--config", {"store": "preserve"})]).settings_for(str(tmp_path))
    assert (settings.store, settings.history) == ("preserve", "list")


def test_isolated(tmp_path: Path) -> None:
    configured(tmp_path, "[tool.migrator]\nstore = 1\n")
    assert Resolver(isolated=True).settings_for(str(tmp_path)).store == "preserve"


@pytest.mark.parametrize("name", ["pyproject.toml", "strict.toml"])
def test_a_named_file_replaces_the_search(tmp_path: Path, name: str) -> None:
    configured(tmp_path, "[tool.migrator]\nlibrary = true\n", "project")
    path = configured(tmp_path, '[tool.migrator]\nstore = "api-default"\n', "other", name)
    settings = Resolver(file=str(path)).settings_for(str(tmp_path / "project"))
    assert (settings.store, settings.library) == ("api-default", False)


def test_a_named_file_may_leave_out_the_table_header(tmp_path: Path) -> None:
    path = configured(tmp_path, "library = true\n", name="migrator.toml")
    assert Resolver(file=str(path)).settings_for("/").library is True


@pytest.mark.parametrize(
    "text",
    ["tool.migrator = 1\n", "[tool.migrator]\nx = 1\n", "tool = 1  # tool.migrator\nx = [\n"],
)
def test_bad_files_are_named(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"^pyproject\.toml: "):
        Resolver().settings_for(str(tmp_path))


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.migrator]\n# \xff\n")
    with pytest.raises(ConfigError, match="not UTF-8"):
        Resolver().settings_for(str(tmp_path))


@pytest.mark.parametrize(
    ("value", "size"),
    [(5, 5), ("5", 5), ("10MB", 10_000_000), ("1 kB", 1000), ("2gb", 2_000_000_000), ("7B", 7)],
)
def test_sizes(value: object, size: int) -> None:
    assert file_size(value) == size


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "", "MB", "1.5MB", "10 MB per file", None])
def test_no_sizes(value: object) -> None:
    with pytest.raises(ValueError, match="must be a number of bytes"):
        file_size(value)


def test_settings_travel_between_processes() -> None:
    settings = Settings().updated({"drop": ["seed"]}, "test")
    assert pickle.loads(pickle.dumps(settings)).drop == ("seed",)
