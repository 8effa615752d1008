"use strict";
// The page: the drawing of what is in view, and what a reader does with it. Only text is put into the document (textContent,
// attributes), never markup: notes are untrusted.

// ---- The drawing ------------------------------------------------------------------------------------------------------------
const find = (selector) => document.querySelector(selector);
const stage = find("#stage");

function make(name, attributes = {}, ...children) {
  const svg = ["svg", "g", "path", "polygon", "rect", "text", "title", "line"].includes(name);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== "" && child !== undefined));
  return element;
}

function draw() {
  seen = look();
  const portrait = stage.clientWidth < 640;
  const frame = portrait ? [stage.clientWidth, 2000] : data.frame;
  drawn = layout(seen.boxes.map((box) => [box.w, box.h]), seen.bonds.map((bond) => [bond.source, bond.target]), frame);
  boxOf = new Map(seen.boxes.map((box, at) => [box.id, at]));
  const svg = make("svg", {
    role: "group", "aria-label": words.drawing, viewBox: `0 0 ${drawn.width} ${drawn.height}`,
    class: seen.boxes.some((box) => box.members) ? "folded" : "",
  });
  svg.append(make("g", {}, ...seen.bonds.map(bondShape)), make("g", {}, ...seen.boxes.map(boxShape)));
  stage.replaceChildren(svg);
  zoom(Math.max(portrait ? 0.75 : 0.7, whole()));
  const middle = boxOf.get(state.focus >= 0 ? concepts[state.focus].id : "") ?? boxOf.get(state.selected);
  show(middle ?? topmost(), middle === undefined ? "start" : "center");
  rove(boxOf.get(state.selected) ?? middle ?? topmost());
  describe();
  outline();
  light();
}

const topmost = () => range(seen.boxes.length).reduce((best, at) => along(at) < along(best) ? at : best, 0);
const along = (at) => drawn.places[at][drawn.down ? 1 : 0], across = (at) => drawn.places[at][drawn.down ? 0 : 1];

function bondShape(bond, at) {
  const kind = mainKind(bond), {path, head} = drawn.routes[at];
  const relations = [...bond.kinds].map((one) => KINDS[one].word).join(", ");
  const says = `${seen.boxes[bond.source].name} — ${relations} → ${seen.boxes[bond.target].name}`;
  return make("g", {
    class: `bond ${KINDS[kind].kind}${bond.cycle ? " cycle" : ""}${bond.sure ? "" : " suggested"}`,
    onpointerenter: () => light([bond.source, bond.target], at), onpointerleave: () => light(),
    onclick: () => choose(bond.target, bond),
  }, make("title", {}, says), make("path", {class: "hit", d: path}), make("path", {class: "way", d: path}),
  KINDS[kind].symmetric ? "" : make("polygon", {points: head}));
}

function boxShape(box, at) {
  const [x, y] = drawn.places[at], into = seen.bonds.filter((bond) => bond.target === at).length;
  const out = seen.bonds.filter((bond) => bond.source === at).length;
  const kin = !box.members && state.last >= 0 && home.get(box.concept) === state.last; // of the topic that was unfolded last
  const text = [box.title, box.subtitle, box.title === box.name ? "" : box.name].filter(Boolean).join(", "); // as it is seen
  const role = box.members ? "topic" : box.gap ? "gap" : "concept";
  return make("g", {
    class: `box ${role}${box.concept === state.focus ? " focus" : ""}${kin ? " kin" : ""}`,
    "data-id": box.id, tabindex: -1, role: "button",
    "aria-label": `${text}. ${words.neighbours.replace("{}", into).replace("{}", out)}`,
    "aria-expanded": box.members ? "false" : false, transform: `translate(${x},${y})`,
    onclick: () => choose(at), ondblclick: () => box.members || focus(box.concept), onkeydown: (event) => key(event, at),
    onfocus: (event) => { rove(at); if (event.target.matches(":focus-visible")) light([at]); }, onblur: () => light(),
    onpointerenter: () => light([at]), onpointerleave: () => light(),
  },
  make("rect", {x: -box.w / 2, y: -box.h / 2, width: box.w, height: box.h, rx: 9}),
  make("text", {class: "name", y: box.subtitle ? -4 : 5}, box.title), " ",
  box.subtitle ? make("text", {class: "other", y: 14}, box.subtitle) : "", " ",
  box.title === box.name ? "" : make("title", {}, box.name));
}

function zoom(scale) {
  state.zoom = Math.max(0.2, Math.min(2.5, scale));
  const svg = stage.firstChild;
  svg.setAttribute("width", round(drawn.width * state.zoom));
  svg.setAttribute("height", round(drawn.height * state.zoom));
}

const whole = () => Math.min(1, stage.clientWidth / drawn.width, stage.clientHeight / drawn.height);

function zoomBy(factor) {
  const [x, y] = [stage.scrollLeft + stage.clientWidth / 2, stage.scrollTop + stage.clientHeight / 2], before = state.zoom;
  zoom(before * factor);
  stage.scrollTo(x * state.zoom / before - stage.clientWidth / 2, y * state.zoom / before - stage.clientHeight / 2);
}

function show(at, where = "nearest") {
  if (at === undefined) return;
  const [x, y] = drawn.places[at].map((one) => one * state.zoom), [w, h] = [stage.clientWidth, stage.clientHeight];
  if (where === "nearest" && x > stage.scrollLeft + 90 && x < stage.scrollLeft + w - 90 && y > stage.scrollTop + 40
    && y < stage.scrollTop + h - 40) return;
  stage.scrollTo(x - w / 2, where === "start" ? 0 : y - h / 2);
}

const shape = (at) => stage.querySelectorAll(".box")[at];

function rove(at) {
  stage.querySelectorAll('[tabindex="0"]').forEach((one) => one.setAttribute("tabindex", "-1"));
  shape(at)?.setAttribute("tabindex", "0");
}

// What is pointed at, or else selected, stands out with its lines and what they lead to.
function light(boxes, only) {
  const chosen = boxOf.get(state.selected), ends = new Set(boxes ?? (chosen === undefined ? [] : [chosen])), near = new Set(ends);
  stage.querySelectorAll(".bond").forEach((one, at) => {
    const {source, target} = seen.bonds[at], hot = only === undefined ? ends.has(source) || ends.has(target) : only === at;
    one.classList.toggle("hot", hot);
    if (hot) { near.add(source); near.add(target); }
  });
  stage.querySelectorAll(".box").forEach((one, at) => {
    one.classList.toggle("near", near.has(at));
    one.classList.toggle("chosen", at === chosen);
  });
  stage.firstChild.classList.toggle("lit", boxes !== undefined); // what is only selected dims nothing
}

// ---- What the reader does ---------------------------------------------------------------------------------------------------
function choose(at, bond) {
  const box = seen.boxes[at];
  state.selected = box.id;
  if (box.members) {
    unfold(box.topic);
    const first = boxOf.get(concepts[box.members.find((one) => boxOf.has(concepts[one].id))].id);
    shape(first).focus({preventScroll: true});
    show(first);
    return;
  }
  rove(at);
  light();
  panel(box.concept, bond);
  show(at);
}

function unfold(topic) {
  state.open.add(topic);
  state.last = topic;
  state.selected = "";
  draw();
}

function focus(concept, direction = state.direction) {
  Object.assign(state, {focus: concept, direction, depth: 0});
  if (concept >= 0) state.selected = concepts[concept].id;
  const hash = concept < 0 ? "" : `#${encodeURIComponent(concepts[concept].id)}`;
  if (linked() !== concept) history.pushState(null, "", hash || "#");
  controls();
  draw();
}

function reveal(concept) { // wherever it is: in view, in a folded topic, elsewhere in the graph
  if (!boxOf.has(concepts[concept].id) && state.focus < 0) unfold(home.get(concept));
  if (!boxOf.has(concepts[concept].id)) focus(concept);
  const at = boxOf.get(concepts[concept].id);
  choose(at);
}

function key(event, at) {
  const step = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1]}[event.key];
  if (event.key === "Enter" || event.key === " ") choose(at);
  else if (step) move(at, ...(drawn.down ? [step[1], step[0]] : step));
  else return;
  event.preventDefault();
}

function move(at, forward, sideways) {
  const nearest = (list) => list.sort((a, b) => Math.abs(across(a) - across(at)) - Math.abs(across(b) - across(at)))[0];
  const [from, to] = forward > 0 ? [0, 1] : [1, 0]; // as it is drawn, whichever way the relation leads
  const ends = seen.bonds.map(({source, target}) => along(source) <= along(target) ? [source, target] : [target, source]);
  const joined = ends.filter((pair) => pair[from] === at).map((pair) => pair[to]);
  const beside = range(seen.boxes.length).filter((one) => along(one) === along(at) && (across(one) - across(at)) * sideways > 0);
  const next = nearest(sideways ? beside : joined);
  if (next === undefined) return;
  shape(next).focus({preventScroll: true});
  show(next);
}

function panel(concept, bond) {
  const one = concepts[concept], box = find("#panel");
  const lines = edges.filter((edge) => edge.source === concept || edge.target === concept);
  const rank = (edge) => (edge.flags & SUGGESTED ? 100 : 0) + edge.kind * 2 + (edge.source === concept ? 1 : 0);
  lines.sort((a, b) => rank(a) - rank(b));
  const sure = lines.filter((edge) => !(edge.flags & SUGGESTED)), unsure = lines.filter((edge) => edge.flags & SUGGESTED);
  const turn = ["before", "after", "both"].map((way) =>
    make("button", {type: "button", onclick: () => focus(concept, way)}, words[way]));
  box.replaceChildren(
    make("button", {type: "button", class: "close", "aria-label": words.close, onclick: close}, "×"),
    make("h2", {id: "chosen"}, one.name),
    one.aliases.length ? make("p", {class: "aliases"}, one.aliases.join(" · ")) : "",
    make("p", {class: "definition"}, one.gap ? `${words.gap} ${one.definition}` : one.definition),
    make("div", {class: "turn", role: "group", "aria-label": words.focus}, ...turn),
    one.notes.length ? make("h3", {}, words.notes) : "",
    make("ul", {class: "places"}, ...one.notes.map((place) => make("li", {}, make("code", {}, place)))),
    sure.length ? make("h3", {}, words.relations) : "",
    make("ul", {class: "relations"}, ...sure.map((edge) => relation(edge, concept))),
    unsure.length ? make("details", {}, make("summary", {}, words.suggestions.replace("{}", unsure.length)),
      make("ul", {class: "relations"}, ...unsure.map((edge) => relation(edge, concept)))) : "");
  box.hidden = false;
  document.body.classList.add("reading");
  show(boxOf.get(one.id)); // the panel took some of the room
  const wanted = bond && box.querySelector(`[data-edge="${edges.indexOf(bond.edges[0])}"]`);
  wanted?.closest("details")?.setAttribute("open", "");
  if (wanted) wanted.scrollIntoView({block: "center"});
  else box.scrollTop = 0;
}

function relation(edge, concept) {
  const out = edge.source === concept, other = out ? edge.target : edge.source, kind = KINDS[edge.kind];
  const [before, after] = (out ? kind.out : kind.into).split("{}");
  const name = make("button", {type: "button", class: "to", onclick: () => reveal(other)}, concepts[other].name);
  return make("li", {"data-edge": edges.indexOf(edge), class: edge.flags & CYCLE ? "cycle" : ""},
    make("p", {class: "says"}, sample(edge.kind), make("span", {}, before, name, after)),
    edge.reason ? make("p", {}, edge.reason) : "",
    ...edge.evidence.map(([place, quote]) => make("blockquote", {}, quote ? make("q", {}, quote) : "", make("cite", {}, place))),
    make("p", {class: "origin"}, [
      edge.origin, edge.confidence.toFixed(2), edge.flags & CYCLE && words.cycle, edge.flags & STALE && words.stale,
    ].filter(Boolean).join(" · ")));
}

function sample(kind) {
  const arrow = KINDS[kind].symmetric ? "" : make("polygon", {points: "30,6 22,2 22,10"});
  return make("svg", {class: "sample", width: 30, height: 12, viewBox: "0 0 30 12", "aria-hidden": "true"},
    make("g", {class: `bond ${KINDS[kind].kind}`}, make("path", {class: "way", d: `M1,6L${arrow ? 22 : 29},6`}), arrow));
}

function close() {
  const at = boxOf.get(state.selected);
  find("#panel").hidden = true;
  document.body.classList.remove("reading");
  state.selected = "";
  light();
  shape(at ?? 0)?.focus({preventScroll: true});
}

// ---- Beside the drawing -----------------------------------------------------------------------------------------------------
function describe() {
  const on = state.focus >= 0, topicsHere = seen.boxes.filter((box) => box.members).length;
  const text = on ? words[`seen_${state.direction}`].replace("{}", concepts[state.focus].name).replace("{}", seen.concepts - 1)
    : words.seen_all.replace("{}", seen.concepts);
  find("#seen").textContent = topicsHere ? `${text} ${words.seen_topics.replace("{}", topicsHere)}` : text;
  find("#around").hidden = !on;
  find("#fold").hidden = !state.open.size;
  const slider = find("#depth");
  slider.max = Math.max(1, seen.deepest);
  slider.value = state.depth || slider.max;
  find("#far").textContent = !state.depth || state.depth >= seen.deepest ? words.all : state.depth;
}

function outline() {
  const order = range(seen.boxes.length).sort((a, b) => along(a) - along(b) || across(a) - across(b));
  find("#outline").replaceChildren(...order.map((at) => make("li", {class: seen.boxes[at].members ? "topic" : ""},
    make("button", {type: "button", onclick: () => choose(at)}, seen.boxes[at].name))));
}

function controls() {
  for (const way of document.querySelectorAll('[name="direction"]')) way.checked = way.value === state.direction;
}

function legend() {
  find("#legend").append(...KINDS.map((kind, at) => !kind.count ? "" : make("label", {},
    make("input", {type: "checkbox", name: kind.kind, ...(state.kinds.has(at) ? {checked: ""} : {}), onchange: (event) => {
      state.kinds[event.target.checked ? "add" : "delete"](at);
      draw();
    }}), sample(at), make("span", {class: "word"}, kind.word), make("span", {class: "count"}, kind.count))).filter(Boolean));
  const count = edges.filter((edge) => edge.flags & SUGGESTED).length;
  if (count) find("#legend").append(make("label", {}, make("input", {type: "checkbox", name: "suggested", onchange: (event) => {
    state.suggested = event.target.checked;
    draw();
  }}), make("span", {class: "word"}, words.suggested), make("span", {class: "count"}, count)));
}

// ---- Search -----------------------------------------------------------------------------------------------------------------
const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/[\s\u2010-\u2013\u2212-]+/g, "");
const named = concepts.map((one) => [one.name, one.id, ...one.aliases].map(fold));
let hits = [], hit = -1;

function search() {
  const query = fold(find("#search").value);
  const far = (name) => name === query ? 0 : name.startsWith(query) ? 1 : name.includes(query) ? 2 : 9;
  const rank = (names) => Math.min(...names.map(far));
  hits = !query ? [] : range(concepts.length).map((at) => [rank(named[at]), at]).filter(([first]) => first < 9)
    .sort((a, b) => a[0] - b[0] || concepts[a[1]].name.length - concepts[b[1]].name.length || a[1] - b[1]).map(([, at]) => at);
  hit = -1;
  find("#hits").replaceChildren(...hits.slice(0, 8).map((at) => make("li", {},
    make("button", {type: "button", onclick: () => reveal(at)}, concepts[at].name, make("small", {}, concepts[at].subtitle)))));
  find("#found").textContent = query ? words.found.replace("{}", hits.length) : "";
}

function listen() {
  find("#search").addEventListener("input", search);
  find("#search").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !hits.length) return;
    event.preventDefault();
    hit = (hit + 1) % hits.length;
    reveal(hits[hit]);
    find("#found").textContent = `${hit + 1} / ${hits.length}`;
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=search]");
    if (event.key === "/" && !typing) { event.preventDefault(); find("#search").focus(); }
    if (event.key === "Escape" && !find("#panel").hidden) close();
  });
  for (const way of document.querySelectorAll('[name="direction"]'))
    way.addEventListener("change", () => focus(state.focus, way.value));
  find("#depth").addEventListener("input", (event) => {
    state.depth = Number(event.target.value) >= seen.deepest ? 0 : Number(event.target.value);
    draw();
  });
  find("#everything").addEventListener("click", () => focus(-1));
  find("#fold").addEventListener("click", () => { state.open.clear(); state.last = -1; draw(); });
  find("#in").addEventListener("click", () => zoomBy(1.25));
  find("#out").addEventListener("click", () => zoomBy(0.8));
  find("#fit").addEventListener("click", () => zoom(whole()));
  stage.addEventListener("wheel", (event) => {
    if (event.ctrlKey) { event.preventDefault(); zoomBy(event.deltaY < 0 ? 1.1 : 0.9); }
  }, {passive: false});
  let held;
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && !event.target.closest(".box, .bond"))
      held = [event.clientX + stage.scrollLeft, event.clientY + stage.scrollTop];
  });
  window.addEventListener("pointermove", (event) => {
    if (held) stage.scrollTo(held[0] - event.clientX, held[1] - event.clientY);
  });
  window.addEventListener("pointerup", () => { held = undefined; });
  window.addEventListener("hashchange", arrive);
  window.addEventListener("popstate", arrive);
}

function linked() { // the concept that the address names, or -1
  try {
    return byId.get(decodeURIComponent(location.hash.slice(1))) ?? -1;
  } catch {
    return -1;
  }
}

function arrive() {
  const wanted = linked();
  if (wanted === state.focus) return;
  focus(wanted);
  if (wanted >= 0) panel(wanted);
}

if (window.matchMedia("(max-width: 760px)").matches) find("#controls").removeAttribute("open");
legend();
listen();
state.focus = linked() >= 0 ? linked() : byId.get(start.focus) ?? -1;
if (state.focus >= 0) state.selected = concepts[state.focus].id;
controls();
draw();
if (linked() >= 0) panel(linked());
