"""The rules of the protocol, each as a flag that can be left out, with what it says and what it costs to leave it out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """``name``: the flag. ``says``: the rule as built. ``lost``: what goes wrong without it."""

    name: str
    says: str
    lost: str


RULES = (
    Rule("op-id", "An op is applied once per `op_id`; a second arrival gets the stored result.",
         "An op whose reply was lost is applied twice."),
    Rule("retain-acked", "A counter keeps an acked op until the gateway's off-site backup covers it (`Durable-Through`).",
         "An op acked after the last backup is gone with the restore, though the counter showed it as sent."),
    Rule("epoch-and-chain", "Requests prove epoch and position; another history is answered `409 history-diverged`.",
         "Nobody notices a restore; acked ops are never sent again."),
    Rule("chain", "A position is a sequence number *and* a chain value.",
         "A gateway put back unannounced grows past the old number with other rows, and the position looks right."),
    Rule("ack-position", "The position of a push's ack counts as seen, not only that of pulls.",
         "A counter that pushed and never pulled has nothing to compare with the restored gateway."),
    Rule("check-before-push", "Positions are checked before anything of a push is applied.",
         "The push writes the restored feed past the old position and its ack overwrites the evidence."),
    Rule("keep-proof", "A counter that noticed its own rollback pulls everything again, but goes on proving the highest position it knows.",
         "Both sides are put back: nobody proves the acked op any more, and its counter does not send it again."),
    Rule("own-echo", "Pulls do not leave out the device's own ops.",
         "A counter put back from an image never sees again what it had sent itself."),
    Rule("witness", "Used numbers are also kept outside the database, written first.",
         "A database file put back gives a number out again."),
    Rule("witness-per-lane", "The witness keeps the highest number of every lane, not of the latest one.",
         "A further lane hides the numbers used in the one before."),
    Rule("floor", "After a boot or a clock jump numbers go on above what the time of day allows.",
         "A disk image put back takes store and witness along; a number is given out again and no proof is left."),
    Rule("fresh-lanes", "Lanes are allocated above database, gateway witness and presented lanes.",
         "A restored gateway grants a lane again that another counter prints from."),
    Rule("salvage", "On a new epoch a counter also hands in copies of other counters' states.",
         "A dossier whose own counter was put back too is lost, though another counter shows it."),
    Rule("late-salvage", "Copies handed in after the recovery was declared finished are still taken.",
         "A counter that was off when the operator finished the recovery keeps the only copy for itself."),
    Rule("replay-is-known", "An op replayed after its state was salvaged is known by its entity and changes nothing.",
         "The same dossier stands in the feed twice."),
)
NAMES = tuple(rule.name for rule in RULES)
