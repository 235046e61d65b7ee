"""Effects of invoicing: each calls one command."""

from uuid import UUID

from events.effects import effect
from modules.invoicing import commands
from modules.invoicing.contracts import ISSUE, IssueDocuments


@effect(ISSUE, max_attempts=20, transactional=True)
def issue(effect_id: UUID, order_id: UUID) -> None:
    commands.issue_documents(IssueDocuments(order_id=order_id))
