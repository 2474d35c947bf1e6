// The findings: a line each, and everything else behind it.
import { askJson } from "./feed.js";
import { arrange, choice } from "./lists.js";
import { bytes, clean, count, counted, el, say, time } from "./text.js";

const shownAtOnce = 200;
const severities = { high: ["▲ high", "is-bad"], medium: ["◆ medium", "is-warn"], low: ["▽ low", "muted"] };
const freshSeconds = 120;
const nodes = new Map();
const query = { group: "all", sort: "report", q: "" };
let setCount = null;
let asking = 0;
let changed = () => {};

export function start(whenChanged) {
  changed = whenChanged;
  setCount = choice(document.getElementById("finding-groups"), "group", [
    ["all", "All"], ["unexpected", "Unexpected"], ["scans", "Scans and floods"], ["failing", "Failing"], ["undetermined", "Undetermined"],
  ], value => { query.group = value; changed(); });
  document.getElementById("finding-sort").addEventListener("change", e => { query.sort = e.target.value; changed(); });
  let typing = 0;
  document.getElementById("finding-text").addEventListener("input", e => {
    clearTimeout(typing);
    typing = setTimeout(() => { query.q = e.target.value.trim(); changed(); }, 250);
  });
}

export function counts(groups) {
  for (const [group, number] of Object.entries(groups)) setCount(group, " " + count(number));
}

export async function refresh() {
  const mine = ++asking;
  const answer = await askJson("/api/findings?" + new URLSearchParams({ ...query, limit: shownAtOnce }));
  if (mine !== asking) return;
  const now = Date.parse(answer.at);
  for (const finding of answer.findings) finding.fresh = finding.found > answer.since && now - Date.parse(finding.found) < freshSeconds * 1000;
  arrange(document.getElementById("findings"), answer.findings, f => f.key, nodes, make, update);
  const all = answer.matching === answer.total ? counted(answer.total, "finding") : `${count(answer.matching)} of ${counted(answer.total, "finding")}`;
  say(document.getElementById("findings-count"), all);
  const more = answer.matching - answer.findings.length;
  say(document.getElementById("findings-more"), answer.matching === 0
    ? (answer.total === 0 ? "Nothing found so far." : "No finding is like that.")
    : more > 0 ? `and ${count(more)} more: choose, search, or take the report; /api/findings has them page by page` : "");
}

function make() {
  const item = el("li");
  const details = el("details");
  details.append(el("summary"), el("div", "detail"));
  details.addEventListener("toggle", () => { if (details.open && item.finding) fill(details.lastElementChild, item.finding); });
  item.append(details);
  return item;
}

function update(item, finding) {
  item.finding = finding;
  const [word, className] = severities[finding.severity] ?? [finding.severity, ""];
  const id = el("span", "id muted", finding.id);
  const service = el("span", "service", clean(finding.service, 60));
  if (finding.fresh) service.append(el("span", "new", "new"));
  const outcome = el("span", "outcome", outcomes(finding));
  if (finding.escaped > 0) outcome.classList.add("is-bad");
  // Spaces between, so that a screen reader does not run the cells together.
  item.firstElementChild.firstElementChild.replaceChildren(
    id, " ", el("span", "severity " + className, word), " ", el("span", "cause", finding.cause), " ", el("span", "direction", direction(finding.direction)), " ", service, " ",
    el("span", "ends mono", clean(finding.ends, 160)), " ", el("span", "flows number", counted(finding.flows, "flow")), " ", el("span", "bytes number", bytes(finding.bytes)), " ", outcome);
  const details = item.firstElementChild;
  if (details.open && !details.lastElementChild.contains(document.activeElement)) fill(details.lastElementChild, finding);
}

const direction = word => word === "in" ? "In" : word === "out" ? "Out" : "?";

function outcomes(finding) {
  const parts = [];
  if (finding.escaped) parts.push(`${count(finding.escaped)} ESCAPED`);
  if (finding.attempted) parts.push(`${count(finding.attempted)} attempted`);
  if (finding.kind !== "failing" && finding.permitted) parts.push(`${count(finding.permitted)} permitted`);
  if (finding.failing) parts.push(`${count(finding.failing)} ${finding.kind === "failing" ? "failing" : "allowed in vain"}`);
  return parts.length ? parts.join(", ") : Object.keys(finding.outcomes).join(", ");
}

function fill(place, f) {
  const list = el("dl");
  const add = (name, ...value) => { if (value.some(v => v instanceof Node || (v !== "" && v !== null))) list.append(el("dt", "", name), el("dd", "", ...value)); };
  add("Why", clean(f.explanation, 800));
  add("To settle it", clean(f.suggestion, 800));
  for (const missing of f.missing) add("Missing", clean(missing.text, 800));
  if (f.nearestRow) add(f.kind === "failing" ? "Row" : "Nearest row", `${clean(f.nearestRow, 80)}${f.nearestRowLine ? ` (line ${f.nearestRowLine})` : ""}`);
  add("Subject", clean(f.subject, 120));
  add("Service", `${clean(f.service, 80)}, ${direction(f.direction)}${f.application ? `, spoken: ${clean(f.application, 80)}` : ""}`);
  add("Peers", hosts(f.peers.count, f.peers.atLeast, f.peers.error, f.peers.sample));
  add("Protected hosts", hosts(f.hostCount, f.hostCountAtLeast, f.hostCountError, f.hosts));
  for (const n of f.peerNames) {
    const chain = n.chain.length ? `, by way of ${n.chain.map(step => clean(step.name, 100)).join(" → ")}` : "";
    add("Name", `${n.address} is ${clean(n.name, 255)} (${n.proof}, frame ${n.frame}${n.shared ? ", one of several names of the address" : ""}${n.toldTo ? `, told to ${n.toldTo}` : ""}${chain})`);
  }

  add("Totals", `${counted(f.flows, "flow")}, ${counted(f.packets, "packet")}, ${bytes(f.bytes)}`);
  add("Squares", squares(f));
  add("Outcomes", Object.entries(f.outcomes).map(([word, n]) => `${count(n)} ${word}`).join(", "));
  if (f.answeredBy.length) add("Answered", f.answeredBy.map(a => `${a.address} port ${a.port} (${a.allowed ? "allowed" : "ESCAPED"}, frame ${a.frame})`).join("; ") + (f.answeredByMore ? " and others" : ""));
  if (f.peakPeersPerMinute) add("Peak", `${counted(f.peakPeersPerMinute, "host")} in a minute`);
  if (f.network) add("Network", f.network);
  if (f.carriers.length) add("Inside", f.carriers.map(c => clean(c, 80)).join("; ") + (f.moreCarriers ? " and others" : ""));
  add("Seen", `first ${time(f.first)}, last ${time(f.last)}, found ${time(f.found)}`);
  add("Frames", f.evidence.frames.join(", "));
  place.replaceChildren(list);
}

function hosts(number, atLeast, error, sample) {
  const known = sample.map(s => clean(s, 60)).join(", ");
  const about = atLeast ? "at least " : error ? "about " : "";
  return number > sample.length ? `${known}${known ? " " : ""}(${about}${counted(number, "host")})` : known;
}

function squares(f) {
  const grid = el("span", "squares");
  for (const [word, number] of [["permitted", f.permitted], ["failing", f.failing], ["escaped", f.escaped], ["attempted", f.attempted]]) {
    grid.append(el("span", number ? (word === "escaped" ? "is-bad" : "") : "zero", `${word} ${count(number)}`));
  }

  return grid;
}
