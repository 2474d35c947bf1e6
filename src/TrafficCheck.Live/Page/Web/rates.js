// Rates of the last minutes as small pictures, each with a sentence that says the same.
import { bits, clean, count, counted, duration, el, frames, say } from "./text.js";

const most = 600;
const kinds = [
  { title: "Frames", at: 1, text: frames, className: "frames" },
  { title: "Bits", at: 2, text: bits, className: "bits" },
  { title: "Dropped frames", at: 3, text: v => counted(v, "frame"), className: "drops", sums: true },
];
const svg = (name, attributes) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};
let samples = [];
let drawn = null;

function start() {
  const place = document.getElementById("rates");
  drawn = kinds.map(kind => {
    const title = el("h3", "", kind.title), now = el("strong", "", "–");
    const picture = svg("svg", { viewBox: "0 0 300 60", preserveAspectRatio: "none", role: "img", class: kind.className });
    const name = svg("title", {});
    const area = svg("path", { class: "area" }), line = svg("path", { class: "line" });
    picture.append(name, svg("line", { class: "base", x1: 0, x2: 300, y1: 59.5, y2: 59.5 }), area, line);
    const note = el("p", "small");
    place.append(el("div", "card", el("div", "rate-head", title, now), picture, note));
    return { kind, now, area, line, name, note };
  });
}

export function add(fresh) {
  samples = samples.concat(fresh).slice(-most);
}

export const clear = () => { samples = []; };

export function draw(rate) {
  drawn ?? start();
  for (const { kind, now, area, line, name, note } of drawn) {
    const values = samples.map(s => s[kind.at]);
    const last = rate ? [0, rate.framesPerSecond, rate.bitsPerSecond, rate.drops][kind.at] : values.at(-1) ?? 0;
    if (kind.sums) {
      const sum = values.reduce((a, b) => a + b, 0);
      say(now, count(sum));
      now.className = sum > 0 ? "is-bad" : "";
    } else say(now, kind.text(last));
    if (values.length < 2) { say(note, "No history yet."); continue; }
    const top = Math.max(...values, kind.sums ? 1 : 1e-9);
    const points = values.map((v, i) => `${(i * 300 / (values.length - 1)).toFixed(1)} ${(59 - v / top * 55).toFixed(1)}`);
    line.setAttribute("d", "M" + points.join("L"));
    area.setAttribute("d", `M0 59L${points.join("L")}L300 59Z`);
    const span = duration((samples.at(-1)[0] - samples[0][0]) / 1000);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const words = kind.sums
      ? `last ${span}; at most ${kind.text(Math.max(...values))} in one step`
      : `last ${span}; mean ${kind.text(mean)}, at most ${kind.text(Math.max(...values))}`;
    say(note, words);
    if (!name.textContent.includes(words)) name.textContent = clean(`${kind.title}, ${words}`);
  }
}
