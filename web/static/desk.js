// The few things a page does better with a script; every page works without it.
"use strict";

// A page that answers a form cannot be shown again without sending the form. Once it is left, back leads to the
// address where it can be asked for.
const { again } = document.body.dataset;
const leave = () => { if (again) history.replaceState(null, "", again); };
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (link && !event.defaultPrevented && !link.target && !link.hasAttribute("download")) leave();
});

// A form is sent once: the button rests until the answer is there. Twice is caught by the server as well.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  leave();
  for (const button of event.target.querySelectorAll("button[type=submit]")) {
    button.setAttribute("aria-busy", "true");
    // After the browser has gathered the fields, or the button's own value would be missing.
    setTimeout(() => { button.disabled = true; }, 0);
  }
});

// Back by the browser's button: the page comes from memory, with its buttons as they were left.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button[aria-busy]")) {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
});

// On a narrow screen the navigation is a strip: show the part that one is in.
const current = document.querySelector(".side [aria-current]");
if (current) current.scrollIntoView({ block: "nearest", inline: "center" });

// The command centre: the figures as they change. Who is reading with the keyboard in them is not disturbed.
const live = document.querySelector("[data-live]");
if (live && window.EventSource) {
  let waiting = null;
  const show = () => {
    if (waiting === null || live.contains(document.activeElement)) return;
    live.innerHTML = waiting;
    waiting = null;
  };
  const source = new EventSource(live.dataset.live);
  source.addEventListener("board", (event) => { waiting = event.data; show(); });
  // Turned away (logged out, no database) the browser asks no more: better the door than figures that stand still.
  source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000); });
  live.addEventListener("focusout", () => setTimeout(show, 0));
}
