// Lists whose items keep their elements: what is open stays open, and what has the focus keeps it.

// Brings the elements into the order of the items. The element with the focus is not moved, since moving takes the focus away.
export function arrange(list, items, keyOf, known, make, update) {
  const wanted = new Set(items.map(keyOf));
  for (const [key, node] of known) {
    if (!wanted.has(key)) { node.remove(); known.delete(key); }
  }

  let place = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let node = known.get(key);
    if (!node) { node = make(item); known.set(key, node); list.insertBefore(node, place); }
    else if (node === place) place = place.nextElementSibling;
    else if (node.contains(document.activeElement)) {
      while (place && place !== node) { const next = place.nextElementSibling; list.append(place); place = next; }
      place = node.nextElementSibling;
    } else list.insertBefore(node, place);
    const text = JSON.stringify(item);
    if (node.shown !== text) { node.shown = text; update(node, item); }
  }
}

// Radio buttons that look like a row of buttons.
export function choice(fieldset, name, options, chosen) {
  const counts = new Map();
  for (const [value, text] of options) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "radio";
    input.name = name;
    input.value = value;
    input.checked = value === options[0][0];
    input.addEventListener("change", () => chosen(value));
    const number = document.createElement("span");
    number.className = "count";
    label.append(input, text, number);
    fieldset.append(label);
    counts.set(value, number);
  }

  return (value, text) => { const node = counts.get(value); if (node && node.textContent !== text) node.textContent = text; };
}
