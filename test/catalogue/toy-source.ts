import { z } from 'zod';
import { type MemorySink, memorySink } from '../../connectors/testing/memory-sink.js';
import type { Catalogue } from '../../src/catalogue/catalogue.js';
import { defineSinkType } from '../../src/catalogue/sink-type.js';
import type { Batch, Inputs, Source } from '../../src/catalogue/source.js';
import { defineSourceType, type SourceContext } from '../../src/catalogue/source-type.js';
import { date, integer, required, text } from '../../src/streams/column.js';
import { defineStream, type Stream } from '../../src/streams/stream.js';
import { NOTHING_FOUND } from '../deliver/nothing-found.js';

const ofProject = { project_id: required(text('Id of the project')), date: required(date('UTC day')) };

/** A stream of its own. */
const orders = defineStream({
  source: 'toy',
  kind: 'orders',
  name: 'orders',
  description: 'Orders',
  partitionedBy: 'day',
  key: ['project_id', 'date', 'order_id'],
  columns: { ...ofProject, order_id: required(text('Id of the order')) },
});

/** Of a name that Deepgram has too, with other fields. */
const usage = defineStream({
  source: 'toy',
  kind: 'usage',
  name: 'usage',
  description: 'Visits a day',
  partitionedBy: 'day',
  key: ['project_id', 'date'],
  columns: { ...ofProject, visits: integer('Visits of the day') },
  sums: ['visits'],
});

/** Made of the others. */
export const visitsPerOrder = defineStream({
  source: 'toy',
  kind: 'visits_per_order',
  name: 'visits_per_order',
  description: 'Visits for each order',
  partitionedBy: 'day',
  key: ['project_id', 'date'],
  columns: { ...ofProject, visits: integer('Visits of the day'), orders: integer('Orders of the day') },
  derivedFrom: [orders, usage],
});

const settings = z.strictObject({ token: z.string('must be a token').describe('Token of the shop') });

const streams = z.strictObject({
  orders: z
    .union([z.literal(false), z.strictObject({})])
    .default({})
    .describe('Orders'),
  usage: z
    .union([z.literal(false), z.strictObject({})])
    .default({})
    .describe('Visits'),
  visits_per_order: z
    .union([z.literal(false), z.strictObject({})])
    .default(false)
    .describe('Visits for each order'),
});

export const toyType = defineSourceType({
  settings: settings.describe('The shop'),
  streams,
  selectStreams: (choice) => [
    ...(choice.visits_per_order ? [visitsPerOrder] : []),
    ...(choice.orders ? [orders] : []),
    ...(choice.usage ? [usage] : []),
  ],
  limits: {
    firstDay: '2026-01-01',
    longestLookback: { ms: 14 * 86_400_000, words: 'the 14 days that the shop keeps visits' },
    planNote: 'A day of sales takes more calls.',
  },
  open: async ({ token }, context) => toySource(token, context),
});

/** One project, and one record of each stream and day. */
function toySource(token: string, { projects }: SourceContext): Source {
  const shop = { id: 'shop-1', name: projects === 'all' ? 'Shop' : (projects[0] ?? null) };
  return {
    name: 'the shop',
    parallel: 1,
    derives: true,
    traffic: { calls: 0, retries: 0, waitedMs: 0, receivedBytes: 0 },
    projects: async () => [shop],
    oldestDay: () => undefined,
    divide: (_stream, _project, days) => days.map((day) => ({ days: [day], calls: 1 })),
    async *read({ stream, days, inputs }) {
      for (const day of days)
        yield { day, batches: inputs ? perOrder(day ?? '', inputs) : one(stream, day ?? '') };
    },
    check: async () => [{ what: 'visit the shop', ok: token === 'open-sesame', detail: 'it is open' }],
    findings: () => NOTHING_FOUND,
    close: async () => {},
  };
}

async function* one(stream: Stream, day: string): AsyncGenerator<Batch> {
  const own = stream.name === 'orders' ? { order_id: `o-${day}` } : { visits: 3 };
  yield [{ project_id: 'shop-1', date: day, ...own }];
}

async function* perOrder(day: string, inputs: Inputs): AsyncGenerator<Batch> {
  const [ordered, visited] = await Promise.all([inputs(orders, day), inputs(usage, day)]);
  const of = { orders: ordered?.records ?? null, visits: visited?.sums.visits ?? null };
  yield [{ project_id: 'shop-1', date: day, ...of }];
}

/** A program of this source and a sink that keeps what it is given. */
export function toyCatalogue(): { readonly catalogue: Catalogue; readonly sink: MemorySink } {
  const sink = memorySink();
  const memory = defineSinkType({ settings: z.strictObject({}), open: async () => sink });
  const catalogue: Catalogue = {
    about: 'Exports a shop.',
    connectors: async () => ({ sources: { toy: toyType }, sinks: { memory } }),
    commands: [],
    withoutFile: { variable: 'TOY_TOKEN', config: TOY_JOB, hint: 'Set TOY_TOKEN.' },
  };
  return { catalogue, sink };
}

export const TOY_JOB = `version: 1
source: { type: toy, token: "\${TOY_TOKEN}" }
window: { since: 1d }
sinks:
  kept: { type: memory }
`;
