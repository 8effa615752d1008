"use strict";
// What is in view: the concepts that are asked for, their relations, and the topics that stand for what is too much to read, as in
// kg/selection.py and kg/view.py; and what the reader has unfolded. The data is described in kg/page.py.
const data = JSON.parse(document.getElementById("data").textContent);
const {concepts, topics, edges, words} = data;
const KINDS = data.kinds, SUGGESTED = 1, REPLACED = 2, CYCLE = 4, STALE = 8;
const home = new Map();
topics.forEach((topic, at) => topic.members.forEach((one) => home.set(one, at)));
const byId = new Map(concepts.map((one, at) => [one.id, at]));

const start = data.start;
const state = {
  focus: -1, direction: start.direction, depth: start.depth, kinds: new Set(start.kinds), suggested: false,
  open: new Set(), last: -1, selected: "", zoom: 1,
};
let seen, drawn, boxOf;

function shownEdges() {
  return edges.filter(({kind, flags}) =>
    state.kinds.has(kind) && (flags & SUGGESTED ? state.suggested : !(flags & REPLACED)));
}

function distances(lines) {
  const sides = {before: [1], after: [0], both: [1, 0]}[state.direction], found = new Map([[state.focus, 0]]);
  for (const side of sides) {
    const next = new Map(), seenHere = new Set([state.focus]);
    for (const {source, target, kind} of lines) {
      const ends = [source, target];
      push(next, ends[side], ends[1 - side]);
      if (KINDS[kind].symmetric) push(next, ends[1 - side], ends[side]);
    }
    let frontier = [state.focus];
    for (let hops = 1; frontier.length; hops++) {
      frontier = [...new Set(frontier.flatMap((one) => next.get(one) || []))].filter((one) => !seenHere.has(one));
      frontier.forEach((one) => { seenHere.add(one); found.set(one, Math.min(hops, found.get(one) ?? hops)); });
    }
  }
  return found;
}

function look() {
  let lines = shownEdges(), ids = range(concepts.length), deepest = 0;
  if (state.focus >= 0) {
    const far = distances(lines);
    deepest = Math.max(...far.values());
    ids = ids.filter((one) => far.has(one) && (!state.depth || far.get(one) <= state.depth));
  }
  const inside = new Set(ids), fold = new Set();
  lines = lines.filter(({source, target}) => inside.has(source) && inside.has(target));
  if (ids.length > data.most) topics.forEach((topic, at) => {
    const here = topic.members.filter((one) => inside.has(one));
    if (here.length > 1 && !state.open.has(at) && !topic.members.includes(state.focus)) fold.add(at);
  });
  const folded = (one) => fold.has(home.get(one));
  const boxes = ids.filter((one) => !folded(one)).map((one) => ({...concepts[one], concept: one}));
  topics.forEach((topic, at) => { if (fold.has(at)) boxes.push({...topic, topic: at}); });
  const place = new Map(boxes.map((box, at) => [box.id, at]));
  const of = (one) => place.get(folded(one) ? topics[home.get(one)].id : concepts[one].id);
  return {boxes, bonds: reduced(boxes, bonds(lines, boxes, of)), concepts: ids.length, deepest};
}

function bonds(lines, boxes, of) {
  const joined = new Map();
  for (const line of lines) {
    const source = of(line.source), target = of(line.target), key = `${source} ${target}`;
    if (source === target) continue;
    if (!joined.has(key)) joined.set(key, {source, target, count: 0, kinds: new Set(), edges: [], cycle: false, sure: false});
    const bond = joined.get(key);
    bond.count++; bond.kinds.add(line.kind); bond.edges.push(line);
    bond.sure ||= !(line.flags & SUGGESTED);
    bond.cycle ||= !boxes[source].members && !boxes[target].members && !!(line.flags & CYCLE);
  }
  const all = [...joined.values()].sort((a, b) => a.source - b.source || a.target - b.target);
  return all.filter((bond) => {
    const back = joined.get(`${bond.target} ${bond.source}`);
    if (!back || !(boxes[bond.source].members || boxes[bond.target].members)) return true;
    return bond.count > back.count || (bond.count === back.count && bond.target > bond.source);
  });
}

function reduced(boxes, all) {
  if (!boxes.some((box) => box.members)) return all;
  const back = turnedLines(boxes.length, all.map((bond) => [bond.source, bond.target])), after = boxes.map(() => new Set());
  all.forEach((bond, at) => { if (!back[at]) after[bond.source].add(bond.target); });
  const known = new Map();
  const reach = (box) => {
    if (!known.has(box)) known.set(box, new Set([box, ...[...after[box]].flatMap((one) => [...reach(one)])]));
    return known.get(box);
  };
  return all.filter((bond, at) => back[at] || !(boxes[bond.source].members || boxes[bond.target].members)
    || ![...after[bond.source]].some((one) => one !== bond.target && reach(one).has(bond.target)));
}

const mainKind = (bond) => bond.kinds.has(1) ? 1 : Math.min(...bond.kinds); // a lineage says most
