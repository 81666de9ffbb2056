import { describe, expect, it } from 'vitest';
import { balances } from '../../../../connectors/deepgram/streams/account.js';
import { billing, billingBy } from '../../../../connectors/deepgram/streams/billing.js';
import { usage, usageBy } from '../../../../connectors/deepgram/streams/usage.js';
import type { Intake } from '../../../../connectors/stand-ins/datadog/intake.js';
import type { Row } from '../../../../src/streams/field.js';
import { acceptedBy, deliver, openAccount, partitionOf, SUPPORT, seen } from '../account.js';

const TODAY = '2026-11-20';
const YESTERDAY = '2026-11-19';

function row(changes: Row): Row {
  return { project_id: SUPPORT.id, project_name: SUPPORT.name, date: TODAY, period_end: TODAY, ...changes };
}

function values(intake: Intake): Record<string, number> {
  return Object.fromEntries(intake.query().map(({ metric, value }) => [metric, value]));
}

describe('usage and billing become daily counts', () => {
  it('dated with the start of the day, with the units of the records', async () => {
    const { intake, open } = await openAccount({ historical: true });
    const sink = await open({ historical: true });
    const rows = [
      row({ date: YESTERDAY, hours: 1.5, total_hours: 2, tokens_in: 7, tts_characters: 9, requests: 4 }),
    ];

    const receipt = await deliver(sink, partitionOf(usage, SUPPORT, YESTERDAY), rows);

    expect(receipt).toEqual({ accepted: 1, rejected: [], skipped: [] });
    const points = intake.query();
    expect(points.map(({ metric, value, unit }) => [metric, value, unit])).toEqual([
      ['deepgram.usage.hours', 1.5, 'hour'],
      ['deepgram.usage.requests', 4, 'request'],
      ['deepgram.usage.tokens_in', 7, 'token'],
      ['deepgram.usage.total_hours', 2, 'hour'],
      ['deepgram.usage.tts_characters', 9, undefined],
    ]);
    const day = { type: 1, interval: 86_400, timestamp: Date.parse(YESTERDAY) / 1_000 };
    for (const point of points) expect(point).toMatchObject(day);
    expect(points[0]?.tags).toEqual(['project:support_line', 'project_id:p1']);
  });

  it.each([
    ['endpoint', { endpoint: 'listen' }, 'deepgram.usage.by_endpoint.hours', ['endpoint:listen']],
    ['method', { method: null }, 'deepgram.usage.by_method.hours', ['method:none']],
    [
      'models',
      { model: 'nova-3', model_ids: ['m1', 'm2'] },
      'deepgram.usage.by_models.hours',
      ['model:nova-3'],
    ],
    ['models', { model: null, model_ids: ['m1', 'm2'] }, 'deepgram.usage.by_models.hours', ['model:m1/m2']],
    [
      'tags',
      { tags: ['EU', 'ivr'] },
      'deepgram.usage.by_tags.hours',
      ['request_tags:eu', 'request_tags:ivr'],
    ],
    ['tags', { tags: [] }, 'deepgram.usage.by_tags.hours', ['request_tags:none']],
    ['accessor', { accessor: 'k1', api_key_name: 'CI' }, 'deepgram.usage.by_accessor.hours', ['api_key:ci']],
    ['accessor', { accessor: 'k1', api_key_name: null }, 'deepgram.usage.by_accessor.hours', ['api_key:k1']],
    ['feature_set', { feature_set: 'a,b' }, 'deepgram.usage.by_feature_set.hours', ['feature_set:a_b']],
    [
      'deployment',
      { deployment: 'hosted:us' },
      'deepgram.usage.by_deployment.hours',
      ['deployment:hosted:us'],
    ],
  ] as const)('by %s of %j', async (grouping, columns, metric, tags) => {
    const { intake, open } = await openAccount({ historical: true });

    await deliver(await open({ historical: true }), partitionOf(usageBy(grouping)), [
      row({ ...columns, hours: 3 }),
    ]);

    expect(intake.query()).toHaveLength(1);
    expect(intake.query(metric)[0]).toMatchObject({ value: 3 });
    expect(intake.query(metric)[0]?.tags.filter((tag) => !tag.startsWith('project'))).toEqual(tags);
  });

  it('cost by what is billed, in dollars', async () => {
    const { intake, open } = await openAccount({ historical: true });
    const stream = billingBy(['line_item', 'tags']);
    const rows = [
      row({ line_item: 'streaming::nova-3', line_item_name: 'Nova 3', tags: ['ivr'], cost_usd: 2.5 }),
    ];

    await deliver(await open({ historical: true }), partitionOf(stream), rows);

    expect(intake.query('deepgram.billing.by_line_item_tags.cost')).toMatchObject([
      {
        value: 2.5,
        unit: 'dollar',
        tags: ['line_item:streaming::nova-3', 'project:support_line', 'project_id:p1', 'request_tags:ivr'],
      },
    ]);
  });

  it('added up where two groups have the same tags', async () => {
    const { intake, open } = await openAccount({ historical: true });
    const rows = [
      row({ model: 'nova-3', model_ids: ['m1'], hours: 1, requests: 2 }),
      row({ model: 'Nova-3', model_ids: ['m2'], hours: 0.5, requests: null }),
    ];

    const receipt = await deliver(await open({ historical: true }), partitionOf(usageBy('models')), rows);

    expect(receipt.accepted).toBe(2);
    expect(values(intake)).toEqual({
      'deepgram.usage.by_models.hours': 1.5,
      'deepgram.usage.by_models.requests': 2,
    });
  });

  it('and a record without any value is skipped, with the reason', async () => {
    const { intake, open } = await openAccount({ historical: true });

    const receipt = await deliver(await open({ historical: true }), partitionOf(billing), [
      row({ cost_usd: null }),
    ]);

    expect(receipt).toMatchObject({
      accepted: 0,
      skipped: [{ count: 1, reason: expect.stringMatching(/no measure/) }],
    });
    expect(intake.payloads).toEqual([]);
  });
});

describe('the present day has live gauges', () => {
  it('of usage and cost, without historical metrics', async () => {
    const { intake, open } = await openAccount();
    const sink = await open();

    const receipts = [
      await deliver(sink, partitionOf(usage), [row({ hours: 1.25, requests: 8 })]),
      await deliver(sink, partitionOf(billing), [row({ cost_usd: 0.75 })]),
    ];

    expect(receipts.map(({ accepted }) => accepted)).toEqual([1, 1]);
    expect(values(intake)).toEqual({
      'deepgram.usage.today.hours': 1.25,
      'deepgram.usage.today.requests': 8,
      'deepgram.billing.today.cost': 0.75,
    });
    expect(seen(intake, 'deepgram.usage.today.hours')).toEqual([['2026-11-20T12:20:00Z', 1.25]]);
    expect(intake.query('deepgram.billing.today.cost')).toMatchObject([{ type: 3, unit: 'dollar' }]);
  });

  it('and no other day has', async () => {
    const { intake, open } = await openAccount();

    const receipt = await deliver(await open(), partitionOf(usage, SUPPORT, YESTERDAY), [
      row({ date: YESTERDAY, hours: 1.25 }),
    ]);

    expect(receipt.skipped).toMatchObject([
      { count: 1, reason: expect.stringMatching(/Historical Metrics Ingestion/) },
    ]);
    expect(intake.query()).toEqual([]);
  });
});

describe('a balance', () => {
  it('is a gauge of the moment it was seen, for each balance and unit', async () => {
    const { intake, open } = await openAccount();
    const seenAt = { observed_at: '2026-11-20T12:19:30.500000Z', purchase_order_id: null };
    const rows = [
      row({ ...seenAt, balance_id: 'b1', amount: 199.5, units: 'USD' }),
      row({ ...seenAt, balance_id: 'b2', amount: 12, units: 'hour' }),
      row({ ...seenAt, balance_id: 'b3', amount: null, units: 'USD' }),
    ];

    const receipt = await deliver(await open({ tags: ['Env:Prod'] }), partitionOf(balances), rows);

    expect(receipt).toMatchObject({ accepted: 2, skipped: [{ count: 1 }] });
    const timestamp = Date.parse('2026-11-20T12:19:30Z') / 1_000;
    expect(intake.query('deepgram.balance')).toMatchObject([
      {
        type: 3,
        value: 199.5,
        unit: 'dollar',
        timestamp,
        tags: ['balance_id:b1', 'env:prod', 'project:support_line', 'project_id:p1', 'units:usd'],
      },
      { type: 3, value: 12, unit: undefined, timestamp },
    ]);
  });
});

it('takes the streams that have something to measure', async () => {
  const { open } = await openAccount();

  expect(acceptedBy(await open())).toEqual([
    'balances',
    'usage',
    'usage_by_endpoint',
    'usage_by_method',
    'usage_by_models',
    'usage_by_tags',
    'usage_by_accessor',
    'billing',
    'billing_by_line_item',
    'billing_by_accessor',
    'billing_by_line_item_tags',
    'requests',
  ]);
});
