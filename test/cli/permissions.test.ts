import { describe, expect, it } from 'vitest';
import type { StandInOptions } from '../../connectors/stand-ins/deepgram/stand-in-options.js';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY } from './world.js';

const TWO_PROJECTS = [
  { id: 'p-1', name: 'Support line' },
  { id: 'p-2', name: 'Sales' },
];
const BILLED = 'billing, billing_by_line_item, billing_by_accessor, billing_by_line_item_tags';
const SKIP = 'unavailable: skip';

describe.each(['403-category', '401-err-code'] as const)(
  'a key without a scope, refused as %s',
  (refusals) => {
    it('costs a line a scope, however many streams and projects need it', async () => {
      const { terminal, code, summary } = await sync({ projects: TWO_PROJECTS, role: 'member', refusals });

      expect(code).toBe(3);
      expect(linesOf(terminal, /^ {2}! The API key may not read/)).toEqual([
        `  ! The API key may not read balances, purchases, ${BILLED}. The scope billing:read comes with a key of an ` +
          'Admin or an Owner (roles in Deepgram’s console): give such a key to source.api_key, or set what needs it to ' +
          'false under `streams`; with source.unavailable: skip it is no failure.',
      ]);
      expect(terminal.stderr.match(/could not be read/g)).toHaveLength(1);
      expect(summary.source.failures).toHaveLength(12);
      expect(new Set(summary.source.failures.map(({ lacks }) => lacks))).toEqual(new Set(['billing:read']));
    });

    it('is no failure where what is unavailable may be skipped, and the first line says what is not there', async () => {
      const { terminal, code, summary } = await sync({ role: 'member', refusals }, SKIP);

      expect(code).toBe(0);
      expect(terminal.stdout).not.toContain('Everything was delivered');
      expect(terminal.stdout).toContain(
        `\nDelivered, without what the API key may not read: balances, purchases, ${BILLED}. `,
      );
      expect(linesOf(terminal, /^ {2}! Left out/)).toEqual([
        `  ! Left out, since the API key lacks billing:read: balances, purchases, ${BILLED}.`,
      ]);
      expect(terminal.stderr.match(/is left out/g)).toHaveLength(1);
      expect(summary).toMatchObject({ outcome: 'delivered', source: { failures: [] } });
      expect(summary.source.unavailable).toHaveLength(6);
      expect(summary.streams.filter(({ failed_partitions: failed }) => failed > 0)).toEqual([]);
      expect(summary.sinks).toMatchObject([{ unread_partitions: 0, failed_partitions: 0, failure: null }]);
    });

    it('asks for a stream that it may not read once a project, not once a day', async () => {
      const source = `max_concurrency: 1\n  ${SKIP}`;
      const days = ['--stream', 'requests', '--since', '2026-11-01'];
      const { calls, code } = await sync({ scopes: ['project:read'], refusals }, source, ...days);

      expect(code).toBe(0);
      // Those that were on the way when the first one was refused.
      expect(calls.filter((path) => path.endsWith('/requests')).length).toBeLessThanOrEqual(2);
    });
  },
);

describe('what is no lack of a permission', () => {
  const path = '/v1/projects/p-1/requests';

  it.each([
    [
      'an account out of credit',
      402,
      { err_code: 'ASR_PAYMENT_REQUIRED', err_msg: 'Out of credit.' },
      'credit',
    ],
    ['a path that is not there', 404, { err_code: 'NOT_FOUND', err_msg: 'No such path.' }, 'source.base_url'],
    ['a key that is not known', 403, { category: 'INVALID_AUTH', message: 'Invalid.' }, 'source.api_key'],
    ['a key that is not known', 401, { err_code: 'INVALID_AUTH', err_msg: 'Invalid.' }, 'source.api_key'],
    ['a key that is not known', 200, { err_code: 'INVALID_AUTH', err_msg: 'Invalid.' }, 'source.api_key'],
    ['an account out of credit', 200, { err_code: 'ASR_PAYMENT_REQUIRED', err_msg: 'No credit.' }, 'credit'],
  ])('%s (%i) is a failure, also where what is unavailable may be skipped', async (_, status, body, hint) => {
    const { code, summary } = await sync(
      { errors: { [path]: { status, body } } },
      SKIP,
      '--stream',
      'requests',
    );

    expect(code).toBe(3);
    expect(summary.source.unavailable).toEqual([]);
    expect(summary.source.failures).toMatchObject([
      { stream: 'requests', partitions: 2, hint: expect.stringContaining(hint) },
    ]);
    expect(summary.source.failures[0]).not.toHaveProperty('lacks');
  });

  it.each([402, 404])('%i of one day does not keep the next one from being asked for', async (status) => {
    const { calls } = await sync({ errors: { [path]: { status, body: '' } } }, SKIP, '--stream', 'requests');

    expect(calls.filter((called) => called === path)).toHaveLength(2);
  });
});

it.each([200, 400, 404, 500])(
  'the word for a missing permission counts, not the status: %i',
  async (status) => {
    const body = { category: 'INSUFFICIENT_PERMISSIONS', message: 'No.' };
    const errors = { '/v1/projects/p-1/balances': { status, body } };
    const { code, calls, summary } = await sync({ errors }, SKIP, '--stream', 'balances');

    expect(code).toBe(0);
    expect(summary.source.unavailable).toMatchObject([
      { stream: 'balances', kind: 'auth', lacks: 'billing:read' },
    ]);
    expect(calls.filter((path) => path.endsWith('/balances'))).toHaveLength(1);
  },
);

it('a page of a proxy with 403 is no word of Deepgram about permissions', async () => {
  const body = '<!doctype html><html>Blocked</html>';
  const errors = { '/v1/projects/p-1/balances': { status: 403, body } };
  const { code, summary } = await sync({ errors }, SKIP, '--stream', 'balances');

  expect(code).toBe(3);
  expect(summary.source.failures).toMatchObject([{ hint: expect.stringContaining('HTTPS_PROXY') }]);
});

it('exports requests without key names where the names are refused as in the documentation', async () => {
  const scopes = ['project:read', 'usage:read'] as const;
  const { code, summary } = await sync({ scopes, refusals: '401-err-code' }, '', '--stream', 'requests');

  expect(code).toBe(0);
  expect(summary.streams).toMatchObject([{ name: 'requests', failed_partitions: 0 }]);
});

it('a sink that failed without being required is named by the first line', async () => {
  const { url } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  const blocked = 'copy: { type: ndjson, path: in-the-way, required: false }';
  await terminal.write('job.yaml', jobText(url, [ARCHIVE, blocked]));
  await terminal.write('in-the-way', '');

  const code = await terminal.run('sync', '-c', 'job.yaml');

  expect(code).toBe(0);
  expect(terminal.stdout).toContain('\nDelivered, but not to copy (not required). ');
});

describe('a base URL without a management API', () => {
  it.each(['api.eu.deepgram.com', 'api.au.deepgram.com', 'api.in.deepgram.com', 'acme.api.deepgram.com'])(
    '%s is warned of once, by sync and by check',
    async (host) => {
      for (const command of ['sync', 'check']) {
        const terminal = await unreachable(`https://${host}`);

        const code = await terminal.run(command, '-c', 'job.yaml');

        expect(code).toBe(3);
        expect(terminal.stderr.match(/which has no management API/g)).toHaveLength(1);
        expect(terminal.stdout + terminal.stderr).toContain('are read from https://api.deepgram.com');
      }
    },
  );

  it('with the version in it is named by the warning and by what to do', async () => {
    const standIn = await account();
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    await terminal.write('job.yaml', jobText(`${standIn.url}/v1`, [ARCHIVE]));

    const code = await terminal.run('sync', '-c', 'job.yaml');

    expect(code).toBe(3);
    expect(terminal.stderr.match(/source\.base_url ends with \/v1/g)).toHaveLength(1);
  });

  it.each(['api.deepgram.com', 'api.deepgram.com.example.com', 'proxy.example.com', 'api.eu.example.com'])(
    '%s is none',
    async (host) => {
      const terminal = await unreachable(`https://${host}`);

      await terminal.run('check', '-c', 'job.yaml');

      expect(terminal.stderr + terminal.stdout).not.toContain('management API');
    },
  );
});

interface Ran {
  readonly terminal: Terminal;
  readonly code: number;
  /** Paths that were asked for. */
  readonly calls: readonly string[];
  readonly summary: {
    readonly source: {
      readonly failures: readonly { readonly lacks?: string }[];
      readonly unavailable: readonly object[];
    };
    readonly streams: readonly { readonly failed_partitions: number }[];
    readonly sinks: readonly object[];
  };
}

async function sync(options: StandInOptions, source = '', ...arguments_: readonly string[]): Promise<Ran> {
  const standIn = await account(options);
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(standIn.url, [ARCHIVE], source));
  const code = await terminal.run('sync', '-c', 'job.yaml', '--summary', 'summary.json', ...arguments_);
  const calls = standIn.calls.map(({ path }) => path);
  const summary = JSON.parse((await terminal.files())['summary.json'] ?? '');
  return { terminal, code, calls, summary };
}

/** A job whose every call meets a proxy that is not there. */
async function unreachable(baseUrl: string): Promise<Terminal> {
  const env = { DEEPGRAM_API_KEY: KEY, HTTPS_PROXY: 'http://127.0.0.1:9' };
  const terminal = await Terminal.open({ env });
  await terminal.write('job.yaml', jobText(baseUrl, [ARCHIVE]));
  return terminal;
}

function linesOf(terminal: Terminal, pattern: RegExp): readonly string[] {
  return terminal.stdout.split('\n').filter((line) => pattern.test(line));
}
