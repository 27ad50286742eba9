"""The service against its own OpenAPI description, by schemathesis: requests as described and requests spoilt on purpose. No 500, every
status, header and body as described, and nothing that was sent changes what others may do.

The same requests each time; ``FAULT_SWEEP=full`` (``python -m tests.faults --sweep full``) draws new ones, thirty times as many.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter as Tally

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # at their import, of libraries of theirs
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import CHECKS, load_all_checks
    from schemathesis.core.failures import FailureGroup

from onestop.wire import H_EPOCH, content_digest
from onestop.wire_blobs import OCTETS
from tests.gateway.counter import Counter
from tests.gateway.test_fuzz import alive, ascii_of

load_all_checks()


@schemathesis.serializer(OCTETS)
def _octets(_context: object, value: object) -> bytes:
    """Parts of files; what is spoilt may be anything."""
    return value if isinstance(value, bytes) else str(getattr(value, "data", value)).encode("utf-8", "replace")


WHOLE = os.environ.get("FAULT_SWEEP") == "full"
#: Requests per operation and kind.
TRIES = 500 if WHOLE else 15
HARD = settings(max_examples=TRIES, deadline=None, derandomize=not WHOLE, suppress_health_check=list(HealthCheck), database=None,
                phases=[Phase.generate])
WANTED = CHECKS.get_by_names(["not_a_server_error", "status_code_conformance", "content_type_conformance",
                              "response_schema_conformance", "response_headers_conformance"])
#: A well-formed epoch ahead of ours says that this gateway was restored, and is believed: that is no spoilt request.
_OWN = ("authorization", "content-digest", H_EPOCH.lower())


@pytest.fixture(params=["sqlite"])
def database_url(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/gateway.db"


@pytest.fixture
def spoken() -> Tally[int]:
    """Answers by status."""
    return Tally()


@pytest.mark.timeout(3600 if WHOLE else 120)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "spoilt"])
def test_the_service_is_as_it_describes_itself(counter: Counter, mode: GenerationMode, spoken: Tally[int]) -> None:
    base = str(counter.http.base_url)
    schema = schemathesis.openapi.from_dict(counter.http.get("/openapi.json").json())
    tried = 0
    with requests.Session() as session:
        session.trust_env = False
        for found in schema.get_all_operations():
            operation = found.ok()
            if mode is GenerationMode.NEGATIVE and not operation.body and not operation.query and not operation.path_parameters:
                continue  # nothing to spoil

            @HARD
            @given(case=operation.as_strategy(generation_mode=mode))
            def run(case: schemathesis.Case) -> None:
                headers = {name: ascii_of(value) for name, value in (case.headers or {}).items() if name.lower() not in _OWN}
                case.headers.clear()
                wanted = requests.Request(**case.as_transport_kwargs(base_url=base, headers=counter.headers() | headers))
                sent = session.prepare_request(wanted)
                if sent.body is not None:
                    raw = sent.body.encode() if isinstance(sent.body, str) else sent.body
                    sent.headers["Content-Digest"] = content_digest(raw)
                reply = session.send(sent, timeout=30, allow_redirects=False)
                spoken[reply.status_code] += 1
                case.validate_response(reply, checks=WANTED)
                assert "Traceback" not in reply.text

            run()
            tried += 1
    assert tried >= 16
    assert spoken[200] if mode is GenerationMode.POSITIVE else sum(spoken[n] for n in (400, 404, 409, 422)), spoken
    alive(counter)


def test_an_answer_that_is_not_as_described_is_noticed(counter: Counter) -> None:
    document = counter.http.get("/openapi.json").json()
    document["components"]["schemas"]["HelloReply"]["required"].append("never_there")
    operation = schemathesis.openapi.from_dict(document)["/v1/hello"]["GET"]
    reply = counter.http.get("/v1/hello", headers=counter.headers())
    assert reply.status_code == 200
    with pytest.raises(FailureGroup, match="never_there"):
        operation.Case().validate_response(reply, checks=WANTED)
