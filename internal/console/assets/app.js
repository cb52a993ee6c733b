"use strict";
// What pages need besides htmx. Without it, they can be read all the same.

// mostRows is how many rows of the list a page keeps that is open for long.
const mostRows = 200;

// Live is the connection of a page that is live, as htmx uses an EventSource. A browser opens at most
// six connections to one host, for all tabs together: a tab that nobody sees gives its own back. When
// it is seen again, or when the connection was lost, Live asks only for what the page does not have.
class Live {
  // The first and the longest time until it connects once more, in milliseconds.
  static first = 1000;
  static longest = 8000;

  constructor(address) {
    this.address = new URL(address, location.href);
    this.listeners = [];
    this.again = Live.first;
    this.look = () => (document.hidden ? this.pause() : this.connect());
    document.addEventListener("visibilitychange", this.look);
    this.look();
  }

  get readyState() {
    return this.closed ? EventSource.CLOSED : (this.source?.readyState ?? EventSource.CONNECTING);
  }

  connect() {
    if (this.source || this.closed) return;
    clearTimeout(this.timer);
    this.source = new EventSource(this.address);
    this.source.onopen = (event) => {
      this.again = Live.first;
      this.onopen?.(event);
    };
    this.source.onerror = (event) => {
      this.pause();
      this.timer = setTimeout(this.look, this.again);
      this.again = Math.min(2 * this.again, Live.longest);
      this.onerror?.(event);
    };
    // These come first: what the page does with a message may end the connection.
    this.source.addEventListener("touched", (event) => this.has(event.data));
    this.source.addEventListener("entry", (event) => this.has(rowOf(event.data)?.slice(1)));
    this.source.addEventListener("missed", (event) => {
      if (event.data.includes("data-run") && document.getElementById("list")) location.reload();
    });
    for (const [name, listener] of this.listeners) this.source.addEventListener(name, listener);
  }

  // has notes that the page has the events up to one.
  has(id) {
    if (Number(id) > Number(this.address.searchParams.get("after"))) this.address.searchParams.set("after", id);
  }

  pause() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = undefined;
  }

  close() {
    this.closed = true;
    this.pause();
    document.removeEventListener("visibilitychange", this.look);
  }

  addEventListener(name, listener) {
    this.listeners.push([name, listener]);
    this.source?.addEventListener(name, listener);
  }

  removeEventListener(name, listener) {
    this.listeners = this.listeners.filter(([n, l]) => n !== name || l !== listener);
    this.source?.removeEventListener(name, listener);
  }
}
htmx.createEventSource = (address) => new Live(address);

// rowOf returns the id of the element of a row.
function rowOf(data) {
  return /^<li id="(e\d+)"/.exec(data)?.[1];
}

// A connection that was made again may bring rows that the list has.
document.addEventListener("htmx:sseBeforeMessage", (event) => {
  const message = event.detail;
  const row = message.type === "entry" && rowOf(message.data);
  if (row && document.getElementById(row)) event.preventDefault();
});

// The rows that leave the list are on the next page of it.
document.addEventListener("htmx:sseMessage", (event) => {
  if (event.detail.type !== "entry") return;
  const list = document.getElementById("entries");
  if (!list || list.children.length <= mostRows) return;
  while (list.children.length > mostRows) list.lastElementChild.remove();
  let older = document.getElementById("older");
  if (!older) {
    const place = document.createElement("p");
    older = document.createElement("a");
    older.id = "older";
    older.textContent = "Older events";
    place.append(older);
    list.parentElement.append(place);
  }
  const address = new URL(location.pathname + location.search, location.href);
  address.searchParams.set("before", list.lastElementChild.id.slice(1));
  older.href = address.pathname + address.search;
});

// A page that is no longer live says so, if the connection is not made again at once.
const lostAfter = 2000;
let lost;
document.addEventListener("htmx:sseError", () => {
  lost ||= setTimeout(() => {
    const place = document.createElement("p");
    place.id = "lost";
    place.className = "missed";
    place.setAttribute("role", "status");
    document.getElementById("main").prepend(place);
    place.textContent = "untag does not answer, so this page is not live. Is untag run still running? If it was started again with another address or token, open the address that it printed.";
  }, lostAfter);
});
document.addEventListener("htmx:sseOpen", () => {
  clearTimeout(lost);
  lost = undefined;
  document.getElementById("lost")?.remove();
});

// A button with data-copy copies that text, or the text of the element that it names with
// data-copy-from, or what is at the address data-copy-url.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy],[data-copy-from],[data-copy-url]");
  if (!button) return;
  event.preventDefault();
  try {
    let text = button.dataset.copy;
    if (button.dataset.copyFrom) text = document.getElementById(button.dataset.copyFrom).textContent;
    if (button.dataset.copyUrl) {
      const answer = await fetch(button.dataset.copyUrl);
      if (!answer.ok) throw new Error(await answer.text());
      text = await answer.text();
    }
    await write(text);
    say("Copied");
    button.classList.add("copied");
    button.addEventListener("blur", () => button.classList.remove("copied"), { once: true });
  } catch (error) {
    say("Not copied: " + error.message);
  }
});

// write puts a text on the clipboard. Browsers offer the newer way only over HTTPS and on the same
// machine.
async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const place = document.createElement("textarea");
  place.value = text;
  place.readOnly = true;
  document.body.append(place);
  const before = document.activeElement;
  place.select();
  const done = document.execCommand("copy");
  place.remove();
  before?.focus();
  if (!done) throw new Error("the browser allows it only over HTTPS, or on the machine of untag run");
}

// A form that is replaced by its answer takes the focus with it: it goes to the same place of the
// answer, or to the beginning of it.
document.addEventListener("htmx:afterSettle", (event) => {
  const { requestConfig, target } = event.detail;
  if (!requestConfig || requestConfig.verb !== "post" || !target.id) return;
  const answer = document.getElementById(target.id);
  if (!answer) return;
  if (!answer.querySelector("[role=alert]")) say("Changed");
  if (document.activeElement && document.activeElement !== document.body) return;
  const next = answer.querySelector("input:not([type=hidden]), button");
  if (next) next.focus();
});

// say shows a short message, and tells a screen reader.
function say(text) {
  let place = document.getElementById("said");
  if (!place) {
    place = document.createElement("p");
    place.id = "said";
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  place.textContent = text;
  place.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => place.classList.remove("shown"), 3000);
}
