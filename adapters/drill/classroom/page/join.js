// The join page of one meeting. Names and chat come from anybody: they are only ever put in as text.
import { WORDS, pickLanguage } from "/page/words.js";

const $ = (id) => document.getElementById(id);
const meeting = decodeURIComponent(location.pathname.split("/")[2] || "");
const rooms = `/rooms/${encodeURIComponent(meeting)}`;
const seatKey = `seat:${meeting}`;
const query = new URLSearchParams(location.search);
const link = query.get("link") || ""; // a personal link says who one is

let language = pickLanguage(query.get("lang"));
let door = null; // what one sees before joining
let view = null; // what the room shows me
let socket = null;
let offline = false;
let problem = "";

const t = (key) => WORDS[language][key] ?? key;

function device() {
  let id = localStorage.getItem("device");
  if (!id) {
    id = [...crypto.getRandomValues(new Uint8Array(8))].map((b) => b.toString(16).padStart(2, "0")).join("");
    localStorage.setItem("device", id);
  }
  return id;
}

async function ask(what, body) {
  const seat = sessionStorage.getItem(seatKey) || "";
  const request = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  try {
    const answer = await fetch(what ? `${rooms}/${what}` : rooms, { ...request, headers: { "x-seat": seat } });
    return { ok: answer.ok, status: answer.status, body: await answer.json() };
  } catch {
    return { ok: false, status: 0, body: { error: { code: "other" } } };
  }
}

async function act(what, body) {
  const answer = await ask(what, body);
  problem = answer.ok ? "" : answer.body.error?.code || "other";
  if (answer.ok) view = answer.body;
  draw();
  return answer.ok;
}

// --- the live view ---

function connect() {
  const address = new URL(`${rooms}/live`, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(address);
  socket.onopen = () => socket.send(JSON.stringify({ seat: sessionStorage.getItem(seatKey) }));
  socket.onmessage = (event) => {
    offline = false;
    view = JSON.parse(event.data);
    draw();
  };
  socket.onclose = () => {
    socket = null;
    if (!view || view.me.place === "gone") return;
    offline = true;
    draw();
    setTimeout(resume, 1000);
  };
}

async function resume() {
  const answer = await ask("me");
  if (answer.status === 0) return setTimeout(resume, 2000);
  offline = false;
  if (!answer.ok) return toDoor();
  view = answer.body;
  draw();
  if (view.me.place !== "gone" && !socket) connect();
}

async function toDoor() {
  sessionStorage.removeItem(seatKey);
  view = null;
  problem = "";
  const answer = await ask("");
  door = answer.ok ? answer.body : { title: "", live: false, pupils: [], missing: answer.status === 404 };
  fillPupils();
  draw();
}

async function join(event) {
  event.preventDefault();
  const pupil = new FormData($("door")).get("who") === "pupil";
  const who = link ? { link } : pupil ? { sign_in: $("pupil").value } : { name: $("name").value };
  const body = { ...who, device: device(), page: true };
  const answer = await ask("join", body);
  problem = answer.ok ? "" : answer.body.error?.code || "other";
  if (answer.ok) {
    sessionStorage.setItem(seatKey, answer.body.seat);
    view = answer.body;
    connect();
  }
  draw();
}

// --- drawing ---

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function icon(name, className) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#${name}`);
  svg.append(use);
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  return svg;
}

function show(id, shown) {
  $(id).hidden = !shown;
  return shown;
}

function fillPupils() {
  const group = (label, members) => {
    const made = element("optgroup");
    made.dataset.label = label;
    made.append(...members.map((p) => Object.assign(element("option", "", p.name), { value: p.sign_in })));
    return made;
  };
  const staff = door.pupils.filter((p) => p.staff);
  $("pupil").replaceChildren(group("pupils", door.pupils.filter((p) => !p.staff)), group("teachers", staff));
  if (!door.pupils.length) document.querySelector("[value=stranger]").checked = true;
}

function state() {
  if (!view) return door?.missing ? "unknown_meeting" : door && !door.live ? "not_started" : "";
  return view.me.place === "gone" ? view.me.left_because || "left" : view.me.place;
}

function draw() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = t(node.dataset.word);
  for (const node of document.querySelectorAll("optgroup")) node.label = t(node.dataset.label);
  for (const node of $("languages").children) node.setAttribute("aria-pressed", String(node.dataset.lang === language));
  const title = view?.title || door?.title || meeting;
  $("title").textContent = title;
  document.title = `${title} · ${t("practice")}`;
  drawState();
  const inside = view?.me.place === "inside";
  show("door", !view && (door?.live || door?.host_first));
  show("choice", !link);
  show("name-field", !link && !pupilChosen());
  show("pupil-field", !link && pupilChosen());
  $("name").required = !link && !pupilChosen();
  $("leave").dataset.word = view?.me.place === "gone" ? "again" : "leave";
  $("leave").textContent = t($("leave").dataset.word);
  show("leave", Boolean(view) && !(view.me.place === "gone" && !view.live));
  for (const id of ["controls", "talk", "people"]) show(id, inside);
  show("limits", false);
  if (inside) drawRoom();
}

function pupilChosen() {
  return new FormData($("door")).get("who") === "pupil";
}

function drawState() {
  const word = state();
  if (show("state", Boolean(word))) {
    $("state").dataset.place = view ? view.me.place : "gone";
    $("state-word").textContent = offline ? t("offline") : t(word);
    const recording = view?.switches?.recording ? t("recording") : "";
    $("state-next").textContent = offline ? "" : t(`${word}_next`) || recording;
    show("state-next", $("state-next").textContent !== "");
  }
  const code = `e_${problem}`;
  if (show("problem", problem !== "")) $("problem").textContent = WORDS[language][code] || t("e_other");
  for (const [id, text] of [["notice", view?.me.notice], ["announcement", view?.announcement]]) {
    if (show(id, Boolean(text))) $(id).querySelector("bdi").textContent = text;
  }
}

function drawRoom() {
  const { me, switches } = view;
  const bound = me.role === "attendee";
  const limits = [];
  const control = (id, medium, forbidden, limit, names) => {
    const button = $(id);
    const stopped = bound && forbidden && !me[medium];
    button.disabled = stopped;
    button.setAttribute("aria-pressed", String(me[medium]));
    button.querySelector("use").setAttribute("href", `#${names[me[medium] ? 1 : 0]}`);
    button.querySelector("span").textContent = t(`${id}_${me[medium] ? "on" : "off"}`);
    if (bound && forbidden && limit) limits.push(t(limit));
  };
  control("audio", "audio", switches.unmute_forbidden, "limit_unmute", ["mic-off", "mic"]);
  control("video", "video", false, "", ["camera", "camera"]);
  control("screen", "share", switches.share_restricted, "limit_share", ["share", "share"]);
  const closed = bound && switches.chat_closed;
  if (closed) limits.push(t("limit_chat"));
  if (me.silenced) limits.push(t("limit_silenced"));
  show("limits", limits.length > 0);
  $("limits").replaceChildren(...limits.map((text) => element("li", "", text)));
  $("text").placeholder = t(closed ? "limit_chat" : me.silenced ? "limit_silenced" : "say");
  $("text").setAttribute("aria-label", t("chat"));
  $("text").disabled = document.querySelector(".send").disabled = closed || me.silenced;
  document.querySelector(".send").setAttribute("aria-label", t("send"));
  if (show("chat-switch", !bound)) $("chat-switch").textContent = t(switches.chat_closed ? "chat_open" : "chat_close");
  drawChat();
  $("count").textContent = view.count;
  $("list").replaceChildren(...view.people.map(personRow));
}

function drawChat() {
  const lines = $("lines");
  const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
  lines.replaceChildren(...view.chat.map((line) => {
    const row = element("li");
    row.append(element("bdi", line.by === view.me.id ? "by mine" : "by", line.name), element("bdi", "", line.text));
    return row;
  }));
  if (atEnd) lines.scrollTop = lines.scrollHeight;
}

function personRow(person) {
  const row = element("li", person.id === view.me.id ? "me" : "");
  const name = element("bdi", "", person.name + (person.id === view.me.id ? ` ${t("you")}` : ""));
  row.append(name);
  if (person.role !== "attendee") row.append(icon("lead", "on"));
  if (person.share) row.append(icon("share", "on"));
  if (person.video) row.append(icon("camera", "on"));
  row.append(icon(person.audio ? "mic" : "mic-off", person.audio ? "on" : "off"));
  return row;
}

// --- what a person can do ---

$("door").addEventListener("submit", join);
$("door").addEventListener("change", draw);
for (const [id, medium] of [["audio", "audio"], ["video", "video"], ["screen", "share"]]) {
  $(id).addEventListener("click", () => act(medium, { on: !view.me[medium] }));
}
$("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value;
  if (text.trim() && (await act("say", { text }))) $("text").value = "";
});
$("chat-switch").addEventListener("click", () => act("switches", { chat_closed: !view.switches.chat_closed }));
$("leave").addEventListener("click", async () => {
  if (view.me.place === "gone") return toDoor();
  await act("leave", {});
});
$("languages").addEventListener("click", (event) => {
  if (!event.target.dataset.lang) return;
  language = event.target.dataset.lang;
  localStorage.setItem("lang", language);
  draw();
});

if (sessionStorage.getItem(seatKey)) resume();
else toDoor();
setInterval(() => { if (!view && door && !door.live) toDoor(); }, 5000);
