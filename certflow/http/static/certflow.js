// What makes the pages pleasanter; each works without it. All texts come from data attributes.
"use strict";
const each = (selector, use) => document.querySelectorAll(selector).forEach(use);
const fill = (text, values) => (text || "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const local = (number, digits) => number.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits });

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

// A count as the server reads it (certflow/http/typed.py), NaN for what it refuses.
function count(text) {
  const typed = text.normalize("NFKC").replace(/^ +| +$/g, "");
  return /^(\d{1,18}|[1-9]\d{0,2}([. ])\d{3}(\2\d{3}){0,4})$/.test(typed) ? Number(typed.replace(/\D/g, "")) : NaN;
}

// The percentage while it is typed: cut, never rounded up; of the last field, and counted within each of the others.
function percent(output) {
  const inputs = [...output.htmlFor].map((id) => document.getElementById(id));
  const bar = document.querySelector(`[data-bar="${inputs[0].id}"]`);
  const show = (event) => {
    const counts = inputs.map((input) => count(input.value));
    const part = counts[0], whole = counts.at(-1), over = counts.some((other) => part > other);
    const known = whole > 0 && whole <= 2e9 && part >= 0;
    output.hidden = !known || (over && event?.type === "input");
    output.toggleAttribute("data-over-whole", over);
    bar?.setAttribute("width", known && !over ? part * 100 / whole : 0);
    output.textContent = fill(over ? output.dataset.over : output.dataset.text, { percent: local(Math.floor(part * 1e4 / whole) / 100, 2) });
  };
  inputs.forEach((input) => { input.addEventListener("input", show); input.addEventListener("change", show); });
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

// A session that nobody uses ends: who works here keeps it by working, and who does not is told two minutes before.
function stay(body) {
  const note = document.getElementById("idle");
  let seen = Date.now(), works = false;
  const ask = () => fetch(body.dataset.here).then((answer) => { if (answer.ok && !answer.redirected) { seen = Date.now(); note.hidden = true; } }, () => {});
  const work = (event) => { works ||= !note.contains(event.target); };
  document.addEventListener("keydown", work, { passive: true });
  document.addEventListener("pointerdown", work, { passive: true });
  note.querySelector("button").addEventListener("click", ask);
  setInterval(() => {
    const idle = Date.now() - seen;
    if (works && idle > 3e5) { works = false; ask(); }
    note.hidden = idle < body.dataset.idle * 1000 - 12e4;
  }, 15000);
}
each("body[data-idle]", stay);

// A link becomes the picture that it leads to once that is near; until then its words stand in its place. What browsers
// call lazy begins some 2,000 pixels ahead.
const near = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
  const [width, height] = target.dataset.picture.split("x");
  near.unobserve(target);
  target.replaceChildren(Object.assign(new Image(), { width, height, alt: target.textContent, src: target.href }));
}), { rootMargin: "300px" });
each("a[data-picture]", (link) => {
  const [width, height] = link.dataset.picture.split("x");
  Object.assign(link.style, { width: `${width}px`, maxWidth: "100%", aspectRatio: `${width} / ${height}` });
  near.observe(link);
});
each("input[data-max-bytes]", (input) => input.closest("[data-upload]") || weigh(input));
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
