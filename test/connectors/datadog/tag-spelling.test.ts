import fc from 'fast-check';
import { expect, it } from 'vitest';
import { normalizeTag } from '../../../connectors/datadog/shared/tags.js';
import { billingBy } from '../../../connectors/deepgram/streams/billing.js';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { storedTag } from '../../../connectors/stand-ins/datadog/rules/tag-spelling.js';
import type { Partition } from '../../../src/streams/partition.js';
import { deliver, openAccount, partitionOf, request } from './account.js';
import { cost, openCostAccount, PARTITION } from './costs/cost-account.js';
import { openLogAccount, PARTITION as REQUESTS, requestAged, storedLogs } from './logs/log-account.js';

/** Names that end or begin alike but for what Datadog changes, and names of any kind. */
const NAME = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...'aA9é東_:-./ !(\u0301'), maxLength: 5 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat({ max: 210 }), fc.string({ maxLength: 3 }))
      .map(([n, end]) => 'x'.repeat(n) + end),
  },
);
const NAMES = fc.array(NAME, { minLength: 1, maxLength: 20 });
const RUNS = { numRuns: 20 };

it('nothing of what we spell is spelled otherwise by Datadog', () => {
  fc.assert(
    fc.property(fc.oneof(NAME, fc.string({ unit: 'binary' })), (name) => {
      const ours = normalizeTag(name);

      expect(storedTag(ours)).toBe(ours);
      expect(normalizeTag(ours)).toBe(ours);
    }),
    { numRuns: 2_000 },
  );
});

it('what Datadog holds of requests and costs is what was summed, whatever keys and tags are called', async () => {
  const { intake, open } = await openAccount({ historical: true });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(NAMES, NAMES, async (keys, tags) => {
      run += 1;
      const prefix = `run${run}`;
      const sink = await open({ prefix, historical: true, dimensions: ['api_key', 'request_tags'] });
      const rows = keys.map((name, i) => {
        const changes = { api_key_name: name, api_key_id: 'id', tags: tags.slice(i, i + 2), cost_usd: 0.25 };
        return request('2026-11-20T11:40:00.000000Z', changes);
      });
      const byAccessor = billingBy(['accessor']);
      const charges = keys.map((name, i) => cost(2 ** (i % 8), { accessor: 'id', api_key_name: name }));
      const held = (metric: string) =>
        intake.query(`${prefix}.${metric}`).reduce((sum, { value }) => sum + value, 0);

      await deliver(sink, partitionOf(requests), rows);
      await deliver(sink, partitionOf(byAccessor), charges);
      await sink.dispose?.();

      expect(held('requests')).toBe(keys.length);
      expect(held('requests.cost')).toBe(keys.length / 4);
      expect(held('billing.by_accessor.cost')).toBe(keys.reduce((sum, _, i) => sum + 2 ** (i % 8), 0));
    }),
    RUNS,
  );
});

it('the tags of logs and costs are as Datadog stores them, and the same as those of metrics', async () => {
  const metrics = await openAccount({ historical: true });
  const logs = await openLogAccount();
  const costs = await openCostAccount();
  const sinks = [await metrics.open({ historical: true }), await logs.open(), await costs.open()];
  const [toMetrics, toLogs, toCosts] = sinks;
  if (!toMetrics || !toLogs || !toCosts) throw new Error('three were opened');
  await fc.assert(
    fc.asyncProperty(NAME, async (name) => {
      const project = { id: 'p1', name };
      const named = (partition: Partition): Partition => ({ ...partition, project });

      await deliver(toMetrics, named(partitionOf(requests)), [request('2026-11-20T11:40:00.000000Z')]);
      await deliver(toLogs, named(REQUESTS), [requestAged(0)]);
      await deliver(toCosts, named(PARTITION), [cost(1)]);

      const ofLog = String(storedLogs(logs.intake).at(-1)?.ddtags).split(',');
      const ofCost = Object.entries(costs.intake.costs.files[0]?.lines[0]?.Tags ?? {});
      const ofMetric = metrics.intake.payloads.at(-1)?.series[0]?.tags ?? [];
      const projects = [ofMetric, ofLog, ofCost.map(([key, value]) => `${key}:${value}`)].map((tags) => {
        expect(tags.map(storedTag)).toEqual(tags);
        // A charge has no tag for what has no name.
        return tags.filter((tag) => tag.startsWith('project:') && tag !== 'project:none');
      });
      expect(new Set(projects.map((tags) => tags.join()))).toHaveLength(1);
    }),
    RUNS,
  );
  for (const sink of sinks) await sink.dispose?.();
});
