"""What a pass says of itself in one line."""

from collector.jobs.passes import Pass


def test_what_fails_for_one_reason_is_said_once():
    did = Pass(parts=4)
    for feed in ("darkpool_trades SPY", "darkpool_trades QQQ", "iv_rank SPY"):
        did.fail("no whole answer", feed)
    did.fail("the key is wrong")
    assert did.outcome == "failed"
    assert (
        did.message
        == "0 requests, 0 new, 0 updated, 0 quarantined; 3 failed: no whole answer; the key is wrong"
    )


def test_a_single_failure_is_named():
    did = Pass(parts=2)
    did.fail("no whole answer", "iv_rank SPY")
    assert did.message.endswith("; iv_rank SPY: no whole answer")
