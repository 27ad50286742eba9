"""Makes the sounds of the program: short, different in rhythm and direction, so that they are told apart without looking.

Rising is good, falling is not, low and doubled is wrong. Run ``python resources/sounds/make.py`` after changing a tone; the
result is the same on every machine.
"""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

RATE = 22050
LOUDNESS = 0.35

#: name → (frequency in Hz, 0 for a pause; length in ms), one after the other.
SOUNDS: dict[str, tuple[tuple[float, int], ...]] = {
    "found": ((1318.5, 70), (1760.0, 110)),
    "added": ((1760.0, 60),),
    "saved": ((784.0, 70), (1046.5, 70), (1318.5, 130)),
    "warning": ((880.0, 90), (0, 50), (880.0, 90)),
    "not-found": ((659.3, 110), (440.0, 190)),
    "error": ((220.0, 120), (0, 40), (220.0, 200)),
}


def samples(tones: tuple[tuple[float, int], ...]) -> bytes:
    """16-bit samples; each tone with one overtone, faded in and out so that nothing clicks."""
    out: list[int] = []
    for frequency, milliseconds in tones:
        count = RATE * milliseconds // 1000
        fade = min(RATE * 6 // 1000, count // 2)
        for i in range(count):
            level = min(1.0, i / fade, (count - i) / fade) * math.exp(-2.0 * i / count)
            angle = 2 * math.pi * frequency * i / RATE
            out.append(round(32767 * LOUDNESS * level * (0.8 * math.sin(angle) + 0.2 * math.sin(2 * angle))))
    return struct.pack(f"<{len(out)}h", *out)


def make_all(folder: Path) -> None:
    """Write every sound into ``folder``."""
    for name, tones in SOUNDS.items():
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples(tones))


if __name__ == "__main__":
    make_all(Path(__file__).parent)
