"""Chromium without a window, talked to over a pipe: the little of its DevTools protocol that
looking at a page takes.

    with Chromium() as browser:
        browser.size(375, 800)
        browser.open("file:///tmp/report.html")
        browser.value("document.images.length")
        browser.shot("report.png")
"""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time

PATIENCE_S = 120  # a busy machine is slow, not broken


def find():
    """The program, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    return None


class Chromium:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="chromium-")
        read_here, write_there = os.pipe()
        read_there, write_here = os.pipe()

        def pipes():  # the browser reads from 3 and writes to 4
            a, b = os.dup(read_there), os.dup(write_there)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            [find(), "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
             "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--disable-dev-shm-usage",
             "--force-color-profile=srgb", "--user-data-dir=" + self.home, "about:blank"],
            close_fds=False, preexec_fn=pipes, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read_there)
        os.close(write_there)
        self.reads, self.writes = read_here, write_here
        self.left, self.count, self.session, self.events = b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.writes)
        self.process.terminate()
        self.process.wait()
        os.close(self.reads)
        shutil.rmtree(self.home, ignore_errors=True)

    def message(self):
        while b"\0" not in self.left:
            more = os.read(self.reads, 1 << 20)
            if not more:
                raise RuntimeError("chromium ended")
            self.left += more
        first, self.left = self.left.split(b"\0", 1)
        return json.loads(first)

    def call(self, method, **params):
        self.count += 1
        mine = {"id": self.count, "method": method, "params": params}
        if self.session:
            mine["sessionId"] = self.session
        os.write(self.writes, json.dumps(mine).encode() + b"\0")
        while True:
            m = self.message()
            if m.get("id") == self.count:
                if "error" in m:
                    raise RuntimeError("%s: %s" % (method, m["error"]["message"]))
                return m["result"]
            self.events.append(m)

    def value(self, expression):
        """Of JavaScript; a promise is awaited."""
        r = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in r:
            raise RuntimeError(r["exceptionDetails"]["exception"]["description"])
        return r["result"].get("value")

    def size(self, width, height, mobile=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=mobile)

    def media(self, kind="screen", dark=False):
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=kind, features=[scheme])

    def scripts(self, on):
        self.call("Emulation.setScriptExecutionDisabled", value=not on)

    def open(self, url):
        self.events = []
        self.call("Page.navigate", url=url)
        end = time.time() + PATIENCE_S
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            if time.time() > end:
                raise RuntimeError("the page does not load")
            self.events.append(self.message())

    def key(self, key, code):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                      windowsVirtualKeyCode=code)

    def shot(self, path, clip=None):
        wanted = {"captureBeyondViewport": True}
        if clip:
            wanted["clip"] = dict(zip(("x", "y", "width", "height"), clip), scale=1)
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("Page.captureScreenshot", **wanted)["data"]))

    def pdf(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"]))
