// page.js: what a reader can do with a run's page: sort, find, filter, follow a model, copy, link to what is seen. Without it,
// all is there and opens.
const $ = (s, e = document) => e.querySelector(s), $$ = (s, e = document) => [...e.querySelectorAll(s)], root = document.documentElement;
const byId = (id) => document.getElementById(id);

// The address says what is seen: #models/by=memory, #folklore/show=no, #churn/by=-x/find=pool, and /m=prefork with any.
let place = "", state = {};
function write(id, change) {
    const moved = id != place;
    if (moved) { state = state.m ? { m: state.m } : {}; place = id; }
    Object.assign(state, change);
    const hash = "#" + place + Object.entries(state).filter((e) => e[1]).map((e) => `/${e[0]}=${encodeURIComponent(e[1]).replace(/%2B/g, "+")}`).join("");
    if (hash != location.hash) history[moved ? "pushState" : "replaceState"](null, "", hash);
}
function read() {
    const decoded = (s) => { try { return decodeURIComponent(s); } catch { return s; } };
    const [id, ...rest] = location.hash.slice(1).split("/");
    place = decoded(id);
    state = Object.fromEntries(rest.map((p) => p.split("=")).filter((p) => p.length == 2).map((p) => [p[0], decoded(p[1])]));
}

// Marks a model in every table and figure.
function follow(m) {
    const select = $("[data-do=follow]");
    select.value = m;
    if (select.value != m) select.value = m = "";
    $$("[data-m]").forEach((r) => r.classList.toggle("hl", m != "" && r.dataset.m == m));
    $$(".paper text").forEach((t) => t.classList.toggle("hl", m != "" && t.textContent.trim().split(/\s/)[0] == m));
}

// Sorts a table by a column, or as it was if there is no such column. A pinned row stays first, a missing number comes last.
$$(".sortable tbody tr").forEach((r) => { r.place = r.rowIndex; });
function sort(table, by) {
    const down = by[0] == "-", key = by.replace(/^-/, ""), heads = $$("thead th", table), at = heads.findIndex((h) => h.dataset.k == key);
    heads.forEach((h, i) => i == at ? h.setAttribute("aria-sort", down ? "descending" : "ascending") : h.removeAttribute("aria-sort"));
    const value = (r) => {
        const v = at < 0 ? "" : r.cells[at].dataset.v ?? r.cells[at].textContent;
        return v === "" ? null : isNaN(v) ? v : +v;
    };
    const before = (a, b) => b.pinned - a.pinned || (a.value === null) - (b.value === null)
        || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0) * (down ? -1 : 1) || a.row.place - b.row.place;
    table.tBodies[0].append(...$$("tbody tr", table).map((r) => ({ row: r, value: value(r), pinned: +r.classList.contains("pin") })).sort(before).map((r) => r.row));
}

function find(input, words) {
    const wanted = words.toLowerCase().split(/\s+/);
    input.value = words;
    $$("tbody tr", input.closest(".full")).filter((r) => r.closest(".sortable")).forEach((r) => { r.hidden = !wanted.every((w) => r.textContent.toLowerCase().includes(w)); });
}

// Shows the claims with one verdict, or all.
function show(what) {
    const buttons = $$("[data-show]"), wanted = buttons.find((b) => b.dataset.show == what) ?? buttons[0], fold = byId("undecided");
    if (!wanted) return;
    const verdict = wanted.dataset.verdict;
    buttons.forEach((b) => b.setAttribute("aria-pressed", b == wanted));
    $$("#folklore .claim").forEach((c) => { c.hidden = verdict && c.dataset.v != verdict; });
    $$("#folklore .theme").forEach((t) => { t.hidden = !$(".claim:not([hidden])", t); });
    if (!fold) return;
    fold.hidden = !$(".claim:not([hidden])", fold);
    if (verdict && !fold.hidden) fold.open = true;
}

// Makes the page as the address says.
function go() {
    read();
    follow(state.m || "");
    const e = byId(place);
    if (!e) return;
    for (let d = e; d; d = d.parentElement) if (d.matches("details")) d.open = true;
    if (e.matches(".claim") || place == "folklore") show(state.show || "");
    const table = $("table.sortable", e), input = $("input[type=search]", e);
    if (table && (place == "models" || e.matches(".card"))) sort(table, state.by || "");
    if (input && e.matches(".card")) find(input, state.find || "");
    e.scrollIntoView();
}
addEventListener("hashchange", go);

let timer;
function say(text) {
    byId("said").textContent = text;
    byId("said").classList.add("on");
    clearTimeout(timer);
    timer = setTimeout(() => byId("said").classList.remove("on"), 1600);
}
function copy(from) {
    const select = () => { getSelection().selectAllChildren(from); say("Selected: press Ctrl+C"); };
    if (navigator.clipboard) navigator.clipboard.writeText(from.textContent).then(() => say("Copied"), select);
    else select();
}
function openAll() {
    const closed = $$("details:not([open])");
    closed.forEach((d) => { d.open = true; });
    return closed;
}
const actions = {
    theme() {
        const dark = root.dataset.theme ? root.dataset.theme == "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
        root.dataset.theme = dark ? "light" : "dark";
    },
    families() { sort($("#models table"), ""); write("models", { by: "" }); },
    all() { openAll(); },
};
document.addEventListener("click", (event) => {
    const b = event.target.closest("button");
    if (!b) return;
    const head = b.closest("th"), table = b.closest(".sortable");
    if (head && table) {
        const by = (head.getAttribute("aria-sort") == "ascending" ? "-" : "") + head.dataset.k;
        sort(table, by);
        write(table.closest(".card, section").id, { by });
    }
    if (b.dataset.do) actions[b.dataset.do]();
    if ("show" in b.dataset) { show(b.dataset.show); write("folklore", { show: b.dataset.show }); }
    if (b.dataset.copy) copy(byId(b.dataset.copy));
});
$("[data-do=follow]").onchange = (e) => { follow(e.target.value); write(place || "answer", { m: e.target.value }); };
$$("[data-do=intervals]").forEach((box) => { box.onchange = () => $("#models table").classList.toggle("cis", box.checked); });
$$("input[type=search]").forEach((i) => { i.oninput = () => { find(i, i.value); write(i.closest(".card").id, { find: i.value }); }; });
$$(".card, .claim").forEach((c) => $("summary", c).addEventListener("click", () => { if (!c.open) write(c.id, {}); }));

// The part that is on the screen is marked in the contents.
const seen = new IntersectionObserver((entries) => entries.filter((e) => e.isIntersecting).forEach((e) => $$(".bar a").forEach((a) => {
    if (a.hash == "#" + e.target.id) a.setAttribute("aria-current", "true"); else a.removeAttribute("aria-current");
})), { rootMargin: "-20% 0px -75% 0px" });
$$("main > section, footer").forEach((s) => seen.observe(s));

let shut = [];
addEventListener("beforeprint", () => { shut = openAll(); });
addEventListener("afterprint", () => { shut.forEach((d) => { d.open = false; }); });
if (new URLSearchParams(location.search).has("all")) actions.all();
go();
