"""What hardly ever happens leaves read models that are made anew the same, too."""

import pytest
from django.db import connection

from events import follower
from events.privacy.keys import stored_keyring
from events.rebuilding import rebuild
from tests.lifecycles.lives import open_shop
from tests.lifecycles.rare import SCRIPTS, RareLife
from tests.lifecycles.test_lifecycles import RARE, canonical, drop, projections


def topics() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT topic FROM es.event")
        return {topic for (topic,) in cursor.fetchall()}


@pytest.mark.django_db
def test_read_models_made_anew_after_all_that_is_rare_are_the_same_in_every_cell() -> None:
    stored_keyring.forget()
    open_shop()
    for steps in SCRIPTS:
        life = RareLife(2, "lea@shop.test", "testbank")
        life.place()
        for step in steps:
            getattr(life, step)()
    assert topics() >= RARE
    follower.catch_up()
    before = canonical()
    drop()
    empty = canonical()
    rebuild([each.name for each in projections()])
    assert empty != before == canonical()
