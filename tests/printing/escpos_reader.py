"""A receipt printer made of numpy: reads ESC/POS and gives the paper back. Refuses every command it does not know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Page:
    """Black dots of one cut piece, dots fed after them, and how it was cut off (``none``: the stream ended)."""

    dots: np.ndarray
    fed: int
    cut: str


def read_escpos(stream: bytes) -> list[Page]:
    """All pieces of paper. Raises ValueError for bytes that are no command of the four we use."""
    pages: list[Page] = []
    bands: list[np.ndarray] = []
    fed, at = 0, 0
    while at < len(stream):
        if stream.startswith(b"\x1b@", at):
            at += 2
        elif stream.startswith(b"\x1dv0\x00", at):
            across, rows = int.from_bytes(stream[at + 4 : at + 6], "little"), int.from_bytes(stream[at + 6 : at + 8], "little")
            data = stream[at + 8 : at + 8 + across * rows]
            if len(data) < across * rows or fed:
                raise ValueError("a picture is cut short or torn apart")
            bands.append(np.unpackbits(np.frombuffer(data, "uint8").reshape(rows, across), axis=1).astype(bool))
            at += 8 + across * rows
        elif stream.startswith(b"\x1bJ", at):
            fed += stream[at + 2]
            at += 3
        elif stream.startswith(b"\x1dV", at):
            pages.append(Page(np.vstack(bands), fed, {0: "full", 1: "partial"}[stream[at + 2]]))
            bands, fed = [], 0
            at += 3
        else:
            raise ValueError(f"unknown command at {at}")
    if bands:
        pages.append(Page(np.vstack(bands), fed, "none"))
    return pages
