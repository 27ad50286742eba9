"""The catalogue by a stick: as good as from the gateway, and nothing that was altered is taken."""

from __future__ import annotations

import json

import msgspec
import pytest
import zstandard

from counter_app.cli import main
from counter_app.sync.catalogue import CatalogueFile, export_catalogue, import_catalogue
from onestop.errors import UserError


def emptied(station) -> None:
    with station.store.write() as unit:
        unit._run("DELETE FROM catalogue_doc")
        unit._run("DELETE FROM meta WHERE key IN ('catalogue_etag', 'catalogue_manifest')")


def packed(file: CatalogueFile) -> bytes:
    return zstandard.ZstdCompressor().compress(msgspec.json.encode(file))


def test_a_copy_is_as_good_as_from_the_gateway(gateway, counter, tmp_path) -> None:
    first, second = counter(), counter()
    target = tmp_path / "danh-muc.mcat"
    number = export_catalogue(first.store, target)
    assert not import_catalogue(second.store, target), "it holds the same"
    emptied(second)
    assert import_catalogue(second.store, target)
    with second.store.read() as reader:
        assert sum(len(reader.catalogue(kind)) for kind in ("agency", "procedure", "calendar", "codes", "field")) == number
    assert not second.engine.run_once().catalogue_changed, "and the gateway need not send it again"
    emptied(second)
    with pytest.raises(UserError) as missing:
        export_catalogue(second.store, tmp_path / "none")
    assert missing.value.code == "catalogue-missing"


def test_nothing_altered_is_taken(gateway, counter, tmp_path) -> None:
    station = counter()
    target = tmp_path / "danh-muc.mcat"
    export_catalogue(station.store, target)
    good = msgspec.json.decode(zstandard.ZstdDecompressor().decompress(target.read_bytes(), max_output_size=1 << 26), type=CatalogueFile)
    emptied(station)
    digest, text = next(iter(good.docs.items()))
    changed = msgspec.structs.replace(good.manifest.entries[0], valid_to=None if good.manifest.entries[0].valid_to else "2020-01-01")
    bad = [
        b"", b"not zstd", zstandard.ZstdCompressor().compress(b"[]"), target.read_bytes()[:-20],
        packed(CatalogueFile(good.manifest, good.docs | {digest: text + " "})),
        packed(CatalogueFile(good.manifest, {k: v for k, v in good.docs.items() if k != digest})),
        packed(CatalogueFile(good.manifest, good.docs | {"0" * 64: "{}"})),
        packed(CatalogueFile(msgspec.structs.replace(good.manifest, signature=""), good.docs)),
        packed(CatalogueFile(msgspec.structs.replace(good.manifest, etag="other"), good.docs)),
        packed(CatalogueFile(msgspec.structs.replace(good.manifest, entries=[changed, *good.manifest.entries[1:]]), good.docs)),
    ]
    for content in bad:
        target.write_bytes(content)
        with pytest.raises(UserError) as refused:
            import_catalogue(station.store, target)
        assert refused.value.code == "catalogue-file-invalid"
    with station.store.read() as reader:
        assert not reader.catalogue("procedure")
    target.write_bytes(packed(good))
    assert import_catalogue(station.store, target)


@pytest.mark.parametrize("gateway", ["sqlite"], indirect=True)
def test_by_commands(gateway, counter, tmp_path, monkeypatch, capsys) -> None:
    station = counter()
    profile = str(station.profile.dir)
    station.close()
    monkeypatch.setenv("COUNTER_APP_PIN", "2468")
    target = str(tmp_path / "danh-muc.mcat")
    assert main(["catalogue", "export", target, "--profile", profile]) == 0
    assert json.loads(capsys.readouterr().out)["documents"] > 10
    assert main(["catalogue", "import", target, "--profile", profile]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] is False
    assert main(["catalogue", "import", target + "x", "--profile", profile]) == 1
    assert json.loads(capsys.readouterr().err)["code"] == "file-unreadable"
