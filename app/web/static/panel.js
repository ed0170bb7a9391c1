// The panel's own script: live rows with resume, press and hold, fresh idempotency keys, review by keyboard.
// Everything here is an enhancement: without it every button still posts its form.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const key = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");

  // --- forms: one key per press, so that a doubled request counts once and a second press counts again
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful, xhr, requestConfig } = event.detail;
    if (xhr.responseURL && new URL(xhr.responseURL).pathname.startsWith("/signin")) location.reload(); // session over
    const field = elt.querySelector?.('input[name="key"]');
    if (field && successful) field.value = key();
    if (requestConfig.verb === "post") show("failed", !successful);
    if (requestConfig.verb === "post" && successful) setTimeout(() => byId("flashes").replaceChildren(), 8000);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb === "post") for (const menu of document.querySelectorAll("details.more[open]")) menu.open = false;
  });
  document.addEventListener("htmx:sendError", () => say(true));
  function show(id, shown) { if (byId(id)) byId(id).hidden = !shown; }

  // --- fragments: what was open stays open, what was searched stays searched
  const open = new Set();
  const searched = new Map();
  document.addEventListener("toggle", (event) => {
    const { id, open: now } = event.target;
    if (id && byId("people")?.contains(event.target)) open[now ? "add" : "delete"](id);
  }, true);
  if (byId("people")) new MutationObserver(restore).observe(byId("people"), { childList: true });
  function restore() {
    for (const id of open) if (byId(id)) byId(id).open = true;
    for (const [id, text] of searched) {
      if (byId(id)) { byId(id).value = text; filter(byId(id)); }
    }
  }
  function filter(field) {
    const wanted = field.value.trim().toLowerCase();
    for (const row of byId(field.dataset.search).querySelectorAll("[data-name]")) row.hidden = !row.dataset.name.includes(wanted);
  }
  document.addEventListener("input", (event) => {
    if (!event.target.dataset.search) return;
    searched.set(event.target.id, event.target.value);
    filter(event.target);
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.more[open], details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // --- a finger on the panel: nothing under it is replaced before it is lifted, or its press would be lost
  const LONG = 3000; // a finger that rests longer, or left the window unseen, holds nothing up
  let pressed = -LONG, behind = false;
  document.addEventListener("pointerdown", () => { pressed = Date.now(); }, true);
  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(end, () => setTimeout(() => { // the click comes after it
      pressed = -LONG;
      if (behind) soon();
      behind = false;
    }, 50), true);
  }
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (Date.now() - pressed > LONG || event.target.id === "flashes") return;
    event.detail.shouldSwap = false;
    behind = true;
  });

  // --- the live lesson
  const lesson = byId("lesson");
  const SILENT = 8000; // without a sign for so long we ask; without an answer we say so, within 10 s
  let number = Number(lesson?.dataset.number ?? 0), heard = Date.now(), tries = 0, timer = 0, asking = false;
  function say(lost) { show("lost", lost); }
  function alive() { heard = Date.now(); say(false); }
  async function refresh() {
    timer = 0;
    if (asking) { soon(); return; }
    asking = true;
    let ok = false;
    const answered = (event) => { if (event.detail.pathInfo.requestPath === lesson.dataset.fragments) ok = event.detail.successful; };
    document.addEventListener("htmx:afterRequest", answered);
    try { await htmx.ajax("GET", lesson.dataset.fragments, { source: lesson, swap: "none" }); } catch { ok = false; }
    document.removeEventListener("htmx:afterRequest", answered);
    asking = false;
    if (ok) alive(); else say(true);
  }
  function soon() { timer ||= setTimeout(refresh, 150); }
  function connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${lesson.dataset.live}?after=${number}`);
    socket.onopen = () => { tries = 0; alive(); soon(); };
    socket.onmessage = (message) => {
      alive();
      let row = {};
      try { row = JSON.parse(message.data); } catch { return; }
      if (row.number > number) { number = row.number; soon(); }
    };
    socket.onclose = () => {
      tries += 1;
      if (tries > 2) say(true);
      setTimeout(connect, Math.min(8000, 500 * 2 ** Math.min(tries, 4)) * (0.5 + Math.random() / 2));
    };
  }
  function tick() {
    for (const clock of document.querySelectorAll("[data-clock]")) {
      const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: clock.dataset.zone };
      clock.textContent = new Intl.DateTimeFormat("en-GB", form).format(new Date());
    }
  }
  if (lesson) {
    connect();
    setInterval(() => {
      tick();
      if (Date.now() - heard > SILENT && !document.hidden) { heard = Date.now() - SILENT / 2; soon(); }
    }, 1000);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
  }

  // --- press and hold: 1.5 s with finger, mouse or Enter; a short press does nothing
  const HOLD = 1500;
  const AWAY = 40; // pixels: a mouse that goes further has left; a page that moves under a still mouse has not made it leave
  let held = 0;
  let from = null;
  function hold(link, event) {
    if (held) return;
    from = event;
    link.classList.add("holding");
    held = setTimeout(() => { let_go(); byId(link.dataset.hold)?.requestSubmit(); }, HOLD);
  }
  function let_go() {
    clearTimeout(held);
    held = 0;
    for (const link of document.querySelectorAll(".holding")) link.classList.remove("holding");
  }
  const holdable = (event) => event.target.closest?.("[data-hold]");
  document.addEventListener("pointerdown", (event) => { if (holdable(event) && event.button === 0) hold(holdable(event), event); });
  for (const end of ["pointerup", "pointercancel", "blur"]) window.addEventListener(end, let_go);
  document.addEventListener("pointermove", (event) => {
    if (held && event.pointerType === "mouse" && Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > AWAY) let_go();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && holdable(event)) { event.preventDefault(); hold(holdable(event), event); }
  });
  document.addEventListener("keyup", (event) => { if (event.key === "Enter") let_go(); });
  for (const kind of ["click", "contextmenu", "dragstart"]) {
    document.addEventListener(kind, (event) => { if (holdable(event)) event.preventDefault(); });
  }

  // --- review: j k move, Enter opens, v verdict, u undo, e evidence
  const steps = { j: 1, k: -1 };
  function move(by) {
    const rows = [...document.querySelectorAll("[data-row]")];
    const at = rows.indexOf(document.activeElement?.closest?.("[data-row]"));
    rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.focus();
  }
  document.addEventListener("keydown", (event) => {
    if (!document.querySelector(".review") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea")) { if (event.key === "Escape") event.target.blur(); return; }
    const row = event.target.closest("[data-row]");
    const acts = {
      Enter: () => row === event.target && row.querySelector("a[href]"),
      v: () => document.querySelector("select[name=verdict]"),
      u: () => (row ?? document).querySelector(".undo button"),
      e: () => document.querySelector("[data-export]"),
    };
    if (event.key in steps) { event.preventDefault(); move(steps[event.key]); return; }
    const found = acts[event.key]?.();
    if (!found) return;
    event.preventDefault();
    if (event.key === "v") found.focus(); else found.click();
  });
})();
