import { describe, expect, it } from 'vitest';
import { ownContract } from '../../../contract/contract.js';
import { deliver } from '../account.js';
import { cost, openCostAccount, PARTITION } from './cost-account.js';

const { errorsOf } = ownContract('datadog-costs');

describe('a file of costs and our own schema', () => {
  it('agree for every kind of charge', async () => {
    const { intake, open } = await openCostAccount();

    await deliver(await open({ tags: ['env:prod'] }), PARTITION, [
      cost(1.5, { tags: ['a', 'b'] }),
      cost(-0.25, { line_item: null, line_item_name: null }),
      cost(0, { line_item_name: ' '.repeat(3) }),
    ]);

    expect(intake.costs.files.map(({ lines }) => lines.length)).toEqual([3]);
    expect(errorsOf('CustomCostsFile', intake.costs.files[0]?.lines)).toEqual([]);
  });

  it('would not agree about a faulty one', () => {
    const line = { ProviderName: ' ', ChargePeriodStart: 'today', BilledCost: '1', Tags: { a: '' }, Tag: {} };

    expect(errorsOf('CustomCostsFile', [line])).toEqual(
      expect.arrayContaining([
        '/* must NOT have additional properties: Tag',
        "/* must have required property 'BillingCurrency'",
        '/*/BilledCost must be number',
        '/*/ChargePeriodStart must match format "date"',
        '/*/ProviderName must match pattern "\\S"',
        '/*/Tags/a must match pattern "\\S"',
      ]),
    );
  });
});
