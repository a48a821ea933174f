// Nothing typed or chosen is lost: fields are saved while they are filled in, files are sent when they are chosen.
"use strict";

// What is typed and not yet saved, kept in this browser for its person: { name: text } by page.
function drafts(form) {
  const key = `typed:${document.body.dataset.person}:${location.pathname}`, old = Date.now() - 3 * 864e5;
  try {
    for (const name of Object.keys(localStorage))
      if (name.startsWith("typed:") && !(JSON.parse(localStorage[name]).at > old)) localStorage.removeItem(name);
  } catch { /* A browser that stores nothing still saves on the server. */ }
  return {
    read() { try { return JSON.parse(localStorage[key]).texts; } catch { return {}; } },
    write(texts) {
      try {
        if (Object.keys(texts).length) localStorage[key] = JSON.stringify({ at: Date.now(), texts });
        else localStorage.removeItem(key);
      } catch { /* As above. */ }
    },
  };
}

const labelled = (tag, attributes, ...children) => {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children);
  return element;
};

function autosave(form) {
  const say = form.dataset, status = form.querySelector("[data-autosave-status]"), draft = drafts(form);
  const unsaved = {}, editions = {};
  let edits = 0, timer = 0, pause = 0, leaving = false, closed = false, running = null, uploading = Promise.resolve();

  const value = (name) => form.elements[name]?.value ?? "";
  const put = (name, text) => {
    if (form.elements[name]) form.elements[name].value = text;
    if (text) form.elements[name]?.closest?.("details")?.setAttribute("open", "");
  };
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };
  const show = (state, text) => {
    status.hidden = false;
    status.dataset.state = state;
    status.setAttribute("role", state === "failed" ? "alert" : "status");
    if (text) status.firstElementChild.textContent = text;
    if (state === "failed") document.activeElement.scrollIntoView({ block: "nearest" }); // it may not cover the field
  };
  const place = (name) => {
    const field = form.elements[name];
    return (field?.closest ? field : field?.[0])?.closest(".field, fieldset");
  };
  const note = (name, element) => {
    const at = place(name), field = form.elements[name];
    at?.querySelector("[data-note]")?.remove();
    if (element) { element.dataset.note = name; at?.prepend(element); at?.closest("details")?.setAttribute("open", ""); }
    if (field?.setAttribute) element?.className === "error" ? field.setAttribute("aria-invalid", "true") : field.removeAttribute("aria-invalid");
    at?.classList.toggle("field-bad", element?.className === "error");
  };

  function faulty(faults) {
    form.querySelectorAll("p[data-note]").forEach((each) => { if (!(each.dataset.note in faults)) note(each.dataset.note); });
    for (const name in faults) {
      if (place(name)?.contains(document.activeElement) && value(name) !== editions[name]) continue; // still typing
      note(name, labelled("p", { className: "error", textContent: faults[name] }));
    }
  }
  // Both texts of a field that somebody else changed meanwhile; nothing is sent for it until one is chosen.
  function differing(conflicts, texts) {
    form.querySelectorAll("div[data-note]").forEach((each) => { if (!(each.dataset.note in conflicts)) note(each.dataset.note); });
    for (const name in conflicts) {
      const choose = (text) => async () => {
        await running; // whose answer would put the old mark back
        const hidden = form.elements[`${name.split("-")[0]}-shown`], field = name.slice(name.indexOf("-") + 1);
        hidden.value = hidden.value.replace(new RegExp(`(^| )${field}:\\S*`), `$1${field}:${conflicts[name].mark}`);
        put(name, text);
        note(name);
        edited(name);
      };
      const button = (label, text) => labelled("button", { type: "button", className: "button secondary", textContent: label, onclick: choose(text) });
      note(name, labelled("div", { className: "box warning" }, labelled("p", { textContent: `${conflicts[name].words} ${fill(say.stored, { text: texts[name] || "–" })}` }),
        button(say.keepMine, value(name)), button(say.useStored, texts[name])));
    }
  }

  function succeeded(data, edition, sent) {
    for (const name in { ...data.versions, ...data.shown }) put(name, (data.versions[name] ?? data.shown[name]));
    for (const name in data.texts) {
      const settled = !(name in data.faults) && !(name in data.conflicts) && !data.held.includes(name);
      if (settled && unsaved[name] === sent[name]) delete unsaved[name];
      if (settled && !(name in editions) && value(name) !== data.texts[name]) put(name, data.texts[name]); // changed elsewhere
    }
    faulty(data.faults);
    differing(data.conflicts, data.texts);
    draft.write(unsaved);
    pause = 0;
    const open = Object.keys({ ...data.faults, ...data.conflicts });
    if (open.length) show("failed", fill(say.partly, { time: data.saved_at, fields: [...new Set(open.map((name) => name.split("-")[0]))].join(", ") }));
    else show("saved", fill(say.saved, { time: data.saved_at }));
    if (edits > edition) later(1200);
  }
  function failed(answer, told) {
    const code = answer ? answer.status : 0;
    closed = [403, 404, 409].includes(code);
    const reasons = told.length && code >= 500 ? [...told, say.keeps] : told; // an outage, in the server's words
    const why = { 0: say.whyNetwork, 401: say.whySignedOut, 400: say.whySignedOut }[code] || reasons.join(" ") || say.whyServer;
    show("failed", fill(say.failed, { reason: why }));
    if (!closed) later(pause = Math.min(pause * 2 || 4000, 60000));
  }
  async function send() {
    const edition = edits, body = new URLSearchParams([...new FormData(form)].filter(([, text]) => typeof text === "string"));
    let answer, data;
    show("saving");
    try {
      answer = await fetch(say.autosave, {
        method: "POST", body, redirect: "manual", keepalive: document.hidden, signal: AbortSignal.timeout?.(20000),
        headers: { "X-Requested-With": "certflow", Accept: "application/json" },
      });
      data = await answer.json().catch(() => 0);
    } catch { /* failed() says so. */ }
    if (answer?.ok && data?.saved_at) succeeded(data, edition, Object.fromEntries(body));
    else failed(answer, data?.reasons || []);
    return answer;
  }
  async function save() {
    clearTimeout(timer);
    if (running || leaving || closed || !Object.keys(unsaved).length) return running;
    running = send();
    const answer = await running;
    running = null;
    return answer;
  }
  function edited(name) {
    edits += 1;
    unsaved[name] = editions[name] = value(name);
    draft.write(unsaved);
    later(1200);
  }

  form.addEventListener("input", (event) => { if (event.target.type !== "file") edited(event.target.name); });
  form.addEventListener("change", (event) => { if (event.target.type !== "file" && unsaved[event.target.name] !== undefined) { editions[event.target.name] = value(event.target.name); later(0); } });
  // Save first: a form that cannot reach the server stays here with everything on it.
  form.addEventListener("submit", async (event) => {
    if (leaving) return;
    event.preventDefault();
    const button = event.submitter;
    button?.setAttribute("aria-busy", "true");
    await uploading;
    await running;
    running = null;
    const answer = await send();
    button?.removeAttribute("aria-busy");
    if (!answer || answer.status === 401 || answer.status >= 500) return;
    leaving = true;
    form.requestSubmit(button);
  });
  for (const name of ["online", "focus"]) addEventListener(name, () => { if (status.dataset.state === "failed" && !closed) later(0); });
  addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("visibilitychange", () => { document.hidden ? save() : later(0); });
  addEventListener("beforeunload", (event) => { if (Object.keys(unsaved).length && !leaving) event.preventDefault(event.returnValue = "x"); });

  const kept = draft.read();
  for (const name in kept) if (form.elements[name] && value(name) !== kept[name]) { put(name, kept[name]); edited(name); }
  draft.write(unsaved);
  form.querySelectorAll("[data-upload]").forEach((area) => uploads(form, area, (work) => { uploading = Promise.all([uploading, work]); }));
}

// A photo of more than 2 MB as a smaller JPEG; anything else, and what cannot be drawn, as it is.
async function lighter(file) {
  if (file.size <= 2 * 1048576 || !/^image\/(jpeg|webp|png)$/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, 2560 / Math.max(picture.width, picture.height));
    const canvas = labelled("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const smaller = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return smaller && smaller.size < file.size ? new File([smaller], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
  } catch { return file; }
}

// 64 bits of the whole content in hexadecimal digits; without TLS there is no crypto.subtle.
async function fingerprint(file) {
  let one = 0x811c9dc5, two = 0x9747b28c;
  for (const byte of new Uint8Array(await file.arrayBuffer())) {
    one = Math.imul(one ^ byte, 0x01000193);
    two = Math.imul(two ^ byte, 0x5bd1e995) ^ two >>> 15;
  }
  return [one, two].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
}

// Sends what is chosen or dropped at once, one after another, with progress; when the line comes back or the same file
// is chosen again later, a large one goes on where it stopped, by the protocol tus 1.0.
function uploads(form, area, busy) {
  const input = area.querySelector("input[type=file]"), say = form.dataset;
  const original = labelled("input", { type: "checkbox" });
  area.querySelector("[data-attach]").hidden = true;
  (area.querySelector("[data-hints] > div") || input.closest(".field")).append(labelled("label", { className: "choice small" }, original, labelled("span", { textContent: say.original })));
  const state = labelled("p", { className: "small", hidden: true });
  state.setAttribute("role", "status");
  area.append(state);

  const headers = () => ({ "X-Requested-With": "certflow", "X-CSRFToken": form.elements.csrf_token.value, "Tus-Resumable": "1.0.0" });
  const ask = (method, url, extra, body, progress) => new Promise((done) => {
    const request = new XMLHttpRequest(), said = { ...headers(), ...extra };
    request.open(method, url);
    for (const name in said) request.setRequestHeader(name, said[name]);
    request.responseType = "json";
    if (progress) request.upload.onprogress = (event) => progress(event.loaded, event.total);
    request.onloadend = () => done(request);
    request.send(body);
  });
  const post = (file, bar) => {
    const body = new FormData();
    body.append("file", file, file.name);
    return ask("POST", area.dataset.upload, {}, body, (loaded, total) => { bar.max = total; bar.value = loaded; });
  };
  // `begun` keeps the address of the upload from one attempt to the next; the server knows a file by its mark.
  async function parts(file, bar, begun) {
    const size = Number(area.dataset.part), name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name.slice(-200))));
    begun.mark ??= btoa(await fingerprint(file).catch(() => ""));
    let answer = begun.url && await ask("HEAD", begun.url);
    if (!answer || [404, 410].includes(answer.status)) {
      answer = await ask("POST", area.dataset.parts, { "Upload-Length": file.size, "Upload-Metadata": `filename ${name},fingerprint ${begun.mark}` });
      begun.url = answer.getResponseHeader("Location");
    }
    while ([200, 201, 204, 409].includes(answer.status)) {
      const at = answer.getResponseHeader("Upload-Offset");
      if (!at || !begun.url) return answer;
      bar.max = file.size;
      bar.value = Number(at);
      answer = await ask("POST", begun.url, { "X-HTTP-Method-Override": "PATCH", "Upload-Offset": at, "Content-Type": "application/offset+octet-stream" },
        file.slice(Number(at), Number(at) + size), (loaded) => { bar.value = Number(at) + loaded; });
    }
    return answer;
  }
  const tell = (text, extra = "") => { state.hidden = false; state.replaceChildren(text, extra); };
  const refuse = (text) => { state.hidden = true; area.append(labelled("p", { className: "error small", textContent: text })); };
  const line = (wait) => new Promise((done) => { addEventListener("online", done, { once: true }); setTimeout(done, wait); });

  async function one(chosen) {
    const file = original.checked ? chosen : await lighter(chosen), limit = Number(input.dataset.maxBytes);
    if (file.size > limit) return refuse(fill(input.dataset.tooBig, { name: file.name, size: local(file.size / 1048576, 1), limit: local(limit / 1048576, 1) }));
    const begun = {};
    for (let wait = 5000; ; wait = Math.min(wait * 2, 60000)) {
      const bar = labelled("progress", {});
      tell(fill(say.uploading, { name: file.name }), bar);
      const answer = await (file.size > Number(area.dataset.part) ? parts(file, bar, begun) : post(file, bar));
      if (answer.status === 0 || answer.status >= 500 || answer.status === 401) {
        const why = answer.response?.reasons, words = why ? say.uploadFailed : say.uploadWaits;
        tell(fill(answer.status === 401 ? say.uploadSignedOut : words, { name: file.name, reason: why?.join(" ") }));
        await line(wait);
        continue;
      }
      const data = answer.response || {};
      if (data.html) area.querySelector("[data-files]").innerHTML = data.html;
      if (answer.status !== 200) return refuse((data.reasons || [say.whyServer]).join(" "));
      return tell(fill(say.uploaded, { name: file.name }));
    }
  }
  let queue = Promise.resolve();
  function take(files) {
    area.querySelectorAll(":scope > .error").forEach((each) => each.remove());
    for (const file of files) queue = queue.then(() => one(file));
    busy(queue);
  }
  input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
  area.addEventListener("dragover", (event) => { event.preventDefault(); area.dataset.dropping = "yes"; });
  area.addEventListener("dragleave", () => delete area.dataset.dropping);
  area.addEventListener("drop", (event) => { event.preventDefault(); delete area.dataset.dropping; take([...event.dataTransfer.files]); });
}

// A form of files alone: its buttons wait for them.
function sending(form) {
  let uploading = Promise.resolve(), leaving = false;
  form.addEventListener("submit", async (event) => {
    if (leaving) return;
    event.preventDefault();
    await uploading;
    await new Promise((done) => setTimeout(done)); // while its submit event is fired a form cannot be sent
    leaving = true;
    form.requestSubmit(event.submitter);
  });
  form.querySelectorAll("[data-upload]").forEach((area) => uploads(form, area, (work) => { uploading = work; }));
}

each("form[data-autosave]", autosave);
each("form[data-sending]:not([data-autosave])", sending);
