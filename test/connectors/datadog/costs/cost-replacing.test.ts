import { describe, expect, it } from 'vitest';
import { billing } from '../../../../connectors/deepgram/streams/billing.js';
import type { CallFault } from '../../../../connectors/stand-ins/datadog/endpoints/application-endpoint.js';
import { close, deliver, partitionOf } from '../account.js';
import { BY_LINE_ITEM, charged, cost, openCostAccount, PARTITION, TODAY } from './cost-account.js';

describe('a day is replaced, and not added', () => {
  it('by the next run, when its costs have changed', async () => {
    const { intake, open } = await openCostAccount();
    await deliver(await open(), PARTITION, [cost(1.25)]);

    const receipt = await deliver(await open(), PARTITION, [cost(2), cost(0.5, { line_item: 'speak' })]);

    expect(receipt).toEqual({ accepted: 2, rejected: [], skipped: [] });
    expect(charged(intake)).toEqual({ [TODAY]: 2.5 });
    expect(intake.costs.files).toHaveLength(1);
  });

  it('without a call for what is there already, in whatever order it comes', async () => {
    const { intake, open } = await openCostAccount();
    const rows = [cost(1), cost(2, { line_item: 'speak' })];
    await deliver(await open(), PARTITION, rows);
    const sink = await open();

    await deliver(sink, PARTITION, [...rows].reverse());
    const { facts } = await close(sink);

    expect(intake.costs.calls.filter((call) => call !== 'GET')).toEqual(['PUT']);
    expect(facts).toEqual({ 'cost files uploaded': 0, 'cost files unchanged': 1, 'cost files removed': 0 });
  });

  it('also when it has no costs any more', async () => {
    const { intake, open } = await openCostAccount();
    await deliver(await open(), PARTITION, [cost(1)]);

    await deliver(await open(), PARTITION, []);

    expect(intake.costs.files).toEqual([]);
  });

  it('also when another breakdown is chosen', async () => {
    const { intake, open } = await openCostAccount();
    await deliver(await open(), PARTITION, [cost(1)]);

    await deliver(await open({ breakdown: 'billing' }), partitionOf(billing), [cost(1)]);

    expect(charged(intake)).toEqual({ [TODAY]: 1 });
  });

  it('and other days, other projects and the files of others are kept', async () => {
    const { intake, open } = await openCostAccount();
    const yesterday = partitionOf(BY_LINE_ITEM, undefined, '2026-11-19');
    const other = partitionOf(BY_LINE_ITEM, { id: 'p10', name: null });
    for (const name of ['data.json', 'deepgram-export_p1_2026-11-20_forecast.json']) {
      intake.costs.add({ name, lines: [{ ChargePeriodStart: TODAY, BilledCost: 100 }] });
    }
    const sink = await open();
    await deliver(sink, yesterday, [cost(1)]);
    await deliver(sink, other, [cost(10)]);
    await deliver(sink, partitionOf(BY_LINE_ITEM), [cost(2)]);

    await deliver(await open(), partitionOf(BY_LINE_ITEM), [cost(3)]);

    expect(charged(intake)).toEqual({ '2026-11-19': 1, [TODAY]: 213 });
  });
});

describe('a file that Datadog says is not there when it is to be removed', () => {
  const replaced = async (fault: CallFault) => {
    const account = await openCostAccount();
    await deliver(await account.open(), PARTITION, [cost(1)]);
    account.intake.costs.faults.set('DELETE', [fault]);
    const sink = await account.open();
    const { accepted } = await deliver(sink, PARTITION, [cost(2)]);
    return { ...account, accepted, ...(await close(sink)) };
  };

  it('is no trouble where it is gone: the answer of the try before was lost', async () => {
    const { intake, accepted, notes } = await replaced({ when: 'after' });

    expect([accepted, notes]).toEqual([1, []]);
    expect(charged(intake)).toEqual({ [TODAY]: 2 });
  });

  it('is named where it is listed on, and not counted as removed', async () => {
    const { intake, accepted, notes, facts } = await replaced({ when: 'before', status: 404 });

    expect(accepted).toBe(1);
    expect(notes).toEqual([
      expect.stringMatching(
        /still lists 1 cost file, such as deepgram-export_p1_2026-11-20_\w+\.json.*404.*twice/,
      ),
    ]);
    expect(facts).toMatchObject({ 'cost files removed': 0 });
    expect(charged(intake)).toEqual({ [TODAY]: 3 });
  });

  it('is tried again by every run, whichever days it reads, and named until it is gone', async () => {
    const { intake, open } = await replaced({ when: 'before', status: 404 });
    const run = async () => {
      const sink = await open();
      await deliver(sink, partitionOf(BY_LINE_ITEM, undefined, '2026-11-19'), []);
      return (await close(sink)).notes.join();
    };
    intake.costs.faults.set('DELETE', [{ when: 'before', status: 404 }, { when: 'after' }]);

    // The answer of the second run's removal is lost, and the try after it gets a 404: it is gone.
    const notes = [await run(), await run()];

    expect(notes).toEqual([expect.stringContaining('still lists 1 cost file'), '']);
    expect(charged(intake)).toEqual({ [TODAY]: 2 });
  });
});

describe('a run that ends between the upload and the removal', () => {
  const interrupted = async () => {
    const account = await openCostAccount();
    await deliver(await account.open(), PARTITION, [cost(1)]);
    const refusals = Array.from({ length: 6 }, () => ({ when: 'before', status: 500 }) as const);
    account.intake.costs.faults.set('DELETE', refusals);
    const failed = await deliver(await account.open(), PARTITION, [cost(2)]).catch((error) => error);
    return { ...account, failed };
  };

  it('fails, with both files there and never none', async () => {
    const { intake, failed } = await interrupted();

    expect(failed).toMatchObject({ code: 'HTTP_STATUS', kind: 'transient', status: 500 });
    expect(charged(intake)).toEqual({ [TODAY]: 3 });
  });

  it('is put right by the next run that reads the day', async () => {
    const { intake, open } = await interrupted();

    await deliver(await open(), PARTITION, [cost(2)]);

    expect(charged(intake)).toEqual({ [TODAY]: 2 });
  });

  it('is put right by the next run that reads other days only: the newer file stays', async () => {
    const { intake, open } = await interrupted();
    const sink = await open();

    await deliver(sink, partitionOf(BY_LINE_ITEM, undefined, '2026-11-19'), [cost(7)]);
    const { notes } = await close(sink);

    expect(charged(intake)).toEqual({ '2026-11-19': 7, [TODAY]: 2 });
    expect(notes).toEqual([
      '1 cost file was removed: an earlier run had ended before it could replace them.',
    ]);
  });

  it('is put right at its own end, where Datadog has recovered by then', async () => {
    const { intake, open } = await openCostAccount();
    await deliver(await open(), PARTITION, [cost(1)]);
    intake.costs.faults.set('DELETE', [{ when: 'before', status: 400 }]);
    const sink = await open();
    await deliver(sink, PARTITION, [cost(2)]);

    await close(sink);

    expect(charged(intake)).toEqual({ [TODAY]: 2 });
  });
});

describe('an upload whose answer is lost', () => {
  it('is sent again and there once', async () => {
    const { intake, open } = await openCostAccount();
    intake.costs.faults.set('PUT', [{ when: 'after' }]);

    const receipt = await deliver(await open(), PARTITION, [cost(4)]);

    expect(receipt.accepted).toBe(1);
    expect(intake.costs.calls).toEqual(['GET', 'PUT', 'PUT', 'GET', 'DELETE']);
    expect(charged(intake)).toEqual({ [TODAY]: 4 });
  });

  it('is found by the next run where no try was answered', async () => {
    const { intake, open } = await openCostAccount();
    intake.costs.faults.set(
      'PUT',
      Array.from({ length: 6 }, () => ({ when: 'after' }) as const),
    );
    const failed = await deliver(await open(), PARTITION, [cost(4)]).catch((error) => error);

    await deliver(await open(), PARTITION, [cost(4)]);

    expect(failed).toMatchObject({ kind: 'transient' });
    expect(charged(intake)).toEqual({ [TODAY]: 4 });
  });
});

describe('a file that Datadog could not use', () => {
  it('is named at the end, and uploaded again when its day is read', async () => {
    const { intake, open } = await openCostAccount();
    await deliver(await open(), PARTITION, [cost(4)]);
    const [first] = intake.costs.files;
    if (first) first.status = 'FAILED';
    const sink = await open();
    await deliver(sink, partitionOf(BY_LINE_ITEM, undefined, '2026-11-19'), []);

    const { notes } = await close(sink);
    await deliver(await open(), PARTITION, [cost(4)]);

    expect(notes.join()).toContain(`could not use 1 cost file, such as ${first?.name} (FAILED)`);
    expect(intake.costs.files).toMatchObject([{ status: 'ACTIVE', lines: [{ BilledCost: 4 }] }]);
  });
});

it('more files than a page holds are all seen', async () => {
  const { intake, open } = await openCostAccount();
  const sink = await open();
  await deliver(sink, PARTITION, [cost(1)]);
  const [{ name = '', lines = [] } = {}] = intake.costs.files;
  for (let copy = 0; copy < 250; copy += 1) intake.costs.add({ name, lines });

  await deliver(await open(), PARTITION, [cost(1)]);

  expect(charged(intake)).toEqual({ [TODAY]: 1 });
});
