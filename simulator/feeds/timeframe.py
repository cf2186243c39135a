"""How far back an answer reaches: 5D, 2W, 3M, 1Y or YTD, ending with a session."""

import re
from datetime import date, timedelta

from simulator.clock.calendar import Session, session
from simulator.parameters import Parameters

TIMEFRAME = re.compile(r"([1-9]\d?)([DWMY])")
DAYS = {"D": 1, "W": 7, "M": 31, "Y": 366}
MOST_DAYS = 3 * 366


def sessions(parameters: Parameters, last: Session) -> list[Session]:
    """The sessions of the asked timeframe, oldest first; a year when none was given."""
    days = (last.date - timedelta(days=k) for k in range(_days(parameters, last.date)))
    return [found for day in days if (found := session(day))][::-1]


def _days(parameters: Parameters, last: date) -> int:
    text = parameters.text("timeframe") or "1Y"
    if text == "YTD":
        return last.timetuple().tm_yday
    match = TIMEFRAME.fullmatch(text)
    if match is None:
        parameters.problems.append(f"timeframe={text} (valid example: timeframe=1Y)")
        return 1
    return min(MOST_DAYS, int(match[1]) * DAYS[match[2]])
