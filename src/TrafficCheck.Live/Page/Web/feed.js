// Requests with the token, and the stream of events. fetch() reads the stream, because EventSource can send no header.
let token = "";
try { token = sessionStorage.getItem("token") ?? ""; } catch { /* no storage: the token lives as long as the page */ }

export class TokenNeeded extends Error {}

// Takes a token out of the address, so that it stays neither there nor in the history.
export function takeTokenFromAddress() {
  const match = /^#token=(.+)$/.exec(location.hash);
  if (!match) return;
  history.replaceState(null, "", location.pathname + location.search);
  let given = match[1];
  try { given = decodeURIComponent(given); } catch { /* it was not encoded */ }
  setToken(given);
}

export function setToken(value) {
  token = value;
  try { sessionStorage.setItem("token", value); } catch { /* see above */ }
}

export const hasToken = () => token !== "";

export async function ask(path, options = {}) {
  const headers = {};
  // What is no visible ASCII can be no token, and no header either.
  if (/^[!-~]+$/.test(token)) headers.Authorization = "Bearer " + token;
  const answer = await fetch(path, { ...options, headers, cache: "no-store", credentials: "omit", redirect: "error" });
  if (answer.status === 401) throw new TokenNeeded();
  if (!answer.ok) {
    let why = answer.statusText;
    try { why = (await answer.json()).error ?? why; } catch { /* no JSON */ }
    throw new Error(why);
  }

  return answer;
}

export const askJson = async path => (await ask(path)).json();

// Calls on(name, data) for each event, until the stream ends.
export async function events(on, opened) {
  const answer = await ask("/api/events");
  opened();
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const silence = setTimeout(() => reader.cancel().catch(() => {}), 40000);
    const { value, done } = await reader.read();
    clearTimeout(silence);
    if (done) return;
    rest += value;
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const block = rest.slice(0, end);
      rest = rest.slice(end + 2);
      let name = "message", data = "";
      for (const line of block.split("\n")) {
        if (line.startsWith("event: ")) name = line.slice(7);
        else if (line.startsWith("data: ")) data += line.slice(6);
      }

      if (data) on(name, JSON.parse(data));
    }
  }
}

// Links to data cannot send the token: with one, they are fetched and handed to the browser as a file.
export async function download(link) {
  const answer = await ask(link.getAttribute("href"));
  const url = URL.createObjectURL(await answer.blob());
  const made = document.createElement("a");
  made.href = url;
  made.download = link.getAttribute("download") || "download";
  made.click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}
