import { existsSync, readFileSync } from 'node:fs';
import { DeepgramClient } from '@deepgram/sdk';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type StandIn, startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import { ask, askProject, NOON, PROJECT, readAll } from './ask.js';

const OPENAPI = new URL('../../../../../shared/contract/deepgram-openapi.yml', import.meta.url);
const found = existsSync(OPENAPI);
if (!found) process.stderr.write('Skipped: Deepgram’s OpenAPI document is not there to check against.\n');

const DAYS = 'start=2026-11-18&end=2026-11-19';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn({ now: NOON });
});
afterAll(() => standIn.close());

describe.skipIf(!found)('answers, against Deepgram’s OpenAPI document', () => {
  const errorsOf = found ? validator() : () => [];

  it.each([
    ['ListProjectsV1Response', '/v1/projects'],
    ['ListModelsV1Response', '/v1/models?include_outdated=true'],
    ['ListModelsV1Response', `/v1/projects/${PROJECT}/models`],
    ['ListProjectKeysV1Response', `/v1/projects/${PROJECT}/keys`],
    ['ListProjectBalancesV1Response', `/v1/projects/${PROJECT}/balances`],
    ['ListProjectPurchasesV1Response', `/v1/projects/${PROJECT}/purchases`],
    ['UsageFieldsV1Response', `/v1/projects/${PROJECT}/usage/fields?${DAYS}`],
    ['ListBillingFieldsV1Response', `/v1/projects/${PROJECT}/billing/fields?${DAYS}`],
    ['UsageBreakdownV1Response', `/v1/projects/${PROJECT}/usage/breakdown?${DAYS}`],
    ...['accessor', 'endpoint', 'feature_set', 'models', 'method', 'tags', 'deployment'].map((grouping) => [
      'UsageBreakdownV1Response',
      `/v1/projects/${PROJECT}/usage/breakdown?${DAYS}&grouping=${grouping}`,
    ]),
    ['BillingBreakdownV1Response', `/v1/projects/${PROJECT}/billing/breakdown?${DAYS}`],
    [
      'BillingBreakdownV1Response',
      `/v1/projects/${PROJECT}/billing/breakdown?${DAYS}&grouping=accessor&grouping=tags`,
    ],
    [
      'BillingBreakdownV1Response',
      `/v1/projects/${PROJECT}/billing/breakdown?${DAYS}&grouping=line_item&grouping=deployment`,
    ],
  ])('%s of %s', async (schema, path) => {
    const body = await (await ask(standIn, path ?? '')).json();

    expect(errorsOf(schema ?? '', body)).toEqual([]);
  });

  it('UsageV1Response, but for one known deviation', async () => {
    const body = await askProject<object>(standIn, `usage?${DAYS}`);

    // The document forgot the rows; the docs' own sample has them.
    expect(errorsOf('UsageV1Response', body)).toEqual([' must NOT have additional properties: results']);
  });

  it('requests, but for three known deviations', async () => {
    const requests = await readAll(standIn, DAYS);

    const errors = new Set(errorsOf('ListProjectRequestsV1Response', { page: 0, limit: 1_000, requests }));

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

  it.each([
    ['ErrorResponseLegacyError', '/v1/projects/nobody/requests'],
    ['ErrorResponseModernError', `/v1/projects/${PROJECT}/requests?limit=0`],
    ['ErrorResponseTextError', `/v1/projects/${PROJECT}/requests?start=now`],
  ])('%s of %s', async (schema, path) => {
    const answer = await ask(standIn, path);

    const body: unknown = schema === 'ErrorResponseTextError' ? await answer.text() : await answer.json();

    expect(answer.ok).toBe(false);
    expect(errorsOf(schema, body)).toEqual([]);
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

/** What does not fit a schema of the document, unknown properties included; places in lists are written `*`. */
function validator(): (schema: string, value: unknown) => string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const { components } = parse(readFileSync(OPENAPI, 'utf8')) as { components: { schemas: Schemas } };
  ajv.addSchema({ components: { schemas: closed(components.schemas) } }, 'deepgram');
  return (schema, value) => {
    const validate = ajv.getSchema(`deepgram#/components/schemas/${schema}`);
    if (validate === undefined) throw new Error(`The document has no ${schema}.`);
    return validate(value) ? [] : (validate.errors ?? []).map(textOf);
  };
}

type Schemas = Record<string, { readonly properties?: object; readonly additionalProperties?: unknown }>;

/** The document leaves nearly every object open, and so would let any misspelt name pass. */
function closed(schemas: Schemas): Schemas {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const describes = Object.keys(schema.properties ?? {}).length > 0;
      return [name, describes ? { additionalProperties: false, ...schema } : schema];
    }),
  );
}

function textOf({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty: name } = params as { additionalProperty?: string };
  return `${instancePath.replaceAll(/\/\d+/g, '/*')} ${message}${name === undefined ? '' : `: ${name}`}`;
}
