"""Files that can be kept: what a finished PDF needs to be PDF/A-2b (ISO 19005-2), written while it is made.

Colours with a profile, metadata as XMP that says the same as the file's information, every font embedded, streams that end on a line of
their own. Nothing is patched afterwards by another program; decision 0024.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFCatalog,
    PDFDictionary,
    PDFDocument,
    PDFInfo,
    PDFName,
    PDFStream,
    PDFString,
    PDFZCompress,
)
from reportlab.pdfgen.canvas import Canvas

from counter_app.printing import fonts
from onestop.errors import EnvironmentFault
from onestop.resources import resource_dir

PART, CONFORMANCE = 2, "B"
_STREAM_END = b"endstream\nendobj\n"
_XMP = """<?xpacket begin="\N{ZERO WIDTH NO-BREAK SPACE}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>{conformance}</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>vi-VN</rdf:li></rdf:Bag></dc:language></rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:CreatorTool>{creator}</xmp:CreatorTool>
<xmp:CreateDate>{at}</xmp:CreateDate><xmp:ModifyDate>{at}</xmp:ModifyDate></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><pdf:Producer>{producer}</pdf:Producer></rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


class ArchiveCanvas(Canvas):
    """A canvas whose file is PDF/A-2b. Draw in RGB or gray, without transparency, with the fonts of ``fonts`` only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        fonts.register()
        # The library's first font would be Helvetica, which no file of ours has within it.
        super().__init__(*args, **{**kwargs, "initialFontName": fonts.SERIF})
        self._doc.__class__ = _Document
        self._doc.Catalog.__class__ = _Catalog
        self._doc.info.__class__ = _Info

    def setFont(self, psfontname: str, size: float, leading: float | None = None) -> None:
        """The library's tables begin every cell with Helvetica, though nothing is written in it: then ours."""
        super().setFont(fonts.SERIF if psfontname == "Helvetica" else psfontname, size, leading)


class _Catalog(PDFCatalog):
    """The root of the file, with its output intents."""

    __NoDefault__: ClassVar[list[str]] = [*PDFCatalog.__NoDefault__, "OutputIntents"]


class _Info(PDFInfo):
    """The file's information without empty entries (XMP has no place for them)."""

    def format(self, document: PDFDocument) -> bytes:
        """The dictionary; every text in it stands in the XMP packet too."""
        at = PDFString(f"D:{_moment(document):%Y%m%d%H%M%S}+00'00'")
        said = {"Title": self.title, "Author": self.author, "Subject": self.subject, "Creator": self.creator, "Producer": self.producer}
        return PDFDictionary({**{name: PDFString(text) for name, text in said.items()}, "CreationDate": at, "ModDate": at}).format(document)


class _Document(PDFDocument):
    """Adds profile and metadata, and ends every stream with a line end."""

    def GetPDFData(self, canvas: Canvas) -> bytes:
        """The whole file."""
        profile = PDFStream(PDFDictionary({"N": 3}), _profile(), [PDFZCompress])
        self.Catalog.OutputIntents = PDFArray([PDFDictionary({
            "Type": PDFName("OutputIntent"), "S": PDFName("GTS_PDFA1"), "OutputConditionIdentifier": PDFString("sRGB IEC61966-2.1"),
            "Info": PDFString("sRGB IEC61966-2.1"), "DestOutputProfile": self.Reference(profile, "icc-profile")})])
        info = self.info
        packet = _XMP.format(
            part=PART, conformance=CONFORMANCE, at=f"{_moment(self):%Y-%m-%dT%H:%M:%S}+00:00", title=escape(info.title),
            author=escape(info.author), subject=escape(info.subject), creator=escape(info.creator), producer=escape(info.producer))
        self.Catalog.Metadata = PDFStream(PDFDictionary({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")}), packet.encode())
        return self._with_line_ends(super().GetPDFData(canvas))

    def _with_line_ends(self, made: bytes) -> bytes:
        """The file with a line end before every ``endstream`` (the library writes none) and the table of places that then holds."""
        head, _, tail = made.rpartition(b"\nxref\n")
        starts = [self.idToOffset[self.numberToId[number]] for number in range(1, len(self.numberToId) + 1)]
        parts, places, at = [head[: starts[0]]], [], starts[0]
        for start, after in zip(starts, [*starts[1:], len(head) + 1], strict=True):
            part = made[start:after]
            if part.endswith(_STREAM_END):
                part = part[: -len(_STREAM_END)] + b"\n" + _STREAM_END
            parts.append(part)
            places.append(at)
            at += len(part)
        trailer = tail[tail.index(b"trailer"):].rpartition(b"startxref\n")[0]
        table = b"".join(b"%010d 00000 n \n" % place for place in places)
        parts.append(b"xref\n0 %d\n0000000000 65535 f \n%s%sstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, table, trailer, at))
        return b"".join(parts)


def _moment(document: PDFDocument) -> datetime:
    """When the file is made, in UTC: zones are written in three ways by the places that tell it."""
    return datetime.fromtimestamp(document._timeStamp.t, UTC)


@lru_cache(maxsize=1)
def _profile() -> bytes:
    """The sRGB profile. Raises EnvironmentFault ``colour-profile-missing`` when the installation is damaged."""
    try:
        return (resource_dir("icc") / "srgb.icc").read_bytes()
    except OSError as fault:
        raise EnvironmentFault("colour-profile-missing", "Thiếu tệp màu srgb.icc của chương trình. Hãy cài lại chương trình.") from fault
