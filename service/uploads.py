"""Background work: uploaded rows become petitions, a chunk at a time (`service.jobs` runs it)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from risk_model.schema import Petition
from risk_model.tables import Intake, Letter, open_table
from risk_model.tables.personal import is_identity_card, is_mobile
from service.core import Core
from service.logs import log
from service.scoring import masked, plain
from service.store import Clash, audit, petitions, uploads
from service.store.petitions import Entry
from service.store.tables import UploadLetterRow, UploadRow

#: Rows scored and registered in one transaction: short enough for other writers, long enough to be quick.
CHUNK: Final = 100
_EVIDENCE: Final = 8


def read(core: Core, path: Path, actor: str) -> str:
    """Read a table, mask every letter and let the rows wait; returns the id of the upload.

    Raises `InputError` for what is no table of petitions; nothing is kept then.
    """
    with open_table(path) as source:
        intake = Intake(source, today=core.today())
        with core.store.writing() as session:
            upload = uploads.create(session, core.now(), actor)
            upload.dropped = list(intake.dropped)
            for item in intake:
                problem = problem_of(core, item) if isinstance(item, Letter) else item.reason
                if isinstance(item, Letter) and not problem:
                    uploads.add(session, upload, [(item.number, masked(item.petition))])
                else:
                    uploads.reject(session, upload, item.number, problem)
            upload.state = "waiting"
            details = {"rows": upload.rows, "rejected": upload.rejected}
            audit.record(session, core.now(), actor, "upload.add", upload.public_id, details=details)
            return upload.public_id


def problem_of(core: Core, letter: Letter) -> str:
    """Return why a row is not taken, "" where it is."""
    p = letter.petition
    if len(p.title) + len(p.body) > core.settings.max_text_chars:
        return "文字太长"
    if len(p.id) > 128 or is_identity_card(p.id) or is_mobile(p.id):
        return "编号太长，或者是身份证号、手机号：请用事项的登记号"
    if p.received and p.received > core.today():
        return "收到日期晚于今天"
    return ""


class Worker:
    """Works uploads off until it is stopped; several of them, in several processes, share the work."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.name = uuid.uuid4().hex

    def run(self, stopped: Callable[[], bool]) -> None:
        """Work until nothing waits or `stopped()` says so; the rest waits for the next start."""
        while not stopped() and self.work(stopped):
            pass

    def work(self, stopped: Callable[[], bool] = lambda: False) -> bool:
        """Work one upload off, as far as it gets; False where none waits."""
        with self.core.store.writing() as session:
            upload = uploads.lease(session, self.name, self.core.now())
        if upload is None:
            return False
        while not stopped() and self._chunk(upload.id):
            pass
        return True

    def _chunk(self, upload_id: int) -> bool:
        """Register the next rows; False when the upload is finished, cancelled or somebody else's by now."""
        core = self.core
        core.catch_up()
        with core.store.reading() as session:
            letters = uploads.waiting(session, upload_id, CHUNK)
        entries = self._entries(letters)
        with core.store.writing() as session:
            upload = uploads.held(session, upload_id, self.name, core.now())
            if upload is None:
                return False
            for letter, entry in zip(letters, entries, strict=True):
                self._register(session, upload, letter.number, entry)
            uploads.done(session, upload_id, [x.number for x in letters])
            if len(letters) < CHUNK:
                upload.state, upload.lease = "done", None
                log().info("upload done", job=upload.public_id, rows=upload.rows)
            else:
                return True
        return False

    def _entries(self, letters: Sequence[UploadLetterRow]) -> list[Entry]:
        scoring = self.core.scoring
        assert scoring is not None  # noqa: S101  the worker starts after the model
        today = self.core.today()
        sent = [Petition(x.body, x.title, x.received, x.area, x.external_id) for x in letters]
        kept = [Petition(p.body, p.title, p.received or today, p.area, p.id) for p in sent]
        assessments = scoring.assess(kept, _EVIDENCE)
        return [Entry(k, petitions.digest(s), a, plain(a)) for s, k, a in zip(sent, kept, assessments, strict=True)]

    def _register(self, session: Session, upload: UploadRow, number: int, entry: Entry) -> None:
        try:
            if petitions.replayed(session, entry.petition.id, entry.digest):
                upload.repeated += 1
                return
        except Clash as clash:
            uploads.reject(session, upload, number, str(clash))
            return
        row = petitions.register(session, entry, self.core.now(), upload.actor)
        audit.record(
            session,
            self.core.now(),
            upload.actor,
            "petition.register",
            row.public_id,
            model_version=row.model_version,
            details={"upload": upload.public_id},
        )
        upload.registered += 1
