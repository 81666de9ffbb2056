import { CustomCostsFileLineItem } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/models/CustomCostsFileLineItem.js';
import { expect, it, test } from 'vitest';
import { billing, billingBy } from '../../../../connectors/deepgram/streams/billing.js';
import { deliver, partitionOf } from '../account.js';
import { cost, openCostAccount, PARTITION } from './cost-account.js';

it('a record of billing is a charge of its day, in the columns of FOCUS that Datadog knows', async () => {
  const { intake, open } = await openCostAccount();

  await deliver(await open({ tags: ['env:prod', 'owner:a:b'] }), PARTITION, [
    cost(0.0041, { tags: ['ivr', 'beta'] }),
  ]);

  const lines = intake.costs.files.flatMap((file) => file.lines);
  expect(lines).toEqual([
    {
      ProviderName: 'Deepgram',
      ChargeDescription: 'Nova-3 Streaming',
      ChargePeriodStart: '2026-11-20',
      ChargePeriodEnd: '2026-11-20',
      BilledCost: 0.0041,
      BillingCurrency: 'USD',
      Tags: {
        env: 'prod',
        owner: 'a:b',
        project: 'support_line',
        project_id: 'p1',
        line_item: 'streaming::nova-3',
        request_tags: 'beta/ivr',
      },
    },
  ]);
  const known = Object.values(CustomCostsFileLineItem.getAttributeTypeMap()).map(({ baseName }) => baseName);
  expect(known).toEqual(expect.arrayContaining(Object.keys(lines[0] ?? {})));
});

it('the day is that of the partition, whatever end Deepgram gives', async () => {
  const { intake, open } = await openCostAccount();

  await deliver(await open(), PARTITION, [cost(1, { period_end: '2026-11-21' })]);

  expect(intake.costs.files).toMatchObject([{ lines: [{ ChargePeriodEnd: '2026-11-20' }] }]);
});

test.each([
  ['the readable name of the line item', { line_item_name: 'Speak' }, 'Speak'],
  ['its id where it has no name', { line_item_name: null }, 'streaming::nova-3'],
  ['a general word where there is neither', { line_item: null, line_item_name: '' }, 'Deepgram usage'],
  ['the first 1,000 characters', { line_item_name: 'x'.repeat(1_001) }, 'x'.repeat(1_000)],
])('a charge is described by %s', async (_, changes, description) => {
  const { intake, open } = await openCostAccount();

  await deliver(await open(), PARTITION, [cost(1, changes)]);

  expect(intake.costs.files).toMatchObject([{ lines: [{ ChargeDescription: description }] }]);
});

test.each([0, -12.5, 0.1 + 0.2, 1e-7, 123_456.789])('%d dollars are sent as they are', async (dollars) => {
  const { intake, open } = await openCostAccount();

  const receipt = await deliver(await open(), PARTITION, [cost(dollars)]);

  expect(receipt.accepted).toBe(1);
  expect(intake.costs.files).toMatchObject([{ lines: [{ BilledCost: dollars }] }]);
});

it('a cost that is not known is left out and counted, and never 0', async () => {
  const { intake, open } = await openCostAccount();

  const receipt = await deliver(await open(), PARTITION, [cost(null), cost(3), cost(null)]);

  expect(receipt).toMatchObject({ accepted: 1, skipped: [{ reason: 'no cost is known', count: 2 }] });
  expect(intake.costs.files).toMatchObject([{ lines: [{ BilledCost: 3 }] }]);
});

it('an API key is tagged by its name, or its id where it has none, as in the metrics', async () => {
  const { intake, open } = await openCostAccount();
  const stream = billingBy(['accessor', 'deployment']);

  await deliver(await open(), partitionOf(stream), [
    cost(1, { accessor: 'k1', api_key_name: 'production', deployment: 'hosted' }),
    cost(2, { accessor: 'k2', api_key_name: null, deployment: null }),
  ]);

  expect(intake.costs.files[0]?.lines.map(({ Tags }) => Tags)).toEqual([
    { project: 'support_line', project_id: 'p1', api_key: 'production', deployment: 'hosted' },
    { project: 'support_line', project_id: 'p1', api_key: 'k2' },
  ]);
});

it('a hostile project id is but a part of a name', async () => {
  const { intake, open } = await openCostAccount();
  const project = { id: '../"\r\nX: y_2026-11-20_', name: null };

  await deliver(await open(), partitionOf(billing, project), [cost(1)]);
  await deliver(await open(), partitionOf(billing, project), [cost(2)]);

  expect(intake.costs.files).toMatchObject([{ lines: [{ BilledCost: 2 }] }]);
  expect(intake.costs.files[0]?.name).toMatch(/^deepgram-export_[\w.-]+_2026-11-20_[0-9a-f]{16}\.json$/);
});
