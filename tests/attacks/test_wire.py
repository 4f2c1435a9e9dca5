"""The door as a stranger with a socket meets it: slow, endless, doubled and broken requests over real TCP."""

from __future__ import annotations

import json
import socket
import time
from contextlib import contextmanager

import pytest

from api import wire
from api.answers import SECURITY
from tests.api.conftest import listening


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire, "SECONDS", 0.6)
        with listening(str(tmp_path_factory.mktemp("wire") / "ledger.sqlite")) as address:
            yield int(address.rpartition(":")[2])


@contextmanager
def connected(port):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        yield line


def heard(line):
    """All that comes until the other side hangs up."""
    found = b""
    while chunk := line.recv(65_536):
        found += chunk
    return found


def asked(port, text):
    with connected(port) as line:
        line.sendall(text)
        return heard(line)


def status(answer):
    return int(answer.split(b" ", 2)[1])


HEAD = b"Host: localhost\r\nConnection: close\r\n"
JSON = b"Content-Type: application/json\r\n"


def refused(answer, expected):
    """A problem of ours, with all that every answer carries."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert status(answer) == expected, answer[:500]
    assert b"content-type: application/problem+json" in head.lower()
    for name, value in SECURITY:
        assert name + b": " + value in head, name
    return json.loads(body)


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /healthz HTTP/1.1\r\nHost: localh",
        b"GET /hea",
        b"POST /events HTTP/1.1\r\n" + HEAD + JSON + b"Content-Length: 100\r\n\r\n{",
        b"POST /events HTTP/1.1\r\n" + HEAD + JSON + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
)
def test_whoever_begins_a_request_and_stops_is_not_waited_for(port, begun):
    assert refused(asked(port, begun), 408)["type"] == "/problems/too-slow"


def test_whoever_says_nothing_is_not_waited_for(port):
    assert asked(port, b"") == b""
    assert asked(port, b"\r\n\r\n") == b""


def test_a_byte_now_and_then_is_not_enough(port):
    with connected(port) as line:
        line.sendall(b"POST /events HTTP/1.1\r\n" + HEAD + JSON + b"Content-Length: 100000\r\n\r\n")
        for _ in range(40):
            time.sleep(0.05)
            try:
                line.sendall(b" ")
            except (BrokenPipeError, ConnectionResetError):
                break
        else:
            pytest.fail("two seconds of single bytes were taken")


def test_a_long_body_that_keeps_coming_has_its_time(port):
    body = b" " * 12_000
    with connected(port) as line:
        line.sendall(b"POST /events HTTP/1.1\r\n" + HEAD + JSON + b"Content-Length: %d\r\n\r\n" % len(body))
        for begin in range(0, len(body), 1_500):
            time.sleep(0.12)
            line.sendall(body[begin : begin + 1_500])
        assert status(heard(line)) == 422, "it took longer than a short one may"


def test_a_request_that_is_answered_in_pieces_is_not_cut_off(port):
    """A stream of events lasts as long as its reader stays."""
    with connected(port) as line:
        line.sendall(b"GET /entries HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
        assert status(line.recv(65_536)) == 200
        time.sleep(1.2)
        line.settimeout(0.2)
        with pytest.raises(TimeoutError):
            heard(line)


def test_a_line_is_used_again(port):
    with connected(port) as line:
        for _ in range(3):
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert status(line.recv(65_536)) == 200
            time.sleep(0.4)


@pytest.mark.parametrize(
    "more", [b"X-Long: " + b"a" * 300_000, b"".join(b"X-%d: y\r\n" % n for n in range(30_000))], ids=["one", "many"]
)
def test_a_head_does_not_grow_without_end(port, more):
    with connected(port) as line:
        try:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + more)
        except (BrokenPipeError, ConnectionResetError):
            return
        try:
            assert refused(heard(line), 431)["type"] == "/problems/head-too-large"
        except ConnectionResetError:
            return


def test_an_address_does_not_grow_without_end(port):
    answer = asked(port, b"GET /entries?after=" + b"1" * 60_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n")
    assert status(answer) == 422
    assert b"1111111111" not in answer.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    "text",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost localhost\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX : y\r\n\r\n",
        b"GET /heal\x00thz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /\xffhealthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"BREW /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /events HTTP/1.1\r\n" + HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /events HTTP/1.1\r\n" + HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /events HTTP/1.1\r\n" + HEAD + b"Content-Length: -2\r\n\r\n{}",
        b"POST /events HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        b"POST /events HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)  # fmt: skip
def test_what_two_programs_may_read_differently_is_not_read(port, text):
    answer = asked(port, text)
    assert 400 <= status(answer) < 500, answer[:300]
    assert b"application/problem+json" in answer


def test_of_two_requests_in_one_the_second_is_not_smuggled_in(port):
    """Both lengths given: whichever a proxy believes, nothing after the first is taken for a request."""
    text = (
        b"POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\nGET /entries HTTP/1.1\r\n" + HEAD + b"\r\n"
    )
    assert asked(port, text).count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("name", [b"Host: localhost", b"Authorization: Bearer x", b"Content-Type: application/json", b"Origin: http://localhost"])  # fmt: skip
def test_a_header_that_counts_is_not_given_twice(port, name):
    host = b"" if name.startswith(b"Host") else b"Host: localhost\r\n"
    text = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + host + name + b"\r\n" + name + b"\r\n\r\n"
    assert refused(asked(port, text), 400)["type"] == "/problems/header-twice"


@pytest.mark.parametrize("host", [b"", b"evil.example", b"localhost.evil.example", b"localhost@evil.example", b"evil.example:80", b"localhost, evil.example", b"[::1].evil", b"\xff"])  # fmt: skip
def test_another_name_is_not_answered_to(port, host):
    answer = asked(port, b"GET /healthz HTTP/1.1\r\nConnection: close\r\nHost: " + host + b"\r\n\r\n")
    refused(answer, 421)


def test_what_is_asked_of_another_host_in_the_first_line_goes_nowhere(port):
    answer = asked(port, b"GET http://evil.example/healthz HTTP/1.1\r\nConnection: close\r\nHost: evil.example\r\n\r\n")
    assert status(answer) == 421
