// What pages do beyond links, forms and htmx. Nothing here is needed to buy: without this script the
// basket link leads to its page, steppers are number fields and messages stay on the page.

const TOAST_SECONDS = 7;
const toasts = document.getElementById("toasts");
const find = (selector, within = document) => within.querySelector(selector);
const on = (name, act) => document.addEventListener(name, act);

document.documentElement.dataset.scripted = "";

/* Dialogs: data-opens="<id>" shows the dialog of that id; its backdrop closes it. */

// Everything outside an open dialog is covered and silent, so the toasts move in with it.
function open(dialog) {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.append(toasts);
  dialog.addEventListener("close", () => document.body.append(toasts), { once: true });
}

on("basket:open", () => open(document.getElementById("basket")));
on("click", (event) => {
  const { target } = event;
  const dialog = document.getElementById(target.closest("[data-opens]")?.dataset.opens);
  if (dialog && !(event.button || event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    open(dialog);
  }
  if (target.matches("dialog[data-drawer]")) target.close();
  const menu = find("[data-menu][open]");
  if (menu && !menu.contains(target)) menu.open = false;
  if (target.closest("[data-dismiss]")) target.closest(".toast, .notice")?.remove();
  if (target.closest("[data-step]")) step(target.closest("[data-step]"));
});

/* Toasts leave by themselves, unless somebody is reading them with pointer or focus. */

function leave(toast) {
  if (toast.matches(":hover, :focus-within")) return void setTimeout(leave, 1000, toast);
  toast.dataset.leaving = "";
  setTimeout(() => toast.remove(), 300);
}

function say(words) {
  const toast = Object.assign(document.createElement("div"), { className: "toast" });
  toast.dataset.tone = "bad";
  toast.append(Object.assign(document.createElement("p"), { textContent: words }));
  toasts.append(toast);
}

new MutationObserver((records) => {
  for (const added of records.flatMap((record) => [...record.addedNodes])) {
    if (added.nodeType === Node.ELEMENT_NODE) setTimeout(leave, TOAST_SECONDS * 1000, added);
  }
}).observe(toasts, { childList: true });

/* Quantity steppers and sliders. What a stepper changes is sent by htmx or with its form. */

function refresh(stepper) {
  const field = find("input", stepper);
  for (const button of stepper.querySelectorAll("[data-step]")) {
    const limit = button.dataset.step < 0 ? field.min : field.max;
    button.disabled = limit !== "" && Number(field.value) === Number(limit);
  }
}

function step(button) {
  const stepper = button.closest("[data-quantity]");
  const field = find("input", stepper);
  if (button.dataset.step < 0) field.stepDown();
  else field.stepUp();
  refresh(stepper);
  if (button.disabled) field.focus();
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

on("input", ({ target }) => {
  if (target.closest("[data-quantity]")) refresh(target.closest("[data-quantity]"));
  if (target.dataset.shows) document.getElementById(target.dataset.shows).value = target.value;
});

/* Keys: `/` goes to the search, arrows walk its suggestions, Escape closes the menu. */

on("keydown", (event) => {
  const { key, target } = event;
  const menu = key === "Escape" && find("[data-menu][open]");
  if (menu) [menu.open] = [false, find("summary", menu).focus()];
  const typing = target.matches("input, textarea, select, [contenteditable]");
  let next = null;
  if (key === "/" && !(typing || event.ctrlKey || event.metaKey || event.altKey)) {
    next = [...document.querySelectorAll("[data-search]")].find((field) => field.checkVisibility());
  } else if (key === "ArrowDown" || key === "ArrowUp") {
    const stops = [...(target.closest("[role=search]")?.querySelectorAll("input, li a") ?? [])];
    next = stops[stops.indexOf(target) + (key === "ArrowDown" ? 1 : -1)];
  }
  if (next) [event.returnValue] = [false, next.focus(), next.select?.()];
});

/* A form is sent once. aria-disabled keeps the focus that `disabled` would drop. */

on("submit", (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return void event.preventDefault();
  form.dataset.sent = "true";
  submitter?.setAttribute("aria-disabled", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    find("[aria-disabled]", form)?.removeAttribute("aria-disabled");
  }
});

/* htmx: the CSRF header, focus on what went wrong, words for a lost connection. */

function announceErrors() {
  const summary = find("[data-error-summary]:not([data-seen])");
  if (summary) [summary.dataset.seen] = ["", summary.focus()];
}

function showLiveNote(lost) {
  for (const note of document.querySelectorAll("[data-live-note]")) note.hidden = !lost;
}

on("htmx:config:request", ({ detail: { ctx } }) => {
  // The stream may have an origin of its own; every other request stays at home.
  if (ctx.sourceElement?.hasAttribute("hx-sse:connect")) ctx.request.mode = "cors";
  const token = document.cookie.match(/(?:^|; )[\w-]*csrf\w*=([^;]+)/)?.[1];
  if (token && !/^(GET|HEAD)$/i.test(ctx.request.method)) ctx.request.headers["X-CSRFToken"] = token;
});
on("htmx:after:swap", announceErrors);
on("htmx:error", ({ target }) => {
  if (target.hasAttribute?.("hx-sse:connect")) showLiveNote(true);
  else say("The connection was lost. Please try again.");
});
on("htmx:response:error", ({ detail: { ctx: { response } } }) => {
  // The shop's own refusals bring their words along; a proxy's do not.
  if (response.status >= 500 && !response.headers.has("HX-Reswap")) say("Please try again soon.");
});
on("htmx:sse:error", () => showLiveNote(true));
on("htmx:sse:after:connection", () => showLiveNote(false));
announceErrors();

// A quick reader outruns the transition between two pages; that is no error.
for (const name of ["pageswap", "pagereveal"]) {
  addEventListener(name, ({ viewTransition }) => {
    viewTransition?.ready.catch(() => {});
    viewTransition?.finished.catch(() => {});
  });
}
