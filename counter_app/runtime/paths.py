"""Where a profile keeps its files. The witness lives outside the profile on purpose: a profile restored from a backup must not
bring its own witness along."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from onestop.errors import EnvironmentFault

APP = "counter-app"
ENV_WITNESS = "COUNTER_APP_WITNESS_DIR"
ENV_RESERVE = "COUNTER_APP_RESERVE_MB"
RESERVE_MB = 64


@dataclass(frozen=True)
class Profile:
    """The folder of one counter on one PC. ``witness_root`` overrides where the witness goes."""

    dir: Path
    witness_root: Path | None = None

    @staticmethod
    def default() -> Profile:
        """The profile of the person signed in to the PC."""
        import platformdirs

        return Profile(Path(platformdirs.user_data_dir(APP, appauthor=False)))

    @property
    def store_path(self) -> Path:
        return self.dir / "store.db"

    @property
    def key_file(self) -> Path:
        return self.dir / "store.key"

    @property
    def settings_file(self) -> Path:
        return self.dir / "settings.json"

    @property
    def greeting_file(self) -> Path:
        return self.dir / "greeting.json"

    @property
    def backups(self) -> Path:
        return self.dir / "backups"

    @property
    def spool(self) -> Path:
        return self.dir / "spool"

    @property
    def exports(self) -> Path:
        return self.dir / "exports"

    @property
    def logs(self) -> Path:
        return self.dir / "logs"

    @property
    def lock_file(self) -> Path:
        return self.dir / "window.lock"

    @property
    def id(self) -> str:
        """The profile's own name, made once and kept in it: it ties the profile to its witness and its key in the keyring."""
        file = self.dir / "profile-id"
        try:
            found = file.read_text(encoding="ascii").strip()
            if found:
                return found
        except FileNotFoundError:
            pass
        except OSError as error:
            raise unwritable(self.dir) from error
        self.ensure()
        try:
            # Exclusive: of two processes that start at the same time one makes it, the other reads it.
            part = file.with_name(f"profile-id.{os.getpid()}")
            part.write_text(uuid.uuid4().hex, encoding="ascii")
            try:
                os.link(part, file)
            except FileExistsError:
                pass
            except OSError:  # a file system without links
                if not file.exists():
                    os.replace(part, file)
            finally:
                part.unlink(missing_ok=True)
            return file.read_text(encoding="ascii").strip()
        except OSError as error:
            raise unwritable(self.dir) from error

    @property
    def witness_dir(self) -> Path:
        """Outside the profile, in the state folder of the person (or where ``COUNTER_APP_WITNESS_DIR`` says)."""
        root = self.witness_root or (Path(os.environ[ENV_WITNESS]) if os.environ.get(ENV_WITNESS) else None)
        if root is None:
            import platformdirs

            root = Path(platformdirs.user_state_dir(APP, appauthor=False)) / "witness"
        return root / self.id

    def ensure(self) -> Profile:
        """Make the folders (readable by their owner only). Raises EnvironmentFault ``profile-unwritable``."""
        try:
            for folder in (self.dir, self.backups, self.spool, self.exports, self.logs):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.dir) from error
        return self


def profile_at(directory: Path | None) -> Profile:
    """The profile a person named, or the one of who is signed in to the PC."""
    return Profile(directory.absolute()) if directory else Profile.default()


def reserve_bytes() -> int:
    """How much of the disk a profile keeps back for the day it runs full (``COUNTER_APP_RESERVE_MB``, 0: nothing)."""
    text = os.environ.get(ENV_RESERVE, "")
    return (int(text) if text.isdigit() else RESERVE_MB) << 20


def unwritable(folder: Path) -> EnvironmentFault:
    """The profile's folder cannot be used."""
    return EnvironmentFault(
        "profile-unwritable",
        f"Không ghi được vào thư mục hồ sơ làm việc {folder}. Hãy kiểm tra quyền và dung lượng, hoặc chọn thư mục khác bằng --profile.",
        path=str(folder),
    )
