"""The journey's own tools can be trusted: a pulled cable is silent, a photograph is as hard as it should be and still readable."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from counter_app.printing import pdf
from counter_app.scanner.decode import decode_image
from tests.journey.cable import Cable
from tests.journey.photograph import photograph
from tests.printing import samples


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that says back what it hears."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    while data := connection.recv(100):
                        connection.sendall(data)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_a_pulled_cable_is_silent_and_a_plugged_one_works_again(echo: int):
    cable = Cable(echo)

    def ask(connection: socket.socket) -> bytes:
        connection.settimeout(0.3)
        connection.sendall(b"hello")
        return connection.recv(100)

    def connect() -> socket.socket:
        return socket.create_connection(("127.0.0.1", int(cable.url.rpartition(":")[2])), timeout=2)

    with connect() as old:
        assert ask(old) == b"hello"
        cable.pull()
        with pytest.raises(TimeoutError):
            ask(old)
        with connect() as fresh, pytest.raises(TimeoutError):
            ask(fresh)
        cable.plug()
    with connect() as back:
        assert ask(back) == b"hello"
    cable.remove()


def test_a_photographed_receipt_is_read_though_it_is_tilted(tmp_path: Path):
    content = tmp_path / "receipt.pdf"
    content.write_bytes(pdf.render(samples.receipt()))
    frames = [cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) for file in photograph(content, tmp_path / "camera")]
    assert {frame.shape for frame in frames} == {(720, 1280)}
    assert any((frames[0] != frame).any() for frame in frames[1:]), "the hand does not tremble"
    reads = [[read.text for read in decode_image(frame)] for frame in frames]
    assert sum(samples.CODE in found for found in reads) >= len(frames) // 2, reads
    assert {text for found in reads for text in found} == {samples.CODE}
