"use strict";
// Fill what stands around the drawing: the description, the legend, the outline and the search.

// Hits that the search lists.
const HITS = 8;
// How well a name matches a query, the best first.
const EQUAL = 0;
const BEGINS = 1;
const CONTAINS = 2;
const NO_MATCH = 9;

function describeView() {
  const hasFocus = state.focus >= 0;
  const folded = view.nodes.filter((node) => node.members).length;
  const text = hasFocus
    ? words[`seen_${state.direction}`]
        .replace("{}", concepts[state.focus].name)
        .replace("{}", view.concepts - 1)
    : words.seen_all.replace("{}", view.concepts);
  find("#seen").textContent = folded ? `${text} ${words.seen_topics.replace("{}", folded)}` : text;
  find("#around").hidden = !hasFocus;
  find("#fold").hidden = !state.unfolded.size;
  const slider = find("#depth");
  slider.max = Math.max(1, view.deepest);
  slider.value = state.depth || slider.max;
  find("#far").textContent = !state.depth || state.depth >= view.deepest ? words.all : state.depth;
}

function showDirection() {
  for (const input of document.querySelectorAll('[name="direction"]'))
    input.checked = input.value === state.direction;
}

// List the nodes in view in the order of the drawing.
function listNodes() {
  const order = range(view.nodes.length).sort(
    (a, b) => along(a) - along(b) || across(a) - across(b),
  );
  const items = order.map((number) => {
    const {name, members} = view.nodes[number];
    const button = make("button", {type: "button", onclick: () => select(number)}, name);
    return make("li", {class: members ? "topic" : ""}, button);
  });
  find("#outline").replaceChildren(...items);
}

function buildLegend() {
  range(kinds.length)
    .filter((number) => kinds[number].count)
    .forEach((number) => {
      const kind = kinds[number];
      const input = checkbox(kind.kind, state.kinds.has(number), (checked) =>
        checked ? state.kinds.add(number) : state.kinds.delete(number),
      );
      addToLegend(input, edgeSample(kind), kind.word, kind.count);
    });
  const count = relations.filter((relation) => relation.flags & SUGGESTED).length;
  const input = checkbox("suggested", false, (checked) => (state.suggested = checked));
  if (count) addToLegend(input, "", words.suggested, count);
}

function checkbox(name, checked, change) {
  const onchange = (event) => {
    change(event.target.checked);
    draw();
  };
  return make("input", {type: "checkbox", name, ...(checked ? {checked: ""} : {}), onchange});
}

function addToLegend(input, sample, word, count) {
  const texts = [make("span", {class: "word"}, word), make("span", {class: "count"}, count)];
  find("#legend").append(make("label", {}, input, sample, ...texts));
}

// ---- Search

// Names are compared without regard to case, width, spaces and hyphens.
const normalize = (text) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\u2010-\u2013\u2212-]+/g, "");
const names = concepts.map(({name, id, aliases}) => [name, id, ...aliases].map(normalize));
let hits = [];
// The hit that was opened last, or -1.
let opened = -1;

function search() {
  const query = normalize(find("#search").value);
  hits = query ? matches(query) : [];
  opened = -1;
  const items = hits.slice(0, HITS).map((concept) => {
    const {name, subtitle} = concepts[concept];
    const onclick = () => reveal(concept);
    return make(
      "li",
      {},
      make("button", {type: "button", onclick}, name, make("small", {}, subtitle)),
    );
  });
  find("#hits").replaceChildren(...items);
  find("#found").textContent = query ? words.found.replace("{}", hits.length) : "";
}

// The concepts with a name that matches, the best first, then by the length of the name.
function matches(query) {
  const rank = (name) => {
    if (name === query) return EQUAL;
    if (name.startsWith(query)) return BEGINS;
    return name.includes(query) ? CONTAINS : NO_MATCH;
  };
  const ranks = names.map((own) => Math.min(...own.map(rank)));
  const length = (concept) => concepts[concept].name.length;
  return range(concepts.length)
    .filter((concept) => ranks[concept] !== NO_MATCH)
    .sort((a, b) => ranks[a] - ranks[b] || length(a) - length(b) || a - b);
}

function openNextHit() {
  opened = (opened + 1) % hits.length;
  reveal(hits[opened]);
  find("#found").textContent = `${opened + 1} / ${hits.length}`;
}
