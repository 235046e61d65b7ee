"""Another process of the shop: reads pages through its own cache, and writes when it is told to.

One JSON object a line comes in, one JSON value a line goes out.
"""

import json
import os
import signal
import sys
from threading import Thread
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.db import close_old_connections, connection, transaction

from config.wsgi import application as served
from frontend.caching.front import PageCache
from modules.catalog.models import Product
from modules.kernel.money import Money
from modules.pricing.commands import set_price
from modules.pricing.contracts import SetPrice
from tests.caching.asking import Front

application = cast("PageCache", served)
front = Front(application)


class Rejected(Exception):
    """Rolls a transaction back."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def rename(title: str) -> None:
    Product.objects.filter(slug="moon").update(title=title)


def render_while_writing(path: str, title: str) -> str:
    """Renders a page whose rows are read already when another connection commits a new title."""
    application.store.clear()
    cache.clear()
    kept = application.application

    def slow(environ: dict[str, Any], start: Any) -> Any:
        answer = kept(environ, start)
        writer = Thread(target=rename_apart, args=(title,))
        writer.start()
        writer.join()
        return answer

    application.application = slow
    try:
        return front.get(path).text
    finally:
        application.application = kept


def rename_apart(title: str) -> None:
    with transaction.atomic():
        rename(title)
    connection.close()


def do(said: dict[str, Any]) -> object:
    """Does one thing; `die` ends this process after the commit and before anybody is told."""
    match said:
        case {"get": path}:
            answer = front.get(path)
            return answer.text if answer.status == 200 else f"status {answer.status}"
        case {"price": sku, "minor": minor}:
            set_price(SetPrice(sku=sku, price=Money(minor, "EUR")))
        case {"title": title, "die": True}:
            with transaction.atomic():
                transaction.on_commit(die)
                rename(title)
        case {"title": title, "roll_back": True}:
            try:
                with transaction.atomic():
                    rename(title)
                    raise Rejected
            except Rejected:
                return "rolled back"
        case {"title": title, "read": path}:
            seen: list[str] = []
            with transaction.atomic():
                transaction.on_commit(lambda: seen.append(front.get(path).text))
                rename(title)
            return seen[0]
        case {"title": title, "during": path}:
            return render_while_writing(path, title)
        case {"title": title}:
            with transaction.atomic():
                rename(title)
        case {"begin": title}:
            transaction.set_autocommit(False)
            rename(title)
        case {"commit": True}:
            transaction.commit()
            transaction.set_autocommit(True)
        case {"counted": True}:
            return application.counted
    return "done"


def main() -> None:
    assert settings.configured
    for line in sys.stdin:
        said = json.loads(line)
        if "commit" not in said:
            close_old_connections()
        sys.stdout.write(json.dumps(do(said)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
