// What makes the pages pleasanter; each works without it. All texts come from data attributes.
"use strict";
const each = (selector, use) => document.querySelectorAll(selector).forEach(use);
const fill = (text, values) => (text || "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const local = (number, digits) => number.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits });

// Saves a form while it is filled in and says plainly when that failed.
function autosave(form) {
  const texts = form.dataset;
  const status = form.querySelector("[data-autosave-status]");
  let edits = 0, saved = 0, timer = 0, pause = 0, leaving = false, stale = false, running = null;

  const say = (state, text) => {
    status.hidden = false;
    status.dataset.state = state;
    status.setAttribute("role", state === "failed" ? "alert" : "status");
    if (text) status.firstElementChild.textContent = text;
    // The message may not cover the field.
    if (state === "failed") document.activeElement.scrollIntoView({ block: "nearest" });
  };
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };
  const body = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));

  const succeeded = (data, edition) => {
    for (const name in data.versions) if (form.elements[name]) form.elements[name].value = data.versions[name];
    saved = edition;
    pause = 0;
    say("saved", fill(texts.saved, { time: data.saved_at }));
    if (edits > saved) later(1200);
  };
  const failed = (answer, told) => {
    const code = answer ? answer.status : 999;
    const again = code === 429 || code >= 500;
    const why = { 999: texts.whyNetwork, 409: texts.whyStale, 422: texts.whyRefused }[code] || (again ? texts.whyServer : texts.whySignedOut);
    say("failed", fill(texts.failed, { reason: [why, ...told].join(" ") }));
    stale = code === 409;
    if (again) later(pause = Math.min(pause * 2 || 4000, 60000));
  };
  async function send() {
    const edition = edits;
    let answer, data;
    say("saving");
    try {
      answer = await fetch(texts.autosave, {
        method: "POST", body: body(), redirect: "manual", keepalive: document.hidden, signal: AbortSignal.timeout?.(20000),
        headers: { "X-Requested-With": "certflow", Accept: "application/json" },
      });
      data = await answer.json().catch(() => 0);
    } catch { /* failed() says so. */ }
    if (answer?.ok && data?.saved_at) succeeded(data, edition);
    else failed(answer, data?.reasons || []);
  }
  async function save() {
    clearTimeout(timer);
    if (running || leaving || stale || edits === saved) return;
    running = send();
    await running;
    running = null;
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    edits += 1;
    later(1200);
  });
  // A save under way would make this submission's versions old: wait for it, then submit.
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    leaving = true;
    if (!running) return;
    event.preventDefault();
    await running;
    clearTimeout(timer);
    form.requestSubmit(event.submitter);
  });
  addEventListener("online", () => later(0));
  addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  addEventListener("beforeunload", (event) => { if (edits !== saved && !leaving) event.preventDefault(event.returnValue = "x"); });
}

// A form is sent once, however often its button is pressed.
function free(form) {
  delete form.dataset.sent;
  each("[aria-busy]", (button) => button.removeAttribute("aria-busy"));
}
function once(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(free, 8000, form);
}

// A file over the limit is refused before it is sent.
function weigh(input) {
  const note = document.getElementById(`${input.id}-size`);
  input.addEventListener("change", () => {
    const limit = Number(input.dataset.maxBytes);
    const heavy = [...input.files].find((file) => file.size > limit);
    note.hidden = !heavy;
    if (!heavy) return;
    note.lastElementChild.textContent = fill(input.dataset.tooBig, { name: heavy.name, size: local(heavy.size / 1048576, 1), limit: local(limit / 1048576, 1) });
    input.value = "";
  });
}

// The percentage while it is typed: cut, never rounded up.
function percent(output) {
  const inputs = [...output.htmlFor].map((id) => document.getElementById(id));
  const number = (text) => parseFloat(text.replace(/[\s.](?=\d{3}(\D|$))/g, "").replace(",", "."));
  const show = () => {
    const [part, whole] = inputs.map((input) => number(input.value));
    output.hidden = !(whole > 0 && part >= 0);
    output.textContent = fill(part > whole ? output.dataset.over : output.dataset.text, { percent: local(Math.floor(part / whole * 1e4 + 1e-9) / 100, 2) });
  };
  inputs.forEach((input) => input.addEventListener("input", show));
  show();
}

// A password is shown while its box is ticked, and hidden again before it is sent.
function reveal(box) {
  const input = document.getElementById(box.dataset.reveal);
  const show = () => { input.type = box.checked ? "text" : "password"; };
  box.closest("[hidden]").hidden = false;
  box.addEventListener("change", show);
  input.form.addEventListener("submit", () => { box.checked = false; show(); });
}

// An open menu closes with Escape or a click elsewhere.
function closeMenus(event) {
  each("details[data-menu][open]", (menu) => {
    if (event.key ? event.key !== "Escape" : menu.contains(event.target)) return;
    menu.open = false;
    if (event.key) menu.firstElementChild.focus();
  });
}

each("form[data-autosave]", autosave);
each("input[data-max-bytes]", weigh);
each("output[data-percent]", percent);
each("input[data-reveal]", reveal);
each("input[data-date]", (input) => input.addEventListener("change", () => {
  input.value = input.value.trim().replace(/^(\d\d)[-. ]?(\d\d)[-. ]?(\d{4})$/, "$1/$2/$3");
}));
document.querySelector("[data-errors]")?.focus();
document.addEventListener("submit", once);
addEventListener("pageshow", () => each("form[data-sent]", free));
document.addEventListener("click", closeMenus);
document.addEventListener("keydown", closeMenus);
