"""Which addresses the shop never sends to, however they are written."""

import pytest

from modules.webhooks.domain.addresses import AddressUnfit, is_public, target

UNFIT = (
    # Not https, or not an address at all.
    *("", "hooks.example.com", "http://hooks.example.com/", "ftp://hooks.example.com/"),
    *(
        "javascript:alert(1)",
        "file:///etc/passwd",
        "gopher://hooks.example.com:443/",
        "//a.example",
    ),
    *("https:///path", "https://", "https://?x", "https:hooks.example.com", "https:/a.example/"),
    # Somebody's name and password, and what only looks like them.
    *("https://user@hooks.example.com/", "https://user:secret@hooks.example.com/"),
    *("https://hooks.example.com@127.0.0.1/", "https://hooks.example.com:443@10.0.0.1/"),
    *("https://@hooks.example.com/", "https://a.example#@b.example/", "https://a.example/#top"),
    # Ports of other services, and no ports.
    *("https://hooks.example.com:22/", "https://hooks.example.com:80/"),
    *("https://hooks.example.com:5432/", "https://hooks.example.com:0/"),
    *("https://hooks.example.com:99999/", "https://hooks.example.com:-1/"),
    # This machine and its neighbours, by name.
    *("https://localhost/", "https://localhost:8443/", "https://LOCALHOST/", "https://localhost./"),
    *("https://router/", "https://hooks.example.com./", "https://.example.com/", "https://a..b/"),
    # Addresses in every spelling that some resolver reads.
    *("https://127.0.0.1/", "https://10.0.0.1/", "https://8.8.8.8/", "https://169.254.169.254/"),
    *("https://2130706433/", "https://0x7f000001/", "https://017700000001/", "https://127.1/"),
    *("https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://127.0.0.0x1/", "https://1.2.3.0x/"),
    *("https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[2001:4860:4860::8888]/"),
    *("https://[fe80::1%25eth0]/", "https://[::/", "https://[v1.x]/"),
    # Letters that become others: dots, digits, whole names.
    *("https://127。0。0。1/", "https://ⓛocalhost.example/", "https://①②⑦.0.0.1/"),
    *("https://hooks.exämple.com/", "https://hooks.example.com/\u202e", "https://ho\u00adoks.de/"),
    # What two programs read differently.
    *(
        "https://hooks.example.com\\@127.0.0.1/",
        "https://hooks.example.com /",
        " https://a.example/",
    ),
    *(
        "https://a.example/\r\nX-Evil: 1",
        "https://a.example\t/",
        "https://a.example\x00.b.example/",
    ),
    *(
        "https://a_b.example/",
        "https://-a.example/",
        "https://a-.example/",
        "https://a%2e.example/",
    ),
    *(f"https://{'a' * 64}.example/", f"https://a.example/{'x' * 2000}"),
)

NOT_PUBLIC = (
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254"),
    *("127.0.0.1", "127.255.255.254", "169.254.0.1", "169.254.169.254", "172.16.0.1"),
    *("172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.0.1"),
    *("198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1"),
    *("240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8"),
    *("::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1"),
    *("2001::1", "2001:db8::1", "2001:10::1", "2002:7f00:1::", "2002:a9fe:a9fe::", "3fff::1"),
    *("5f00::1", "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "fe80::1%eth0", "fec0::1"),
    *("ff02::1", "ff0e::1", "2606:4700::1111%1", "", "localhost", "not an address", "1.2.3"),
)


@pytest.mark.parametrize("url", UNFIT)
def test_the_shop_does_not_send_to(url: str) -> None:
    with pytest.raises(AddressUnfit):
        target(url)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_it_is_no_address_of_the_public_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450:4007::200e"]
)
def test_it_is_an_address_of_the_public_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://hooks.example.com", "hooks.example.com", 443, "/"),
        ("HTTPS://Hooks.Example.COM/in?a=1&b=2", "hooks.example.com", 443, "/in?a=1&b=2"),
        ("https://xn--bcher-kva.example:8443/x", "xn--bcher-kva.example", 8443, "/x"),
        ("https://1and1.example/", "1and1.example", 443, "/"),
    ],
)
def test_an_address_that_is_fit_is_taken_apart(url: str, host: str, port: int, path: str) -> None:
    found = target(url)
    assert (found.host, found.port, found.path, found.local) == (host, port, path, False)


@pytest.mark.parametrize(
    "url", ["http://localhost:9000/in", "http://127.0.0.1:9000/in", "https://[::1]:9000/in"]
)
def test_only_a_shop_that_is_tried_out_sends_to_its_own_machine(url: str) -> None:
    assert target(url, local=True).local
    with pytest.raises(AddressUnfit):
        target(url)


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1/", "http://hooks.example.com/", "http://localhost.example.com:80/"],
)
def test_trying_out_opens_no_other_machine(url: str) -> None:
    with pytest.raises(AddressUnfit):
        target(url, local=True)
