"""Prints signed letters that authorise payments at Stripe, one a line, as JSON.

`python -m tests.bench.letters NUMBER`, over the shop's database, opens so many payments that nobody
pays; `... waiting` writes of those whose orders were placed and wait.
"""

import json
import sys

import django
from django.utils.module_loading import import_string


def main(arguments: list[str]) -> None:
    django.setup()
    # Models can be imported from here on.
    if arguments == ["waiting"]:
        letters = import_string("tests.bench.authorising.waiting")()
    else:
        letter = import_string("tests.bench.authorising.letter")
        letters = (letter() for _ in range(int(arguments[0])))
    for each in letters:
        print(json.dumps(each))


if __name__ == "__main__":
    main(sys.argv[1:])
