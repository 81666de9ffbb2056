import { DeepgramClient } from '@deepgram/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StandIn, startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import { type Contract, ownContract, publishedContract, SETUP_MS } from '../../../contract/contract.js';
import { ask, askProject, NOON, PROJECT, readAll } from './ask.js';

const ACCOUNT = ownContract('deepgram-account');
const TOTALS = ownContract('deepgram-totals');
const REQUESTS = ownContract('deepgram-requests');
const PUBLISHED = publishedContract('deepgram-openapi.yml');

const DAYS = 'start=2026-11-18&end=2026-11-19';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn({ now: NOON });
});
afterAll(() => standIn.close());

const GROUPINGS = ['accessor', 'endpoint', 'feature_set', 'models', 'method', 'tags', 'deployment'];
const ANSWERS: readonly (readonly [schema: string, path: string, own: Contract])[] = [
  ['ListProjectsV1Response', '/v1/projects', ACCOUNT],
  ['GetProjectV1Response', `/v1/projects/${PROJECT}`, ACCOUNT],
  ['ListProjectMembersV1Response', `/v1/projects/${PROJECT}/members`, ACCOUNT],
  ['ListModelsV1Response', '/v1/models?include_outdated=true', ACCOUNT],
  ['ListModelsV1Response', `/v1/projects/${PROJECT}/models`, ACCOUNT],
  ['ListProjectKeysV1Response', `/v1/projects/${PROJECT}/keys`, ACCOUNT],
  ['ListProjectBalancesV1Response', `/v1/projects/${PROJECT}/balances`, ACCOUNT],
  ['ListProjectPurchasesV1Response', `/v1/projects/${PROJECT}/purchases`, ACCOUNT],
  ['UsageFieldsV1Response', `/v1/projects/${PROJECT}/usage/fields?${DAYS}`, TOTALS],
  ['ListBillingFieldsV1Response', `/v1/projects/${PROJECT}/billing/fields?${DAYS}`, TOTALS],
  ...['', ...GROUPINGS.map((grouping) => `&grouping=${grouping}`)].map(
    (query) =>
      [
        'UsageBreakdownV1Response',
        `/v1/projects/${PROJECT}/usage/breakdown?${DAYS}${query}`,
        TOTALS,
      ] as const,
  ),
  ...['', '&grouping=accessor&grouping=tags', '&grouping=line_item&grouping=deployment'].map(
    (query) =>
      [
        'BillingBreakdownV1Response',
        `/v1/projects/${PROJECT}/billing/breakdown?${DAYS}${query}`,
        TOTALS,
      ] as const,
  ),
];
const ERRORS = [
  ['ErrorResponseLegacyError', '/v1/projects/nobody/requests'],
  ['ErrorResponseModernError', `/v1/projects/${PROJECT}/requests?limit=0`],
  ['ErrorResponseTextError', `/v1/projects/${PROJECT}/requests?start=now`],
] as const;

describe('answers, against our own schemas', () => {
  it.each(ANSWERS)('%s of %s', async (schema, path, { errorsOf }) => {
    expect(errorsOf(schema, await bodyOf(path))).toEqual([]);
  });

  it.each(ERRORS)('%s of %s', async (schema, path) => {
    expect(REQUESTS.errorsOf(schema, await bodyOf(path, 'an error'))).toEqual([]);
  });

  it('each of its keys', async () => {
    for (const id of await keyIds()) {
      const key = await askProject(standIn, `keys/${id}`);
      expect(ACCOUNT.errorsOf('GetProjectKeyV1Response', key)).toEqual([]);
    }
  });

  it('UsageV1Response', async () => {
    expect(TOTALS.errorsOf('UsageV1Response', await askProject(standIn, `usage?${DAYS}`))).toEqual([]);
  });

  it('a page of requests, and one of them', async () => {
    const page = await askProject<{ requests: { request_id: string }[] }>(
      standIn,
      `requests?limit=1000&${DAYS}`,
    );
    const one = await askProject(standIn, `requests/${page.requests[0]?.request_id}`);

    expect(page.requests.length).toBeGreaterThan(500);
    expect(REQUESTS.errorsOf('ListProjectRequestsV1Response', page)).toEqual([]);
    expect(REQUESTS.errorsOf('GetProjectRequestV1Response', one)).toEqual([]);
  });

  it('which would not take a misspelt or a missing name', async () => {
    const page = await askProject<{ requests: object[] }>(standIn, `requests?limit=1&${DAYS}`);
    const requests = page.requests.map((request) => ({ ...request, request_id: undefined, requestId: 'x' }));

    expect(REQUESTS.errorsOf('ListProjectRequestsV1Response', { ...page, requests })).toEqual([
      "/requests/* must have required property 'request_id'",
      '/requests/* must NOT have additional properties: requestId',
    ]);
    expect(ACCOUNT.errorsOf('ListProjectsV1Response', { projects: [{ project_id: PROJECT }] })).toEqual([
      "/projects/* must have required property 'name'",
    ]);
  });
});

describe.skipIf(!PUBLISHED.present)('answers, against Deepgram’s OpenAPI document', () => {
  const { errorsOf } = PUBLISHED;
  beforeAll(() => {
    errorsOf('ListProjectsV1Response', {});
  }, SETUP_MS);

  it.each(ANSWERS)('%s of %s', async (schema, path) => {
    expect(errorsOf(schema, await bodyOf(path))).toEqual([]);
  });

  it.each(ERRORS)('%s of %s', async (schema, path) => {
    expect(errorsOf(schema, await bodyOf(path, 'an error'))).toEqual([]);
  });

  it('each of its keys', async () => {
    for (const id of await keyIds()) {
      expect(errorsOf('GetProjectKeyV1Response', await askProject(standIn, `keys/${id}`))).toEqual([]);
    }
  });

  it('UsageV1Response, but for one known deviation', async () => {
    const body = await askProject<object>(standIn, `usage?${DAYS}`);

    // The document forgot the rows; the docs' own sample has them.
    expect(errorsOf('UsageV1Response', body)).toEqual([' must NOT have additional properties: results']);
  });

  it('requests, but for three known deviations', async () => {
    const requests = await readAll(standIn, DAYS);

    const errors = errorsOf('ListProjectRequestsV1Response', { page: 0, limit: 1_000, requests });

    expect([...errors].sort()).toEqual([
      // Newer than the document: the id of the key once more, as in the breakdowns.
      '/requests/* must NOT have additional properties: accessor',
      // The document knows a URL only. The docs' own sample has null, and the SDKs' {attempts, code, completed}.
      '/requests/*/callback must be string',
      // The document knows an object only. The docs' own sample is null while a response is not recorded.
      '/requests/*/response must be object',
    ]);
  });

  it('a single request that is answered, with a callback URL and without accessor', async () => {
    const requests = await readAll(standIn, DAYS);
    const plain = requests.find(
      (record) => record.response && typeof record.callback === 'string' && !('accessor' in record),
    );

    const body = await askProject<object>(standIn, `requests/${plain?.request_id}`);

    expect(errorsOf('GetProjectRequestV1Response', body)).toEqual([]);
  });
});

describe('Deepgram’s own client', () => {
  const client = () =>
    new DeepgramClient({ apiKey: 'stand-in-key', baseUrl: standIn.url, maxRetries: 0 }).manage.v1;
  const days = { start: '2026-11-18', end: '2026-11-19' };

  it('lists projects, keys, models, balances and purchases', async () => {
    const { projects, models } = client();

    expect((await projects.list()).projects).toHaveLength(3);
    expect((await projects.keys.list(PROJECT)).api_keys).toHaveLength(4);
    expect((await models.list({ include_outdated: true })).stt?.length).toBeGreaterThan(
      (await projects.models.list(PROJECT)).stt?.length ?? 0,
    );
    expect((await projects.billing.balances.list(PROJECT)).balances).toHaveLength(2);
    expect((await projects.billing.purchases.list(PROJECT, { limit: 3 })).orders).toHaveLength(3);
  });

  it('gets a project, its members and one of its keys', async () => {
    const { projects } = client();

    const [id = ''] = await keyIds();
    const { item } = await projects.keys.get(PROJECT, id);

    expect((await projects.get(PROJECT)).mip_opt_out).toEqual(expect.any(Boolean));
    expect((await projects.members.list(PROJECT)).members).toHaveLength(2);
    expect(item?.member?.api_key).toMatchObject({ api_key_id: id, tags: ['prod'] });
  });

  it('pages through requests and gets one of them', async () => {
    const { requests } = client().projects;

    const page = await requests.list(PROJECT, { ...days, limit: 7, page: 2, status: 'succeeded' });
    const [first] = page.requests ?? [];
    const { request } = await requests.get(PROJECT, first?.request_id ?? '');

    expect(page).toMatchObject({ page: 2, limit: 7 });
    expect(page.requests).toHaveLength(7);
    expect(request).toEqual(first);
  });

  it('reads usage, its breakdown and its fields', async () => {
    const { usage } = client().projects;

    const totals = await usage.get(PROJECT, days);
    const byEndpoint = await usage.breakdown.get(PROJECT, { ...days, grouping: 'endpoint' });
    const fields = await usage.fields.list(PROJECT, days);

    expect(totals.resolution).toEqual({ units: 'day', amount: 1 });
    expect(byEndpoint.results.map(({ grouping }) => grouping.endpoint).sort()).toEqual(
      ['agent', 'listen', 'read', 'speak'].flatMap((endpoint) => [endpoint, endpoint]),
    );
    expect(fields.processing_methods).toEqual(['async', 'streaming', 'sync']);
  });

  it('reads billing by several groupings, and its fields', async () => {
    const { billing } = client().projects;

    const { results } = await billing.breakdown.list(PROJECT, { ...days, grouping: ['line_item', 'tags'] });
    const fields = await billing.fields.list(PROJECT, days);

    expect(results.length).toBeGreaterThan(2);
    expect(results.every(({ grouping }) => grouping.line_item && grouping.tags && !grouping.accessor)).toBe(
      true,
    );
    expect(Object.keys(fields.line_items ?? {})).toEqual(
      expect.arrayContaining(results.map(({ grouping }) => grouping.line_item)),
    );
  });

  it('is told what is wrong with its key', async () => {
    const stranger = new DeepgramClient({ apiKey: 'other', baseUrl: standIn.url, maxRetries: 0 });

    await expect(stranger.manage.v1.projects.list()).rejects.toMatchObject({
      statusCode: 401,
      body: { err_code: 'INVALID_AUTH' },
    });
  });
});

async function keyIds(): Promise<readonly string[]> {
  const { api_keys: keys } = await askProject<{ api_keys: { api_key: { api_key_id: string } }[] }>(
    standIn,
    'keys',
  );
  expect(keys.length).toBeGreaterThan(3);
  return keys.map((key) => key.api_key.api_key_id);
}

/** The JSON or the text of an answer, which must be one of that kind. */
async function bodyOf(path: string, kind: 'a body' | 'an error' = 'a body'): Promise<unknown> {
  const answer = await ask(standIn, path);
  expect(answer.ok).toBe(kind === 'a body');
  const isJson = answer.headers.get('content-type') === 'application/json';
  return isJson ? answer.json() : answer.text();
}
