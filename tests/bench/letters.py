"""Opens payments at Stripe that nobody pays, and prints signed letters that authorise them.

`python -m tests.bench.letters NUMBER`, over the shop's database: one letter a line, as JSON.
"""

import json
import sys

import django
from django.utils.module_loading import import_string


def main(arguments: list[str]) -> None:
    django.setup()
    # Models can be imported from here on.
    letter = import_string("tests.bench.authorising.letter")
    for _ in range(int(arguments[0])):
        print(json.dumps(letter()))


if __name__ == "__main__":
    main(sys.argv[1:])
