"""Looking a dossier up by its code: whole for those who work on it, no more than needed for everybody else."""

from __future__ import annotations

from onestop.codec import decode
from onestop.model import Dossier, Party, Submitter
from onestop.wire import LookupReply
from tests.gateway.counter import Counter
from tests.gateway.province import DIEN_KHANH, NHA_TRANG, VAN_NINH


def look_up(counter: Counter, code: str) -> Dossier:
    return decode(Dossier, bytes(counter.ok(counter.call("POST", "/v1/lookup", {"code": code}), LookupReply).data))


def test_another_agency_sees_whose_dossier_it_is_but_not_how_to_reach_them(new_counter) -> None:
    ours, same_house, decides, other = (new_counter(part) for part in (NHA_TRANG, NHA_TRANG, DIEN_KHANH, VAN_NINH))
    made = ours.dossier(
        code="H32.15-261120-2000", competent_agency=DIEN_KHANH,
        owner=Party(name="Nguyễn Văn An", id_no="001099012345", dob="1999-01-01", address="Số 1 Trần Phú", phone="0912345678"),
        submitter=Submitter(name="Trần Thị Bình", id_no="079305000123", phone="0987654321", address="Số 2 Trần Phú"),
        return_address="Số 1 Trần Phú")
    ours.push(ours.create(made))
    for counter in (ours, same_house, decides):
        seen = look_up(counter, made.code)
        assert (seen.owner, seen.submitter, seen.return_address) == (made.owner, made.submitter, made.return_address)
    seen = look_up(other, made.code)
    assert (seen.code, seen.owner.name, seen.owner.id_no) == (made.code, "Nguyễn Văn An", "001•••••2345")
    assert seen.submitter == Submitter(name="Trần Thị Bình", id_no="079•••••0123")
    assert (seen.owner.dob, seen.owner.address, seen.owner.phone, seen.return_address) == (None, "", "", "")
