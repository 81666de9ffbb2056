import { expect, it } from 'vitest';
import type { ObjectStore } from '../../connectors/stand-ins/s3/object-store.js';
import { environmentOf, objectContents, runningStore } from '../objects/running-store.js';
import { RANGE, type World, world } from './account.js';

/** More of them: `KILLS=200 npx vitest run test/bundle/object-kills.test.ts`. */
const KILLS = Number(process.env.KILLS ?? 5);

const SINKS = [
  'lines: { type: ndjson, path: "s3://bucket/out/lines", compression: gzip }',
  'columns: { type: parquet, path: "s3://bucket/out/columns" }',
  'tables: { type: tableau-csv, path: "s3://bucket/out/tables", layout: daily }',
];

const STREAMS = ['requests', 'usage', 'billing'].map((name) => `--stream ${name}`).join(' ');

/** A run of streams of days (a list is not read again within the hour, whatever the log names meanwhile), from an account to a store, with its state there as well. */
async function ready(options: { readonly deepgram?: World['deepgram'] } = {}) {
  const store = await runningStore();
  const { program, deepgram } = await world(SINKS);
  const job = (await program.files())['job.yaml'] ?? '';
  const url = options.deepgram?.url ?? deepgram.url;
  await program.write(
    'job.yaml',
    `${job.replace(deepgram.url, url)}state: { path: "s3://bucket/state.json" }\n`,
  );
  const run = () => program.run(`sync -c job.yaml -q ${RANGE} ${STREAMS}`, environmentOf(store));
  return { store, program, deepgram: options.deepgram ?? deepgram, run };
}

/** What readers see: counts are made up for where a run was killed before it noted them. */
function outputs(store: ObjectStore): Record<string, string> {
  const all = Object.entries(objectContents(store, 'out/'));
  return Object.fromEntries(all.filter(([key]) => !key.includes('/.counts/')));
}

it(
  `has the outputs of an undisturbed run after each of ${KILLS} kills, spread over its calls to the store`,
  async () => {
    const undisturbed = await ready();
    expect(await undisturbed.run()).toMatchObject({ code: 0 });
    const wanted = outputs(undisturbed.store);
    const calls = undisturbed.store.calls.length;

    for (let kill = 0; kill < KILLS; kill += 1) {
      const { store, program, run } = await ready(undisturbed);
      const at = 1 + Math.floor(((kill + 0.5) * calls) / KILLS);
      // Every second call is done all the same, and of every second nobody knows.
      store.fault = ({ number }) => {
        if (number === at) program.kill('SIGKILL');
        return number >= at ? (kill % 2 === 0 ? 'no-answer' : 'lost-answer') : undefined;
      };
      const killed = await run();
      store.fault = () => undefined;
      const after = await run();

      expect(killed.code, `kill at call ${at}`).toBe(null);
      expect(after, `after a kill at call ${at}`).toMatchObject({ code: 0 });
      expect(outputs(store), `after a kill at call ${at}`).toEqual(wanted);
      expect(
        [...(store.buckets.get('bucket')?.objects.keys() ?? [])].filter((key) => /\.lock|\.check/.test(key)),
      ).toEqual([]);
    }
  },
  Math.max(120_000, KILLS * 20_000),
);
