#!/usr/bin/python3
"""page_test.py (NAME PAGE WAYS)...: uses pages of runs as a reader does, in headless Chromium.

Ways are functions below, separated by blanks; with none, all are tried. Prints one line per check: its name, a tab, and why it failed (nothing
if it passed). One browser is started for all pages: a start costs more than most ways.
"""
import base64
import json
import re
import sys
import time
from pathlib import Path
from urllib.parse import unquote

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def browser():
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options)


class Reader:
    """A browser with the page in it."""

    def __init__(self, driver, page):
        self.driver = driver
        self.page = page.resolve()
        self.url = self.page.as_uri()

    def open(self, rest=""):
        self.driver.get("about:blank")
        self.driver.get(self.url + rest)

    def js(self, code, *arguments):
        return self.driver.execute_script(code, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def click(self, selector):
        self.js("document.querySelector(arguments[0]).click()", selector)

    def hash(self):
        return unquote(self.js("return location.hash"))

    def scheme(self, name):
        feature = {"name": "prefers-color-scheme", "value": name}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def width(self, pixels, mobile=False):
        size = {"width": pixels, "height": 844, "deviceScaleFactor": 1, "mobile": mobile}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def equal(what, found, expected):
    if found != expected:
        raise AssertionError(f"{what} is {found!r} instead of {expected!r}")


def none(what, found):
    if found:
        raise AssertionError(f"{len(found)} {what}: {str(found[:3])[:300]}")


def until(what, condition):
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within 10 s")


# ---- what a page is ----------------------------------------------------------------------------------------------
def opens_without_errors_or_requests(r):
    r.driver.get_log("performance")
    r.open("?all")
    none("console messages", [line["message"] for line in r.driver.get_log("browser")])
    events = [json.loads(line["message"])["message"] for line in r.driver.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    none("requests", [url for url in asked if not url.startswith((r.url, "about:", "data:"))])


def has_no_id_twice_and_no_dead_link(r):
    none("ids twice", r.js("""const n = {}; document.querySelectorAll("[id]").forEach((e) => { n[e.id] = (n[e.id] || 0) + 1; });
        return Object.keys(n).filter((i) => n[i] > 1)"""))
    none("dead links", r.js("""return [...document.querySelectorAll("a[href^='#']")].map((a) => a.getAttribute("href"))
        .filter((h) => !document.getElementById(decodeURIComponent(h.slice(1))))"""))
    none("marks of figures that are not there", r.js("""return [...document.querySelectorAll("svg use")]
        .map((u) => u.getAttribute("xlink:href")).filter((h) => !document.querySelector(h))"""))
    links = r.js("return [...document.querySelectorAll('a:not([href^=\"#\"])')].map((a) => a.getAttribute('href'))")
    none("links to files that are not there", [h for h in links if "://" not in h and not (r.page.parent / unquote(h)).exists()])


def has_headings_scopes_and_names(r):
    equal("the number of h1", len(r.all("h1")), 1)
    none("header cells without a scope", r.js("return [...document.querySelectorAll('th:not([scope])')].map((t) => t.textContent)"))
    none("tables without a caption", r.js("return [...document.querySelectorAll('table')].filter((t) => !t.caption).map((t) => t.className)"))
    none("buttons without a name", r.js("return [...document.querySelectorAll('button')].filter((b) => !b.textContent && !b.ariaLabel).map((b) => b.outerHTML)"))
    none("undefined words", re.findall(r">\s*(?:None|null|undefined|NaN)\s*<", r.page.read_text(encoding="utf-8")))


# ---- what a reader does ------------------------------------------------------------------------------------------
SORTED = """const table = document.querySelector(arguments[0]), at = arguments[1];
    const rows = [...table.tBodies[0].rows];
    return rows.map((r) => [r.classList.contains("pin"), r.cells[at].dataset.v])"""


def is_sorted(rows, down):
    pinned = [p for p, _ in rows]
    values = [v for p, v in rows if not p]
    numbers = [float(v) for v in values if v != ""]
    equal("the order", numbers, sorted(numbers, reverse=down))
    equal("the pinned rows", pinned, sorted(pinned, reverse=True))
    equal("the place of missing numbers", values[len(numbers):], [""] * (len(values) - len(numbers)))


def sorts_the_grid(r):
    if not r.all("#models"):
        return
    r.open()
    head = "#models thead th:nth-child(2)"
    key = r.js("return document.querySelector(arguments[0]).dataset.k", head)
    before = r.js(SORTED, "#models table", 1)
    r.click(head + " button")
    is_sorted(r.js(SORTED, "#models table", 1), False)
    equal("the address", r.hash(), f"#models/by={key}")
    r.click(head + " button")
    is_sorted(r.js(SORTED, "#models table", 1), True)
    equal("aria-sort", r.one(head).get_attribute("aria-sort"), "descending")
    r.open(f"#models/by=-{key}")
    is_sorted(r.js(SORTED, "#models table", 1), True)
    r.click("[data-do=families]")
    equal("the order by family", r.js(SORTED, "#models table", 1), before)
    r.click("[data-do=intervals]")
    equal("intervals in the grid", r.js("return [...document.querySelectorAll('#models td small')].every((s) => s.getClientRects().length)"), True)


def filters_claims(r):
    r.open()
    for button in r.all("[data-show]"):
        verdict, short = button.get_attribute("data-verdict"), button.get_attribute("data-show")
        r.js("arguments[0].click()", button)
        seen = r.js("return [...document.querySelectorAll('.claim')].filter((c) => c.checkVisibility()).map((c) => c.dataset.v)")
        if verdict:
            equal("the number of claims", len(seen), int(button.text.split()[-1]))
            equal("their verdicts", set(seen), {verdict})
            equal("the address", r.hash(), f"#folklore/show={short}")
            r.open(f"#folklore/show={short}")
            equal("the filter after opening its address", r.one("[data-show][aria-pressed=true]").get_attribute("data-show"), short)
            break


def opens_a_claim_by_its_address(r):
    for claim in [c.get_attribute("id") for c in r.all(".claim")][-1:]:
        r.open("#" + claim)
        equal("the claim", r.js("const c = document.getElementById(arguments[0]); return c.open && c.checkVisibility()", claim), True)


def first_card(r):
    return r.js("return document.querySelector('.card:has(.sortable)')?.id")


def sorts_and_searches_numbers(r):
    r.open()
    card = first_card(r)
    if not card:
        return
    r.click(f"#{card} > summary")
    equal("the address", r.hash(), f"#{card}")
    key = r.one(f"#{card} .sortable thead th:last-of-type").get_attribute("data-k") or r.one(f"#{card} thead th[data-k]:nth-of-type(2)").get_attribute("data-k")
    r.click(f"#{card} .sortable th[data-k='{key}'] button")
    equal("the address after sorting", r.hash(), f"#{card}/by={key}")
    equal("aria-sort", r.one(f"#{card} .sortable th[data-k='{key}']").get_attribute("aria-sort"), "ascending")
    word = r.js("return document.querySelector(arguments[0]).dataset.m", f"#{card} .sortable tbody tr")
    r.one(f"#{card} input[type=search]").send_keys(word)
    rows = r.js("return [...document.querySelectorAll(arguments[0])].filter((t) => !t.hidden).map((t) => t.textContent)", f"#{card} .sortable tbody tr")
    equal("all rows that are left have the word", all(word in row for row in rows) and len(rows) > 0, True)
    equal("the address after searching", r.hash(), f"#{card}/by={key}/find={word}")
    r.open(f"#{card}/by=-{key}/find={word}")
    equal("aria-sort after opening its address", r.one(f"#{card} .sortable th[data-k='{key}']").get_attribute("aria-sort"), "descending")
    equal("the rows after opening its address", len(r.js("return [...document.querySelectorAll(arguments[0])].filter((t) => !t.hidden)", f"#{card} .sortable tbody tr")), len(rows))


def follows_a_model(r):
    r.open()
    model = r.js("return document.querySelector('tr[data-m]')?.dataset.m")
    if not model:
        return
    r.js("const s = document.querySelector('[data-do=follow]'); s.value = arguments[0]; s.onchange({ target: s })", model)
    equal("the address", r.hash(), f"#answer/m={model}")
    marked = "return [...document.querySelectorAll('tr.hl')].length == [...document.querySelectorAll('tr[data-m]')].filter((t) => t.dataset.m == arguments[0]).length"
    equal("all its rows are marked", r.js(marked, model), True)
    r.open(f"#models/m={model}")
    equal("all its rows are marked after opening the address", r.js(marked, model), True)
    r.open("#models/m=no%20such%2")
    equal("rows of an unknown model", len(r.all("tr.hl")), 0)


def copies(r):
    r.open()
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    r.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
    button = r.all("[data-copy]")[-1]
    r.js("for (let e = arguments[0]; e; e = e.parentElement) if (e.tagName == 'DETAILS') e.open = true", button)
    r.js("arguments[0].scrollIntoView({ block: 'center' })", button)
    button.click()
    until("the status line", lambda: r.one("#said").text == "Copied")
    pasted = r.driver.execute_async_script("const done = arguments[0]; navigator.clipboard.readText().then(done, (e) => done(String(e)))")
    equal("the clipboard", pasted, r.js("return document.getElementById(arguments[0]).textContent", button.get_attribute("data-copy")))


def goes_back(r):
    r.open("#folklore/show=und" if r.all("#undecided") else "#questions")
    before = r.hash()
    r.click(".bar a[href='#method']")
    until("the address", lambda: r.hash() == "#method")
    card = r.js("return document.querySelector('.card')?.id")
    if card:
        r.click(f"#{card} > summary")
        equal("the address of a card", r.hash(), f"#{card}")
        r.driver.back()
        until("back from a card", lambda: r.hash() == "#method")
    r.driver.back()
    until("back", lambda: r.hash() == before)
    if r.all("#undecided"):
        until("the filter", lambda: r.one("[data-show][aria-pressed=true]").get_attribute("data-show") == "und")


def works_by_keyboard(r):
    r.open()
    r.one("body").send_keys(Keys.TAB)
    equal("the first stop", r.js("return document.activeElement.className"), "skip")
    outline = "const s = getComputedStyle(document.activeElement); return s.outlineStyle != 'none' && parseFloat(s.outlineWidth) > 0"
    for selector in (".bar a", ".ask summary", ".heat thead button", "[data-show]", ".claim > summary", ".card > summary"):
        for element in r.all(selector)[:1]:
            r.js("arguments[0].focus({ focusVisible: true })", element)
            equal(f"the focus on {selector} is visible", r.js(outline), True)
    for element in r.all(".card > summary")[:1]:
        element.send_keys(Keys.ENTER)
        equal("a card after Enter", r.js("return document.querySelector('.card').open"), True)


def opens_all(r):
    r.open("?all")
    equal("closed parts", len(r.all("details:not([open])")), 0)
    r.open()
    if not r.all("[data-do=all]"):
        return
    r.click("[data-do=all]")
    equal("closed parts after Open all", len(r.all("details:not([open])")), 0)


# ---- how it looks ------------------------------------------------------------------------------------------------
# What sticks out at the right, and no part of it scrolls by itself.
OVERFLOW = """const wide = document.documentElement.clientWidth, scrolls = (e) => { for (; e; e = e.parentElement)
        if (["auto", "scroll", "hidden"].includes(getComputedStyle(e).overflowX) && e != document.body) return true; return false; };
    return [...document.querySelectorAll("body *:not(svg *)")].filter((e) => e.getBoundingClientRect().right > wide + 1 && e.getBoundingClientRect().width > 1
        && !e.closest(".vh, .skip") && !scrolls(e)).map((e) => e.tagName + "." + e.getAttribute("class") + " in " + e.closest("[id]")?.id)"""


def fits_a_phone(r):
    r.width(390, mobile=True)
    r.open("?all")
    equal("the width of the page", r.js("return document.documentElement.scrollWidth"), 390)
    none("parts wider than the screen", r.js(OVERFLOW))


def prints_everything(r):
    r.open()
    pdf = base64.b64decode(r.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "generateTaggedPDF": False})["data"])
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    equal("the PDF has a page for every two questions", pages * 2 >= len(r.all(".card")) and pages > 0, True)
    until("what was closed before is closed again", lambda: r.all("details:not([open])"))
    r.width(695)  # A4 within its margins
    r.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    r.js("dispatchEvent(new Event('beforeprint'))")
    equal("closed parts in print", len(r.all("details:not([open])")), 0)
    equal("hidden cards", r.js("return [...document.querySelectorAll('.card h4, .claim .say')].filter((e) => !e.checkVisibility()).length"), 0)
    scrolled = "return [...document.querySelectorAll('table')].filter((t) => t.getBoundingClientRect().right > 696).map((t) => (t.closest('[id]') || t).id)"
    none("tables cut by the edge of the paper", r.js(scrolled))
    none("parts cut by the edge of the paper", r.js(OVERFLOW))


# Text whose contrast with the nearest opaque ground is below 4.5 to 1.
CONTRAST = """const rgb = (c) => { const n = c.match(/[\\d.]+/g).map(Number); return c.startsWith("color(") ? n.slice(0, 3).map((v) => v * 255).concat(n[3] ?? 1) : n; };
    const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
    const grounds = new Map([[null, [255, 255, 255]]]), ground = (e) => {
        if (!grounds.has(e)) { const c = rgb(getComputedStyle(e).backgroundColor); grounds.set(e, (c[3] ?? 1) > .99 ? c : ground(e.parentElement)); }
        return grounds.get(e); };
    return [...document.querySelectorAll("body *:not(svg *, script, style, .vh, .skip, #said, option, optgroup)")]
        .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType == 3 && n.data.trim())).map((e) => {
            const a = light(rgb(getComputedStyle(e).color)), b = light(ground(e)), ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
            return [ratio, e]; }).filter(([ratio, e]) => ratio < 4.5).map(([ratio, e]) => ratio.toFixed(2) + " " + e.tagName + "." + e.className + ": " + e.textContent.trim().slice(0, 30))"""


def has_contrast(r):
    r.open("?all")
    if r.all("[data-do=intervals]"):
        r.click("[data-do=intervals]")
    for name in ("light", "dark"):
        r.scheme(name)
        equal("the ground is dark", r.js("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", name == "light")
        none(f"texts with too little contrast, {name}", r.js(CONTRAST))
    r.click("[data-do=theme]")
    equal("the ground after switching", r.js("return getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")


def works_without_javascript(r):
    r.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        r.open()
        can_be_used_without_javascript(r)
    finally:
        r.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def can_be_used_without_javascript(r):
    equal("marked as having JavaScript", "js" in (r.one("html").get_attribute("class") or ""), False)
    none("controls that would do nothing", [b.text for b in r.all("button.js, label.js, .tools.js") if b.is_displayed()])
    for card in r.all(".card")[:1]:
        equal("a closed card", card.get_attribute("open"), None)
        card.find_element(By.CSS_SELECTOR, "summary").click()
        equal("an opened card", card.get_attribute("open"), "true")
        equal("its section", card.find_element(By.CSS_SELECTOR, ".full").is_displayed(), True)


# ---- all of them -------------------------------------------------------------------------------------------------
CHECKS = [
    opens_without_errors_or_requests, has_no_id_twice_and_no_dead_link, has_headings_scopes_and_names,
    sorts_the_grid, filters_claims, opens_a_claim_by_its_address, sorts_and_searches_numbers, follows_a_model,
    copies, goes_back, works_by_keyboard, opens_all, has_contrast, fits_a_phone, prints_everything,
    works_without_javascript,
]


def run(name, check, reader):
    name += ": " + check.__name__.replace("_", " ")
    try:
        check(reader)
        print(name, "", sep="\t", flush=True)
    except Exception as error:  # what a browser says is a reason, too
        print(name, " ".join(str(error).split())[:400] or type(error).__name__, sep="\t", flush=True)


def main():
    driver = browser()
    try:
        for name, page, ways in zip(*[iter(sys.argv[1:])] * 3):
            last = driver.current_window_handle
            driver.switch_to.new_window("tab")  # without history, of the usual size
            new = driver.current_window_handle
            driver.switch_to.window(last)
            driver.close()
            driver.switch_to.window(new)
            for check in CHECKS:
                if not ways or check.__name__ in ways.split():
                    run(name, check, Reader(driver, Path(page)))
    finally:
        driver.quit()


main()
