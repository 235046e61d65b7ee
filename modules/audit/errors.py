"""Why a question to the record is refused or cannot be answered."""

from modules.kernel.errors import Conflict, NotFound


class StreamUnknown(NotFound):
    """No order number, order id or stream id like this; field: `reference`."""

    code = "stream-unknown"


class ReasonMissing(Conflict):
    """Personal data is opened for a reason in words, which is recorded; field: `least`."""

    code = "reason-missing"


class RecordUnreadable(Conflict):
    """An event that was changed so that no event can be read from it. Fields: `version`."""

    code = "record-unreadable"


class NothingSigned(Conflict):
    """No checkpoint was signed yet, so nothing can be proved."""

    code = "nothing-signed"


class CheckpointUnknown(NotFound):
    """The log signed no checkpoint of this size. Fields: `size`."""

    code = "checkpoint-unknown"


class ReceiptNotReady(Conflict):
    """The next checkpoint, after a minute at most, will prove it. Fields: `retry_after_seconds`."""

    code = "receipt-not-ready"


class NotCovered(Conflict):
    """The checkpoint covers fewer events; a later one has the position. Fields: `size`."""

    code = "not-covered"


class ReadModelUnknown(NotFound):
    """There is no read model of this name, or none with one row a key. Field: `name`."""

    code = "read-model-unknown"


class QuestionRefused(Conflict):
    """A question to the log that cannot be read. Fields: `word`."""

    code = "question-refused"


class RunUnknown(NotFound):
    """No work was asked for under this id. Fields: `run_id`."""

    code = "run-unknown"


class RunRefused(Conflict):
    """What was asked for cannot be done to this read model or stream. Fields: `subject`."""

    code = "run-refused"


class BundleGone(NotFound):
    """The bundle is not made yet, or was deleted after its week: make it anew."""

    code = "bundle-gone"
