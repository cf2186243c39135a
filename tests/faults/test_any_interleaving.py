"""Whatever happens in whatever order: the tables equal the truth, and coverage never runs ahead of rows.

Real parts throughout: PostgreSQL, HTTP, processes and SIGKILL. `make soak` runs it for long.
"""

from datetime import date, datetime, time, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from interleaving import NEW_YORK, SYMBOLS, Interleaving

# An ordinary week, a half day after a holiday, the days around both clock changes and an unscheduled closure.
DAYS = [date(2026, 11, 19), date(2026, 11, 27), date(2026, 10, 30), date(2026, 3, 6), date(2025, 1, 8)]
CLOCKS = [time(9, 40), time(12, 1), time(15, 58), time(20, 10), time(21, 3)]
MILESTONES = [time(4, 30), time(6, 31), time(9, 31), time(16, 1), time(19, 59), time(20, 1), time(21, 1)]
ODDITIES = [
    {},
    {"vanish_percent": 2.0},
    {"flip_percent": 50.0, "cancel_percent": 5.0},
    {"fractional_sizes": True},
]
FAULTS = [
    None,
    *[
        "http_500",
        "http_502",
        "http_503",
        "html_403",
        "html_200",
        "empty_200",
        "cut_gzip",
        "cut_json",
        "reset",
    ],
    *[
        "rate_limit_429",
        "concurrency_429",
        "daily_429",
        "http_401",
        "tier_403",
        "not_found_404",
        "invalid_422",
    ],
]
# What a run of all faults has the time for; it says what failed at once, `make soak` makes it shorter.
SHORT = settings(
    max_examples=15,
    stateful_step_count=10,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    print_blob=True,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
WORKS = st.sampled_from(["run", "backfill"])
# Before work begins, so that there is something to do.
WAITS = st.integers(0, 120)
# The first ones note that it begins, and with what it is; those behind them hold rows.
COMMITS = st.sampled_from([2, 4, 5, 6, 7, 8, 9, 10])


class AnyInterleaving(RuleBasedStateMachine):
    server = None
    market = None

    @initialize(day=st.sampled_from(DAYS), clock=st.sampled_from(CLOCKS), odd=st.sampled_from(ODDITIES))
    def begin(self, day, clock, odd):
        self.sound = False
        self.market = Interleaving(self.server, datetime.combine(day, clock, NEW_YORK), **odd)
        self.back = 0
        self.sound = True

    def words(self, work, wait):
        """After that many minutes, of a pass or of a backfill of today and days before."""
        self.market.move(self.market.now + timedelta(minutes=wait))
        if work == "run":
            return [work]
        market = self.market
        first = market.today - timedelta(days=self.back)
        midnight = datetime.combine(first, time(0), NEW_YORK)
        market.first = min(market.first, midnight)
        return [work, "--from", first.isoformat(), "--to", market.today.isoformat()]

    @rule(clock=st.sampled_from(MILESTONES))
    def a_milestone_comes(self, clock):
        here = self.market.now.astimezone(NEW_YORK)
        there = datetime.combine(here.date(), clock, NEW_YORK)
        self.market.move(
            there if there > here else datetime.combine(here.date() + timedelta(days=1), clock, NEW_YORK)
        )

    @rule(minutes=st.integers(1, 50))
    def the_clock_is_set_back(self, minutes):
        self.market.move(self.market.now - timedelta(minutes=minutes))

    @rule(days=st.integers(0, 4))
    def older_days_are_wished_for(self, days):
        self.back = days

    @rule(wait=WAITS, work=WORKS)
    def work_is_done(self, wait, work):
        self.market.does(*self.words(work, wait))

    @rule(wait=WAITS, work=WORKS, requests=st.integers(1, 8))
    def work_is_killed(self, wait, work, requests):
        self.market.dies(requests, *self.words(work, wait))

    @rule(wait=WAITS, work=WORKS)
    def two_hosts_and_a_backfill_work_at_once(self, wait, work):
        words = self.words(work, wait)
        self.market.all_at_once((0, ["run"]), (0, words), (1, ["run"]))

    @rule(wait=WAITS, work=WORKS, commits=COMMITS, after=st.booleans())
    def the_database_is_lost_at_a_commit(self, wait, work, commits, after):
        self.market.loses_the_database(commits, *self.words(work, wait), after=after)

    @rule()
    def the_database_goes_away(self):
        self.market.door.shut = True

    @precondition(lambda self: self.market.door.shut)
    @rule()
    def the_database_comes_back(self):
        self.market.door.shut = False

    @rule(plan=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=3))
    def answers_are_spoiled(self, plan):
        self.market.spoil(plan)

    @rule(
        symbol=st.sampled_from(SYMBOLS), minutes=st.integers(1, 20), prints=st.sampled_from([300, 501, 1300])
    )
    def many_prints_come_in_one_second(self, symbol, minutes, prints):
        self.market.burst(symbol, minutes, prints)

    @invariant()
    def tables_hold_what_they_claim(self):
        self.holds(self.market.check)

    def holds(self, claim):
        self.sound = False
        claim()
        self.sound = True

    def teardown(self):
        try:
            if self.sound:
                self.market.settle()
        finally:
            if self.market:
                self.market.close()


def test_whatever_happens_the_tables_are_the_truth_and_coverage_never_runs_ahead(server):
    AnyInterleaving.server = server
    size = settings() if settings.get_current_profile_name() == "soak" else SHORT
    run_state_machine_as_test(AnyInterleaving, settings=size)
