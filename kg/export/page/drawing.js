"use strict";
// Draw what is in view. Only text is put into the document (textContent, attributes), never markup:
// notes are untrusted.

// The narrowest window in which the drawing gets the frame of a still picture, in pixels.
const WIDE = 640;
// The height of the frame in a narrower window, in pixels: the drawing may scroll.
const TALL = 2000;
// The smallest scale at which a drawing opens, so that its text can be read.
const READABLE = 0.7;
const READABLE_PORTRAIT = 0.75;
// The limits of zooming.
const SMALLEST = 0.2;
const LARGEST = 2.5;
// A node so near to the border of the stage is scrolled into the middle, in pixels.
const BORDER_X = 90;
const BORDER_Y = 40;

const find = (selector) => document.querySelector(selector);
const stage = find("#stage");
const SVG_ELEMENTS = new Set(["svg", "g", "path", "polygon", "rect", "text", "title", "line"]);

// Make an element. Attributes that begin with "on" are event listeners. Empty children are omitted.
function make(name, attributes = {}, ...children) {
  const element = SVG_ELEMENTS.has(name)
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
  view = buildView();
  const portrait = stage.clientWidth < WIDE;
  layout = computeLayout(
    view.nodes.map((node) => [node.w, node.h]),
    view.edges.map((edge) => [edge.source, edge.target]),
    portrait ? [stage.clientWidth, TALL] : data.frame,
  );
  numberOf = new Map(view.nodes.map((node, number) => [node.id, number]));
  const svg = make(
    "svg",
    {
      role: "group",
      "aria-label": words.drawing,
      viewBox: `0 0 ${layout.width} ${layout.height}`,
      class: view.nodes.some((node) => node.members) ? "folded" : "",
    },
    make("g", {}, ...view.edges.map(drawEdge)),
    make("g", {}, ...view.nodes.map(drawNode)),
  );
  stage.replaceChildren(svg);
  zoom(Math.max(portrait ? READABLE_PORTRAIT : READABLE, fittingScale()));
  const selected = numberOf.get(state.selected);
  const focus = state.focus >= 0 ? numberOf.get(concepts[state.focus].id) : undefined;
  const middle = focus ?? selected;
  scrollToNode(middle ?? firstNode(), middle === undefined ? "start" : "center");
  setTabStop(selected ?? middle ?? firstNode());
  describeView();
  listNodes();
  highlight();
}

// The position of a node in the direction in which the layers follow each other, and in its layer.
const along = (number) => layout.places[number][layout.down ? 1 : 0];
const across = (number) => layout.places[number][layout.down ? 0 : 1];
const firstNode = () =>
  range(view.nodes.length).reduce((best, other) => (along(other) < along(best) ? other : best), 0);

function drawEdge(edge, number) {
  const kind = kinds[mainKind(edge)];
  const {path, head} = layout.routes[number];
  const wording = [...edge.kinds].map((kind) => kinds[kind].word).join(", ");
  const title = `${view.nodes[edge.source].name} — ${wording} → ${view.nodes[edge.target].name}`;
  return make(
    "g",
    {
      class: `edge ${kind.kind}${edge.cycle ? " cycle" : ""}${edge.sure ? "" : " suggested"}`,
      onpointerenter: () => highlight([edge.source, edge.target], number),
      onpointerleave: () => highlight(),
      onclick: () => select(edge.target, edge),
    },
    make("title", {}, title),
    make("path", {class: "target", d: path}),
    make("path", {class: "line", d: path}),
    kind.symmetric ? "" : make("polygon", {points: head}),
  );
}

function drawNode(node, number) {
  const [x, y] = layout.places[number];
  const into = view.edges.filter((edge) => edge.target === number).length;
  const out = view.edges.filter((edge) => edge.source === number).length;
  const isCut = node.title !== node.name;
  const text = [node.title, node.subtitle, isCut ? node.name : ""].filter(Boolean).join(", ");
  return make(
    "g",
    {
      class: nodeClass(node),
      "data-id": node.id,
      tabindex: -1,
      role: "button",
      "aria-label": `${text}. ${words.neighbours.replace("{}", into).replace("{}", out)}`,
      "aria-expanded": node.members ? "false" : false,
      transform: `translate(${x},${y})`,
      onclick: () => select(number),
      ondblclick: () => node.members || focusOn(node.concept),
      onkeydown: (event) => pressKey(event, number),
      onfocus: (event) => {
        setTabStop(number);
        if (event.target.matches(":focus-visible")) highlight([number]);
      },
      onblur: () => highlight(),
      onpointerenter: () => highlight([number]),
      onpointerleave: () => highlight(),
    },
    make("rect", {x: -node.w / 2, y: -node.h / 2, width: node.w, height: node.h, rx: 9}),
    make("text", {class: "name", y: node.subtitle ? -4 : 5}, node.title),
    " ",
    node.subtitle ? make("text", {class: "other", y: 14}, node.subtitle) : "",
    " ",
    isCut ? make("title", {}, node.name) : "",
  );
}

function nodeClass(node) {
  const kind = node.members ? "topic" : node.gap ? "gap" : "concept";
  const isFocus = node.concept === state.focus;
  const isUnfolded =
    !node.members && state.lastUnfolded >= 0 && topicOf.get(node.concept) === state.lastUnfolded;
  return `node ${kind}${isFocus ? " focus" : ""}${isUnfolded ? " unfolded" : ""}`;
}

function zoom(scale) {
  state.zoom = Math.max(SMALLEST, Math.min(LARGEST, scale));
  const svg = stage.firstChild;
  svg.setAttribute("width", round(layout.width * state.zoom));
  svg.setAttribute("height", round(layout.height * state.zoom));
}

const fittingScale = () =>
  Math.min(1, stage.clientWidth / layout.width, stage.clientHeight / layout.height);

// Zoom and keep the middle of the stage where it is.
function zoomBy(factor) {
  const before = state.zoom;
  const [halfWidth, halfHeight] = [stage.clientWidth / 2, stage.clientHeight / 2];
  const [x, y] = [stage.scrollLeft + halfWidth, stage.scrollTop + halfHeight];
  zoom(before * factor);
  const ratio = state.zoom / before;
  stage.scrollTo(x * ratio - halfWidth, y * ratio - halfHeight);
}

// Scroll to a node: with "nearest" only if it is not in view, with "start" to the drawing's top.
function scrollToNode(number, where = "nearest") {
  if (number === undefined) return;
  const [x, y] = layout.places[number].map((coordinate) => coordinate * state.zoom);
  const [width, height] = [stage.clientWidth, stage.clientHeight];
  const [left, top] = [stage.scrollLeft, stage.scrollTop];
  const inside =
    x > left + BORDER_X &&
    x < left + width - BORDER_X &&
    y > top + BORDER_Y &&
    y < top + height - BORDER_Y;
  if (where === "nearest" && inside) return;
  stage.scrollTo(x - width / 2, where === "start" ? 0 : y - height / 2);
}

const nodeElement = (number) => stage.querySelectorAll(".node")[number];

// Make a node the one that the Tab key reaches; the arrow keys lead on from it.
function setTabStop(number) {
  for (const element of stage.querySelectorAll('[tabindex="0"]'))
    element.setAttribute("tabindex", "-1");
  nodeElement(number)?.setAttribute("tabindex", "0");
}

// Highlight the nodes that are pointed at, or else the selected one, with their edges and
// neighbours; with `onlyEdge`, no other edge.
function highlight(pointedAt, onlyEdge) {
  const selected = numberOf.get(state.selected);
  const ends = new Set(pointedAt ?? (selected === undefined ? [] : [selected]));
  const near = new Set(ends);
  stage.querySelectorAll(".edge").forEach((element, number) => {
    const {source, target} = view.edges[number];
    const isHot =
      onlyEdge === undefined ? ends.has(source) || ends.has(target) : onlyEdge === number;
    element.classList.toggle("hot", isHot);
    if (isHot) near.add(source).add(target);
  });
  stage.querySelectorAll(".node").forEach((element, number) => {
    element.classList.toggle("near", near.has(number));
    element.classList.toggle("selected", number === selected);
  });
  // What is only selected dims nothing.
  stage.firstChild.classList.toggle("pointing", pointedAt !== undefined);
}
