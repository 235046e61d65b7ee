"""What the catalogue has done after the commit: the files of uploaded pictures."""

from uuid import UUID

from events.effects import effect
from modules.catalog.commands import keep_renditions, rendered_picture


@effect("catalog.render_picture")
def render_picture(effect_id: UUID, *, picture_id: UUID) -> None:
    """Makes the files of an uploaded picture and shows them wherever it is placed."""
    keep_renditions(rendered_picture(picture_id))
