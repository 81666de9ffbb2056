import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type StandIn, startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import { ask, askProject, NOON, PROJECT } from './ask.js';

let standIn: StandIn;
afterEach(() => standIn.close());

describe('access', () => {
  it('refuses a wrong key in the older shape, with the id of the call in the header too', async () => {
    standIn = await startStandIn({ apiKey: 'right' });

    const answer = await ask(standIn, '/v1/projects');

    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({
      err_code: 'INVALID_AUTH',
      err_msg: 'Invalid credentials.',
      request_id: answer.headers.get('dg-request-id'),
    });
  });

  it.each([
    ['project:read', '/v1/projects'],
    ['usage:read', `/v1/projects/${PROJECT}/requests`],
    ['usage:read', `/v1/projects/${PROJECT}/usage`],
    ['billing:read', `/v1/projects/${PROJECT}/billing/breakdown`],
    ['billing:read', `/v1/projects/${PROJECT}/balances`],
    ['keys:read', `/v1/projects/${PROJECT}/keys`],
    ['members:read', `/v1/projects/${PROJECT}/members`],
  ] as const)('names the scope %s that a key lacks for %s', async (scope, path) => {
    const others = (['project:read', 'usage:read', 'billing:read', 'keys:read'] as const).filter(
      (one) => one !== scope,
    );
    standIn = await startStandIn({ scopes: others });

    const answer = await ask(standIn, path);

    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      category: expect.any(String),
      details: expect.stringContaining(scope),
    });
  });

  it('refuses a missing scope as the documentation has it, when told so', async () => {
    standIn = await startStandIn({ role: 'member', refusals: '401-err-code' });

    const answer = await ask(standIn, `/v1/projects/${PROJECT}/balances`);

    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ err_code: 'INSUFFICIENT_PERMISSIONS' });
  });

  it.each([
    ['default', [], undefined],
    ['member', ['project:read', 'usage:read', 'keys:read'], 2],
    ['admin', ['project:read', 'usage:read', 'billing:read', 'keys:read', 'members:read'], 2],
    ['owner', ['project:read', 'usage:read', 'billing:read', 'keys:read', 'members:read'], 4],
  ] as const)(
    'tells a key of a %s its scopes, and lists the keys that it may see',
    async (role, scopes, keys) => {
      standIn = await startStandIn({ role });

      const token = await ask(standIn, '/v1/auth/token');
      const listed = await ask(standIn, `/v1/projects/${PROJECT}/keys`);

      expect(await token.json()).toEqual({ scopes });
      expect(((await listed.json()) as { api_keys?: unknown[] }).api_keys?.length).toBe(keys);
    },
  );

  it('refuses a path with the error that it is given', async () => {
    standIn = await startStandIn({ errors: { '/v1/projects': { status: 402, body: { err_code: 'X' } } } });

    const answer = await ask(standIn, '/v1/projects');

    expect([answer.status, await answer.json()]).toEqual([402, { err_code: 'X' }]);
  });

  it.each([
    '/v1/projects/nobody/requests',
    `/v1/projects/${PROJECT}/nothing`,
    `/v1/projects/${PROJECT}/constructor`,
    '/v2/projects',
  ])('knows no %s', async (path) => {
    standIn = await startStandIn();

    expect((await ask(standIn, path)).status).toBe(404);
  });

  it('reads only', async () => {
    standIn = await startStandIn();

    const answer = await fetch(`${standIn.url}/v1/projects`, {
      method: 'DELETE',
      headers: { authorization: 'Token stand-in-key' },
    });

    expect(answer.status).toBe(405);
  });

  it('notes every call', async () => {
    standIn = await startStandIn();

    await ask(standIn, `/v1/projects/${PROJECT}/requests?limit=5`);
    await ask(standIn, '/v1/projects', { authorization: 'Token other' });

    expect(standIn.calls.map(({ method, path, authorizationOk }) => [method, path, authorizationOk])).toEqual(
      [
        ['GET', `/v1/projects/${PROJECT}/requests`, true],
        ['GET', '/v1/projects', false],
      ],
    );
    expect(standIn.calls[0]?.query.get('limit')).toBe('5');
  });

  it('serves a canned answer in place of its own, byte for byte', async () => {
    const text = '{ "projects": [ ] }\n';
    standIn = await startStandIn({ answers: { '/v1/projects': text, '/v1/models': { stt: [], tts: [] } } });

    const canned = await ask(standIn, '/v1/projects?page=1');
    const models = await ask(standIn, '/v1/models');

    expect(canned.headers.get('content-type')).toBe('application/json');
    expect(await canned.text()).toBe(text);
    expect(await models.json()).toEqual({ stt: [], tts: [] });
  });

  it.each([
    [true, 'gzip', 'gzip'],
    [true, 'identity', undefined],
    [false, 'gzip', undefined],
  ])('compresses (%s) for who asks with %s: %s', async (gzip, accepted, encoding) => {
    standIn = await startStandIn({ gzip });
    const url = `${standIn.url}/v1/models`;

    const headers = await new Promise((resolve, reject) => {
      const asked = { authorization: 'Token stand-in-key', 'accept-encoding': accepted };
      httpRequest(url, { headers: asked }, (answer) => resolve(answer.resume().headers))
        .on('error', reject)
        .end();
    });

    expect(headers).toHaveProperty('content-type', 'application/json');
    expect((headers as Record<string, unknown>)['content-encoding']).toBe(encoding);
  });

  it('answers 429 above the number of calls it takes at once, and knows the peak', async () => {
    standIn = await startStandIn({ maxInFlight: 2, latencyMs: 100 });

    const answers = await Promise.all([1, 2, 3, 4].map(() => ask(standIn, '/v1/projects')));

    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 429, 429]);
    expect(standIn.peakInFlight).toBe(4);
  });

  it('tells of an error in the caller’s own number of requests', async () => {
    standIn = await startStandIn({
      requestsPerDay: () => {
        throw new Error('no such day');
      },
    });

    const answer = await ask(standIn, `/v1/projects/${PROJECT}/requests`);

    expect([answer.status, await answer.text()]).toEqual([500, 'Error: no such day']);
  });

  it('rejects where the port is taken', async () => {
    standIn = await startStandIn();

    await expect(startStandIn({ port: Number(new URL(standIn.url).port) })).rejects.toThrow(/EADDRINUSE/);
  });
});

describe('the account', () => {
  it('has project names that careless files break on, and keys of which a used one is gone', async () => {
    standIn = await startStandIn({ now: NOON });

    const { projects } = (await (await ask(standIn, '/v1/projects')).json()) as {
      projects: { name: string }[];
    };
    const { api_keys } = await askProject<{ api_keys: { api_key: { api_key_id: string } }[] }>(
      standIn,
      'keys',
    );
    const { accessors } = await askProject<{ accessors: string[] }>(standIn, 'billing/fields');

    expect(projects).toHaveLength(3);
    expect(projects.some(({ name }) => /,/.test(name) && /"/.test(name) && /\P{ASCII}/u.test(name))).toBe(
      true,
    );
    const listed = api_keys.map(({ api_key }) => api_key.api_key_id);
    expect(accessors.filter((id) => !listed.includes(id))).toHaveLength(1);
  });

  it('lists outdated models only when asked, and knows every model it ever used', async () => {
    standIn = await startStandIn({ now: NOON });
    type Models = { stt: { uuid: string }[]; tts: { uuid: string }[] };
    const idsOf = ({ stt, tts }: Models) => [...stt, ...tts].map(({ uuid }) => uuid);

    const current = idsOf(await askProject<Models>(standIn, 'models'));
    const all = idsOf(await askProject<Models>(standIn, 'models?include_outdated=true'));
    const { models } = await askProject<{ models: { model_id: string }[] }>(standIn, 'usage/fields');

    const used = models.map(({ model_id }) => model_id);
    expect(used.every((id) => all.includes(id))).toBe(true);
    expect(used.every((id) => current.includes(id))).toBe(false);
  });

  it('gives ten purchases unless asked for more, and a balance that falls', async () => {
    standIn = await startStandIn({ now: NOON });
    type Balances = { balances: { amount: number }[] };

    const few = await askProject<{ orders: unknown[] }>(standIn, 'purchases');
    const all = await askProject<{ orders: unknown[] }>(standIn, 'purchases?limit=1000');
    const before = await askProject<Balances>(standIn, 'balances');
    standIn.clock.advance(86_400_000);
    const after = await askProject<Balances>(standIn, 'balances');

    expect([few.orders.length, all.orders.length]).toEqual([10, 13]);
    expect(after.balances[0]?.amount).toBeLessThan(before.balances[0]?.amount ?? 0);
  });
});
