"""Country codes for the names that people wrote on invoices."""

from functools import cache

# ISO 3166-1 keeps ZZ free for its users: nobody knows where that was.
UNKNOWN = "ZZ"
_CODES = {
    "australia": "AU", "austria": "AT", "bahrain": "BH", "belgium": "BE", "bermuda": "BM",
    "brazil": "BR", "canada": "CA", "channel islands": "JE", "china": "CN", "cyprus": "CY",
    "czech republic": "CZ", "czechia": "CZ", "denmark": "DK", "eire": "IE", "estonia": "EE",
    "finland": "FI", "france": "FR", "germany": "DE", "gibraltar": "GI", "greece": "GR",
    "guernsey": "GG", "hong kong": "HK", "hungary": "HU", "iceland": "IS", "india": "IN",
    "ireland": "IE", "isle of man": "IM", "israel": "IL", "italy": "IT", "japan": "JP",
    "jersey": "JE", "korea": "KR", "latvia": "LV", "lebanon": "LB", "lithuania": "LT",
    "luxembourg": "LU", "malaysia": "MY", "malta": "MT", "mexico": "MX", "netherlands": "NL",
    "new zealand": "NZ", "nigeria": "NG", "norway": "NO", "poland": "PL", "portugal": "PT",
    "romania": "RO", "rsa": "ZA", "russia": "RU", "saudi arabia": "SA", "singapore": "SG",
    "slovakia": "SK", "slovenia": "SI", "south africa": "ZA", "south korea": "KR", "spain": "ES",
    "sweden": "SE", "switzerland": "CH", "thailand": "TH", "turkey": "TR",
    "united arab emirates": "AE", "uk": "GB", "united kingdom": "GB", "usa": "US",
    "united states": "US",
}  # fmt: skip


@cache
def country_code(name: str) -> str:
    """Returns the ISO 3166-1 code of a country's name, or `UNKNOWN`."""
    return _CODES.get(name.strip().lower(), UNKNOWN)
