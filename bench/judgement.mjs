import { spreadBy, spreadOfPairs } from './statistics.mjs';

/** What the program promises, as ratios within one run of the benchmarks. */
export function judge({ busy, slow, start }) {
  const memory = (run) => run.peakMegabytes;
  const ofPairs = (runs, others, figure) => spreadOfPairs(runs, others, (a, b) => figure(a) / figure(b));
  const seconds = (run) => run.seconds;
  return [
    atMost(250, 'MB', `peak memory, ${busy.requests} requests`, spreadBy(busy.sync, memory)),
    atMost(1.2, '×', 'memory of five times as many', ofPairs(busy.large, busy.sync, memory)),
    atMost(2.5, '×', 'time of only fetching and parsing', ofPairs(busy.sync, busy.fetch, seconds)),
    atLeast(
      6,
      '×',
      `as fast with 8 calls at once, ${slow.latencyMs} ms`,
      ofPairs(slow.one, slow.several, seconds),
    ),
    atMost(
      150,
      'ms',
      '--help over bare Node',
      spreadOfPairs(start.help, start.bare, (a, b) => (a.seconds - b.seconds) * 1_000),
    ),
  ];
}

function atMost(limit, unit, what, found) {
  return { what, unit, ...found, limit: `≤ ${limit}`, holds: found.median <= limit };
}

function atLeast(limit, unit, what, found) {
  return { what, unit, ...found, limit: `≥ ${limit}`, holds: found.median >= limit };
}
