import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, TABLEAU } from './world.js';

const DEEPGRAM_KEY = 'dg+secret/key="with%odd&signs';
const DATADOG_KEY = 'dd?secret#key,with:odd;signs';

const FORMS = [DEEPGRAM_KEY, DATADOG_KEY].flatMap((key) => [
  key,
  encodeURIComponent(key),
  JSON.stringify(key).slice(1, -1),
  Buffer.from(key).toString('base64'),
  Buffer.from(key).toString('base64url'),
  // Without its ends, which depend on what stands around it.
  Buffer.from(`Token ${key}`).toString('base64').slice(8, -4),
]);

const PROJECTS = { projects: [{ project_id: 'p-1', name: 'Support line' }] };

const SINKS = [
  'archive: { type: ndjson, path: in-the-way }',
  'tableau: { type: tableau-csv, path: out/tableau }',
];

describe('no key reaches any output when everything fails and the servers repeat it', () => {
  it.each([
    'sync -c job.yaml --verbose --summary summary.json',
    'sync -c job.yaml --verbose --summary summary.json --log-format json',
    'sync -c job.yaml --sink datadog --stream projects balances --summary summary.json',
    'check -c job.yaml --verbose',
    'plan -c job.yaml --project Nowhere',
  ])('%s', async (line) => {
    const url = await echo();
    const env = { DEEPGRAM_API_KEY: DEEPGRAM_KEY, DD_API_KEY: DATADOG_KEY, GITHUB_STEP_SUMMARY: 'steps.md' };
    const terminal = await Terminal.open({ env });
    const datadog = `datadog: { type: datadog-metrics, api_key: "\${DD_API_KEY}", api_url: "${url}" }`;
    await terminal.write('job.yaml', jobText(url, [...SINKS, datadog]));
    await terminal.write('in-the-way', '');

    const code = await terminal.run(...line.split(' '));

    const files = Object.values(await terminal.files());
    const said = [terminal.stdout, terminal.stderr, ...files].join('\n');
    expect(FORMS.filter((form) => said.includes(form))).toEqual([]);
    expect(code).toBeGreaterThan(1);
    expect(said).toContain('Support line');
  });
});

it('nor a key that somebody has written into what is exported', async () => {
  const { url } = await account({
    projects: [{ id: 'p-1', name: `Support ${DATADOG_KEY} line` }],
    apiKey: DEEPGRAM_KEY,
    answers: {
      '/v1/projects/p-1/balances': {
        balances: FORMS.map((form, at) => ({
          balance_id: `b-${at}`,
          amount: at,
          units: `usd ${form}`,
          purchase_order_id: form,
        })),
      },
    },
  });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: DEEPGRAM_KEY, DD_API_KEY: DATADOG_KEY } });
  const datadog =
    'datadog: { type: datadog-metrics, api_key: "${DD_API_KEY}", api_url: "http://127.0.0.1:9" }';
  await terminal.write('job.yaml', jobText(url, [ARCHIVE, TABLEAU, datadog]));

  const code = await terminal.run(
    ...['sync', '-c', 'job.yaml', '--sink', 'archive', 'tableau', '--stream', 'projects', 'balances'],
  );

  const files = Object.values(await terminal.files('out')).join('\n');
  expect(code).toBe(0);
  expect(FORMS.filter((form) => files.includes(form))).toEqual([]);
  expect(files).toContain('usd [REDACTED]');
  expect(files).toContain('Support [REDACTED] line');
});

describe('a key that is an ordinary word breaks nothing', () => {
  it.each(['records', 'version', 'requests', 'archive', 'outcome', '2026-11'])('%s', async (word) => {
    const [plain, odd] = await Promise.all(
      ['a-usual-key', word].map(async (key) => {
        const { url } = await account({ apiKey: key });
        const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: key } });
        await terminal.write('job.yaml', jobText(url, [ARCHIVE, TABLEAU]));
        const line = 'sync -c job.yaml --stream requests usage --log-format json --summary summary.json';
        const code = await terminal.run(...line.split(' '));
        const { 'summary.json': summary = '' } = await terminal.files();
        const said = terminal.stderr
          .trim()
          .split('\n')
          .map((entry): unknown => JSON.parse(entry));
        return { code, out: await terminal.files('out'), summary: JSON.parse(summary), said };
      }),
    );

    expect(odd).toEqual(plain);
  });
});

it('nor a key that the configuration misspells, nor its value', async () => {
  const terminal = await Terminal.open();
  const lines = [
    'version: 1',
    `source: { type: deepgram, api_kee: '${DEEPGRAM_KEY}', api_key: [a] }`,
    'sinks: {}',
  ];
  await terminal.write('job.yaml', lines.join('\n'));

  const code = await terminal.run('sync', '-c', 'job.yaml', '--verbose', '--summary', 'summary.json');

  const { 'summary.json': summary = '' } = await terminal.files();
  expect(code).toBe(2);
  expect(terminal.stdout + terminal.stderr + summary).not.toContain('secret');
});

/** A server that lists one project, refuses all else, and repeats the keys, not only the caller's, in every form. */
async function echo(): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === '/v1/projects') return send(response, 200, PROJECTS);
    const message = repeated(request);
    send(response, 403, { err_code: 'FORBIDDEN', err_msg: message, errors: [message], request_id: message });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}

function repeated({ headers }: IncomingMessage): string {
  const header = String(headers.authorization ?? headers['dd-api-key']);
  return [header, ...[DEEPGRAM_KEY, DATADOG_KEY].flatMap(formsOf)].join(' ');
}

function formsOf(key: string): string[] {
  const base64 = [key, `Token ${key}`, `user:${key}`].map((text) => Buffer.from(text).toString('base64'));
  return [encodeURIComponent(key), key, JSON.stringify({ key }), ...base64];
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
