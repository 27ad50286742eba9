"""Staff accounts as the gateway knows them, what only this PC knows about them, and the published catalogue."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from counter_app.store.rows import CatalogueDoc, StaffAccount, moment
from counter_app.store.session import Session, WriteSession
from counter_app.store.words import seconds
from onestop.codec import decode, encode
from onestop.errors import UserError
from onestop.wire import CatalogueEntry, SignInReport, StaffRow

_STAFF = "row, password_hash, verified_at, failed_in_row, locked_local, last_sign_in"
_DOC = "kind, code, v, sha256, valid_from, valid_to, active, body"


class PeopleReads(Session):
    """Read staff and catalogue."""

    def staff_list(self) -> list[StaffAccount]:
        """Every account, by user name."""
        return [_account(row) for row in self._all(f"SELECT {_STAFF} FROM staff ORDER BY username")]

    def staff_by_username(self, username: str) -> StaffAccount | None:
        """One account; user names do not distinguish case."""
        row = self._one(f"SELECT {_STAFF} FROM staff WHERE username = ?", username.strip().lower())
        return _account(row) if row else None

    def staff_names(self) -> dict[str, str]:
        """Staff id → name, for showing who did something."""
        return {a.row.id: a.row.name for a in self.staff_list()}

    def sign_in_reports(self) -> list[tuple[int, SignInReport]]:
        """What happened at the sign-in page and was not yet reported to the gateway, oldest first."""
        rows = self._all("SELECT n, username, at, ok, failed_in_row FROM sign_in WHERE reported = 0 ORDER BY n LIMIT 500")
        return [(n, SignInReport(username=u, at=moment(at), ok=bool(ok), failed_in_row=f)) for n, u, at, ok, f in rows]

    def catalogue(self, kind: str, on: date | None = None) -> list[CatalogueDoc]:
        """The documents of a kind in force ``on`` a date (None: every one the newest manifest names), by code and version."""
        rows = self._all(f"SELECT {_DOC} FROM catalogue_doc WHERE kind = ? AND active = 1 ORDER BY code, v", kind)
        docs = [_doc(row) for row in rows]
        return docs if on is None else [d for d in docs if (d.valid_from or date.min) <= on <= (d.valid_to or date.max)]

    def procedures(self, on: date | None = None) -> list[CatalogueDoc]:
        """The catalogue of procedures."""
        return self.catalogue("procedure", on)

    def catalogue_doc(self, kind: str, code: str, v: int) -> CatalogueDoc | None:
        """One version of one document, also when it is no longer in force."""
        row = self._one(f"SELECT {_DOC} FROM catalogue_doc WHERE kind = ? AND code = ? AND v = ? ORDER BY active DESC", kind, code, v)
        return _doc(row) if row else None

    def catalogue_texts(self, digests: list[str]) -> dict[str, str]:
        """Documents by digest, as their exact texts."""
        wanted = set(digests)
        return {sha: bytes(body).decode() for sha, body in self._all("SELECT sha256, body FROM catalogue_doc") if sha in wanted}

    def missing_docs(self, entries: list[CatalogueEntry]) -> list[str]:
        """The digests of a manifest that are not stored yet."""
        have = {sha for (sha,) in self._all("SELECT sha256 FROM catalogue_doc")}
        return [e.sha256 for e in entries if e.sha256 not in have]


class People(PeopleReads, WriteSession):
    """Write staff and catalogue."""

    def save_staff(self, rows: list[StaffRow]) -> None:
        """The gateway's list: it is complete, so an account that is missing left duty and can no longer sign in. What this PC
        knows (password hash, wrong passwords) stays."""
        self._many(
            "INSERT INTO staff (username, id, row) VALUES (?, ?, ?) ON CONFLICT(username) DO UPDATE SET id = excluded.id, "
            "row = excluded.row",
            [(r.username.strip().lower(), r.id, encode(r)) for r in rows],
        )
        names = msgspec.json.encode([r.username.strip().lower() for r in rows]).decode()
        self._run("DELETE FROM staff WHERE username NOT IN (SELECT value FROM json_each(?))", names)

    def save_staff_row(self, row: StaffRow) -> None:
        """One account, as an online sign-in answered it."""
        self._run(
            "INSERT INTO staff (username, id, row) VALUES (?, ?, ?) ON CONFLICT(username) DO UPDATE SET id = excluded.id, "
            "row = excluded.row",
            row.username.strip().lower(),
            row.id,
            encode(row),
        )

    def staff_verified(self, username: str, password_hash: str, at: datetime) -> None:
        """The gateway accepted this password: it works offline from now on, local locks are lifted."""
        self._staff(
            "password_hash = ?, verified_at = ?, last_sign_in = ?, failed_in_row = 0, locked_local = ''",
            username,
            password_hash,
            seconds(at),
            seconds(at),
        )

    def staff_signed_in(self, username: str, at: datetime) -> None:
        """An offline sign-in succeeded."""
        self._staff("last_sign_in = ?, failed_in_row = 0", username, seconds(at))

    def staff_failed(self, username: str) -> int:
        """A wrong password; returns how many in a row."""
        self._staff("failed_in_row = failed_in_row + 1", username)
        account = self.staff_by_username(username)
        return account.failed_in_row if account else 0

    def staff_lock(self, username: str, why: str) -> None:
        """Lock (or with an empty ``why`` unlock) an account on this PC."""
        self._staff("locked_local = ?", username, why)

    def add_sign_in_report(self, report: SignInReport) -> None:
        """Remember what happened at the sign-in page for the next hello."""
        self._run(
            "INSERT INTO sign_in (username, at, ok, failed_in_row) VALUES (?, ?, ?, ?)",
            report.username,
            seconds(report.at),
            int(report.ok),
            report.failed_in_row,
        )

    def sign_in_reported(self, up_to: int) -> None:
        """The gateway has the reports up to this number."""
        self._run("UPDATE sign_in SET reported = 1 WHERE n <= ? AND reported = 0", up_to)

    def save_catalogue(self, entries: list[CatalogueEntry], docs: dict[str, str | bytes]) -> None:
        """Switch to a new manifest in one step. ``docs``: the documents not stored yet, by digest (checked by the caller).
        Documents the manifest no longer names stay readable. Raises UserError ``catalogue-incomplete``."""
        missing = [sha for sha in self.missing_docs(entries) if sha not in docs]
        if missing:
            raise UserError("catalogue-incomplete", "Danh mục tải về chưa đủ; danh mục cũ vẫn dùng được.", missing=len(missing))
        self._run("UPDATE catalogue_doc SET active = 0 WHERE active = 1")
        for e in entries:
            span = (e.valid_from.isoformat() if e.valid_from else None, e.valid_to.isoformat() if e.valid_to else None)
            body = docs.get(e.sha256)
            if body is None:
                self._run("UPDATE catalogue_doc SET active = 1, valid_from = ?, valid_to = ? WHERE sha256 = ?", *span, e.sha256)
            else:
                self._run(
                    f"INSERT OR REPLACE INTO catalogue_doc ({_DOC}) VALUES (?, ?, ?, ?, ?, ?, 1, ?)",
                    e.kind,
                    e.code,
                    e.v,
                    e.sha256,
                    *span,
                    body.encode() if isinstance(body, str) else body,
                )

    def _staff(self, assignments: str, username: str, *values: object) -> None:
        self._run(f"UPDATE staff SET {assignments} WHERE username = ?", *values, username.strip().lower())


def _account(row: tuple) -> StaffAccount:
    raw, password_hash, verified, failed, locked, last = row
    return StaffAccount(decode(StaffRow, raw), password_hash, moment(verified), failed, locked, moment(last))


def _doc(row: tuple) -> CatalogueDoc:
    kind, code, v, sha, start, end, active, body = row
    return CatalogueDoc(
        kind, code, v, sha, date.fromisoformat(start) if start else None, date.fromisoformat(end) if end else None, bool(active), body
    )
