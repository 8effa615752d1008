"use strict";
// React to the reader: choose, unfold, zoom, move by keys.

function choose(at, edge) {
  const box = seen.boxes[at];
  state.selected = box.id;
  if (box.members) {
    unfold(box.topic);
    const first = boxOf.get(
      concepts[box.members.find((member) => boxOf.has(concepts[member].id))].id,
    );
    shape(first).focus({preventScroll: true});
    show(first);
    return;
  }
  rove(at);
  light();
  panel(box.concept, edge);
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

function reveal(concept) {
  // wherever it is: in view, in a folded topic, elsewhere in the graph
  if (!boxOf.has(concepts[concept].id) && state.focus < 0) unfold(home.get(concept));
  if (!boxOf.has(concepts[concept].id)) focus(concept);
  const at = boxOf.get(concepts[concept].id);
  choose(at);
}

function key(event, at) {
  const step = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1]}[
    event.key
  ];
  if (event.key === "Enter" || event.key === " ") choose(at);
  else if (step) move(at, ...(drawn.down ? [step[1], step[0]] : step));
  else return;
  event.preventDefault();
}

function move(at, forward, sideways) {
  const nearest = (list) =>
    list.sort((a, b) => Math.abs(across(a) - across(at)) - Math.abs(across(b) - across(at)))[0];
  // As it is drawn, whichever way the relation leads.
  const [from, to] = forward > 0 ? [0, 1] : [1, 0];
  const ends = seen.edges.map(({source, target}) =>
    along(source) <= along(target) ? [source, target] : [target, source],
  );
  const joined = ends.filter((pair) => pair[from] === at).map((pair) => pair[to]);
  const beside = range(seen.boxes.length).filter(
    (box) => along(box) === along(at) && (across(box) - across(at)) * sideways > 0,
  );
  const next = nearest(sideways ? beside : joined);
  if (next === undefined) return;
  shape(next).focus({preventScroll: true});
  show(next);
}

function panel(concept, edge) {
  const shown = concepts[concept],
    box = find("#panel");
  const lines = edges.filter((edge) => edge.source === concept || edge.target === concept);
  const rank = (edge) =>
    (edge.flags & SUGGESTED ? 100 : 0) + edge.kind * 2 + (edge.source === concept ? 1 : 0);
  lines.sort((a, b) => rank(a) - rank(b));
  const sure = lines.filter((edge) => !(edge.flags & SUGGESTED)),
    unsure = lines.filter((edge) => edge.flags & SUGGESTED);
  const turn = ["before", "after", "both"].map((way) =>
    make("button", {type: "button", onclick: () => focus(concept, way)}, words[way]),
  );
  box.replaceChildren(
    make(
      "button",
      {type: "button", class: "close", "aria-label": words.close, onclick: close},
      "×",
    ),
    make("h2", {id: "chosen"}, shown.name),
    shown.aliases.length ? make("p", {class: "aliases"}, shown.aliases.join(" · ")) : "",
    make(
      "p",
      {class: "definition"},
      shown.gap ? `${words.gap} ${shown.definition}` : shown.definition,
    ),
    make("div", {class: "turn", role: "group", "aria-label": words.focus}, ...turn),
    shown.notes.length ? make("h3", {}, words.notes) : "",
    make(
      "ul",
      {class: "places"},
      ...shown.notes.map((place) => make("li", {}, make("code", {}, place))),
    ),
    sure.length ? make("h3", {}, words.relations) : "",
    make("ul", {class: "relations"}, ...sure.map((edge) => relation(edge, concept))),
    unsure.length
      ? make(
          "details",
          {},
          make("summary", {}, words.suggestions.replace("{}", unsure.length)),
          make("ul", {class: "relations"}, ...unsure.map((edge) => relation(edge, concept))),
        )
      : "",
  );
  box.hidden = false;
  document.body.classList.add("reading");
  show(boxOf.get(shown.id)); // the panel took some of the room
  const wanted = edge && box.querySelector(`[data-edge="${edges.indexOf(edge.edges[0])}"]`);
  wanted?.closest("details")?.setAttribute("open", "");
  if (wanted) wanted.scrollIntoView({block: "center"});
  else box.scrollTop = 0;
}

function relation(edge, concept) {
  const out = edge.source === concept,
    other = out ? edge.target : edge.source,
    kind = KINDS[edge.kind];
  const [before, after] = (out ? kind.out : kind.into).split("{}");
  const name = make(
    "button",
    {type: "button", class: "to", onclick: () => reveal(other)},
    concepts[other].name,
  );
  return make(
    "li",
    {"data-edge": edges.indexOf(edge), class: edge.flags & CYCLE ? "cycle" : ""},
    make("p", {class: "says"}, sample(edge.kind), make("span", {}, before, name, after)),
    edge.reason ? make("p", {}, edge.reason) : "",
    ...edge.evidence.map(([place, quote]) =>
      make("blockquote", {}, quote ? make("q", {}, quote) : "", make("cite", {}, place)),
    ),
    make(
      "p",
      {class: "origin"},
      [
        edge.origin,
        edge.confidence.toFixed(2),
        edge.flags & CYCLE && words.cycle,
        edge.flags & STALE && words.stale,
      ]
        .filter(Boolean)
        .join(" · "),
    ),
  );
}

function sample(kind) {
  const arrow = KINDS[kind].symmetric ? "" : make("polygon", {points: "30,6 22,2 22,10"});
  return make(
    "svg",
    {class: "sample", width: 30, height: 12, viewBox: "0 0 30 12", "aria-hidden": "true"},
    make(
      "g",
      {class: `edge ${KINDS[kind].kind}`},
      make("path", {class: "way", d: `M1,6L${arrow ? 22 : 29},6`}),
      arrow,
    ),
  );
}

function close() {
  const at = boxOf.get(state.selected);
  find("#panel").hidden = true;
  document.body.classList.remove("reading");
  state.selected = "";
  light();
  shape(at ?? 0)?.focus({preventScroll: true});
}
