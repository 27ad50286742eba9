"""What the templates of the desk's own papers may speak of; see ``vocabulary`` and ``desk_facts``."""

from __future__ import annotations

from counter_app.printing.vocabulary import Vocabulary, words

_DOSSIER = "unit owner procedure procedure_name procedure_code received received_short due due_short due_day hotline "
_MONEY = _DOSSIER + "payer phone made in_words cashier reason"
_MONEY_ROW = "seq name kind due collected refunded outstanding receipt_no method"
_FIGURES = "seq name received online direct carried settled early on_time late open pending overdue"
_STEP = "from_unit to_unit from_person to_person at result"
_ACCOUNTS = "seq subsystem name id_no new_name new_id_no unit note"

DESK_VOCABULARIES: dict[str, Vocabulary] = {
    "handover-one": words(
        _DOSSIER + "slip_no address subject limit submitter submitter_phone internal sets from_unit from_person to_unit to_person handed",
        components="seq name originals copies", givings=_STEP, returns=_STEP),
    "cash-note": words(_MONEY, lines=_MONEY_ROW, totals=_MONEY_ROW),
    "refund-note": words(_MONEY, lines=_MONEY_ROW, totals=_MONEY_ROW),
    "post-list": words(
        "slip_no handed from_unit from_person to_unit to_person count count_words",
        lines="seq item item_spaced code receiver address phone content remark"),
    "postal-label": words("item item_spaced sender sender_place sender_phone receiver phone address content"),
    "cover-label": words(_DOSSIER + "sets handover_unit"),
    "ticket": words(_DOSSIER + "return fees lookup_url lookup_secret receiver"),
    "report": words("period agency recipient as_of last_contact author by_minute by_day", lines=_FIGURES, totals=_FIGURES),
    "accounts-change": words("agency recipient count count_words", lines=_ACCOUNTS),
    "accounts-add": words("agency recipient count count_words", lines=_ACCOUNTS),
}
