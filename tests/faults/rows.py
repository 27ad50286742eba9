"""The 50 rows of the fault matrix: what is broken on purpose, and what has to come of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the matrix."""

    number: int
    fault: str
    expected: str


ROWS = tuple(
    Row(number, fault, expected)
    for number, (fault, expected) in enumerate(
        [
            ("SIGKILL of the counter before its outbox commits", "nothing printed; at most one number skipped"),
            ("SIGKILL after the witness is on the disk, before the commit", "the number is skipped and never used again"),
            ("SIGKILL after the commit, before the print", "the dossier is there and can be printed; no second number"),
            (
                "SIGKILL while a request is half sent, sent, answered, or its answer not yet stored",
                "the same bytes go again; the gateway answers `duplicate`; nothing twice",
            ),
            ("SIGKILL while a pulled page is written", "the page and its cursor: both or neither"),
            (
                "SIGKILL of the gateway at each step of a push, and after the commit before the reply; PostgreSQL stopped at once",
                "no partial batch; the resend gets the stored result; the sequence has no hole",
            ),
            ("SIGKILL of the gateway while 16 counters push", "all acknowledged ops are there once; lanes intact"),
            ("The reply torn at every byte, after the commit", "unknown, sent again, `duplicate`; a cut inside the headers never counts"),
            ("RST before the gateway, RST after the commit", "sent again; once at the gateway"),
            ("A request duplicated at once, and later after three further pushes", "the stored result again; no second sequence number"),
            ("The reply of another request (stale proxy or cache)", "not an answer: the request id differs"),
            ("Replies in another order", "one request in flight; positions and versions never go back"),
            ("One byte flipped in the reply or in the request", "the digest fails: no ack; the request is refused with `digest-mismatch`"),
            ("Half-open connection, black hole", "the deadline ends it; the desk goes on offline meanwhile"),
            ("Reply dripping at 10 bytes a second", "the total deadline ends it"),
            ("Name resolution fails, or hangs", "offline; the deadline holds although the resolver does not answer"),
            ("Captive portal: 200 with HTML, 302, 511", "“mạng yêu cầu đăng nhập”; no ack, no sign-out, one request a cycle"),
            (
                "TLS: self-signed, other host, expired, junk, CA from the environment",
                "not trusted, told so; the queue stays; the environment is ignored",
            ),
            ("401: token expired, 401 of a portal, the token's reply lost", "renewed silently; the portal ignored; asked again"),
            ("403: device shut out, user locked while offline", "the queue stays; ops are flagged for a person; export possible"),
            ("409 history-diverged; 409 while an attachment is sent", "replay as after a restore; the offset of the gateway is taken"),
            ("413 for a batch, a single op, a part of a file", "batch and part are halved; the one op is put aside with its reason"),
            ("429 and 503 with Retry-After in seconds, as a date, absurd, missing", "honoured, at most 15 minutes"),
            ("500 for one op of a batch, always", "found in at most 8 requests; one put aside, 99 applied"),
            ("200 with results missing, added or doubled", "not an ack"),
            ("The counter's disk is full: store, log, witness", "told before a number is promised; the store stays whole; goes on after"),
            ("EIO from fsync", "told; what was acknowledged stays; goes on after a restart"),
            ("The store is held by another program", "told after the wait; nothing lost; goes on after"),
            (
                "The store's file damaged: page flipped, page zeroed, log cut, log missing, file empty",
                "noticed; the file is kept; unsent work is salvaged; no number twice",
            ),
            ("Power cut at any write (what was not forced to the disk is forgotten)", "what was shown to a person survives; integrity ok"),
            (
                "Clock a day ahead, a day back, at 1970, jumping; sleep",
                "no code of another date unconfirmed; no number twice; order unaffected",
            ),
            (
                "Midnight between opening the form and saving; a lane valid until today",
                "the date is that of the saving; the lane is checked then",
            ),
            (
                "Two counters edit one dossier offline: other fields, the same field, both move it, one withdraws",
                "merged, review, the first wins with review; the same in both orders",
            ),
            ("The same citizen and procedure at two counters offline", "both kept; a review asks whether it is one case"),
            ("Gateway restored from an older backup, with and without notice, then written to", "replay; no number twice; leases wait"),
            ("An asynchronous replica is promoted", "noticed by the timeline; as after a restore"),
            (
                "Counter restored: store only, store and witness, image; used on two machines at once",
                "noticed; new incarnation; ops of both kept",
            ),
            (
                "Upgrade of a counter with 500 ops waiting; crash while the schema changes; downgrade",
                "frozen bytes are sent as they are; whole or not at all; the old program refuses",
            ),
            ("Gateway upgraded while older counters push", "up-converted; unknown fields come back"),
            ("Backlog of 10,000 ops and 500 attachments at 1 Mbit/s, cut every 30 s",
             "ops first, within 60 s of the line; progress never goes back; each byte of a file sent at most 1.1 times"),
            ("2,000 counters reconnect", "the last one at most 1.2 times the ideal time; no counter above twice the median"),
            ("A lock is held in the gateway's database", "that agency is told to come back; others go on; the feed is not frozen"),
            ("Deadlock; connection lost at the COMMIT", "retried; unknown outcome told as such; sent again: once"),
            ("Attachment: other bytes, a part lost, two counters send the same, changed on disk", "re-sent; one stored"),
            ("Catalogue version unknown, withdrawn, starting tomorrow", "waits; still accepted; in force on its day"),
            ("Lane used up, expired (row 32), two lanes overlap", "reserve lane, then provisional; a clash is a review"),
            ("A pulled item that cannot be read: no JSON, unknown kind, 5 MB note", "kept aside and told; the cursor goes on"),
            ("The program killed during a sync, again and again", "resumes; what waits is told"),
            ("Memory while 100,000 dossiers are pulled", "at most 150 MB more"),
            ("Soak: counters under random faults", "all checks hold; the seed is printed"),
        ],
        start=1,
    )
)
