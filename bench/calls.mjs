/*
 * How many calls runs take that come one after the other: counted, not timed. The whole job runs in this process, against
 * the stand-in, with a clock that is moved by hand.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStandIn } from '../dist/connectors/stand-ins/deepgram/stand-in.js';
import { sync } from '../dist/connectors/sync.js';
import { whole } from './columns.mjs';
import { atMost } from './targets.mjs';

const KEY = 'bench-key';
/** A day with requests at all hours, at noon. */
const NOON = Date.parse('2026-11-20T12:00:00Z');
const MINUTE = 60_000;
/** Between two runs of which one is right after the other. */
const TEN_SECONDS = 10_000;

/** @param {{ quick: boolean, tell: (text: string) => void }} options */
export async function calls({ quick, tell }) {
  const perDay = quick ? 2_000 : 20_000;
  const busy = { projects: 1, perDay, prices: true };
  const rightAfter = [
    ['1 project, at noon', busy, 30],
    ['1 project without any cost, at noon', { ...busy, prices: false }, 30],
    [
      `${quick ? 5 : 50} projects of 100 a day, at noon`,
      { projects: quick ? 5 : 50, perDay: 100, prices: true },
      260,
    ],
  ];
  const rows = [];
  const targets = [];
  for (const [what, account, limit] of rightAfter) {
    tell(what);
    const { first, next } = await twoRuns(account);
    rows.push([what, whole(first), whole(next)]);
    targets.push(atMost(limit, 'calls', `a run right after another: ${what}`, once(next)));
  }
  tell('a day of runs every 15 minutes');
  const day = await dayOfRuns(busy);
  rows.push(['1 project, a day of runs every 15 minutes', whole(day.first), whole(day.calls)]);
  targets.push(atMost(4_000, 'calls', 'a day of runs every 15 minutes: 1 project', once(day.calls)));
  if (day.difference !== undefined)
    throw new Error(`the outputs of a day of runs differ from those of one: ${day.difference}`);
  return {
    versions: [],
    targets,
    tables: [{ title: 'Calls', head: ['account', 'first run', 'what follows'], rows }],
  };
}

function once(found) {
  return { median: found, min: found, max: found };
}

async function twoRuns(account) {
  const world = await open(account);
  try {
    const first = await world.sync();
    world.advance(TEN_SECONDS);
    return { first, next: await world.sync() };
  } finally {
    await world.close();
  }
}

/**
 * Runs from noon to noon. Then, when the lookback has been read once more, what they have left is held against what one
 * run leaves elsewhere.
 */
async function dayOfRuns(account) {
  const world = await open(account);
  try {
    const first = await world.sync();
    let calls = 0;
    for (let run = 0; run < 96; run += 1) {
      world.advance(15 * MINUTE);
      calls += await world.sync();
    }
    world.advance(6 * 60 * MINUTE);
    for (const file of ['out.yaml', 'other.yaml']) await world.sync(file);
    return { first, calls, difference: await firstDifference(world.folder) };
  } finally {
    await world.close();
  }
}

/** The first file of a day that is not the same, byte for byte. */
async function firstDifference(folder) {
  const files = (await readdir(join(folder, 'other'), { recursive: true })).filter((file) =>
    /\.ndjson$/.test(file),
  );
  const days = files.filter((file) => file.includes('date=') && !file.startsWith('balances'));
  if (days.length === 0) throw new Error('nothing to compare');
  for (const file of days) {
    const [wanted, found] = await Promise.all(
      ['other', 'out'].map((out) => readFile(join(folder, out, file), 'utf8').catch(() => undefined)),
    );
    if (found === undefined || withoutLooks(found) !== withoutLooks(wanted)) return file;
  }
  return undefined;
}

/** Who has looked at the balance more often has compared it more often. */
function withoutLooks(lines) {
  return lines
    .split('\n')
    .filter((line) => !line.includes('"comparison":"balance"'))
    .join('\n');
}

async function open({ projects, perDay, prices }) {
  const standIn = await startStandIn({
    now: NOON,
    projects: Array.from({ length: projects }, (_, at) => ({ id: `p-${at}`, name: `Project ${at}` })),
    requestsPerDay: perDay,
    apiKey: KEY,
    prices,
  });
  const folder = await mkdtemp(join(tmpdir(), 'deepgram-export-calls-'));
  for (const out of ['out', 'other']) await writeFile(join(folder, `${out}.yaml`), job(standIn.url, out));
  let nowMs = NOON;
  const clock = { now: () => nowMs, sleep: async () => {} };
  return {
    folder,
    advance: (ms) => {
      nowMs += ms;
      standIn.clock.advance(ms);
    },
    sync: async (file = 'out.yaml') => {
      const noState = file !== 'out.yaml';
      const env = { DEEPGRAM_API_KEY: KEY };
      const {
        exit_code: code,
        http,
        ...rest
      } = await sync({ config: file, cwd: folder, env, clock, noState });
      if (code !== 0) throw new Error(`a run ended with ${code}: ${JSON.stringify(rest.source)}`);
      return http.calls;
    },
    close: async () => {
      await standIn.close();
      await rm(folder, { recursive: true });
    },
  };
}

function job(url, out) {
  return `version: 1
source: { type: deepgram, api_key: '\${DEEPGRAM_API_KEY}', base_url: '${url}' }
window: { since: 7d }
sinks:
  archive: { type: ndjson, path: ${out} }
`;
}
