import { parquetWriteBuffer } from 'hyparquet-writer';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { rowsOf } from '../../../../connectors/stand-ins/tableau/account/site.js';
import { startTableau, type Tableau } from '../../../../connectors/stand-ins/tableau/tableau.js';

const SITE = '/sites/6b7179ba-b82b-4f0f-91ed-812074ac5da6';
const MINUTES = 60_000;

let tableau: Tableau;
let now: number;

beforeEach(async () => {
  now = 0;
  tableau = await startTableau({
    tokens: { t: { secret: 's', userId: 'ann' } },
    projects: [
      { id: 'p', name: 'Speech', ownerId: 'ben', publishers: {} },
      { id: 'q', name: 'Finance', ownerId: 'ben', publishers: { ann: 'Deny' } },
    ],
    users: [{ id: 'ann', siteRole: 'Creator', groups: [] }],
    now: () => now,
    requestBytes: 20_000,
    updateBytes: 10_000,
  });
  onTestFinished(() => tableau.close());
});

describe('a token', () => {
  it('has one session: who signs in with it ends the one before', async () => {
    const first = await signIn();
    const second = await signIn();

    expect(await call('GET', `${SITE}/projects`, first)).toMatchObject([
      401,
      expect.stringMatching(/code="401002"/),
    ]);
    expect(await call('GET', `${SITE}/projects`, second)).toMatchObject([
      200,
      expect.stringMatching(/name="Speech"/),
    ]);
  });

  it('is signed in for two hours, or until it signs out', async () => {
    const session = await signIn();
    now = 119 * MINUTES;
    expect((await call('GET', `${SITE}/projects`, session))[0]).toBe(200);
    now = 120 * MINUTES;
    expect((await call('GET', `${SITE}/projects`, session))[0]).toBe(401);
    const other = await signIn();
    expect((await call('POST', '/auth/signout', other))[0]).toBe(204);
    expect((await call('GET', `${SITE}/projects`, other))[0]).toBe(401);
  });

  it('needs its secret and its site', async () => {
    expect(await call('POST', '/auth/signin', '', credentials('wrong'))).toMatchObject([
      401,
      expect.stringMatching(/code="401001"/),
    ]);
    expect(await call('POST', '/auth/signin', '', credentials('s', 'another'))).toMatchObject([
      401,
      expect.stringMatching(/code="401001"/),
    ]);
  });
});

describe('a publish', () => {
  it('takes multipart/mixed with carriage returns, and nothing else', async () => {
    const session = await signIn();
    const good = publishBody(table([1]));

    expect(await publish(session, good, 'multipart/form-data')).toMatchObject([
      415,
      expect.stringMatching(/code="415000"/),
    ]);
    expect((await publish(session, good.replaceAll('\r\n', '\n')))[0]).toBe(500);
    expect(await publish(session, good)).toMatchObject([202, expect.stringMatching(/<job id="job-1"/)]);
  });

  it('is done by a job whose finish code says nothing before it has ended', async () => {
    const session = await signIn();
    await publish(session, publishBody(table([1])));

    expect(await call('GET', `${SITE}/jobs/job-1`, session)).toMatchObject([
      200,
      expect.stringMatching(/finishCode="1"/),
    ]);
    expect(await call('GET', `${SITE}/jobs/job-1`, session)).toMatchObject([
      200,
      expect.stringMatching(/completedAt="[^"]+" finishCode="0"/),
    ]);
  });

  it.each([
    ['in a project that is not there', { projectId: 'x' }, 404, '404005'],
    ['where the user may not', { projectId: 'q' }, 403, '403004'],
    ['of a kind that is not known', { type: 'csv' }, 400, '400011'],
  ] as const)('%s is refused', async (_, change, status, code) => {
    const { projectId, type } = { projectId: 'p', type: 'parquet', ...change };
    const answer = await publish(await signIn(), publishBody(table([1]), projectId), undefined, type);

    expect(answer).toMatchObject([status, expect.stringContaining(`code="${code}"`)]);
  });

  it('in place of another must say so, and takes what people added with it', async () => {
    const session = await signIn();
    await publish(session, publishBody(table([1])));
    source().calculatedFields.push('profit');

    expect(await publish(session, publishBody(table([2])))).toMatchObject([
      409,
      expect.stringMatching(/code="409004"/),
    ]);
    await publish(session, publishBody(table([2])), undefined, 'parquet&overwrite=true');

    expect(rowsOf(tableau.site, 'a')).toEqual([{ n: 2, day: 'd2' }]);
    expect(source().calculatedFields).toEqual([]);
  });

  it('of more than one request takes is refused', async () => {
    expect((await publish(await signIn(), publishBody('x'.repeat(20_000))))[0]).toBe(413);
  });
});

describe('an upload', () => {
  it('is put together in the order in which its pieces come', async () => {
    const session = await signIn();
    const bytes = table([1, 2, 3]);
    const whole = await upload(session, bytes.slice(0, 50), bytes.slice(50));
    const turned = await upload(session, bytes.slice(50), bytes.slice(0, 50));

    await publish(session, publishBody(), undefined, `parquet&uploadSessionId=${whole}`);
    await publish(session, publishBody(), undefined, `parquet&overwrite=true&uploadSessionId=${turned}`);

    expect(rowsOf(tableau.site, 'a')).toHaveLength(3);
    await call('GET', `${SITE}/jobs/job-2`, session);
    expect(await call('GET', `${SITE}/jobs/job-2`, session)).toMatchObject([
      200,
      expect.stringMatching(/finishCode="1"><statusNotes>/),
    ]);
  });

  it('is used once', async () => {
    const session = await signIn();
    const id = await upload(session, table([1]));
    await publish(session, publishBody(), undefined, `parquet&uploadSessionId=${id}`);

    expect(
      (await publish(session, publishBody(), undefined, `parquet&overwrite=true&uploadSessionId=${id}`))[0],
    ).toBe(404);
  });
});

describe('an update', () => {
  const gone = { action: 'delete', 'target-table': 'Extract', condition: equals('day', 'd1') };
  const insert = { action: 'insert', 'source-table': 'Extract', 'target-table': 'Extract' };

  it('does all of its actions, and what people added stays', async () => {
    const session = await published([1, 2]);
    source().calculatedFields.push('profit');

    await update(session, 'r', [gone, insert], table([3]));

    expect(rowsOf(tableau.site, 'a')).toEqual([
      { n: 2, day: 'd2' },
      { n: 3, day: 'd3' },
    ]);
    expect(source().calculatedFields).toEqual(['profit']);
  });

  it('does none of its actions where one fails', async () => {
    const session = await published([1]);

    await update(session, 'r', [gone, { ...insert, 'source-table': 'other' }], table([3]));

    expect(rowsOf(tableau.site, 'a')).toEqual([{ n: 1, day: 'd1' }]);
  });

  it('of the same request is done once', async () => {
    const session = await published([1]);

    await update(session, 'r', [insert], table([3]));
    const again = await update(session, 'r', [insert], table([4]));

    expect(again).toMatchObject([202, expect.stringMatching(/<job id="job-2"/)]);
    expect(rowsOf(tableau.site, 'a')).toEqual([
      { n: 1, day: 'd1' },
      { n: 3, day: 'd3' },
    ]);
  });

  it.each([
    ['without a request id', '', [gone], '', 400],
    ['without actions', 'r', [], '', 400],
    ['of an action that is not there', 'r', [{ action: 'drop' }], '', 400],
    ['that brings too much', 'r', [insert], 'x'.repeat(11_000), 413],
  ])('%s is refused', async (_, requestId, actions, payload, status) => {
    expect((await update(await published([1]), requestId, actions, payload))[0]).toBe(status);
  });
});

it('knows no version of the API that is newer than its own', async () => {
  expect((await call('GET', '/serverinfo', '', '', '2.4'))[1]).toMatch(
    '<restApiVersion>3.24</restApiVersion>',
  );
  expect((await call('POST', '/auth/signin', '', credentials('s'), '3.25'))[0]).toBe(404);
});

function table(numbers: readonly number[]): string {
  const columnData = [
    { name: 'n', data: [...numbers], type: 'INT32' as const },
    { name: 'day', data: numbers.map((number) => `d${number}`), type: 'STRING' as const },
  ];
  return Buffer.from(parquetWriteBuffer({ columnData })).toString('latin1');
}

function equals(column: string, v: string) {
  return { op: 'eq', 'target-col': column, const: { type: 'string', v } };
}

function source() {
  const [only] = tableau.site.dataSources.values();
  if (only === undefined) throw new Error('nothing is published');
  return only;
}

function publishBody(file?: string, projectId = 'p'): string {
  const request = `<tsRequest><datasource name="a"><project id="${projectId}"/></datasource></tsRequest>`;
  return multipart({ request_payload: request, ...(file === undefined ? {} : { tableau_datasource: file }) });
}

function multipart(parts: Readonly<Record<string, string>>): string {
  const texts = Object.entries(parts).map(
    ([name, body]) =>
      `--b\r\nContent-Disposition: name="${name}"; filename="f"\r\nContent-Type: text/xml\r\n\r\n${body}\r\n`,
  );
  return `${texts.join('')}--b--\r\n`;
}

function publish(session: string, body: string, kind = 'multipart/mixed', type = 'parquet') {
  return call('POST', `${SITE}/datasources?datasourceType=${type}`, session, body, '3.24', {
    'content-type': `${kind}; boundary=b`,
  });
}

async function published(numbers: readonly number[]): Promise<string> {
  const session = await signIn();
  await publish(session, publishBody(table(numbers)));
  return session;
}

async function upload(session: string, ...pieces: readonly string[]): Promise<string> {
  const [, xml] = await call('POST', `${SITE}/fileUploads`, session);
  const id = encodeURIComponent(/uploadSessionId="([^"]+)"/.exec(xml)?.[1] ?? '');
  for (const piece of pieces) {
    const body = multipart({ request_payload: '', tableau_file: piece });
    const type = { 'content-type': 'multipart/mixed; boundary=b' };
    await call('PUT', `${SITE}/fileUploads/${id}`, session, body, '3.24', type);
  }
  return id;
}

async function update(session: string, requestId: string, actions: readonly object[], payload: string) {
  const id = await upload(session, payload);
  const body = JSON.stringify({ actions });
  const headers = { 'content-type': 'application/json', requestid: requestId };
  const path = `${SITE}/datasources/${source().id}/data?uploadSessionId=${id}`;
  return call('PATCH', path, session, body, '3.24', headers);
}

function credentials(secret: string, contentUrl = ''): string {
  return `<tsRequest><credentials personalAccessTokenName="t" personalAccessTokenSecret="${secret}"><site contentUrl="${contentUrl}"/></credentials></tsRequest>`;
}

async function signIn(): Promise<string> {
  const [, xml] = await call('POST', '/auth/signin', '', credentials('s'));
  return /token="([^"]+)"/.exec(xml)?.[1] ?? '';
}

async function call(
  method: string,
  path: string,
  session = '',
  body = '',
  version = '3.24',
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly [status: number, xml: string]> {
  const answer = await fetch(`${tableau.url}/api/${version}${path}`, {
    method,
    headers: { 'x-tableau-auth': session, ...headers },
    ...(method === 'GET' ? {} : { body: Buffer.from(body, 'latin1') }),
  });
  return [answer.status, await answer.text()];
}
