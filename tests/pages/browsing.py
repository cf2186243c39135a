"""A page in a real Chromium, and what a test may ask of it."""

import base64
import json
import time
from dataclasses import dataclass
from pathlib import Path

from selenium.webdriver import ChromeOptions, Remote

from testbed import browser
from testbed.bed import Bed

# Width and height that a page sees, in CSS pixels: a phone held upright, and a small window on a laptop.
PHONE, DESKTOP = (390, 844), (1280, 800)
A4_INCHES = (8.27, 11.69)
WIDER = """
const room = document.documentElement.clientWidth;
const boxed = (e) => {
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
        if (getComputedStyle(p).overflowX !== "visible") return true;
    return false;
};
const name = (e) => e.tagName + "." + (e.className.baseVal ?? e.className) + " " + e.textContent.trim().slice(0, 40);
return [...document.body.querySelectorAll("*")]
    .filter((e) => !boxed(e) && e.getBoundingClientRect().right > room + 1).map(name);
"""


@dataclass(frozen=True)
class Browser:
    """One Chromium; a page that is opened takes the place of the page before."""

    driver: Remote
    bed: Bed

    def open(self, page, size=DESKTOP):
        """Open a file of this machine, or an address, in a window of that size; earlier errors are forgotten."""
        self.resize(size)
        self.console(), self.requests()
        self.driver.get(page if isinstance(page, str) else browser.put(self.bed, page))
        return self.driver

    def resize(self, size):
        """Set what the page sees; a window as narrow as a phone cannot be made, so the device is played."""
        width, height = size
        self._do(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == PHONE},
        )

    def console(self):
        """What the page complained about since the last question: errors and things that it could not load."""
        return [entry["message"] for entry in self._log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def overflow(self):
        """What stands out of the page to the right; nothing if it fits."""
        room, needed = self.driver.execute_script(
            "const page = document.scrollingElement; return [page.clientWidth, page.scrollWidth];"
        )
        return [] if needed <= room else [f"{needed} of {room} pixels", *self.driver.execute_script(WIDER)]

    def texts(self, selector):
        """The text of each element that a CSS selector finds, in the page's order."""
        return self.driver.execute_script(
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent.trim())", selector
        )

    def text(self, selector):
        """The text of the one element that a CSS selector finds."""
        (found,) = self.texts(selector)
        return found

    def requests(self):
        """What the page that was opened last asked for besides itself, whether it got it or not."""
        events = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        asked = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in asked if one["type"] != "Document"]

    def screenshot(self, path, *, whole=True):
        """Write a picture of the whole page, or of what the window shows, into a PNG file."""
        what = {"format": "png", "captureBeyondViewport": whole, **self._clip(whole)}
        shot = self._do("Page.captureScreenshot", what)
        Path(path).write_bytes(base64.b64decode(shot["data"]))

    def pdf(self):
        """The page as it would be printed on A4."""
        size = dict(zip(("paperWidth", "paperHeight"), A4_INCHES, strict=True))
        return base64.b64decode(self._do("Page.printToPDF", {"printBackground": True, **size})["data"])

    def wait_for(self, selector, within_s=15):
        """Wait until a page that draws itself has such an element, and return its text."""
        end = time.monotonic() + within_s
        while not (found := self.texts(selector)):
            assert time.monotonic() < end, f"no {selector} within {within_s} s; the console: {self.console()}"
            time.sleep(0.1)
        return found[0]

    def _log(self, kind):
        return self.driver.execute("getLog", {"type": kind})["value"]

    def _clip(self, whole):
        if not whole:
            return {}
        width, height = self.driver.execute_script(
            "const page = document.scrollingElement; return [page.clientWidth, page.scrollHeight];"
        )
        return {"clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}}

    def _do(self, command, parameters):
        return self.driver.execute("executeCdpCommand", {"cmd": command, "params": parameters})["value"]


def start(bed):
    """Start the container and a Chromium in it."""
    options = ChromeOptions()
    # The container is the sandbox: one page of our own at a time, and nothing worth taking.
    for argument in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--force-color-profile=srgb"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return Browser(Remote(command_executor=browser.up(bed), options=options), bed)
