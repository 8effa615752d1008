"use strict";
// Show a concept in the panel beside the drawing: its names, its notes, and its relations.

function openPanel(number, edge) {
  const concept = concepts[number];
  const own = relations.filter(({source, target}) => source === number || target === number);
  const rank = (relation) => 2 * relation.kind + (relation.source === number ? 1 : 0);
  own.sort((a, b) => rank(a) - rank(b));
  const accepted = own.filter((relation) => !(relation.flags & SUGGESTED));
  const suggested = own.filter((relation) => relation.flags & SUGGESTED);
  const items = (list) => list.map((relation) => relationItem(relation, number));
  const panel = find("#panel");
  panel.replaceChildren(
    make(
      "button",
      {type: "button", class: "close", "aria-label": words.close, onclick: closePanel},
      "×",
    ),
    make("h2", {id: "chosen"}, concept.name),
    concept.aliases.length ? make("p", {class: "aliases"}, concept.aliases.join(" · ")) : "",
    make(
      "p",
      {class: "definition"},
      concept.gap ? `${words.gap} ${concept.definition}` : concept.definition,
    ),
    make(
      "div",
      {class: "choices", role: "group", "aria-label": words.focus},
      ...["before", "after", "both"].map((direction) => directionButton(number, direction)),
    ),
    concept.notes.length ? make("h3", {}, words.notes) : "",
    make(
      "ul",
      {class: "places"},
      ...concept.notes.map((place) => make("li", {}, make("code", {}, place))),
    ),
    accepted.length ? make("h3", {}, words.relations) : "",
    make("ul", {class: "relations"}, ...items(accepted)),
    suggested.length
      ? make(
          "details",
          {},
          make("summary", {}, words.suggestions.replace("{}", suggested.length)),
          make("ul", {class: "relations"}, ...items(suggested)),
        )
      : "",
  );
  panel.hidden = false;
  document.body.classList.add("reading");
  scrollToNode(numberOf.get(concept.id)); // The panel took some of the room.
  if (edge) scrollToRelation(panel, edge.relations[0]);
  else panel.scrollTop = 0;
}

function closePanel() {
  const number = numberOf.get(state.selected);
  find("#panel").hidden = true;
  document.body.classList.remove("reading");
  state.selected = "";
  highlight();
  nodeElement(number ?? 0)?.focus({preventScroll: true});
}

function directionButton(concept, direction) {
  const onclick = () => focusOn(concept, direction);
  return make("button", {type: "button", onclick}, words[direction]);
}

function relationItem(relation, concept) {
  const isSource = relation.source === concept;
  const other = isSource ? relation.target : relation.source;
  const kind = kinds[relation.kind];
  const [before, after] = (isSource ? kind.out : kind.into).split("{}");
  const name = make(
    "button",
    {type: "button", class: "to", onclick: () => reveal(other)},
    concepts[other].name,
  );
  const origin = [
    relation.origin,
    relation.confidence.toFixed(2),
    relation.flags & IN_CYCLE && words.cycle,
    relation.flags & STALE && words.stale,
  ];
  return make(
    "li",
    {
      "data-relation": relations.indexOf(relation),
      class: relation.flags & IN_CYCLE ? "cycle" : "",
    },
    make("p", {class: "statement"}, edgeSample(kind), make("span", {}, before, name, after)),
    relation.reason ? make("p", {}, relation.reason) : "",
    ...relation.evidence.map(([place, quote]) =>
      make("blockquote", {}, quote ? make("q", {}, quote) : "", make("cite", {}, place)),
    ),
    make("p", {class: "origin"}, origin.filter(Boolean).join(" · ")),
  );
}

function scrollToRelation(panel, relation) {
  const item = panel.querySelector(`[data-relation="${relations.indexOf(relation)}"]`);
  if (!item) {
    panel.scrollTop = 0;
    return;
  }
  item.closest("details")?.setAttribute("open", "");
  item.scrollIntoView({block: "center"});
}

// A short line as edges of this kind are drawn.
function edgeSample(kind) {
  const head = kind.symmetric ? "" : make("polygon", {points: "30,6 22,2 22,10"});
  return make(
    "svg",
    {class: "sample", width: 30, height: 12, viewBox: "0 0 30 12", "aria-hidden": "true"},
    make(
      "g",
      {class: `edge ${kind.kind}`},
      make("path", {class: "line", d: `M1,6L${head ? 22 : 29},6`}),
      head,
    ),
  );
}
