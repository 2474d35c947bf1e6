// Wires the stream of events to the parts of the page.
import * as coverage from "./coverage.js";
import { askJson, download, events, hasToken, setToken, takeTokenFromAddress, TokenNeeded } from "./feed.js";
import * as findings from "./findings.js";
import { arrange } from "./lists.js";
import * as rates from "./rates.js";
import { bytes, clean, count, counted, duration, el, lines, percent, say, setToday, time, unknown } from "./text.js";

const at = id => document.getElementById(id);
const gradeClass = { A: "is-good", B: "is-good", C: "is-warn", D: "is-warn", E: "is-bad", F: "is-bad" };
let paused = false;
let waiting = false;
let report = null;
let announced = null;
let filesShown = "";
let ended = false;

function connection(state, text) {
  const node = at("connection");
  if (node.dataset.state !== state) node.dataset.state = state;
  say(node, text);
}

function pairs(list, entries) {
  while (list.children.length > entries.length) list.lastElementChild.remove();
  entries.forEach(([name, value, className], i) => {
    const node = list.children[i] ?? list.appendChild(el("div", "", el("dt"), el("dd")));
    say(node.firstElementChild, name);
    say(node.lastElementChild, value);
    node.lastElementChild.className = className ?? "";
  });
}

const tables = { interfaces: new Map(), receivers: new Map(), files: new Map() };
function table(id, items, keyOf, cells) {
  arrange(document.querySelector(`#${id} tbody`), items, keyOf, tables[id], () => el("tr"), (row, item) => {
    row.replaceChildren(...cells(item));
    row.firstElementChild.scope = "row";
  });
}

// Warnings hold figures that change all the time: a new one is spoken of, and no more often than every half minute.
let warned = 0;
let warnedAt = 0;
function speakOfWarnings(warnings) {
  if (warnings.length > warned && Date.now() - warnedAt > 30000) {
    warnedAt = Date.now();
    say(at("spoken"), `Warning: ${clean(warnings.at(-1), 200)}`);
  }

  warned = warnings.length;
}

const number = (value, bad) => el("td", "number" + (bad && value > 0 ? " is-bad" : ""), value === null ? unknown : count(value));

function showStatus(s) {
  setToday(s.at);
  at("main").hidden = false;
  at("login").hidden = true;
  const known = s.interfaces.every(i => i.kernelDrops !== null);
  const received = s.framesRead + s.framesDropped;
  say(at("loss"), `${count(s.framesDropped)} ${s.framesDropped === 1 ? "frame" : "frames"}`);
  at("loss").className = "figure " + (s.framesDropped > 0 ? "is-bad" : known ? "is-good" : "");
  const sum = key => s.interfaces.reduce((a, i) => i[key] === null ? a : a + i[key], 0);
  say(at("loss-note"), s.framesDropped > 0
    ? `${percent(s.framesDropped / received)} of ${count(received)}: kernel ${count(sum("kernelDrops"))}, interface ${count(sum("interfaceDrops"))}, queue ${count(sum("queueDrops"))}`
    : known ? `none of ${counted(received, "frame")} known to be dropped` : "the system does not say what it dropped");
  pairs(at("run"), [
    ["running for", duration((Date.parse(s.at) - Date.parse(s.started)) / 1000)], ["frames judged", count(s.framesRead)], ["bytes", bytes(s.bytesRead)],
    ["flows live", count(s.flowsLive)], ["flows opened", count(s.flowsOpened)], ["frames waiting", count(s.framesWaiting)],
    ["last frame", time(s.lastFrame)], ["rows of the matrix", count(s.matrix.rows)], ["matrix read", time(s.matrix.loaded)],
    ...(s.evidence ? [["evidence", `${counted(s.evidence.files, "file")}, ${bytes(s.evidence.bytes)}`], ["evidence left out", counted(s.evidence.skipped, "frame"), s.evidence.skipped ? "is-warn" : ""]] : []),
    ...(s.checkpoint ? [["checkpoint", time(s.checkpoint.written)]] : []),
  ]);
  const warnings = [...s.warnings];
  if (s.warningsMore) warnings.push(`and ${counted(s.warningsMore, "more warning")}`);
  if (s.matrix.reloadError) warnings.push(`The matrix was refused at ${time(s.matrix.reloadFailed)}, and the one of ${time(s.matrix.loaded)} is still in force: ${clean(s.matrix.reloadError)}`);
  if (s.evidence?.lastError) warnings.push(`Evidence: ${clean(s.evidence.lastError)}`);
  if (s.checkpoint?.lastError) warnings.push(`Checkpoint: ${clean(s.checkpoint.lastError)}`);
  lines(at("warnings"), warnings);
  speakOfWarnings(warnings);
  table("interfaces", s.interfaces, i => i.name, i => [
    el("th", "nowrap mono", clean(i.name, 60)), el("td", i.state === "up" ? "is-good" : "is-bad", i.state === "up" ? "▲ up" : i.state === "down" ? "▼ down" : "✕ " + clean(i.state, 20)),
    number(i.received), number(i.framesRead), el("td", "number", bytes(i.bytesRead)), number(i.kernelDrops, true), number(i.interfaceDrops, true), number(i.queueDrops, true), number(i.interruptions, true),
  ]);
  at("receivers-section").hidden = s.receivers.length === 0;
  table("receivers", s.receivers.map((r, i) => ({ ...r, key: i + r.name })), r => r.key, r => [
    el("th", "", clean(r.name, 120)), number(r.sent), number(r.waiting), number(r.dropped, true), el("td", "text", clean(r.lastError ?? "–", 200)),
  ]);
  rates.draw(s.rate);
  const version = `${s.files}/${s.reportVersion}`;
  if (version !== filesShown) { filesShown = version; showFiles().catch(() => {}); }
}

async function showFiles() {
  const answer = await askJson("/api/files?limit=100");
  at("files-region").hidden = answer.total === 0;
  table("files", answer.files, f => f.name, f => {
    const link = el("a", "mono", clean(f.name, 120));
    link.href = "/api/files/" + encodeURIComponent(f.name);
    link.setAttribute("download", f.name);
    return [el("th", "", link), el("td", "", clean(f.kind, 20)), el("td", "number", bytes(f.bytes)), el("td", "nowrap", time(f.written))];
  });
  const more = answer.total - answer.files.length;
  say(at("files-more"), more > 0 ? `and ${count(more)} more: /api/files has them page by page` : "");
}

function showReport(r) {
  report = r;
  const matrix = clean(r.matrix, 80);
  say(at("matrix-name"), matrix);
  say(at("result"), r.pass ? "✓ PASS" : "✕ FAIL");
  at("result").className = "figure " + (r.pass ? "is-good" : "is-bad");
  const unexpected = r.findings.unexpected;
  document.title = `${r.pass ? "PASS" : "FAIL"} · ${counted(unexpected, "unexpected finding")} – TrafficCheck`;
  lines(at("result-reasons"), [...r.brokenIdentities, ...r.reasons, `${counted(unexpected, "unexpected finding")}, ${counted(r.findings.failing, "needed service")} failing`, `as of ${time(r.at)}`]);
  say(at("grade"), r.visibility.grade);
  at("grade").className = "figure " + (gradeClass[r.visibility.grade] ?? "");
  lines(at("grade-reasons"), [...r.visibility.reasons, ...r.visibility.notes, ...(r.visibility.reasons.length + r.visibility.notes.length ? [] : ["nothing limits the trust in it"])].slice(0, 8));
  const rows = Object.entries(r.rows).filter(([, n]) => n > 0);
  const all = rows.reduce((a, [, n]) => a + n, 0);
  at("proven").replaceChildren(count(r.rows.proven), el("small", "", ` of ${counted(all, "row")} proven`));
  say(at("proven-note"), rows.filter(([state]) => state !== "proven").map(([state, n]) => `${count(n)} ${coverage.states[state]?.[1] ?? state}`).join(" · "));
  const bar = at("proven-bar");
  while (bar.children.length > rows.length) bar.lastElementChild.remove();
  rows.forEach(([state, n], i) => {
    const part = bar.children[i] ?? bar.appendChild(el("span"));
    part.className = coverage.states[state]?.[3] ?? "fill-other";
    part.style.width = `${n / all * 100}%`;
  });
  const v = r.verdicts;
  pairs(at("verdicts"), [
    ["allowed", count(v.allowed)], ["related", count(v.related)], ["unexpected", count(v.unexpected), v.unexpected ? "is-bad" : ""], ["undetermined", count(v.undetermined), v.undetermined ? "is-warn" : ""],
    ["out of scope", count(v.outOfScope)], ["permitted", count(v.permitted)], ["failing", count(v.failing), v.failing ? "is-warn" : ""], ["escaped", count(v.escaped), v.escaped ? "is-bad" : ""],
    ["attempted", count(v.attempted)], ...(v.inVain ? [["allowed in vain", count(v.inVain)]] : []),
  ]);
  findings.counts(r.findings);
  coverage.counts(r.rows);
  announce(r);
  refreshLists();
}

// A sentence for screen readers when something was found; never twice a second, since reports come every few seconds.
function announce(r) {
  const newest = r.recent[0]?.found ?? r.at;
  if (announced !== null && newest > announced) {
    const fresh = r.recent.filter(f => f.found > announced);
    const named = fresh.slice(0, 3).map(f => `${f.id}, ${f.severity}, ${f.cause} ${f.direction} ${clean(f.service, 40)}`).join("; ");
    say(at("spoken"), `${fresh.length >= 10 ? "Ten or more" : fresh.length} new ${fresh.length === 1 ? "finding" : "findings"}: ${named}`);
  }

  if (announced === null || newest > announced) announced = newest;
}

function refreshLists() {
  if (paused || report === null) { waiting = true; return; }
  waiting = false;
  for (const part of [findings, coverage]) part.refresh().catch(failed);
}

function failed(error) {
  if (error instanceof TokenNeeded) askForToken();
  else say(at("findings-more"), `The page could not be brought up to date: ${clean(error.message)}`);
}

function askForToken() {
  const refused = hasToken();
  at("main").hidden = true;
  at("login").hidden = false;
  say(at("login-error"), refused ? "This token is not the right one." : "");
  connection("lost", "token needed");
  at("token").focus();
}

const handlers = {
  status: showStatus,
  history: h => rates.add(h.samples),
  report: showReport,
  end: () => { ended = true; connection("ended", "the run has ended"); },
};

async function follow() {
  for (let tries = 0; !ended; tries++) {
    try {
      rates.clear();
      await events((name, data) => { tries = 0; handlers[name]?.(data); }, () => connection("live", "live"));
    } catch (error) {
      if (error instanceof TokenNeeded) { askForToken(); return; }
      connection("lost", `no connection: ${clean(error.message, 120)}`);
    }

    if (ended) return;
    if (at("connection").dataset.state === "live") connection("lost", "connection lost");
    await new Promise(done => setTimeout(done, Math.min(15000, 1000 * 2 ** Math.min(tries, 4))));
  }
}

function start() {
  takeTokenFromAddress();
  addEventListener("hashchange", () => { if (location.hash.startsWith("#token=")) { takeTokenFromAddress(); location.reload(); } });
  findings.start(refreshLists);
  coverage.start(refreshLists);
  at("pause").addEventListener("click", () => {
    paused = !paused;
    at("pause").setAttribute("aria-pressed", String(paused));
    if (!paused && waiting) refreshLists();
  });
  const theme = at("theme");
  theme.value = document.documentElement.dataset.theme ?? "";
  theme.addEventListener("change", () => {
    if (theme.value) document.documentElement.dataset.theme = theme.value;
    else delete document.documentElement.dataset.theme;
    try { sessionStorage.setItem("theme", theme.value); } catch { /* it holds until the page is closed */ }
  });
  at("login-form").addEventListener("submit", e => {
    e.preventDefault();
    setToken(at("token").value);
    at("token").value = "";
    follow();
  });
  document.addEventListener("click", e => {
    const link = e.target.closest?.("a[href^='/api/'], a[href='/metrics']");
    if (!link || !hasToken() || link.getAttribute("href") === "/api/openapi.json") return;
    e.preventDefault();
    download(link).catch(failed);
  });
  follow();
}

start();
