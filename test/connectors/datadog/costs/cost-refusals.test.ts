import { inspect } from 'node:util';
import nock from 'nock';
import { afterEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../../../src/errors/export-error.js';
import { API_KEY, close, deliver, steppingClock } from '../account.js';
import { seenByNock } from '../as-documented.js';
import { APP_KEY, charged, cost, openCostAccount, openCostSink, PARTITION, TODAY } from './cost-account.js';

const US5 = 'https://api.us5.datadoghq.com';
const SIGNAL = new AbortController().signal;

describe('what Datadog refuses', () => {
  it('is explained where a key is refused: both keys, the site and the permissions are named', async () => {
    const { open } = await openCostAccount();
    const sink = await open({ app_key: 'another-app-key' });

    const error = await deliver(sink, PARTITION, [cost(1)]).catch((reason) => reason);
    const check = await sink.check(SIGNAL);

    expect(failureOf(error)).toMatchObject({
      code: 'SINK_REFUSED',
      kind: 'auth',
      message: expect.stringMatching(
        /^Datadog refused to upload the costs of billing_by_line_item_tags of Support line, 2026-11-20 \(403/,
      ),
      hint: expect.stringContaining('cloud_cost_management_read and cloud_cost_management_write'),
    });
    expect(check).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^Datadog refused to list the custom costs/),
    });
    expect(inspect([failureOf(error), error, check], { depth: 8, showHidden: true })).not.toMatch(
      /another-app-key|an-api-key/,
    );
  });

  it('is counted where it is a file, and what was there stays', async () => {
    const { intake, open } = await openCostAccount();
    await deliver(await open(), PARTITION, [cost(1)]);
    intake.costs.faults.set('PUT', [{ when: 'before', status: 400 }]);

    const receipt = await deliver(await open(), PARTITION, [cost(2), cost(3), cost(null)]);

    expect(receipt).toMatchObject({
      accepted: 0,
      rejected: [{ reason: expect.stringContaining('400'), count: 2 }],
      skipped: [{ count: 1 }],
    });
    expect(charged(intake)).toEqual({ [TODAY]: 1 });
  });

  it('at the end is a note: what was delivered stays delivered', async () => {
    const { intake, open } = await openCostAccount();
    const sink = await open();
    await deliver(sink, PARTITION, [cost(1)]);
    intake.lastingFault = { status: 403 };

    const { notes } = await close(sink);

    expect(notes.join()).toMatch(/^Datadog refused to look for days with two cost files/);
  });
});

it('a sink that got nothing to deliver calls nobody', async () => {
  const { intake, open } = await openCostAccount();

  await close(await open());

  expect(intake.costs.calls).toEqual([]);
});

describe('calls as Datadog documents them', () => {
  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });

  const datadog = () => {
    nock.disableNetConnect();
    nock.enableNetConnect('127.0.0.1');
    return nock(US5, {
      reqheaders: { 'dd-api-key': API_KEY, 'dd-application-key': APP_KEY, accept: 'application/json' },
    });
  };
  const open = async () =>
    openCostSink({ site: 'us5.datadoghq.com', api_url: await seenByNock(US5) }, steppingClock());
  const stored = (id: string, name: string) => ({
    id,
    type: 'cost_metadata',
    attributes: { name, uploaded_at: 1 },
  });

  it('GET, PUT and DELETE /api/v2/cost/custom_costs, with both keys in their headers', async () => {
    const forms: { type: string | null; file: string; lines: unknown }[] = [];
    const old = 'deepgram-export_p1_2026-11-20_0123456789abcdef.json';
    const scope = datadog()
      .get('/api/v2/cost/custom_costs')
      .query({ 'filter[name]': 'deepgram-export_p1_2026-11-20_', 'page[size]': '100' })
      .reply(200, { data: [stored('old', old)], meta: { total_filtered_count: 1 } })
      .put('/api/v2/cost/custom_costs')
      .reply(202, async (call: Request) => {
        const file = (await call.formData()).get('file') as File; // nothing else is in the form
        forms.push({ type: file.type, file: file.name, lines: JSON.parse(await file.text()) });
        return { data: stored('new', file.name) };
      })
      .delete('/api/v2/cost/custom_costs/old')
      .reply(204);

    const receipt = await deliver(await open(), PARTITION, [cost(1.5)]);

    scope.done();
    expect(receipt.accepted).toBe(1);
    expect(forms).toMatchObject([
      {
        type: 'text/json',
        file: expect.stringMatching(/^deepgram-export_p1_2026-11-20_[0-9a-f]{16}\.json$/),
        lines: [{ ProviderName: 'Deepgram', BilledCost: 1.5 }],
      },
    ]);
  });

  it('pages that are counted from 1 are all read, too', async () => {
    const page = (...names: readonly string[]) => ({
      data: names.map((name) => stored(name, `deepgram-export_${name}`)),
      meta: { total_filtered_count: 2 },
    });
    const scope = datadog()
      .get('/api/v2/cost/custom_costs')
      .query((query) => query['page[number]'] === undefined)
      .reply(200, page('a'))
      .get('/api/v2/cost/custom_costs')
      .query((query) => query['page[number]'] === '1')
      .reply(200, page('a'))
      .get('/api/v2/cost/custom_costs')
      .query((query) => query['page[number]'] === '2')
      .reply(200, page('b'));

    const check = await (await open()).check(SIGNAL);

    scope.done();
    expect(check).toEqual({
      what: 'list the custom costs at us5.datadoghq.com',
      ok: true,
      detail: 'both keys are let in; 2 files of this program are there',
    });
  });

  it('a listing that heeds no filter gives the files of others, which do not count', async () => {
    const scope = datadog()
      .get('/api/v2/cost/custom_costs')
      .query(true)
      .reply(200, { data: [stored('a', 'data.json')], meta: { total_filtered_count: 1 } })
      .get('/api/v2/cost/custom_costs')
      .query(true)
      .reply(200, { data: [], meta: { total_filtered_count: 1 } });

    const check = await (await open()).check(SIGNAL);

    scope.done();
    expect(check.detail).toContain('0 files of this program');
  });

  it('a listing that lags behind at the end undoes nothing of what the run has uploaded', async () => {
    const old = 'deepgram-export_p1_2026-11-20_0123456789abcdef.json';
    let name = '';
    const scope = datadog()
      .get('/api/v2/cost/custom_costs')
      .query(true)
      .reply(200, { data: [], meta: { total_filtered_count: 0 } })
      .put('/api/v2/cost/custom_costs')
      .reply(202, async (call: Request) => {
        ({ name } = (await call.formData()).get('file') as File); // nothing else is in the form
        return { data: { ...stored('new', name), attributes: { name } } };
      })
      .get('/api/v2/cost/custom_costs')
      .query(true)
      .reply(200, () => ({
        data: [stored('old', old), { ...stored('new', name), attributes: { name } }],
        meta: { total_filtered_count: 2 },
      }));
    const sink = await open();
    await deliver(sink, PARTITION, [cost(1)]);

    const { facts, notes } = await close(sink);

    scope.done();
    expect(facts).toMatchObject({ 'cost files uploaded': 1, 'cost files removed': 0 });
    expect(notes).toEqual([]);
  });

  it('a file that Datadog keeps under another name is removed again, and the sink stops', async () => {
    const scope = datadog()
      .get('/api/v2/cost/custom_costs')
      .query(true)
      .reply(200, { data: [], meta: { total_filtered_count: 0 } })
      .put('/api/v2/cost/custom_costs')
      .reply(202, { data: stored('new', 'data.json') })
      .delete('/api/v2/cost/custom_costs/new')
      .reply(204);

    const error = await deliver(await open(), PARTITION, [cost(1)]).catch((reason) => reason);

    scope.done();
    expect(failureOf(error)).toMatchObject({
      code: 'SINK_REFUSED',
      kind: 'permanent',
      message: expect.stringContaining('keeps the file under another name, and it was removed again'),
    });
  });
});
