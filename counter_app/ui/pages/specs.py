"""The pages of the program, in the order of the rail. A page is made when it is first opened."""

from __future__ import annotations

from functools import partial

from counter_app.ui.context import UiContext
from counter_app.ui.page import PageSpec
from counter_app.ui.pages.dossier_presenter import build_dossier_page
from counter_app.ui.pages.find_presenter import build_find_page
from counter_app.ui.pages.handover_presenter import build_handover_page
from counter_app.ui.pages.receive_presenter import build_receive_page
from counter_app.ui.pages.return_presenter import build_return_page
from counter_app.ui.pages.scanner_trial_presenter import build_scanner_trial_page
from counter_app.ui.pages.settings_presenter import build_settings_page
from counter_app.ui.pages.sync_presenter import build_sync_page


def page_specs(ctx: UiContext) -> list[PageSpec]:
    """Everything the rail offers."""
    return [
        PageSpec("receive", "Tiếp nhận", "file-plus", "F2", partial(build_receive_page, ctx)),
        PageSpec("find", "Tra cứu", "search", "F3", partial(build_find_page, ctx)),
        PageSpec("return", "Trả kết quả", "hand-coins", "F4", partial(build_return_page, ctx)),
        PageSpec("handover", "Bàn giao", "arrow-left-right", "F5", partial(build_handover_page, ctx)),
        PageSpec("dossier", "Hồ sơ", "folder-open", "", partial(build_dossier_page, ctx)),
        PageSpec("sync", "Đồng bộ", "refresh-cw", "F8", partial(build_sync_page, ctx), bottom=True),
        PageSpec("settings", "Cài đặt", "settings", "", partial(build_settings_page, ctx), bottom=True),
        PageSpec("scanner-trial", "Thử máy quét", "scan-barcode", "", partial(build_scanner_trial_page, ctx), in_rail=False),
    ]
