#!/usr/bin/env python3
"""Look at a report as its readers do: look.py REPORT.html [FOLDER for screenshots]

On a desk, on a telephone, in the dark, on paper, without scripts, by keyboard.  Says what is
wrong and fails, or says what it saw.
"""
import os
import pathlib
import sys

import chromium

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKS = pathlib.Path(HERE, "checks.js").read_text()
VISIBLE_STEPS = ("[...document.querySelectorAll('#reconstructions .step')]"
                 ".map(e => e.checkVisibility())")
wrong = []


def complain(where, what):
    wrong.append("%s: %s" % (where, what))


def events(browser, where, page):
    """Nothing on the console, and nothing asked for but the page."""
    for e in browser.events:
        kind, p = e.get("method"), e.get("params", {})
        if kind == "Runtime.exceptionThrown":
            complain(where, p["exceptionDetails"]["text"])
        if kind == "Runtime.consoleAPICalled" and p["type"] in ("error", "warning", "assert"):
            complain(where, "console: %s" % p["args"])
        if kind == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
            complain(where, "log: %s" % p["entry"]["text"])
        if kind == "Network.requestWillBeSent":
            url = p["request"]["url"]
            if url != page and not url.startswith("data:"):
                complain(where, "asks for %s" % url)


def whole(browser, path):
    height = browser.value("document.documentElement.scrollHeight")
    width = browser.value("innerWidth")
    browser.shot(path, (0, 0, width, min(height, 16000)))


def screens(browser, page, shots):
    for name, width, height, dark, open_all in (
            ("desk", 1280, 900, False, False), ("desk-dark", 1280, 900, True, False),
            ("telephone", 375, 800, False, False), ("telephone-dark", 375, 800, True, True),
            ("small", 320, 600, False, True)):
        browser.size(width, height, mobile=width < 500)
        browser.media(dark=dark)
        browser.open(page)
        if open_all:
            browser.value("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        seen = browser.value(CHECKS)
        for what in seen["wrong"]:
            complain(name, what)
        events(browser, name, page)
        print("%-15s %4d images, %3d drawings, least contrast %.2f" %
              (name, seen["images"], seen["drawings"], seen["least"]))
        if shots:
            whole(browser, os.path.join(shots, name + ".png"))


def steps(browser):
    return browser.value(VISIBLE_STEPS)


def keyboard(browser, page):
    """Arrow keys move between the steps, and the slider goes with them."""
    browser.size(1280, 900)
    browser.media()
    browser.open(page)
    before = steps(browser)
    if len(before) < 2:
        return
    browser.value("document.querySelector('#reconstructions input[type=radio]').focus()")
    browser.key("ArrowRight", 39)
    after = steps(browser)
    if before == after or sum(after) != 1 or not after[1]:
        complain("keyboard", "the arrow key does not move on: %s, %s" % (before, after))
    if browser.value("document.querySelector('#reconstructions .slider').value") != "1":
        complain("keyboard", "the slider stays behind")
    browser.value("document.querySelector('#reconstructions .slider').focus()")
    browser.key("ArrowLeft", 37)
    if steps(browser) != before:
        complain("keyboard", "the slider does not move back")


def no_scripts(browser, page):
    browser.scripts(False)
    browser.open(page)
    before = steps(browser)
    if sum(before) != 1:
        complain("no scripts", "steps shown: %s" % before)
    if len(before) > 1:
        place = browser.value(
            "(() => { const l = document.querySelectorAll('#reconstructions .steps > label')[1];"
            " l.scrollIntoView({ behavior: 'instant', block: 'center' });"
            " const r = l.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            browser.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1],
                         button="left", clickCount=1)
        if not steps(browser)[1]:
            complain("no scripts", "a click does not show the second step")
    browser.scripts(True)


def paper(browser, page, shots):
    browser.size(760, 1000)
    browser.media("print", dark=True)  # paper is white whatever the screen is
    browser.open(page)
    if not all(steps(browser)):
        complain("paper", "not all steps are printed: %s" % steps(browser))
    seen = browser.value(CHECKS)
    for what in seen["wrong"]:
        complain("paper", what)
    if browser.value("document.querySelector('nav').checkVisibility()"):
        complain("paper", "links that lead nowhere on paper")
    if shots:
        whole(browser, os.path.join(shots, "paper.png"))
        browser.media()
        browser.pdf(os.path.join(shots, "paper.pdf"))


def main():
    if not chromium.find():
        print("report-test: skipped, there is no chromium (apt-get install chromium)")
        return 0
    page = pathlib.Path(sys.argv[1]).resolve().as_uri()
    shots = sys.argv[2] if len(sys.argv) > 2 else None
    if shots:
        os.makedirs(shots, exist_ok=True)
    with chromium.Chromium() as browser:
        screens(browser, page, shots)
        keyboard(browser, page)
        no_scripts(browser, page)
        paper(browser, page, shots)
    for what in wrong:
        print("wrong: " + what)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
