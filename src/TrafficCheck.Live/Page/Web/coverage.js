// The matrix: what the traffic says about each row.
import { askJson } from "./feed.js";
import { arrange, choice } from "./lists.js";
import { bytes, clean, count, counted, el, say, time } from "./text.js";

// A sign and a word for each state: never colour alone.
export const states = {
  "proven": ["●", "proven", "is-good", "fill-proven"],
  "shared": ["◐", "shared", "", "fill-shared"],
  "failing": ["✕", "failing", "is-bad", "fill-failing"],
  "reversed": ["⇄", "reversed", "is-warn", "fill-reversed"],
  "not-seen": ["○", "not seen", "muted", "fill-other"],
  "not-observable": ["⊘", "not observable", "muted", "fill-other"],
  "not-enforced": ["–", "not enforced", "muted", "fill-other"],
};
const nodes = new Map();
let show = "all";
let setCount = null;
let asking = 0;

export function start(changed) {
  setCount = choice(document.getElementById("row-choice"), "rows", [["all", "All"], ["not-proven", "Not proven"], ["failing", "Failing"]], value => { show = value; changed(); });
}

export function counts(rows) {
  const all = Object.values(rows).reduce((a, b) => a + b, 0);
  setCount("all", " " + count(all));
  setCount("not-proven", " " + count(all - rows.proven));
  setCount("failing", " " + count(rows.failing));
}

export async function refresh() {
  const mine = ++asking;
  const answer = await askJson("/api/coverage?" + new URLSearchParams({ show }));
  if (mine !== asking) return;
  arrange(document.querySelector("#coverage tbody"), answer.coverage, r => `${r.subject}\n${r.row}\n${r.file ?? ""}`, nodes, () => el("tr"), update);
  say(document.getElementById("coverage-count"), answer.matching === answer.total ? counted(answer.total, "row") : `${count(answer.matching)} of ${counted(answer.total, "row")}`);
  const more = answer.matching - answer.coverage.length;
  say(document.getElementById("coverage-more"), answer.matching === 0 ? "No row is like that." : more > 0 ? `and ${count(more)} more: choose, or take the report; /api/coverage has them page by page` : "");
}

function update(row, r) {
  const [sign, word, className] = states[r.state] ?? ["?", r.state, ""];
  const where = `${r.file ? clean(r.file, 60) + " " : ""}line ${r.line}`;
  const id = el("th", "nowrap", clean(r.row, 40));
  id.scope = "row";
  id.append(el("span", "small muted", " " + where));
  const mark = el("span", "", sign + " ");
  mark.setAttribute("aria-hidden", "true");
  const text = el("td", "text", clean(r.purpose, 400));
  const notes = [r.note, r.need !== "required" ? [r.need, r.condition].filter(Boolean).join(": ") : null, r.reversed ? `${counted(r.reversed, "flow")} the other way round` : null,
    r.ambiguousWith.length ? `shares its flows with ${r.ambiguousWith.slice(0, 12).map(x => clean(x, 40)).join(", ")}` : null];
  for (const note of notes) if (note) text.append(el("span", "small", clean(note, 240)));
  const transport = r.transport ? `/${r.transport}` : "";
  const flows = r.exclusive.flows + r.shared.flows;
  row.replaceChildren(
    el("td", "state " + className, mark, word), id, el("td", "nowrap", clean(`${r.ports}${transport}${r.application ? " " + r.application : ""}`, 80)), el("td", "nowrap", directionText(r.direction)),
    el("td", "peers", r.peers.length ? clean(r.peers.join(", "), 120) : "any"), el("td", "number", count(flows)), el("td", "number", bytes(r.exclusive.bytes + r.shared.bytes)),
    el("td", "number" + (r.failed ? " is-bad" : ""), count(r.failed)), el("td", "nowrap", time(r.last)), text);
}

const directionText = word => ({ "in": "In", "out": "Out", "in/out": "In/Out", "inout": "In/Out", "in-out": "In/Out" })[word] ?? clean(word, 20);
