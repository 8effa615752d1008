"use strict";
// Place boxes and route the lines between them, step by step like layers.py and layout.py in
// kg/export/drawing, so that the page and a still picture of the same part of a graph are the same
// drawing. A test compares them.
const range = (count, start = 0) => Array.from({length: Math.max(0, count)}, (_, at) => at + start);
const round = (value) => Math.floor(value + 0.5);
const push = (map, key, value) => {
  if (!map.has(key)) map.set(key, []);
  map.get(key).push(value);
};
const SWEEPS = 24,
  PATIENCE = 8,
  MARGIN = 24,
  BETWEEN = 18,
  APART = 58,
  BEND = 10,
  HEAD = 8;

function turnedLines(count, lines) {
  const after = range(count).map(() => []),
    before = range(count).map(() => []),
    front = [],
    back = [];
  for (const [source, target] of lines) {
    after[source].push(target);
    before[target].push(source);
  }
  const leaving = after.map((ends) => ends.length),
    entering = before.map((ends) => ends.length),
    left = range(count);
  while (left.length) {
    let box = left.find((candidate) => !leaving[candidate]);
    if (box !== undefined) back.push(box);
    else {
      const more = (candidate) =>
        (entering[candidate] ? 0 : 2 * lines.length) + leaving[candidate] - entering[candidate];
      box = left.reduce((best, candidate) => (more(candidate) > more(best) ? candidate : best));
      front.push(box);
    }
    left.splice(left.indexOf(box), 1);
    for (const neighbour of after[box]) entering[neighbour] -= 1;
    for (const neighbour of before[box]) leaving[neighbour] -= 1;
  }
  const place = new Map([...front, ...back.reverse()].map((box, at) => [box, at]));
  return lines.map(([source, target]) => place.get(source) > place.get(target));
}

function layersOf(count, arcs) {
  const after = range(count).map(() => []),
    waiting = Array(count).fill(0),
    layers = Array(count).fill(0);
  for (const [source, target] of arcs) {
    after[source].push(target);
    waiting[target] += 1;
  }
  const entering = [...waiting],
    order = range(count).filter((box) => !waiting[box]);
  for (const box of order)
    for (const target of after[box]) {
      layers[target] = Math.max(layers[target], layers[box] + 1);
      if (!--waiting[target]) order.push(target);
    }
  for (const box of order.reverse())
    if (after[box].length > entering[box])
      layers[box] = Math.min(...after[box].map((neighbour) => layers[neighbour])) - 1;
  return layers;
}

function chainsOf(layers, arcs) {
  return arcs.map(([source, target]) => {
    const between = range(layers[target] - layers[source] - 1, layers[source] + 1),
      first = layers.length;
    layers.push(...between);
    return [source, ...range(between.length, first), target];
  });
}

function neighbours(chains) {
  const above = new Map(),
    below = new Map();
  for (const chain of chains)
    for (let at = 1; at < chain.length; at++) {
      push(below, chain[at - 1], chain[at]);
      push(above, chain[at], chain[at - 1]);
    }
  return [above, below];
}

function mean(values, otherwise) {
  let total = 0;
  for (const value of values) total += value;
  return values.length ? total / values.length : otherwise;
}

function ordered(layers, chains, boxes) {
  const [above, below] = neighbours(chains),
    seen = new Set();
  let rows = range(Math.max(-1, ...boxes.map((box) => layers[box])) + 1).map(() => []);
  for (const root of [...boxes].sort((a, b) => layers[a] - layers[b] || a - b)) {
    const stack = [root];
    while (stack.length) {
      const node = stack.pop();
      if (seen.has(node)) continue;
      seen.add(node);
      rows[layers[node]].push(node);
      stack.push(...[...(below.get(node) || [])].reverse());
    }
  }
  let best = rows,
    fewest = crossings(rows, below),
    since = 0;
  for (const sweep of range(SWEEPS)) {
    const down = sweep % 2 === 0,
      beside = down ? above : below;
    rows = rows.map((row) => [...row]);
    const places = range(rows.length);
    for (const at of down ? places.slice(1) : places.reverse().slice(1)) {
      const other = new Map(rows[down ? at - 1 : at + 1].map((node, place) => [node, place]));
      const rank = new Map(
        rows[at].map((node, own) => [
          node,
          mean(
            (beside.get(node) || []).map((neighbour) => other.get(neighbour)),
            own,
          ),
        ]),
      );
      rows[at].sort((a, b) => rank.get(a) - rank.get(b));
    }
    const now = crossings(rows, below);
    if (now < fewest) [best, fewest, since] = [rows, now, 0];
    else if (++since === PATIENCE || !fewest) break;
  }
  return best;
}

function crossings(rows, below) {
  let count = 0;
  for (let at = 1; at < rows.length; at++) {
    const place = new Map(rows[at].map((node, spot) => [node, spot])),
      ends = [];
    const reached = rows[at - 1].map((node) =>
      (below.get(node) || []).map((neighbour) => place.get(neighbour)).sort((a, b) => a - b),
    );
    for (const end of reached.flat()) {
      let right = ends.length;
      while (right && ends[right - 1] > end) right--;
      count += ends.length - right;
      ends.splice(right, 0, end);
    }
  }
  return count;
}

function layout(sizes, lines, frame) {
  const turned = turnedLines(sizes.length, lines);
  const arcs = lines.map(([source, target], at) =>
    turned[at] ? [target, source] : [source, target],
  );
  const layers = layersOf(sizes.length, arcs),
    chains = chainsOf(layers, arcs);
  const rows = ordered(
    layers,
    chains,
    [...new Set(arcs.flat())].sort((a, b) => a - b),
  );
  const fit = (drawing) => Math.min(1, frame[0] / drawing.width, frame[1] / drawing.height);
  const [right, down] = [false, true].map((way) =>
    drawing(sizes, rows, chains, turned, frame, way),
  );
  return fit(down) > fit(right) ? down : right;
}

function drawing(sizes, rows, chains, turned, frame, down) {
  const [along, across] = down ? [1, 0] : [0, 1],
    point = (first, second) => (down ? [second, first] : [first, second]);
  const breadth = new Map(
    rows.flat().map((node) => [node, node < sizes.length ? sizes[node][across] : BEND]),
  );
  const centres = spreadOut(rows, chains, breadth, sizes.length);
  let first = Infinity,
    last = -Infinity,
    start = MARGIN;
  for (const [node, centre] of centres) {
    first = Math.min(first, centre - breadth.get(node) / 2);
    last = Math.max(last, centre + breadth.get(node) / 2);
  }
  if (!centres.size) first = last = 0;
  first -= MARGIN;
  last += MARGIN;
  const places = sizes.map(() => [0, 0]),
    spans = new Map();
  for (const row of rows) {
    const depth = Math.max(
      ...row.filter((node) => node < sizes.length).map((node) => sizes[node][along]),
    );
    for (const node of row) {
      const length = node < sizes.length ? sizes[node][along] : depth;
      spans.set(node, [round(start + (depth - length) / 2), round(start + (depth + length) / 2)]);
      if (node < sizes.length)
        places[node] = point(round(start + depth / 2), round(centres.get(node) - first));
    }
    start += depth + APART;
  }
  const whole = rows.length ? point(start - APART + MARGIN, round(last - first)) : [0, 0];
  const [width, height] = grid(
    places,
    sizes,
    range(sizes.length).filter((box) => !centres.has(box)),
    whole,
    frame,
  );
  const ways = ports(chains, centres, breadth).map(([out, into], at) =>
    [out, ...chains[at].slice(1, -1).map((node) => centres.get(node)), into].map((value) =>
      round(value - first),
    ),
  );
  const routed = chains.map((chain, at) =>
    route(
      chain.map((node) => spans.get(node)),
      ways[at],
      turned[at],
      point,
    ),
  );
  return {places, routes: routed, width, height, down};
}

function spreadOut(rows, chains, breadth, boxes) {
  const [above, below] = neighbours(chains),
    at = new Map([...breadth.keys()].map((node) => [node, 0]));
  const bends = new Map(
    chains.flatMap((chain) => chain.slice(1, -1).map((node) => [node, chain.slice(1, -1)])),
  );
  for (const row of rows)
    spread(
      row,
      row.map(() => 0),
      row.map(() => 1),
      breadth,
      at,
    );
  for (const sweep of range(SWEEPS)) {
    const down = sweep % 2 === 0,
      both = sweep >= SWEEPS - 8;
    for (const row of down ? rows : [...rows].reverse()) {
      const near = row.map(
        (node) =>
          (both && bends.get(node)) || [
            ...(down || both ? above.get(node) || [] : []),
            ...(!down || both ? below.get(node) || [] : []),
          ],
      );
      const wanted = row.map((node, place) =>
        mean(
          near[place].map((neighbour) => at.get(neighbour)),
          at.get(node),
        ),
      );
      spread(
        row,
        wanted,
        row.map((node, place) => (!near[place].length ? 0.1 : node < boxes ? 1 : 4)),
        breadth,
        at,
      );
    }
  }
  return at;
}

function spread(row, wanted, weights, breadth, at) {
  let before = 0;
  const room = row.map((node, place) =>
    place ? (before += (breadth.get(row[place - 1]) + breadth.get(node)) / 2 + BETWEEN) : before,
  );
  const pools = [];
  row.forEach((_, place) => {
    let pool = [wanted[place] - room[place], weights[place], 1];
    while (pools.length && pools[pools.length - 1][0] >= pool[0]) {
      const [other, heavy, more] = pools.pop();
      pool = [
        (other * heavy + pool[0] * pool[1]) / (heavy + pool[1]),
        heavy + pool[1],
        more + pool[2],
      ];
    }
    pools.push(pool);
  });
  let place = 0;
  for (const [middle, , many] of pools)
    for (let more = 0; more < many; more++, place++) at.set(row[place], middle + room[place]);
}

function grid(places, sizes, alone, whole, frame) {
  if (!alone.length) return whole;
  const widest = Math.max(whole[0], frame[0]);
  let left = MARGIN,
    top = Math.max(whole[1], MARGIN),
    bottom = top,
    right = whole[0];
  for (const box of alone) {
    const [width, height] = sizes[box];
    if (left > MARGIN && left + width + MARGIN > widest) [left, top] = [MARGIN, bottom + BETWEEN];
    places[box] = [round(left + width / 2), round(top + height / 2)];
    left += width + BETWEEN;
    [bottom, right] = [Math.max(bottom, top + height), Math.max(right, left - BETWEEN + MARGIN)];
  }
  return [right, bottom + MARGIN];
}

function ports(chains, centres, breadth) {
  const ends = chains.map(() => [0, 0]);
  [
    [0, 1],
    [-1, -2],
  ].forEach(([own, beside], side) => {
    const sharing = new Map();
    chains.forEach((chain, at) => push(sharing, chain.at(own), at));
    for (const [box, group] of sharing) {
      group.sort((a, b) => centres.get(chains[a].at(beside)) - centres.get(chains[b].at(beside)));
      const step = Math.min(14, (breadth.get(box) * 0.7) / group.length);
      group.forEach((at, place) => {
        ends[at][side] = centres.get(box) + (place - (group.length - 1) / 2) * step;
      });
    }
  });
  return ends;
}

function route(spans, way, back, point) {
  const last = way.length - 1,
    text = (first, second) => point(first, second).join(",");
  const tip = back ? [spans[0][1], way[0]] : [spans[last][0], way[last]],
    base = tip[0] + (back ? HEAD : -HEAD);
  let path = "";
  for (const at of range(last)) {
    const leave = back && at === 0 ? base : spans[at][1],
      enter = !back && at === last - 1 ? base : spans[at + 1][0];
    const middle = round((leave + enter) / 2);
    path += `${at ? "L" : "M"}${text(leave, way[at])}`;
    path += `C${text(middle, way[at])} ${text(middle, way[at + 1])} ${text(enter, way[at + 1])}`;
  }
  return {path, head: `${text(...tip)} ${text(base, tip[1] - 4)} ${text(base, tip[1] + 4)}`};
}
