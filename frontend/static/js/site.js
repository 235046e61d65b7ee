// What pages do beyond links, forms and htmx. Nothing here is needed to buy: without this script the
// basket link leads to its page, steppers are number fields and messages stay on the page.

const TOAST_SECONDS = 7;
const root = document.documentElement;
root.dataset.scripted = "";

const toasts = document.getElementById("toasts");
const find = (selector, within = document) => within.querySelector(selector);

/* Drawers: an element with data-opens="<id>" shows the dialog of that id. */

// Everything outside an open dialog is covered and silent, so the toasts move in with it.
function open(dialog) {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.append(toasts);
  dialog.addEventListener("close", () => document.body.append(toasts), { once: true });
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey);
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog && plain) {
    event.preventDefault();
    open(dialog);
  }
  // closedby="any" does this where the browser knows it; the backdrop belongs to the dialog.
  if (event.target.matches("dialog[data-drawer]")) event.target.close();
});
document.addEventListener("basket:open", () => open(document.getElementById("basket")));

/* The mobile menu closes like a dialog: by Escape, or by a click elsewhere. */

document.addEventListener("click", (event) => {
  const menu = find("[data-menu][open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});

/* Toasts leave by themselves, unless somebody is reading them with pointer or focus. */

function leave(toast) {
  if (toast.matches(":hover, :focus-within")) return void setTimeout(leave, 1000, toast);
  toast.dataset.leaving = "";
  setTimeout(() => toast.remove(), 300);
}

function say(text) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.tone = "bad";
  toast.append(Object.assign(document.createElement("p"), { textContent: text }));
  toasts.append(toast);
}

new MutationObserver((records) => {
  for (const toast of records.flatMap((record) => [...record.addedNodes])) {
    if (toast.nodeType === Node.ELEMENT_NODE) setTimeout(leave, TOAST_SECONDS * 1000, toast);
  }
}).observe(toasts, { childList: true });
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest(".toast, .notice")?.remove();
});

/* Quantity steppers. The hidden submit happens through htmx's `change` trigger, or by the form. */

function refresh(stepper) {
  const field = find("input", stepper);
  for (const button of stepper.querySelectorAll("[data-step]")) {
    const limit = button.dataset.step < 0 ? field.min : field.max;
    button.disabled = limit !== "" && Number(field.value) === Number(limit);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-quantity] [data-step]");
  if (!button) return;
  const stepper = button.closest("[data-quantity]");
  const field = find("input", stepper);
  if (button.dataset.step < 0) field.stepDown();
  else field.stepUp();
  refresh(stepper);
  if (button.disabled) field.focus();
  field.dispatchEvent(new Event("change", { bubbles: true }));
});
document.addEventListener("input", (event) => {
  const stepper = event.target.closest("[data-quantity]");
  if (stepper) refresh(stepper);
  const shown = event.target.dataset.shows;
  if (shown) document.getElementById(shown).value = event.target.value;
});

/* `/` goes to the search field, as its aria-keyshortcuts says. */

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = find("[data-menu][open]");
    if (menu) [menu.open] = [false, find("summary", menu).focus()];
  }
  const typing = event.target.matches("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = [...document.querySelectorAll("[data-search]")].find((f) => f.checkVisibility());
  if (field) [event.returnValue] = [false, field.select()];
});

/* A form is sent once. aria-disabled keeps the focus that `disabled` would drop. */

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return void event.preventDefault();
  form.dataset.sent = "true";
  event.submitter?.setAttribute("aria-disabled", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    find("[aria-disabled]", form)?.removeAttribute("aria-disabled");
  }
});

/* htmx: the CSRF header, focus on what went wrong, words for a lost connection. */

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const token = document.cookie.match(/(?:^|; )[\w-]*csrf\w*=([^;]+)/)?.[1];
  if (token && !/^(GET|HEAD)$/i.test(ctx.request.method)) ctx.request.headers["X-CSRFToken"] = token;
});

function announceErrors() {
  const summary = find("[data-error-summary]:not([data-seen])");
  if (summary) [summary.dataset.seen] = ["", summary.focus()];
}

document.addEventListener("htmx:after:swap", announceErrors);
document.addEventListener("htmx:error", ({ target }) => {
  if (target.hasAttribute?.("hx-sse:connect")) return showLiveNote(true);
  say("The connection was lost. Please try again.");
});
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  // The shop's own refusals bring their words along; a proxy's do not.
  if (ctx.response.status >= 500 && !ctx.response.headers.has("HX-Reswap")) {
    say("Something went wrong on our side. Please try again.");
  }
});
function showLiveNote(lost) {
  for (const note of document.querySelectorAll("[data-live-note]")) note.hidden = !lost;
}
document.addEventListener("htmx:sse:error", () => showLiveNote(true));
document.addEventListener("htmx:sse:after:connection", () => showLiveNote(false));
announceErrors();

/* A quick reader outruns the transition between pages; that is no error. */

for (const name of ["pageswap", "pagereveal"]) {
  addEventListener(name, ({ viewTransition }) => {
    viewTransition?.ready.catch(() => {});
    viewTransition?.finished.catch(() => {});
  });
}
