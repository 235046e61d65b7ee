"""What an address needs before a parcel can find it, in sentences that say what to do."""

import re
import unicodedata
from collections.abc import Container

from modules.kernel.address import Address

# Letters and digits as the postal services print them; blanks and case are forgiven.
POSTCODES = {
    "AT": (r"\d{4}", "1010"),
    "AU": (r"\d{4}", "2000"),
    "BE": (r"\d{4}", "1000"),
    "BG": (r"\d{4}", "1000"),
    "BR": (r"\d{5}-?\d{3}", "01310-100"),
    "CA": (r"[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d", "K1A 0B1"),
    "CH": (r"\d{4}", "8001"),
    "CY": (r"\d{4}", "1010"),
    "CZ": (r"\d{3} ?\d{2}", "110 00"),
    "DE": (r"\d{5}", "10115"),
    "DK": (r"\d{4}", "1050"),
    "EE": (r"\d{5}", "10111"),
    "ES": (r"(0[1-9]|[1-4]\d|5[0-2])\d{3}", "28001"),
    "FI": (r"\d{5}", "00100"),
    "FR": (r"\d{5}", "75011"),
    "GB": (r"(GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})", "SW1A 1AA"),
    "GR": (r"\d{3} ?\d{2}", "105 57"),
    "HR": (r"\d{5}", "10000"),
    "HU": (r"\d{4}", "1051"),
    "IE": (r"[A-Z]\d[\dW] ?[A-Z\d]{4}", "D02 AF30"),
    "IN": (r"\d{6}", "110001"),
    "IS": (r"\d{3}", "101"),
    "IT": (r"\d{5}", "00118"),
    "JP": (r"\d{3}-?\d{4}", "100-0001"),
    "KR": (r"\d{5}", "04524"),
    "LI": (r"94(8[5-9]|9[0-8])", "9490"),
    "LT": (r"(LT-)?\d{5}", "LT-01100"),
    "LU": (r"(L-)?\d{4}", "1009"),
    "LV": (r"(LV-)?\d{4}", "LV-1010"),
    "MC": (r"980\d{2}", "98000"),
    "MT": (r"[A-Z]{3} ?\d{4}", "VLT 1117"),
    "MX": (r"\d{5}", "06000"),
    "NL": (r"[1-9]\d{3} ?[A-Z]{2}", "1012 JS"),
    "NO": (r"\d{4}", "0150"),
    "NZ": (r"\d{4}", "6011"),
    "PL": (r"\d{2}-?\d{3}", "00-001"),
    "PT": (r"\d{4}-?\d{3}", "1000-001"),
    "RO": (r"\d{6}", "010011"),
    "SE": (r"\d{3} ?\d{2}", "111 20"),
    "SG": (r"\d{6}", "018956"),
    "SI": (r"(SI-)?\d{4}", "1000"),
    "SK": (r"\d{3} ?\d{2}", "811 01"),
    "TW": (r"\d{3}(-?\d{2,3})?", "100"),
    "US": (r"\d{5}(-\d{4})?", "10001"),
}
WITHOUT_POSTCODE = frozenset({"AE", "HK", "MO", "QA"})
WITH_REGION = {"AU": "state", "CA": "province", "US": "state"}
LENGTHS = {
    "name": 120,
    "line1": 120,
    "line2": 120,
    "city": 80,
    "postcode": 12,
    "region": 80,
    "phone": 30,
}
REQUIRED = {
    "name": "Enter the name of the person who receives the parcel.",
    "line1": "Enter the street and house number.",
    "city": "Enter the town or city.",
}
PHONE = re.compile(r"\+?[\d ()./-]{5,}")


def problems(address: Address, *, served: Container[str], country_name: str) -> dict[str, str]:
    """Returns a sentence per field that says what to do; empty when the address is fine."""
    found: dict[str, str] = {}
    for field, limit in LENGTHS.items():
        text = getattr(address, field).strip()
        if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text):
            found[field] = "Write this on one line, with ordinary letters only."
        elif len(text) > limit:
            found[field] = f"Shorten this to {limit} characters, so that it fits on the label."
        elif not text and field in REQUIRED:
            found[field] = REQUIRED[field]
    if address.country not in served:
        found["country"] = (
            f"We do not deliver to {country_name} yet. Choose another country."
            if country_name
            else "Choose a country from the list."
        )
        return found
    for field, sentence in (
        ("postcode", postcode_problem(address, country_name)),
        ("region", region_problem(address)),
        ("phone", phone_problem(address)),
    ):
        if sentence:
            found.setdefault(field, sentence)
    return found


def postcode_problem(address: Address, country_name: str) -> str:
    postcode = address.postcode.strip().upper()
    pattern, example = POSTCODES.get(address.country, ("", ""))
    if not postcode:
        if address.country in WITHOUT_POSTCODE:
            return ""
        return f"Enter the postcode, such as {example}." if example else "Enter the postcode."
    if pattern and not re.fullmatch(pattern, postcode, re.ASCII):
        return f"Postcodes in {country_name} look like {example}. Check this one."
    return ""


def region_problem(address: Address) -> str:
    region = WITH_REGION.get(address.country)
    return f"Enter the {region}." if region and not address.region.strip() else ""


def phone_problem(address: Address) -> str:
    phone = address.phone.strip()
    if phone and not PHONE.fullmatch(phone):
        return "Enter a telephone number such as +33 1 23 45 67 89, or leave this empty."
    return ""
