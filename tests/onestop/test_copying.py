"""The quicker ``replace`` does what that of ``dataclasses`` does."""

from __future__ import annotations

import dataclasses

import pytest

from onestop.copying import replace
from onestop.model import Party
from tests.store.conftest import a_dossier


def test_as_dataclasses_do_it() -> None:
    dossier = a_dossier()
    changes = {"version": 7, "owner": Party(name="Lê Thị Mơ"), "code": "H32.15-261123-0001"}
    assert replace(dossier, **changes) == dataclasses.replace(dossier, **changes)
    assert replace(dossier) == dossier and replace(dossier) is not dossier
    assert dossier.version == 0 and hash(replace(dossier.owner)) == hash(dossier.owner)


def test_unknown_fields_and_other_values_are_refused() -> None:
    @dataclasses.dataclass(frozen=True)
    class Loose:
        one: int = 1
        two: int = 2

    with pytest.raises(TypeError, match="no field colour"):
        replace(a_dossier(), colour="red")
    with pytest.raises(TypeError, match="Loose"):
        replace(Loose(), one=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        replace(a_dossier()).version = 9  # type: ignore[misc]
