"""An exhaustive model of the sync protocol (docs/protocol.md): ``python -m tests.model --depth 9 --without RULE``."""
