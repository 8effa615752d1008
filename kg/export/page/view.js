"use strict";
// Choose what is in view: the concepts asked for, their relations, and topics in place of what is
// too much to read, like subgraph.py and view.py; and what the reader has unfolded. page.py describes
// the data.
const data = JSON.parse(document.getElementById("data").textContent);
const {concepts, topics, edges, words} = data;
const KINDS = data.kinds,
  SUGGESTED = 1,
  REPLACED = 2,
  CYCLE = 4,
  STALE = 8;
const home = new Map();
topics.forEach((topic, at) => topic.members.forEach((member) => home.set(member, at)));
const byId = new Map(concepts.map((concept, at) => [concept.id, at]));

const start = data.start;
const state = {
  focus: -1,
  direction: start.direction,
  depth: start.depth,
  kinds: new Set(start.kinds),
  suggested: false,
  open: new Set(),
  last: -1,
  selected: "",
  zoom: 1,
};
let seen, drawn, boxOf;

function shownEdges() {
  return edges.filter(
    ({kind, flags}) =>
      state.kinds.has(kind) && (flags & SUGGESTED ? state.suggested : !(flags & REPLACED)),
  );
}

function distances(lines) {
  const sides = {before: [1], after: [0], both: [1, 0]}[state.direction],
    found = new Map([[state.focus, 0]]);
  for (const side of sides) {
    const next = new Map(),
      seenHere = new Set([state.focus]);
    for (const {source, target, kind} of lines) {
      const ends = [source, target];
      push(next, ends[side], ends[1 - side]);
      if (KINDS[kind].symmetric) push(next, ends[1 - side], ends[side]);
    }
    let frontier = [state.focus];
    for (let hops = 1; frontier.length; hops++) {
      frontier = [...new Set(frontier.flatMap((id) => next.get(id) || []))].filter(
        (id) => !seenHere.has(id),
      );
      frontier.forEach((id) => {
        seenHere.add(id);
        found.set(id, Math.min(hops, found.get(id) ?? hops));
      });
    }
  }
  return found;
}

function look() {
  let lines = shownEdges(),
    ids = range(concepts.length),
    deepest = 0;
  if (state.focus >= 0) {
    const far = distances(lines);
    deepest = Math.max(...far.values());
    ids = ids.filter((id) => far.has(id) && (!state.depth || far.get(id) <= state.depth));
  }
  const inside = new Set(ids),
    fold = new Set();
  lines = lines.filter(({source, target}) => inside.has(source) && inside.has(target));
  if (ids.length > data.most)
    topics.forEach((topic, at) => {
      const here = topic.members.filter((member) => inside.has(member));
      if (here.length > 1 && !state.open.has(at) && !topic.members.includes(state.focus))
        fold.add(at);
    });
  const folded = (id) => fold.has(home.get(id));
  const boxes = ids.filter((id) => !folded(id)).map((id) => ({...concepts[id], concept: id}));
  topics.forEach((topic, at) => {
    if (fold.has(at)) boxes.push({...topic, topic: at});
  });
  const place = new Map(boxes.map((box, at) => [box.id, at]));
  const of = (id) => place.get(folded(id) ? topics[home.get(id)].id : concepts[id].id);
  return {
    boxes,
    edges: reduced(boxes, mergeEdges(lines, boxes, of)),
    concepts: ids.length,
    deepest,
  };
}

function mergeEdges(lines, boxes, of) {
  const joined = new Map();
  for (const line of lines) {
    const source = of(line.source),
      target = of(line.target),
      key = `${source} ${target}`;
    if (source === target) continue;
    if (!joined.has(key))
      joined.set(key, {
        source,
        target,
        count: 0,
        kinds: new Set(),
        edges: [],
        cycle: false,
        sure: false,
      });
    const edge = joined.get(key);
    edge.count++;
    edge.kinds.add(line.kind);
    edge.edges.push(line);
    edge.sure ||= !(line.flags & SUGGESTED);
    edge.cycle ||= !boxes[source].members && !boxes[target].members && !!(line.flags & CYCLE);
  }
  const all = [...joined.values()].sort((a, b) => a.source - b.source || a.target - b.target);
  return all.filter((edge) => {
    const back = joined.get(`${edge.target} ${edge.source}`);
    if (!back || !(boxes[edge.source].members || boxes[edge.target].members)) return true;
    return edge.count > back.count || (edge.count === back.count && edge.target > edge.source);
  });
}

function reduced(boxes, all) {
  if (!boxes.some((box) => box.members)) return all;
  const back = turnedLines(
      boxes.length,
      all.map((edge) => [edge.source, edge.target]),
    ),
    after = boxes.map(() => new Set());
  all.forEach((edge, at) => {
    if (!back[at]) after[edge.source].add(edge.target);
  });
  const known = new Map();
  const reach = (box) => {
    if (!known.has(box))
      known.set(box, new Set([box, ...[...after[box]].flatMap((other) => [...reach(other)])]));
    return known.get(box);
  };
  return all.filter(
    (edge, at) =>
      back[at] ||
      !(boxes[edge.source].members || boxes[edge.target].members) ||
      ![...after[edge.source]].some(
        (other) => other !== edge.target && reach(other).has(edge.target),
      ),
  );
}

const mainKind = (edge) => (edge.kinds.has(1) ? 1 : Math.min(...edge.kinds)); // a lineage says most
