// What makes CertFlow's pages pleasanter. Every page works without it. Every text comes from the page's data attributes.
"use strict";
(() => {
  const each = (selector, use) => document.querySelectorAll(selector).forEach(use);
  const fill = (text, values) => (text || "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  // Saves a form while it is being filled in, and says plainly when that failed.
  function autosave(form) {
    const texts = form.dataset;
    const status = form.querySelector("[data-autosave-status]");
    if (!status) return;
    const message = status.querySelector("span");
    let edits = 0, saved = 0, timer = 0, pause = 0, leaving = false, stopped = false, running = null;

    const say = (state, text) => {
      status.hidden = false;
      status.dataset.state = state;
      status.setAttribute("role", state === "failed" ? "alert" : "status");
      if (text) message.textContent = text;
    };
    const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };
    const fields = () => {
      const data = new FormData(form);
      [...data].forEach(([name, value]) => { if (value instanceof File) data.delete(name); });
      return new URLSearchParams(data);
    };

    const reason = (answer, told) => {
      if (!answer) return texts.whyNetwork;
      if (answer.status === 409) return [texts.whyStale, ...told].join(" ");
      if (answer.status === 422) return [texts.whyRefused, ...told].join(" ");
      if (answer.ok || [0, 400, 401, 403].includes(answer.status)) return texts.whySignedOut;
      return texts.whyServer;
    };
    const failed = (answer, told) => {
      say("failed", fill(texts.failed, { reason: reason(answer, told) }));
      stopped = answer?.status === 409;
      if (!answer || answer.status >= 500 || answer.status === 429) later(pause = Math.min((pause || 2000) * 2, 60000));
    };
    const succeeded = (data, edition) => {
      for (const [name, value] of Object.entries(data.versions || {})) {
        const field = form.elements.namedItem(name);
        if (field) field.value = value;
      }
      saved = edition;
      pause = 0;
      say("saved", fill(texts.saved, { time: data.saved_at }));
      if (edits > saved) later(1200);
    };

    async function send() {
      const edition = edits;
      let answer = null, data = null;
      say("saving");
      try {
        answer = await fetch(texts.autosave, {
          method: "POST", body: fields(), redirect: "manual", credentials: "same-origin", keepalive: true,
          headers: { "X-Requested-With": "certflow", Accept: "application/json" },
          signal: AbortSignal.timeout?.(20000),
        });
        data = await answer.json().catch(() => null);
      } catch { answer = null; }
      if (answer?.ok && data?.saved_at) succeeded(data, edition);
      else failed(answer, data?.reasons || []);
    }
    async function save() {
      clearTimeout(timer);
      if (running || leaving || stopped || edits === saved) return;
      running = send();
      await running;
      running = null;
    }

    const edited = (event) => {
      if (event.target.type === "file") return;
      edits += 1;
      later(1200);
    };
    form.addEventListener("input", edited);
    form.addEventListener("change", (event) => { edited(event); later(300); });
    // A save on its way would make the versions in this submission old: wait for it, then submit.
    form.addEventListener("submit", async (event) => {
      clearTimeout(timer);
      leaving = true;
      if (!running) return;
      event.preventDefault();
      await running;
      form.requestSubmit(event.submitter);
    });
    window.addEventListener("online", () => later(0));
    window.addEventListener("pageshow", () => { leaving = false; });
    document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
    window.addEventListener("beforeunload", (event) => {
      if (edits === saved || leaving) return;
      event.preventDefault();
      event.returnValue = "";
    });
  }

  // A form is sent once, however often its button is pressed.
  function once() {
    const free = (form) => {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
    };
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (event.defaultPrevented || form.method !== "post") return;
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "yes";
      event.submitter?.setAttribute("aria-busy", "true");
      setTimeout(() => free(form), 8000);
    });
    window.addEventListener("pageshow", () => each("form[data-sent]", free));
  }

  // A file over the limit is refused before it is sent.
  function weigh(input) {
    const note = document.getElementById(`${input.id}-size`);
    input.addEventListener("change", () => {
      const limit = Number(input.dataset.maxBytes);
      const heavy = [...input.files].find((file) => file.size > limit);
      const mega = (bytes) => (bytes / 1048576).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
      note.hidden = !heavy;
      note.lastElementChild.textContent = heavy ? fill(input.dataset.tooBig, { name: heavy.name, size: mega(heavy.size), limit: mega(limit) }) : "";
      if (heavy) input.value = "";
    });
  }

  // The percentage of two counts while they are typed, cut and never rounded up; the server computes the real one.
  function percent(output) {
    const inputs = [output.dataset.numerator, output.dataset.denominator].map((id) => document.getElementById(id));
    const number = (text) => parseFloat(text.replace(/[\s.](?=\d{3}(\D|$))/g, "").replace(",", "."));
    const show = () => {
      const [part, whole] = inputs.map((input) => number(input.value));
      const share = Math.floor((part / whole) * 1e4 + 1e-9) / 100;
      output.hidden = !(whole > 0 && part >= 0);
      output.textContent = fill(part > whole ? output.dataset.over : output.dataset.text, { percent: share.toLocaleString(document.documentElement.lang) });
    };
    inputs.forEach((input) => input.addEventListener("input", show));
    show();
  }

  function dates(input) {
    input.addEventListener("change", () => { input.value = input.value.trim().replace(/^(\d\d)[-. ]?(\d\d)[-. ]?(\d{4})$/, "$1/$2/$3"); });
  }

  function menus() {
    const close = (kept) => each("details[data-menu][open]", (menu) => { if (!menu.contains(kept)) menu.open = false; });
    document.addEventListener("click", (event) => close(event.target));
    document.addEventListener("keydown", (event) => {
      const open = event.key === "Escape" && document.querySelector("details[data-menu][open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
    });
  }

  each("form[data-autosave]", autosave);
  each("input[data-max-bytes]", weigh);
  each("output[data-percent]", percent);
  each("input[data-date]", dates);
  document.querySelector("[data-errors]")?.focus();
  once();
  menus();
})();
