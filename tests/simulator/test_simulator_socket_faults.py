"""What goes wrong with a stream: refused, lossy, silent, cut, too slow, too many."""

import pytest
from simulator_asked import MIDDAY, running, simulator
from simulator_process import Simulator
from simulator_stream import Stream, eventually
from websockets.exceptions import ConnectionClosedError, InvalidStatus

__all__ = ["running", "simulator"]


@pytest.fixture
def midday(simulator: Simulator) -> Simulator:
    simulator.set_clock(MIDDAY, frozen=True)
    eventually(5, lambda: simulator.published()["connections"] == 0)
    simulator.published(reset=True)
    return simulator


def refusal(simulator: Simulator, token: str | None = None) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as refused:
        Stream(simulator, token=token)
    response = refused.value.response
    return response.status_code, response.body.decode()


def test_a_wrong_token_and_a_plan_without_the_scope_are_both_401_but_say_different_things(
    midday: Simulator,
) -> None:
    status, text = refusal(midday, token="wrong")
    assert (status, "scope" in text) == (401, False)
    midday.faults(socket_no_scope=True)
    status, text = refusal(midday)
    assert status == 401
    assert text.startswith("Your token does not have the websocket scope")


def test_a_share_of_the_messages_is_never_sent(midday: Simulator) -> None:
    midday.faults(socket_drop_percent=30)
    with Stream(midday, "off_lit_trades") as stream:
        midday.advance(3600)
        received = len(stream.payloads())
    counts = midday.published()["counts"]
    assert received == counts["sent off_lit_trades"]
    assert 0.2 < counts["dropped off_lit_trades"] / (received + counts["dropped off_lit_trades"]) < 0.4


def test_a_cut_connection_ends_with_1006_once_and_the_next_one_starts_without_joins(
    midday: Simulator,
) -> None:
    midday.faults(socket_close_after=3)
    with Stream(midday, "off_lit_trades") as stream:
        midday.advance(600)
        for _ in range(3):
            assert stream.next()[0] == "off_lit_trades"
        with pytest.raises(ConnectionClosedError) as ended:
            stream.next()
    assert ended.value.rcvd is None  # no close frame came: what is called 1006
    with Stream(midday) as again:
        midday.advance(600)
        assert again.is_quiet()
        assert again.ask("off_lit_trades") == "ok"
        midday.advance(600)
        assert len(again.payloads()) > 3


def test_a_silent_stream_stays_connected_and_what_happened_meanwhile_never_comes(midday: Simulator) -> None:
    with Stream(midday, "off_lit_trades") as stream:
        midday.faults(socket_silent_s=1)
        midday.advance(600)
        stream.connection.ping().wait(5)
        assert stream.is_quiet(1.5)
        assert midday.published()["counts"]["kept silent"] > 10
        midday.advance(600)
        assert stream.next()[0] == "off_lit_trades"


def test_a_reader_that_is_too_slow_loses_the_oldest_and_is_never_told(midday: Simulator) -> None:
    midday.faults(socket_queue=50)
    with Stream(midday, "off_lit_trades") as stream:
        midday.advance(3600)
        received = stream.payloads()
    counts = midday.published()["counts"]
    assert counts["lost by slow readers"] > 100
    assert len(received) == counts["sent off_lit_trades"] < 100
    newest = midday.api("/api/darkpool/QQQ", limit=1).json()["data"][0]["executed_at"]
    assert newest in {row["executed_at"] for row in received}


def test_the_fifty_first_join_of_a_connection_is_refused(midday: Simulator) -> None:
    with Stream(midday, *(f"option_trades:T{number}" for number in range(50))) as stream:
        assert stream.ask("off_lit_trades") == "error"
        assert stream.ask("option_trades:T7", "leave") == "ok"
        assert stream.ask("off_lit_trades") == "ok"


@pytest.mark.parametrize("channel", ["off_lit_trade", "off_lit_trades:SPY", ""])
def test_an_unknown_channel_is_refused(midday: Simulator, channel: str) -> None:
    with Stream(midday) as stream:
        assert stream.ask(channel) == "error"


def test_what_is_no_join_at_all_breaks_nothing(midday: Simulator) -> None:
    with Stream(midday) as stream:
        for text in ("join", "[]", "{}", "null"):
            stream.connection.send(text)
            assert stream.next()[1]["status"] == "error"
        assert stream.ask("off_lit_trades") == "ok"


def test_the_eleventh_connection_is_refused_until_one_has_gone(midday: Simulator) -> None:
    streams = [Stream(midday) for _ in range(10)]
    assert refusal(midday)[0] == 429
    for stream in streams:
        stream.connection.close()
    eventually(5, lambda: midday.published()["connections"] == 0)
    Stream(midday).connection.close()


@pytest.mark.parametrize("channel", ["option_trades", "off_lit_trades"])
def test_load_comes_at_the_asked_rate_and_nothing_of_it_is_twice(midday: Simulator, channel: str) -> None:
    with Stream(midday, channel) as stream:
        messages = midday.publish(channel, per_second=2000, seconds=1)
        received = stream.payloads()
    sent = midday.published()["channels"][channel]
    assert len(received) == len(sent) == messages == 2000
    assert 0.9 < max(sent.values()) - min(sent.values()) < 1.5
