"use strict";
// Fill what is beside the drawing: the panel of a concept, the controls and the search.

function describe() {
  const on = state.focus >= 0,
    topicsHere = seen.boxes.filter((box) => box.members).length;
  const text = on
    ? words[`seen_${state.direction}`]
        .replace("{}", concepts[state.focus].name)
        .replace("{}", seen.concepts - 1)
    : words.seen_all.replace("{}", seen.concepts);
  find("#seen").textContent = topicsHere
    ? `${text} ${words.seen_topics.replace("{}", topicsHere)}`
    : text;
  find("#around").hidden = !on;
  find("#fold").hidden = !state.open.size;
  const slider = find("#depth");
  slider.max = Math.max(1, seen.deepest);
  slider.value = state.depth || slider.max;
  find("#far").textContent = !state.depth || state.depth >= seen.deepest ? words.all : state.depth;
}

function outline() {
  const order = range(seen.boxes.length).sort(
    (a, b) => along(a) - along(b) || across(a) - across(b),
  );
  find("#outline").replaceChildren(
    ...order.map((at) =>
      make(
        "li",
        {class: seen.boxes[at].members ? "topic" : ""},
        make("button", {type: "button", onclick: () => choose(at)}, seen.boxes[at].name),
      ),
    ),
  );
}

function controls() {
  for (const way of document.querySelectorAll('[name="direction"]'))
    way.checked = way.value === state.direction;
}

function legend() {
  find("#legend").append(
    ...KINDS.map((kind, at) =>
      !kind.count
        ? ""
        : make(
            "label",
            {},
            make("input", {
              type: "checkbox",
              name: kind.kind,
              ...(state.kinds.has(at) ? {checked: ""} : {}),
              onchange: (event) => {
                state.kinds[event.target.checked ? "add" : "delete"](at);
                draw();
              },
            }),
            sample(at),
            make("span", {class: "word"}, kind.word),
            make("span", {class: "count"}, kind.count),
          ),
    ).filter(Boolean),
  );
  const count = edges.filter((edge) => edge.flags & SUGGESTED).length;
  if (count)
    find("#legend").append(
      make(
        "label",
        {},
        make("input", {
          type: "checkbox",
          name: "suggested",
          onchange: (event) => {
            state.suggested = event.target.checked;
            draw();
          },
        }),
        make("span", {class: "word"}, words.suggested),
        make("span", {class: "count"}, count),
      ),
    );
}

// ---- Search
const fold = (text) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\u2010-\u2013\u2212-]+/g, "");
const named = concepts.map((concept) => [concept.name, concept.id, ...concept.aliases].map(fold));
let hits = [],
  hit = -1;

function search() {
  const query = fold(find("#search").value);
  const far = (name) =>
    name === query ? 0 : name.startsWith(query) ? 1 : name.includes(query) ? 2 : 9;
  const rank = (names) => Math.min(...names.map(far));
  hits = !query
    ? []
    : range(concepts.length)
        .map((at) => [rank(named[at]), at])
        .filter(([first]) => first < 9)
        .sort(
          (a, b) =>
            a[0] - b[0] || concepts[a[1]].name.length - concepts[b[1]].name.length || a[1] - b[1],
        )
        .map(([, at]) => at);
  hit = -1;
  find("#hits").replaceChildren(
    ...hits
      .slice(0, 8)
      .map((at) =>
        make(
          "li",
          {},
          make(
            "button",
            {type: "button", onclick: () => reveal(at)},
            concepts[at].name,
            make("small", {}, concepts[at].subtitle),
          ),
        ),
      ),
  );
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
    if (event.key === "/" && !typing) {
      event.preventDefault();
      find("#search").focus();
    }
    if (event.key === "Escape" && !find("#panel").hidden) close();
  });
  for (const way of document.querySelectorAll('[name="direction"]'))
    way.addEventListener("change", () => focus(state.focus, way.value));
  find("#depth").addEventListener("input", (event) => {
    state.depth = Number(event.target.value) >= seen.deepest ? 0 : Number(event.target.value);
    draw();
  });
  find("#everything").addEventListener("click", () => focus(-1));
  find("#fold").addEventListener("click", () => {
    state.open.clear();
    state.last = -1;
    draw();
  });
  find("#in").addEventListener("click", () => zoomBy(1.25));
  find("#out").addEventListener("click", () => zoomBy(0.8));
  find("#fit").addEventListener("click", () => zoom(whole()));
  stage.addEventListener(
    "wheel",
    (event) => {
      if (event.ctrlKey) {
        event.preventDefault();
        zoomBy(event.deltaY < 0 ? 1.1 : 0.9);
      }
    },
    {passive: false},
  );
  let held;
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && !event.target.closest(".box, .edge"))
      held = [event.clientX + stage.scrollLeft, event.clientY + stage.scrollTop];
  });
  window.addEventListener("pointermove", (event) => {
    if (held) stage.scrollTo(held[0] - event.clientX, held[1] - event.clientY);
  });
  window.addEventListener("pointerup", () => {
    held = undefined;
  });
  window.addEventListener("hashchange", arrive);
  window.addEventListener("popstate", arrive);
}

function linked() {
  // the concept that the address names, or -1
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
state.focus = linked() >= 0 ? linked() : (byId.get(start.focus) ?? -1);
if (state.focus >= 0) state.selected = concepts[state.focus].id;
controls();
draw();
if (linked() >= 0) panel(linked());
