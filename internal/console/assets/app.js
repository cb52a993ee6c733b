"use strict";
// What pages need besides htmx. Without it, they can be read all the same.

// mostRows is how many rows of the list a page keeps that is open for long.
const mostRows = 200;

// A connection that was made again may bring rows that the list has.
document.addEventListener("htmx:sseBeforeMessage", (event) => {
  const message = event.detail;
  if (message.type !== "entry") return;
  const id = /^<li id="(e\d+)"/.exec(message.data);
  if (id && document.getElementById(id[1])) event.preventDefault();
});

document.addEventListener("htmx:sseMessage", (event) => {
  if (event.detail.type !== "entry") return;
  const list = document.getElementById("entries");
  while (list && list.children.length > mostRows) list.lastElementChild.remove();
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
