// Text of captures and tables is shown as text only, with what would reorder or hide it spelled out, and never at any length.
const acting = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0\u2800]|\p{M}{5,}/gu;

function spelled(match) {
  return Array.from(match, c => {
    const value = c.codePointAt(0);
    const hex = value.toString(16).toUpperCase();
    return value < 0x100 ? "\\x" + hex.padStart(2, "0") : value <= 0xFFFF ? "\\u" + hex.padStart(4, "0") : "\\u{" + hex + "}";
  }).join("");
}

export function clean(text, limit = 500) {
  if (text === null || text === undefined) return "";
  const all = String(text);
  const kept = all.length > limit ? all.slice(0, limit) : all;
  const safe = kept.replace(acting, spelled);
  return all.length > limit ? `${safe}… (+${all.length - limit} characters)` : safe;
}

// An element with cleaned text; children may be elements or text.
export function el(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  for (const child of children) made.append(child instanceof Node ? child : clean(child, 2000));
  return made;
}

// Sets text only when it differs, so that nothing that is selected or read is disturbed.
export function say(node, text) {
  const safe = clean(text, 2000);
  if (node.textContent !== safe) node.textContent = safe;
}

// Lines of a list, kept where they are equal.
export function lines(list, texts, name = "li") {
  while (list.children.length > texts.length) list.lastElementChild.remove();
  texts.forEach((text, i) => say(list.children[i] ?? list.appendChild(document.createElement(name)), text));
}

const space = "\u00A0";
export const unknown = "unknown";

export function count(value) {
  return value === null || value === undefined ? unknown : String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, space);
}

export function counted(value, one, many = one + "s") {
  return count(value) + space + (value === 1 ? one : many);
}

function scaled(value, units) {
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) { value /= 1000; unit++; }
  return (unit === 0 ? count(value) : value < 9.95 ? value.toFixed(1) : value.toFixed(0)) + space + units[unit];
}

export const bytes = value => scaled(value, ["B", "KB", "MB", "GB", "TB", "PB"]);
export const bits = value => scaled(value, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"]);
export const frames = value => (value < 10 && value > 0 ? value.toFixed(1) : count(value)) + space + "frames/s";

export function percent(share) {
  if (share === null || share === undefined) return unknown;
  const value = share * 100;
  return (value <= 0 ? "0" : value < 0.001 ? "<0.001" : value < 1 ? value.toPrecision(2) : value < 99.5 ? value.toFixed(1) : value.toFixed(value === 100 ? 0 : 2)) + space + "%";
}

export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (a, x, b, y) => a + space + x + (b ? space + b + space + y : "");
  if (s < 60) return s + space + "s";
  if (s < 3600) return two(Math.floor(s / 60), "min", s % 60, "s");
  if (s < 86400) return two(Math.floor(s / 3600), "h", Math.floor(s / 60) % 60, "min");
  return two(Math.floor(s / 86400), "d", Math.floor(s / 3600) % 24, "h");
}

// "09:14:02", with the day where it is another one than that of the status.
let today = "";
export function setToday(at) { today = at.slice(0, 10); }
export function time(at) {
  if (!at) return "–";
  const day = at.slice(0, 10);
  return (day === today ? "" : day + space) + at.slice(11, 19);
}
