"use strict";
// Choose what is in view: the concepts asked for, their relations, and topics in place of what is
// too much to read. kg/graph/subgraph.py and kg/export/drawing/view.py do the same. Concepts and
// topics are numbers here: their positions in the data, which kg/export/page/page.py describes.

const data = JSON.parse(document.getElementById("data").textContent);
const {concepts, topics, edges: relations, kinds, words, start} = data;
// The flags of a relation.
const SUGGESTED = 1;
const REPLACED = 2;
const IN_CYCLE = 4;
const STALE = 8;
// The position of `evolves_to` among the kinds.
const LINEAGE = 1;

const topicOf = new Map();
topics.forEach((topic, number) => topic.members.forEach((member) => topicOf.set(member, number)));
const conceptById = new Map(concepts.map((concept, number) => [concept.id, number]));

// What the reader has chosen. `focus` and `lastUnfolded` are -1 for none; `selected` is the id of a
// node; `depth` is 0 for no limit.
const state = {
  focus: -1,
  direction: start.direction,
  depth: start.depth,
  kinds: new Set(start.kinds),
  suggested: false,
  unfolded: new Set(),
  lastUnfolded: -1,
  selected: "",
  zoom: 1,
};
// What is drawn now: the view, its layout, and the position of each node by its id.
let view, layout, numberOf;

function shownRelations() {
  return relations.filter(
    ({kind, flags}) =>
      state.kinds.has(kind) && (flags & SUGGESTED ? state.suggested : !(flags & REPLACED)),
  );
}

// The number of relations from the focus to each concept, on the side that is asked for.
function distances(shown) {
  const sides = {before: [1], after: [0], both: [1, 0]}[state.direction];
  const nearest = new Map([[state.focus, 0]]);
  for (const side of sides) {
    const next = new Map();
    for (const {source, target, kind} of shown) {
      const ends = [source, target];
      push(next, ends[side], ends[1 - side]);
      if (kinds[kind].symmetric) push(next, ends[1 - side], ends[side]);
    }
    const reached = new Set([state.focus]);
    let frontier = [state.focus];
    for (let distance = 1; frontier.length; distance++) {
      const ends = new Set(frontier.flatMap((concept) => next.get(concept) || []));
      frontier = [...ends].filter((concept) => !reached.has(concept));
      for (const concept of frontier) {
        reached.add(concept);
        nearest.set(concept, Math.min(distance, nearest.get(concept) ?? distance));
      }
    }
  }
  return nearest;
}

function buildView() {
  let shown = shownRelations();
  let inView = range(concepts.length);
  let deepest = 0;
  if (state.focus >= 0) {
    const distance = distances(shown);
    deepest = Math.max(...distance.values());
    const isNear = (concept) => !state.depth || distance.get(concept) <= state.depth;
    inView = inView.filter((concept) => distance.has(concept) && isNear(concept));
  }
  const inside = new Set(inView);
  shown = shown.filter(({source, target}) => inside.has(source) && inside.has(target));
  const folded = inView.length > data.most ? foldedTopics(inside) : new Set();
  const isFolded = (concept) => folded.has(topicOf.get(concept));
  const nodes = inView
    .filter((concept) => !isFolded(concept))
    .map((concept) => ({...concepts[concept], concept}));
  topics.forEach((topic, number) => {
    if (folded.has(number)) nodes.push({...topic, topic: number});
  });
  const position = new Map(nodes.map((node, number) => [node.id, number]));
  const nodeOf = (concept) =>
    position.get((isFolded(concept) ? topics[topicOf.get(concept)] : concepts[concept]).id);
  const edges = dropImpliedEdges(nodes, mergeEdges(shown, nodes, nodeOf));
  return {nodes, edges, concepts: inView.length, deepest};
}

function foldedTopics(inside) {
  const canFold = ({members}, number) =>
    members.filter((member) => inside.has(member)).length > 1 &&
    !state.unfolded.has(number) &&
    !members.includes(state.focus);
  return new Set(range(topics.length).filter((number) => canFold(topics[number], number)));
}

// All relations from one node to another as one edge; between topics, in the direction of most.
function mergeEdges(shown, nodes, nodeOf) {
  const merged = new Map();
  for (const relation of shown) {
    const [source, target] = [nodeOf(relation.source), nodeOf(relation.target)];
    if (source === target) continue;
    const key = `${source} ${target}`;
    if (!merged.has(key))
      merged.set(key, {source, target, kinds: new Set(), relations: [], cycle: false, sure: false});
    const edge = merged.get(key);
    edge.kinds.add(relation.kind);
    edge.relations.push(relation);
    edge.sure ||= !(relation.flags & SUGGESTED);
    edge.cycle ||= !isOfTopic(edge, nodes) && !!(relation.flags & IN_CYCLE);
  }
  const edges = [...merged.values()].sort((a, b) => a.source - b.source || a.target - b.target);
  return edges.filter((edge) => {
    const back = merged.get(`${edge.target} ${edge.source}`);
    if (!back || !isOfTopic(edge, nodes)) return true;
    const more = edge.relations.length - back.relations.length;
    return more > 0 || (more === 0 && edge.target > edge.source);
  });
}

function dropImpliedEdges(nodes, edges) {
  if (!nodes.some((node) => node.members)) return edges;
  const pairs = edges.map((edge) => [edge.source, edge.target]);
  const isReversed = reversedEdges(nodes.length, pairs);
  const successors = nodes.map(() => new Set());
  pairs.forEach(([source, target], number) => {
    if (!isReversed[number]) successors[source].add(target);
  });
  const known = new Map();
  const reachable = (node) => {
    if (!known.has(node)) {
      const reached = [...successors[node]].flatMap((successor) => [...reachable(successor)]);
      known.set(node, new Set([node, ...reached]));
    }
    return known.get(node);
  };
  const isImplied = ({source, target}) =>
    [...successors[source]].some((other) => other !== target && reachable(other).has(target));
  return edges.filter(
    (edge, number) => isReversed[number] || !isOfTopic(edge, nodes) || !isImplied(edge),
  );
}

const isOfTopic = ({source, target}, nodes) => !!(nodes[source].members || nodes[target].members);

// A lineage says more than a prerequisite.
const mainKind = (edge) => (edge.kinds.has(LINEAGE) ? LINEAGE : Math.min(...edge.kinds));
