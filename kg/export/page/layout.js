"use strict";
// Compute a layered drawing, step by step like layers.py and layout.py in kg/export/drawing, which
// explain the constants and functions. The page and a still picture of the same part of a graph
// have to be the same drawing: a test compares them.

const range = (count, start = 0) =>
  Array.from({length: Math.max(0, count)}, (_, number) => number + start);
const round = (value) => Math.floor(value + 0.5);
const push = (map, key, value) => {
  if (!map.has(key)) map.set(key, []);
  map.get(key).push(value);
};

const SWEEPS = 24;
const PATIENCE = 8;
const MARGIN = 24;
const NODE_GAP = 18;
const LAYER_GAP = 58;
const BEND = 10;
const HEAD_LENGTH = 8;
const HEAD_HALF_WIDTH = 4;
const PORT_GAP = 14;
const PORT_PART = 0.7;
const FINAL_SWEEPS = 8;
const WEIGHT = 1;
const LOOSE_WEIGHT = 0.1;
const BEND_WEIGHT = 4;

// ---- layers.py

function successorsOf(count, edges) {
  const successors = range(count).map(() => []);
  for (const [source, target] of edges) successors[source].push(target);
  return successors;
}

function reversedEdges(count, edges) {
  const successors = successorsOf(count, edges);
  const predecessors = successorsOf(
    count,
    edges.map(([source, target]) => [target, source]),
  );
  const outgoing = successors.map((ends) => ends.length);
  const incoming = predecessors.map((ends) => ends.length);
  const surplus = (node) =>
    (incoming[node] ? 0 : 2 * edges.length) + outgoing[node] - incoming[node];
  const front = [];
  const back = [];
  const remaining = range(count);
  while (remaining.length) {
    let node = remaining.find((candidate) => !outgoing[candidate]);
    if (node !== undefined) back.push(node);
    else {
      node = remaining.reduce((best, other) => (surplus(other) > surplus(best) ? other : best));
      front.push(node);
    }
    remaining.splice(remaining.indexOf(node), 1);
    for (const successor of successors[node]) incoming[successor] -= 1;
    for (const predecessor of predecessors[node]) outgoing[predecessor] -= 1;
  }
  const rank = new Map([...front, ...back.reverse()].map((node, number) => [node, number]));
  return edges.map(([source, target]) => rank.get(source) > rank.get(target));
}

function assignLayers(count, edges) {
  const successors = successorsOf(count, edges);
  const incoming = Array(count).fill(0);
  for (const [, target] of edges) incoming[target] += 1;
  const waitingFor = [...incoming];
  const order = range(count).filter((node) => !incoming[node]);
  const layers = Array(count).fill(0);
  // The list grows meanwhile.
  for (const node of order) {
    for (const successor of successors[node]) {
      layers[successor] = Math.max(layers[successor], layers[node] + 1);
      if (!--waitingFor[successor]) order.push(successor);
    }
  }
  for (const node of order.reverse()) {
    if (successors[node].length > incoming[node])
      layers[node] = Math.min(...successors[node].map((successor) => layers[successor])) - 1;
  }
  return layers;
}

function splitLongEdges(layers, edges) {
  return edges.map(([source, target]) => {
    const between = range(layers[target] - layers[source] - 1, layers[source] + 1);
    const firstBend = layers.length;
    layers.push(...between);
    return [source, ...range(between.length, firstBend), target];
  });
}

function neighbours(chains) {
  const above = new Map();
  const below = new Map();
  for (const chain of chains) {
    for (const number of range(chain.length - 1)) {
      push(below, chain[number], chain[number + 1]);
      push(above, chain[number + 1], chain[number]);
    }
  }
  return [above, below];
}

function mean(values, otherwise) {
  let total = 0;
  for (const value of values) total += value;
  return values.length ? total / values.length : otherwise;
}

function firstOrder(layers, below, connected) {
  const roots = [...connected].sort((a, b) => layers[a] - layers[b] || a - b);
  const rows = range(Math.max(-1, ...roots.map((node) => layers[node])) + 1).map(() => []);
  const seen = new Set();
  for (const root of roots) {
    const stack = [root];
    while (stack.length) {
      const node = stack.pop();
      if (seen.has(node)) continue;
      seen.add(node);
      rows[layers[node]].push(node);
      stack.push(...[...(below.get(node) || [])].reverse());
    }
  }
  return rows;
}

function sortByBarycentre(row, fixed, beside) {
  const position = new Map(fixed.map((node, number) => [node, number]));
  const barycentres = row.map((node, number) => {
    const positions = (beside.get(node) || []).map((neighbour) => position.get(neighbour));
    return [node, mean(positions, number)];
  });
  const barycentre = new Map(barycentres);
  row.sort((a, b) => barycentre.get(a) - barycentre.get(b));
}

function countCrossings(rows, below) {
  let count = 0;
  for (let number = 1; number < rows.length; number++) {
    const position = new Map(rows[number].map((node, place) => [node, place]));
    const ends = [];
    const reached = rows[number - 1].map((node) => {
      const positions = (below.get(node) || []).map((neighbour) => position.get(neighbour));
      return positions.sort((a, b) => a - b);
    });
    for (const end of reached.flat()) {
      let right = ends.length;
      while (right && ends[right - 1] > end) right--;
      count += ends.length - right;
      ends.splice(right, 0, end);
    }
  }
  return count;
}

function orderLayers(layers, chains, connected) {
  const [above, below] = neighbours(chains);
  let rows = firstOrder(layers, below, connected);
  let best = rows;
  let fewest = countCrossings(rows, below);
  let sweepsSince = 0;
  for (const sweep of range(SWEEPS)) {
    const down = sweep % 2 === 0;
    rows = rows.map((row) => [...row]);
    const numbers = down ? range(rows.length) : range(rows.length).reverse();
    for (const number of numbers.slice(1))
      sortByBarycentre(rows[number], rows[down ? number - 1 : number + 1], down ? above : below);
    const crossings = countCrossings(rows, below);
    if (crossings < fewest) [best, fewest, sweepsSince] = [rows, crossings, 0];
    else if (++sweepsSince === PATIENCE || !fewest) break;
  }
  return best;
}

// ---- layout.py

function computeLayout(sizes, edges, frame) {
  const isReversed = reversedEdges(sizes.length, edges);
  const acyclic = edges.map(([source, target], number) =>
    isReversed[number] ? [target, source] : [source, target],
  );
  const layers = assignLayers(sizes.length, acyclic);
  const chains = splitLongEdges(layers, acyclic);
  const rows = orderLayers(layers, chains, new Set(acyclic.flat()));
  const [right, down] = [false, true].map((isDown) =>
    layOut(sizes, rows, chains, isReversed, frame, isDown),
  );
  const fit = (drawing) => Math.min(1, frame[0] / drawing.width, frame[1] / drawing.height);
  return fit(down) > fit(right) ? down : right;
}

function layOut(sizes, rows, chains, isReversed, frame, down) {
  const count = sizes.length;
  const [along, across] = down ? [1, 0] : [0, 1];
  const point = (first, second) => (down ? [second, first] : [first, second]);
  const breadth = new Map(
    rows.flat().map((node) => [node, node < count ? sizes[node][across] : BEND]),
  );
  const offsets = placeAcross(rows, chains, breadth, count);
  let first = offsets.size ? Infinity : 0;
  let last = offsets.size ? -Infinity : 0;
  for (const [node, offset] of offsets) {
    first = Math.min(first, offset - breadth.get(node) / 2);
    last = Math.max(last, offset + breadth.get(node) / 2);
  }
  first -= MARGIN;
  last += MARGIN;
  const places = sizes.map(() => [0, 0]);
  const spans = new Map();
  let start = MARGIN;
  for (const row of rows) {
    const nodes = row.filter((node) => node < count);
    const depth = Math.max(...nodes.map((node) => sizes[node][along]));
    for (const node of row) {
      const length = node < count ? sizes[node][along] : depth;
      spans.set(node, [round(start + (depth - length) / 2), round(start + (depth + length) / 2)]);
    }
    for (const node of nodes)
      places[node] = point(round(start + depth / 2), round(offsets.get(node) - first));
    start += depth + LAYER_GAP;
  }
  const size = rows.length ? point(start - LAYER_GAP + MARGIN, round(last - first)) : [0, 0];
  const isolated = range(count).filter((node) => !offsets.has(node));
  const [width, height] = placeIsolated(places, sizes, isolated, size, frame);
  const routes = ports(chains, offsets, breadth).map(([out, into], number) => {
    const bends = chains[number].slice(1, -1).map((bend) => offsets.get(bend));
    const through = [out, ...bends, into].map((offset) => round(offset - first));
    const crossed = chains[number].map((node) => spans.get(node));
    return route(crossed, through, isReversed[number], point);
  });
  return {places, routes, width, height, down};
}

function placeAcross(rows, chains, breadth, count) {
  const [above, below] = neighbours(chains);
  const bends = new Map();
  for (const chain of chains) {
    const between = chain.slice(1, -1);
    for (const bend of between) bends.set(bend, between);
  }
  const offsets = new Map([...breadth.keys()].map((node) => [node, 0]));

  function pulling(node, down, isFinal) {
    const [upper, lower] = [above.get(node) || [], below.get(node) || []];
    if (isFinal) return bends.get(node) || [...upper, ...lower];
    return down ? upper : lower;
  }

  function spread(row, wanted, weights) {
    const room = [0];
    for (const number of range(row.length - 1)) {
      const half = (breadth.get(row[number]) + breadth.get(row[number + 1])) / 2;
      room.push(room[number] + half + NODE_GAP);
    }
    const pools = [];
    for (const number of range(row.length)) {
      let [average, weight, members] = [wanted[number] - room[number], weights[number], 1];
      while (pools.length && pools.at(-1)[0] >= average) {
        const [other, otherWeight, otherMembers] = pools.pop();
        average = (other * otherWeight + average * weight) / (otherWeight + weight);
        [weight, members] = [otherWeight + weight, otherMembers + members];
      }
      pools.push([average, weight, members]);
    }
    const averages = pools.flatMap(([average, , members]) => Array(members).fill(average));
    row.forEach((node, number) => offsets.set(node, averages[number] + room[number]));
  }

  for (const row of rows) spread(row, Array(row.length).fill(0), Array(row.length).fill(WEIGHT));
  for (const sweep of range(SWEEPS)) {
    const down = sweep % 2 === 0;
    const isFinal = sweep >= SWEEPS - FINAL_SWEEPS;
    for (const row of down ? rows : [...rows].reverse()) {
      const near = row.map((node) => pulling(node, down, isFinal));
      const wanted = row.map((node, number) => {
        const positions = near[number].map((neighbour) => offsets.get(neighbour));
        return mean(positions, offsets.get(node));
      });
      const weights = row.map((node, number) => {
        if (!near[number].length) return LOOSE_WEIGHT;
        return node < count ? WEIGHT : BEND_WEIGHT;
      });
      spread(row, wanted, weights);
    }
  }
  return offsets;
}

function placeIsolated(places, sizes, isolated, size, frame) {
  if (!isolated.length) return size;
  const widest = Math.max(size[0], frame[0]);
  let left = MARGIN;
  let top = Math.max(size[1], MARGIN);
  let bottom = top;
  let right = size[0];
  for (const node of isolated) {
    const [width, height] = sizes[node];
    if (left > MARGIN && left + width + MARGIN > widest) [left, top] = [MARGIN, bottom + NODE_GAP];
    places[node] = [round(left + width / 2), round(top + height / 2)];
    left += width + NODE_GAP;
    bottom = Math.max(bottom, top + height);
    right = Math.max(right, left - NODE_GAP + MARGIN);
  }
  return [right, bottom + MARGIN];
}

function ports(chains, offsets, breadth) {
  const ends = chains.map(() => [0, 0]);
  const sides = [
    [0, 1],
    [-1, -2],
  ];
  sides.forEach(([end, beside], side) => {
    const edgesAt = new Map();
    chains.forEach((chain, edge) => push(edgesAt, chain.at(end), edge));
    for (const [node, edges] of edgesAt) {
      const goal = (edge) => offsets.get(chains[edge].at(beside));
      edges.sort((a, b) => goal(a) - goal(b));
      const gap = Math.min(PORT_GAP, (breadth.get(node) * PORT_PART) / edges.length);
      edges.forEach((edge, number) => {
        ends[edge][side] = offsets.get(node) + (number - (edges.length - 1) / 2) * gap;
      });
    }
  });
  return ends;
}

function route(spans, across, isReversed, point) {
  const last = across.length - 1;
  const text = (first, second) => point(first, second).join(",");
  const tip = isReversed ? [spans[0][1], across[0]] : [spans[last][0], across[last]];
  const base = tip[0] + (isReversed ? HEAD_LENGTH : -HEAD_LENGTH);
  let path = "";
  for (const layer of range(last)) {
    const leave = isReversed && layer === 0 ? base : spans[layer][1];
    const enter = !isReversed && layer === last - 1 ? base : spans[layer + 1][0];
    const middle = round((leave + enter) / 2);
    const [from, to] = [across[layer], across[layer + 1]];
    path += `${layer ? "L" : "M"}${text(leave, from)}`;
    path += `C${text(middle, from)} ${text(middle, to)} ${text(enter, to)}`;
  }
  const corners = [tip[1] - HEAD_HALF_WIDTH, tip[1] + HEAD_HALF_WIDTH];
  const head = [text(...tip), ...corners.map((corner) => text(base, corner))].join(" ");
  return {path, head};
}
