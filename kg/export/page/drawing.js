"use strict";
// Draw what is in view. Only text is put into the document (textContent, attributes), never markup:
// notes are untrusted.

const find = (selector) => document.querySelector(selector);
const stage = find("#stage");

function make(name, attributes = {}, ...children) {
  const svg = ["svg", "g", "path", "polygon", "rect", "text", "title", "line"].includes(name);
  const element = svg
    ? document.createElementNS("http://www.w3.org/2000/svg", name)
    : document.createElement(name);
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
  drawn = layout(
    seen.boxes.map((box) => [box.w, box.h]),
    seen.edges.map((edge) => [edge.source, edge.target]),
    frame,
  );
  boxOf = new Map(seen.boxes.map((box, at) => [box.id, at]));
  const svg = make("svg", {
    role: "group",
    "aria-label": words.drawing,
    viewBox: `0 0 ${drawn.width} ${drawn.height}`,
    class: seen.boxes.some((box) => box.members) ? "folded" : "",
  });
  svg.append(
    make("g", {}, ...seen.edges.map(edgeShape)),
    make("g", {}, ...seen.boxes.map(boxShape)),
  );
  stage.replaceChildren(svg);
  zoom(Math.max(portrait ? 0.75 : 0.7, whole()));
  const middle =
    boxOf.get(state.focus >= 0 ? concepts[state.focus].id : "") ?? boxOf.get(state.selected);
  show(middle ?? topmost(), middle === undefined ? "start" : "center");
  rove(boxOf.get(state.selected) ?? middle ?? topmost());
  describe();
  outline();
  light();
}

const topmost = () =>
  range(seen.boxes.length).reduce((best, at) => (along(at) < along(best) ? at : best), 0);
const along = (at) => drawn.places[at][drawn.down ? 1 : 0],
  across = (at) => drawn.places[at][drawn.down ? 0 : 1];

function edgeShape(edge, at) {
  const kind = mainKind(edge),
    {path, head} = drawn.routes[at];
  const relations = [...edge.kinds].map((kind) => KINDS[kind].word).join(", ");
  const says = `${seen.boxes[edge.source].name} — ${relations} → ${seen.boxes[edge.target].name}`;
  return make(
    "g",
    {
      class: `edge ${KINDS[kind].kind}${edge.cycle ? " cycle" : ""}${edge.sure ? "" : " suggested"}`,
      onpointerenter: () => light([edge.source, edge.target], at),
      onpointerleave: () => light(),
      onclick: () => choose(edge.target, edge),
    },
    make("title", {}, says),
    make("path", {class: "hit", d: path}),
    make("path", {class: "way", d: path}),
    KINDS[kind].symmetric ? "" : make("polygon", {points: head}),
  );
}

function boxShape(box, at) {
  const [x, y] = drawn.places[at],
    into = seen.edges.filter((edge) => edge.target === at).length;
  const out = seen.edges.filter((edge) => edge.source === at).length;
  // Of the topic that was unfolded last.
  const kin = !box.members && state.last >= 0 && home.get(box.concept) === state.last;
  const text = [box.title, box.subtitle, box.title === box.name ? "" : box.name]
    .filter(Boolean)
    .join(", "); // as it is seen
  const role = box.members ? "topic" : box.gap ? "gap" : "concept";
  return make(
    "g",
    {
      class: `box ${role}${box.concept === state.focus ? " focus" : ""}${kin ? " kin" : ""}`,
      "data-id": box.id,
      tabindex: -1,
      role: "button",
      "aria-label": `${text}. ${words.neighbours.replace("{}", into).replace("{}", out)}`,
      "aria-expanded": box.members ? "false" : false,
      transform: `translate(${x},${y})`,
      onclick: () => choose(at),
      ondblclick: () => box.members || focus(box.concept),
      onkeydown: (event) => key(event, at),
      onfocus: (event) => {
        rove(at);
        if (event.target.matches(":focus-visible")) light([at]);
      },
      onblur: () => light(),
      onpointerenter: () => light([at]),
      onpointerleave: () => light(),
    },
    make("rect", {x: -box.w / 2, y: -box.h / 2, width: box.w, height: box.h, rx: 9}),
    make("text", {class: "name", y: box.subtitle ? -4 : 5}, box.title),
    " ",
    box.subtitle ? make("text", {class: "other", y: 14}, box.subtitle) : "",
    " ",
    box.title === box.name ? "" : make("title", {}, box.name),
  );
}

function zoom(scale) {
  state.zoom = Math.max(0.2, Math.min(2.5, scale));
  const svg = stage.firstChild;
  svg.setAttribute("width", round(drawn.width * state.zoom));
  svg.setAttribute("height", round(drawn.height * state.zoom));
}

const whole = () => Math.min(1, stage.clientWidth / drawn.width, stage.clientHeight / drawn.height);

function zoomBy(factor) {
  const [x, y] = [
      stage.scrollLeft + stage.clientWidth / 2,
      stage.scrollTop + stage.clientHeight / 2,
    ],
    before = state.zoom;
  zoom(before * factor);
  stage.scrollTo(
    (x * state.zoom) / before - stage.clientWidth / 2,
    (y * state.zoom) / before - stage.clientHeight / 2,
  );
}

function show(at, where = "nearest") {
  if (at === undefined) return;
  const [x, y] = drawn.places[at].map((coordinate) => coordinate * state.zoom),
    [w, h] = [stage.clientWidth, stage.clientHeight];
  if (
    where === "nearest" &&
    x > stage.scrollLeft + 90 &&
    x < stage.scrollLeft + w - 90 &&
    y > stage.scrollTop + 40 &&
    y < stage.scrollTop + h - 40
  )
    return;
  stage.scrollTo(x - w / 2, where === "start" ? 0 : y - h / 2);
}

const shape = (at) => stage.querySelectorAll(".box")[at];

function rove(at) {
  stage
    .querySelectorAll('[tabindex="0"]')
    .forEach((element) => element.setAttribute("tabindex", "-1"));
  shape(at)?.setAttribute("tabindex", "0");
}

// Highlight what is pointed at, or else selected, with its lines and neighbours.
function light(boxes, only) {
  const chosen = boxOf.get(state.selected),
    ends = new Set(boxes ?? (chosen === undefined ? [] : [chosen])),
    near = new Set(ends);
  stage.querySelectorAll(".edge").forEach((element, at) => {
    const {source, target} = seen.edges[at],
      hot = only === undefined ? ends.has(source) || ends.has(target) : only === at;
    element.classList.toggle("hot", hot);
    if (hot) {
      near.add(source);
      near.add(target);
    }
  });
  stage.querySelectorAll(".box").forEach((element, at) => {
    element.classList.toggle("near", near.has(at));
    element.classList.toggle("chosen", at === chosen);
  });
  // What is only selected dims nothing.
  stage.firstChild.classList.toggle("lit", boxes !== undefined);
}
