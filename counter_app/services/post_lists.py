"""Papers for the public post (bưu chính công ích): the list the postman signs, and the label on each item (S10 codes)."""

from __future__ import annotations

from counter_app.domain.postal import item_in, postal_ok, tidy_postal
from counter_app.printing.desk_documents import LabelSheetDoc, PostalLabelDoc, PostLine, PostListDoc
from counter_app.services.desk import Desk
from counter_app.services.paper import Paper, header, next_copy, reprint_mark
from onestop.errors import InvalidFields, UserError
from onestop.model import Dossier, Slip


def post_list(desk: Desk, slip: Slip) -> Paper:
    """Every item of a slip to the post with its code and address. Raises ``not-to-the-post`` for other slips."""
    _to_post(slip)
    copy_no = next_copy(slip.prints, "post-list")
    lines = []
    with desk.store.read() as reader:
        for line in slip.lines:
            dossier, item = reader.dossier(line.dossier), item_in(line.remark)
            rest = line.remark[len(item) :].strip() if item else line.remark
            if dossier is None:
                lines.append(PostLine(item=item, code=line.code, remark=rest))
                continue
            name, phone, address = receiver(dossier)
            lines.append(PostLine(item=item, code=dossier.shown_code, receiver=name, phone=phone, address=address,
                                  content=_content(dossier), remark=rest))
    document = PostListDoc(
        header=header(desk), title_code=slip.number, made_at=slip.made_at, slip_no=slip.number,
        from_unit=desk.catalogue.unit_name(slip.from_unit), from_person=slip.from_person, to_unit=desk.catalogue.unit_name(slip.to_unit),
        to_person=slip.to_person, lines=tuple(lines), copies=("Liên 1: Bên giao", "Liên 2: Bưu chính"),
        reprint=reprint_mark(desk, copy_no))
    return Paper("post-list", slip.id, copy_no, slip.number, document)


def postal_labels(desk: Desk, slip: Slip, *, skip: int = 0) -> Paper:
    """A label for each item of a slip to the post. ``skip``: stickers already gone from the first sheet."""
    _to_post(slip)
    copy_no = next_copy(slip.prints, "postal-label")
    with desk.store.read() as reader:
        dossiers = [(reader.dossier(line.dossier), item_in(line.remark)) for line in slip.lines]
    labels = tuple(_label(desk, dossier, item) for dossier, item in dossiers if dossier is not None)
    document = LabelSheetDoc(form="postal-label", header=header(desk), title_code=slip.number, made_at=desk.now(), labels=labels, skip=skip)
    return Paper("postal-label", slip.id, copy_no, slip.number, document)


def postal_label(desk: Desk, dossier: Dossier, *, item: str = "", skip: int = 0) -> Paper:
    """The label for one dossier's result. ``item``: its S10 code (default: ``item_of``). Raises InvalidFields ``postal-code-invalid``,
    UserError ``address-missing``."""
    if item and not postal_ok(item):
        why = "Mã bưu gửi không đúng (13 ký tự, số kiểm tra phải khớp). Hãy quét lại tem."
        raise InvalidFields({"item": why}, "postal-code-invalid")
    if not receiver(dossier)[2]:
        raise UserError("address-missing", "Hồ sơ chưa có địa chỉ nhận kết quả. Hãy đính chính địa chỉ rồi in nhãn.")
    copy_no = next_copy(dossier.prints, "postal-label")
    label = _label(desk, dossier, tidy_postal(item) or item_of(desk, dossier))
    document = LabelSheetDoc(form="postal-label", header=header(desk), title_code=dossier.shown_code, made_at=desk.now(), skip=skip,
                             labels=(label,))
    return Paper("postal-label", dossier.id, copy_no, dossier.shown_code, document)


def receiver(dossier: Dossier) -> tuple[str, str, str]:
    """To whom a result goes by post: name, telephone, address. The address asked for at reception wins over where the owner lives."""
    phone = dossier.owner.phone or (dossier.submitter.phone if dossier.submitter else "")
    return dossier.owner.name, phone, dossier.return_address or dossier.owner.address


def _label(desk: Desk, dossier: Dossier, item: str) -> PostalLabelDoc:
    name, phone, address = receiver(dossier)
    return PostalLabelDoc(
        header=header(desk), title_code=item, made_at=desk.now(), item=item, code=dossier.shown_code, sender=desk.unit.name,
        sender_place=desk.unit.place, sender_phone=desk.unit.hotline, receiver=name, phone=phone, address=address,
        content=_content(dossier))


def item_of(desk: Desk, dossier: Dossier) -> str:
    """The postal item a dossier's result goes in: noted at the return, else on the newest slip to the post that names one."""
    if dossier.returned and (noted := tidy_postal(dossier.returned.postal_code)):
        return noted
    with desk.store.read() as reader:
        slips = [slip for slip in reader.slips_of(dossier.id) if slip.direction == "post"]
    found = (item_in(line.remark) for slip in slips for line in slip.lines if line.dossier == dossier.id)
    return next((item for item in found if item), "")


def _content(dossier: Dossier) -> str:
    result = dossier.result
    return " ".join(part for part in (result.kind, result.number) if part) if result else ""


def _to_post(slip: Slip) -> None:
    if slip.direction != "post":
        raise UserError("not-to-the-post", "Phiếu này không giao cho bưu chính nên không có danh sách bưu gửi.")
