import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Grafana, startGrafana } from '../../../../connectors/stand-ins/grafana/grafana.js';

let grafana: Grafana;

beforeEach(async () => {
  grafana = await startGrafana({ tokens: { admin: 'Admin', viewer: 'Viewer' } });
  onTestFinished(() => grafana.close());
});

describe('a dashboard', () => {
  const board = { uid: 'a', title: 'A' };

  it('is made once, and saved over with the version that was read', async () => {
    expect(await save(board)).toMatchObject([200, { version: 1, uid: 'a', url: '/d/a/a' }]);
    expect(await save(board)).toMatchObject([412, { status: 'version-mismatch' }]);
    expect(await save({ ...board, version: 1, title: 'B' })).toMatchObject([200, { version: 2 }]);
    expect(await save({ ...board, version: 1 })).toMatchObject([412, {}]);
    expect(await save({ ...board, version: 1 }, { overwrite: true })).toMatchObject([200, { version: 3 }]);
    expect(await call('GET', '/api/dashboards/uid/a')).toMatchObject([
      200,
      { dashboard: { uid: 'a', title: 'A', version: 3 }, meta: { folderUid: '' } },
    ]);
  });

  it.each([
    ['of an uid that another id has', { id: 2, uid: 'a', title: 'A' }, {}, 400, 'same uid already exists'],
    ['of an id that is not there', { id: 9, title: 'A' }, {}, 404, 'not found'],
    ['in a folder that is not there', { uid: 'c', title: 'C' }, { folderUid: 'x' }, 400, 'folder not found'],
    ['without a title', { uid: 'c' }, {}, 400, 'title cannot be empty'],
    ['of an uid that is too long', { uid: 'c'.repeat(41), title: 'C' }, {}, 400, 'uid too long'],
  ])('%s is refused', async (_, dashboard, beside, status, message) => {
    await save(board);
    await save({ uid: 'b', title: 'B' });

    expect(await save(dashboard, beside)).toMatchObject([
      status,
      { message: expect.stringContaining(message) },
    ]);
  });
});

describe('an alert rule', () => {
  const rule = {
    uid: 'r',
    title: 'R',
    ruleGroup: 'g',
    folderUID: 'f',
    condition: 'A',
    data: [{ refId: 'A' }],
    noDataState: 'OK',
    execErrState: 'Error',
    for: '0s',
  };
  const PATH = '/api/v1/provisioning/alert-rules';

  it('is made once, and can be edited only as it was made', async () => {
    await call('POST', '/api/folders', { uid: 'f', title: 'F' });

    expect(await call('POST', PATH, rule)).toMatchObject([201, { uid: 'r', provenance: 'api' }]);
    expect(await call('POST', PATH, rule)).toMatchObject([409, {}]);
    expect(await call('PUT', `${PATH}/r`, { ...rule, title: 'S' })).toMatchObject([200, { title: 'S' }]);
    expect(await call('PUT', `${PATH}/r`, rule, { 'x-disable-provenance': 'true' })).toMatchObject([409, {}]);
    expect(await call('DELETE', '/api/folders/f')).toMatchObject([400, {}]);
    expect(await call('DELETE', `${PATH}/r`)).toEqual([204, undefined]);
    expect(await call('GET', `${PATH}/r`)).toMatchObject([404, {}]);
  });

  it.each([
    ['in a folder that is not there', { folderUID: 'x' }, 400],
    ['whose condition is no query', { condition: 'Z' }, 400],
    ['that tells a contact point that is not there', { notification_settings: { receiver: 'x' } }, 400],
    ['without a title', { title: '' }, 400],
  ])('%s is refused', async (_, change, status) => {
    await call('POST', '/api/folders', { uid: 'f', title: 'F' });

    expect(await call('POST', PATH, { ...rule, ...change })).toMatchObject([status, {}]);
  });

  it('of a title that another one in the folder has is refused', async () => {
    await call('POST', '/api/folders', { uid: 'f', title: 'F' });
    await call('POST', PATH, rule);

    expect(await call('POST', PATH, { ...rule, uid: 's' })).toMatchObject([409, {}]);
  });
});

it('a folder is there once, by its uid and by its title', async () => {
  expect(await call('GET', '/api/folders/f')).toMatchObject([404, { message: 'folder not found' }]);
  expect(await call('POST', '/api/folders', { uid: 'f', title: 'F' })).toMatchObject([200, { uid: 'f' }]);
  expect(await call('POST', '/api/folders', { uid: 'f', title: 'G' })).toMatchObject([409, {}]);
  expect(await call('POST', '/api/folders', { uid: 'g', title: 'F' })).toMatchObject([409, {}]);
});

it('knows its tokens, and what each may do', async () => {
  expect(await call('GET', '/api/folders', undefined, { authorization: 'Bearer x' })).toMatchObject([
    401,
    {},
  ]);
  expect(await call('GET', '/api/folders', undefined, { authorization: '' })).toMatchObject([401, {}]);
  expect(await call('GET', '/api/folders', undefined, { authorization: 'Bearer viewer' })).toMatchObject([
    200,
    [],
  ]);
  expect(await call('POST', '/api/folders', {}, { authorization: 'Bearer viewer' })).toMatchObject([
    403,
    { message: expect.stringContaining('folders:create') },
  ]);
});

function save(dashboard: object, beside: object = {}) {
  return call('POST', '/api/dashboards/db', { dashboard, ...beside });
}

async function call(
  method: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly [status: number, body: unknown]> {
  const answer = await fetch(`${grafana.url}${path}`, {
    method,
    headers: { authorization: 'Bearer admin', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return [answer.status, text === '' ? undefined : JSON.parse(text)];
}
