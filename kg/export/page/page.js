"use strict";
// React to the reader: select, unfold, focus, move by keys, follow links. Open the page at its end.

// The factors by which a zoom button and a step of the wheel change the scale.
const BUTTON_IN = 1.25;
const BUTTON_OUT = 0.8;
const WHEEL_IN = 1.1;
const WHEEL_OUT = 0.9;
const ARROWS = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1]};

// Open a concept in the panel, at the relation of an edge if one is given; unfold a topic.
function select(number, edge) {
  const node = view.nodes[number];
  state.selected = node.id;
  if (node.members) {
    unfold(node.topic);
    const member = node.members.find((member) => numberOf.has(concepts[member].id));
    const first = numberOf.get(concepts[member].id);
    nodeElement(first).focus({preventScroll: true});
    scrollToNode(first);
    return;
  }
  setTabStop(number);
  highlight();
  openPanel(node.concept, edge);
  scrollToNode(number);
}

function unfold(topic) {
  state.unfolded.add(topic);
  state.lastUnfolded = topic;
  state.selected = "";
  draw();
}

function foldAll() {
  state.unfolded.clear();
  state.lastUnfolded = -1;
  draw();
}

// Draw what is around a concept, or everything for -1.
function focusOn(concept, direction = state.direction) {
  Object.assign(state, {focus: concept, direction, depth: 0});
  if (concept >= 0) state.selected = concepts[concept].id;
  const hash = concept < 0 ? "" : encodeURIComponent(concepts[concept].id);
  if (linkedConcept() !== concept) history.pushState(null, "", `#${hash}`);
  showDirection();
  draw();
}

// Select a concept wherever it is: in view, in a folded topic, or elsewhere in the graph.
function reveal(concept) {
  const {id} = concepts[concept];
  if (!numberOf.has(id) && state.focus < 0) unfold(topicOf.get(concept));
  if (!numberOf.has(id)) focusOn(concept);
  select(numberOf.get(id));
}

function pressKey(event, number) {
  const step = ARROWS[event.key];
  if (event.key === "Enter" || event.key === " ") select(number);
  else if (step) moveFrom(number, ...(layout.down ? [step[1], step[0]] : step));
  else return;
  event.preventDefault();
}

// Move the keyboard focus along an edge, or within the layer, to the nearest node.
function moveFrom(number, forward, sideways) {
  const candidates = sideways
    ? range(view.nodes.length).filter((node) => along(node) === along(number))
    : connectedNodes(number, forward > 0);
  const offset = (node) => across(node) - across(number);
  const [next] = candidates
    .filter((node) => !sideways || offset(node) * sideways > 0)
    .sort((a, b) => Math.abs(offset(a)) - Math.abs(offset(b)));
  if (next === undefined) return;
  nodeElement(next).focus({preventScroll: true});
  scrollToNode(next);
}

// The nodes that edges connect to a node, onward or back as it is drawn, whichever way the relation
// leads.
function connectedNodes(number, onward) {
  const ends = view.edges.map(({source, target}) =>
    along(source) <= along(target) ? [source, target] : [target, source],
  );
  const [from, to] = onward ? [0, 1] : [1, 0];
  return ends.filter((pair) => pair[from] === number).map((pair) => pair[to]);
}

// ---- Events

function listen() {
  const on = (selector, type, react) => find(selector).addEventListener(type, react);
  on("#search", "input", search);
  on("#search", "keydown", (event) => {
    if (event.key !== "Enter" || !hits.length) return;
    event.preventDefault();
    openNextHit();
  });
  for (const input of document.querySelectorAll('[name="direction"]'))
    input.addEventListener("change", () => focusOn(state.focus, input.value));
  on("#depth", "input", ({target}) => {
    state.depth = Number(target.value) >= view.deepest ? 0 : Number(target.value);
    draw();
  });
  on("#everything", "click", () => focusOn(-1));
  on("#fold", "click", foldAll);
  on("#in", "click", () => zoomBy(BUTTON_IN));
  on("#out", "click", () => zoomBy(BUTTON_OUT));
  on("#fit", "click", () => zoom(fittingScale()));
  document.addEventListener("keydown", pressPageKey);
  window.addEventListener("hashchange", followLink);
  window.addEventListener("popstate", followLink);
  listenToWheel();
  listenToDragging();
}

function pressPageKey(event) {
  if (event.key === "/" && !event.target.matches("input[type=search]")) {
    event.preventDefault();
    find("#search").focus();
  }
  if (event.key === "Escape" && !find("#panel").hidden) closePanel();
}

function listenToWheel() {
  const turn = (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomBy(event.deltaY < 0 ? WHEEL_IN : WHEEL_OUT);
  };
  stage.addEventListener("wheel", turn, {passive: false});
}

// Scroll the stage by dragging its ground with the mouse.
function listenToDragging() {
  let held;
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && !event.target.closest(".node, .edge"))
      held = [event.clientX + stage.scrollLeft, event.clientY + stage.scrollTop];
  });
  window.addEventListener("pointermove", (event) => {
    if (held) stage.scrollTo(held[0] - event.clientX, held[1] - event.clientY);
  });
  window.addEventListener("pointerup", () => (held = undefined));
}

// The concept that the address names, or -1.
function linkedConcept() {
  try {
    return conceptById.get(decodeURIComponent(location.hash.slice(1))) ?? -1;
  } catch {
    return -1; // The address is not valid.
  }
}

function followLink() {
  const linked = linkedConcept();
  if (linked === state.focus) return;
  focusOn(linked);
  if (linked >= 0) openPanel(linked);
}

function open() {
  const linked = linkedConcept();
  if (window.matchMedia("(max-width: 760px)").matches) find("#controls").removeAttribute("open");
  buildLegend();
  listen();
  state.focus = linked >= 0 ? linked : (conceptById.get(start.focus) ?? -1);
  if (state.focus >= 0) state.selected = concepts[state.focus].id;
  showDirection();
  draw();
  if (linked >= 0) openPanel(linked);
}

open();
