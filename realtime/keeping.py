"""What outlasts the evening when somebody is removed: a ban, an invitation that opens no more.

Told to whoever keeps the circle, and waited for shortly. Declines to let that keep anybody inside.
"""

from __future__ import annotations

from asyncio import timeout

from realtime.domain.commands import Remove
from realtime.domain.meeting import CircleId, Meeting, MemberId
from realtime.ports import Admission, OutOfReach

KEEP_SECONDS = 0.4
"""For a ban or a revoked invitation; somebody who has to go is gone within a second."""


class Keeping:
    """What outlasts the evening when somebody is removed: kept outside, and waited for shortly."""

    def __init__(self, admission: Admission, circle_id: CircleId, command: Remove) -> None:
        self._admission, self._circle_id, self._command = admission, circle_id, command
        self.branch: tuple[MemberId, ...] = ()
        self.failed = False

    async def keep(self, new: Meeting) -> None:
        """Nothing that goes wrong out there lets somebody stay in here."""
        wanted = self._command
        if wanted.member_id not in new.removed or (not wanted.ban and wanted.revoke == "nothing"):
            return
        try:
            async with timeout(KEEP_SECONDS):
                await self._keep(wanted)
            self.failed = False
        except (OutOfReach, TimeoutError):
            self.failed = True

    async def _keep(self, wanted: Remove) -> None:
        if wanted.ban:
            await self._admission.ban(self._circle_id, wanted.member_id)
        if wanted.revoke != "nothing":
            self.branch = await self._admission.revoke(
                self._circle_id, wanted.member_id, branch=wanted.revoke == "branch"
            )
