"""Which forms count as sent by a page of ours: by a token, or by what the browser says."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware

type View = Callable[..., HttpResponseBase]


def told_by_origin[V: View](view: V) -> V:
    """Lets a view be posted to without a token by pages that are the same for everybody.

    Put it outermost. Browsers name the sender of each POST in Origin, and to a https address or to
    their own machine in Sec-Fetch-Site too; no page can write either. Who sends neither header
    needs a token.
    """
    view.told_by_origin = True  # type: ignore[attr-defined]
    return view


class CsrfMiddleware(CsrfViewMiddleware):
    """Django's own, with the exception above."""

    def process_view(
        self,
        request: HttpRequest,
        callback: View,
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> HttpResponseForbidden | None:
        # Without the mark, and for senders that name nothing, Django decides; it also refuses
        # every Origin that is not ours, `null` among them.
        decide = super().process_view
        if not getattr(callback, "told_by_origin", False):
            return decide(request, callback, callback_args, callback_kwargs)
        origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
        ours = origin is not None and self._origin_verified(request)  # type: ignore[attr-defined]
        if (ours and site in (None, "same-origin")) or (origin is None and site == "same-origin"):
            return None
        return decide(request, callback, callback_args, callback_kwargs)
