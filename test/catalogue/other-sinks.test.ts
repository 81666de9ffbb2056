import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectors } from '../../connectors/connectors.js';
import { memorySink } from '../../connectors/testing/memory-sink.js';
import { defineSinkType } from '../../src/catalogue/sink-type.js';
import type { StandardSchema } from '../../src/catalogue/standard-schema.js';
import { configJsonSchema } from '../../src/config/settings/json-schema.js';
import type { Summary } from '../../src/summary/summary.js';
import { Terminal } from '../cli/terminal.js';
import { ARCHIVE, account, jobText, KEY } from '../cli/world.js';
import { errorOf, load } from '../config/load-text.js';

/** A schema without any library: `url` must be there, and `retries`, if it is, a list of numbers. */
const handMade: StandardSchema<{ readonly url: string }> = {
  '~standard': {
    version: 1,
    vendor: 'tests',
    validate: async (value) => {
      const { url, retries = [] } = value as {
        readonly url?: unknown;
        readonly retries?: readonly unknown[];
      };
      const wrong = retries.findIndex((one) => typeof one !== 'number');
      const issues = [
        ...(typeof url === 'string' ? [] : [{ message: 'say where to', path: ['url'] }]),
        ...(wrong < 0
          ? []
          : [{ message: `not a\nnumber: ${retries[wrong]}`, path: ['retries', { key: wrong }] }]),
      ];
      return issues.length > 0 ? { issues } : { value: { url: String(url) } };
    },
  },
};

/** The class of another copy of the package. */
const { ExportError: AnotherError }: typeof import('../../src/errors/export-error.js') = await import(
  `${'../../src/errors/export-error.js'}?another`
);

/** What the modules of these tests are made of, since they are loaded by path and cannot import sources of ours. */
Object.assign(globalThis, { forOtherSinks: { z, defineSinkType, memorySink, handMade, AnotherError } });
const MODULE = 'const { z, defineSinkType, memorySink, handMade } = globalThis.forOtherSinks;\n';
const SINK = `${MODULE}export default defineSinkType({ settings: handMade, open: async () => memorySink() });`;
const HEAD = 'version: 1\nsource: { type: deepgram, api_key: dg-key-for-tests }\n';

/** A folder with these files, `job.yaml` among them with a sink of these settings. */
async function folderOf(settings: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'other-sinks-'));
  const all = { ...files, 'job.yaml': `${HEAD}sinks:\n  mine: { ${settings} }\n` };
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const loaded = async (settings: string, files: Readonly<Record<string, string>>, env = {}) =>
  load({ file: join(await folderOf(settings, files), 'job.yaml'), cwd: tmpdir(), env, mode: 'resolve' });

/** The mistakes, without the way to the file. */
async function mistakes(settings: string, files: Readonly<Record<string, string>>, env = {}) {
  const { code, message } = await errorOf(loaded(settings, files, env));
  expect(code).toBe('CONFIG_INVALID');
  return message.split('\n').map((line) => line.replace(/^.*job\.yaml:/, ''));
}

const packageOf = (name: string, manifest: object, file = 'index.js') => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, type: 'module', ...manifest }),
  [`node_modules/${name}/${file}`]: SINK,
});

describe('a sink of other people', () => {
  it('is named by a path from the folder of the file', async () => {
    const job = await loaded('type: ./sinks/mine.mjs, url: here, streams: [usage], required: false', {
      'sinks/mine.mjs': SINK,
    });

    expect(job.sinks).toMatchObject([
      { name: 'mine', type: './sinks/mine.mjs', settings: { url: 'here' }, required: false, outputPaths: [] },
    ]);
    expect(job.sinks[0]?.streams.map(({ name }) => name)).toEqual(['usage']);
  });

  it.each([
    ['my-sink', packageOf('my-sink', { main: 'index.js' })],
    ['@us/sinks', packageOf('@us/sinks', { exports: { '.': { types: './x.d.ts', import: './index.js' } } })],
    ['@us/sinks/mine', packageOf('@us/sinks', { exports: { './mine': './mine.js' } }, 'mine.js')],
    ['by-import', packageOf('by-import', { exports: { require: './no.cjs', import: './index.js' } })],
    ['by-name', packageOf('by-name', { exports: './index.js' })],
  ])('is named by an installed package: %s', async (type, files) => {
    const job = await loaded(`type: "${type}", url: here`, files);

    expect(job.sinks).toMatchObject([{ type, settings: { url: 'here' }, destination: type }]);
  });

  it('may have no settings', async () => {
    const module = `${MODULE}export default defineSinkType({ open: async () => memorySink() });`;

    expect(await mistakes('type: ./mine.mjs, deadlin: 5s', { 'mine.mjs': module })).toEqual([
      '4:29  sinks.mine.deadlin: is no setting known here (did you mean "deadline"?)',
    ]);
    expect((await loaded('type: ./mine.mjs', { 'mine.mjs': module })).sinks).toHaveLength(1);
  });

  it('may say which folders it writes', async () => {
    const module = `${MODULE}export default defineSinkType({
      settings: z.object({ path: z.string() }),
      outputPaths: ({ path }) => [path],
      destination: ({ path }) => path,
      open: async () => memorySink(),
    });`;

    expect(
      await mistakes('type: ./mine.mjs, path: out }\n  files: { type: ndjson, path: out/x', {
        'mine.mjs': module,
      }),
    ).toEqual([
      '5:10  sinks.files: writes inside the folder of sinks.mine; each sink needs a folder of its own',
    ]);
  });
});

describe('its mistakes are shown like ours', () => {
  it('delivers to a place whose secrets are not kept in the state, and that stays told from others', async () => {
    const sink = `${MODULE}export default defineSinkType({
      settings: handMade, destination: ({ url }) => url, open: async () => memorySink() });`;
    const destinationOf = async (url: string, env: Record<string, string>) => {
      const job = await loaded(`type: ./mine.mjs, url: "${url}"`, { 'mine.mjs': sink }, env);
      return job.sinks[0]?.destination;
    };

    const one = await destinationOf('https://${TOKEN}@here', { TOKEN: 'secret-token' });
    const again = await destinationOf('https://${TOKEN}@here', { TOKEN: 'secret-token' });
    const other = await destinationOf('https://${TOKEN}@here', { TOKEN: 'another-token' });

    expect(one).toMatch(/^\.\/mine\.mjs https:\/\/\[REDACTED\]@here [\da-f]{8}$/);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
    expect(await destinationOf('https://here', {})).toBe('./mine.mjs https://here');
  });

  it('by a schema of any library, in one line, without what may be a secret', async () => {
    const settings = 'type: ./mine.mjs, retries: [1, "${TOKEN}"], required: maybe';

    expect(await mistakes(settings, { 'mine.mjs': SINK }, { TOKEN: 'secret-token' })).toEqual([
      '4:3  sinks.mine.url: say where to',
      '4:42  sinks.mine.retries[1]: not a number: [REDACTED]',
      '4:65  sinks.mine.required: must be true or false',
    ]);
  });

  it('by one that throws', async () => {
    const whole = "{ '~standard': { version: 1, vendor: 'tests', validate: (value) => value.hosts.length } }";
    const module = `${MODULE}export default defineSinkType({ settings: ${whole}, open: async () => memorySink() });`;

    expect(await mistakes('type: ./mine.mjs', { 'mine.mjs': module })).toEqual([
      "4:9  sinks.mine: cannot be checked: Cannot read properties of undefined (reading 'length')",
    ]);
  });

  it('by one of zod, in our words', async () => {
    const module = `${MODULE}export default defineSinkType({
      settings: z.strictObject({ url: z.url(), size: z.int().min(3), kind: z.enum(['one', 'two']) }),
      open: async () => memorySink(),
    });`;
    const settings = 'type: ./mine.mjs, url: [], size: 1, kind: twoo, colour: red';

    expect(await mistakes(settings, { 'mine.mjs': module })).toEqual([
      '4:34  sinks.mine.url: must be text',
      '4:44  sinks.mine.size: Too small: expected number to be >=3',
      '4:53  sinks.mine.kind: must be one of one, two (did you mean "two"?)',
      '4:59  sinks.mine.colour: is no setting known here; there are url, size, kind, type, streams, required, deadline, missing',
    ]);
  });

  it('but what only the environment can say is not judged without it', async () => {
    const folder = await folderOf('type: ./mine.mjs, url: "${URL}", retries: ["${N}"]', { 'mine.mjs': SINK });

    const job = await load({ file: 'job.yaml', cwd: folder, env: {}, mode: 'structure' });

    expect(job.sinks).toMatchObject([{ type: './mine.mjs' }]);
  });

  it('nor is what holds it', async () => {
    const whole = `{ '~standard': { version: 1, vendor: 'tests', validate: (value) =>
      value.hosts.includes('here') ? { value } : { issues: [{ message: 'name this one', path: ['hosts'] }] } } }`;
    const module = `${MODULE}export default defineSinkType({ settings: ${whole}, open: async () => memorySink() });`;
    const folder = await folderOf('type: ./mine.mjs, hosts: ["${HOST}"]', { 'mine.mjs': module });
    const file = { file: 'job.yaml', cwd: folder };

    const job = await load({ ...file, env: {}, mode: 'structure' });
    const error = await errorOf(load({ ...file, env: { HOST: 'there' }, mode: 'resolve' }));

    expect(job.sinks).toHaveLength(1);
    expect(error.message).toBe('job.yaml:4:36  sinks.mine.hosts: name this one');
  });

  it('and where its settings are nothing without the environment, there are none yet', async () => {
    const module = `${MODULE}export default defineSinkType({
      settings: z.object({ port: z.coerce.number() }),
      destination: ({ port }) => port.toFixed(),
      open: async () => memorySink(),
    });`;
    const folder = await folderOf('type: ./mine.mjs, port: "${PORT}"', { 'mine.mjs': module });

    const job = await load({ file: 'job.yaml', cwd: folder, env: {}, mode: 'structure' });

    expect(job.sinks[0]?.settings).toBeUndefined();
  });
});

describe('a module that is no sink is said to be', () => {
  const types =
    'tableau-csv, tableau-publish, ndjson, parquet, report, datadog-metrics, datadog-logs, datadog-costs, postgres, focus';
  const own =
    'for a sink of your own, the path of its module, such as ./my-sink.mjs, or the name of an installed package';

  it.each([
    ['missing', './absent.mjs', '', 'there is no such module; paths start at the folder of this file'],
    ['a folder', './node_modules', '', 'is a folder; name the module in it, such as ./my-sink/index.mjs'],
    ['thrown out of', './mine.mjs', 'throw new Error("no\\nluck");', 'the module cannot be loaded: no luck'],
    [
      'without a default export',
      './mine.mjs',
      'export const sink = 1;',
      'the module has no default export; export what defineSinkType makes',
    ],
    [
      'something else',
      './mine.mjs',
      'export default { open: async () => {} };',
      'the default export of the module is not made by defineSinkType of deepgram-export',
    ],
    ['neither ours nor installed', 'my-sink', '', `must be one of ${types}; ${own}`],
    ['nearly ours', 'ndjsn', '', `must be one of ${types} (did you mean "ndjson"?); ${own}`],
  ])('%s', async (_, type, text, words) => {
    const files = { 'mine.mjs': text, 'node_modules/readme.txt': '' };

    expect(await mistakes(`type: ${type}, url: here`, files)).toEqual([`4:17  sinks.mine.type: ${words}`]);
  });

  it('of a package that does not have what is named', async () => {
    const files = packageOf('@us/sinks', { exports: { '.': './index.js' } });

    const [mistake] = await mistakes('type: "@us/sinks/other"', files);

    expect(mistake).toMatch(/^4:17 {2}sinks\.mine\.type: the module cannot be loaded: .*'\.\/other' is not/);
  });

  it('with exit 2 and its place', async () => {
    const terminal = await Terminal.open();
    await terminal.write('job.yaml', `${HEAD}sinks: { mine: { type: ./absent.mjs } }\n`);

    const code = await terminal.run('validate', '-c', 'job.yaml');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain('job.yaml:3:24  sinks.mine.type: there is no such module;');
  });
});

describe('the commands work with it', () => {
  const FILE_SINK = `${MODULE}
    import { appendFile } from 'node:fs/promises';
    export default defineSinkType({
      settings: handMade,
      open: async ({ url }, { name, log }) => {
        if (url === 'closed') throw new Error('the door of ' + url + ' is shut');
        const sink = memorySink({ name });
        log.warn('delivering to ' + url);
        return { ...sink, begin: async (partition, signal) => {
          const writer = await sink.begin(partition, signal);
          return { ...writer, commit: async () => {
            await appendFile(new URL('got.txt', import.meta.url), partition.stream.name + '\\n');
            return writer.commit();
          } };
        } };
      },
    });`;

  async function world(url: string) {
    const standIn = await account();
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY, WHERE: url } });
    await terminal.write('mine.mjs', FILE_SINK);
    const mine = 'mine: { type: ./mine.mjs, url: "${WHERE}", streams: [usage] }';
    await terminal.write('job.yaml', jobText(standIn.url, [ARCHIVE, mine]));
    return terminal;
  }

  it('sync, replay, plan and check', async () => {
    const terminal = await world('hook-with-a-token');

    const codes = [
      await terminal.run('plan', '-c', 'job.yaml', '--stream', 'usage'),
      await terminal.run('check', '-c', 'job.yaml', '--stream', 'usage'),
      await terminal.run('sync', '-c', 'job.yaml', '--stream', 'usage'),
      await terminal.run(
        'replay',
        '-c',
        'job.yaml',
        '--from',
        'out/ndjson',
        '--sink',
        'mine',
        '--stream',
        'usage',
      ),
    ];

    expect(codes).toEqual([0, 0, 0, 0]);
    expect((await terminal.files())['got.txt']).toBe('usage\n'.repeat(4));
    expect(terminal.stdout).toContain('mine (./mine.mjs)\n  ok  keep records in memory');
  });

  it('and whatever came from the environment is masked', async () => {
    const terminal = await world('hook-with-a-token');

    await terminal.run('sync', '-c', 'job.yaml', '--stream', 'usage');

    expect(terminal.stderr).toContain('delivering to [REDACTED]');
    expect(terminal.stderr + terminal.stdout).not.toContain('hook-with-a-token');
  });

  it('and one that cannot be opened is no bug of ours', async () => {
    const terminal = await world('closed');

    const code = await terminal.run('sync', '-c', 'job.yaml', '--stream', 'usage');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain('The sink mine cannot be opened: the door of closed is shut');
  });
});

describe('what it throws is its own failure, and no bug of ours', () => {
  /** A class, since its methods must still find what is private to it. */
  const THROWING = `const { defineSinkType, AnotherError } = globalThis.forOtherSinks;
    const errors = {
      plain: () => new TypeError('rows is not iterable'),
      another: () => new AnotherError('SINK_REFUSED', 'no entry', { kind: 'auth', hint: 'Get a key.' }),
    };
    class Throwing {
      #where; #error;
      name = 'mine';
      capabilities = { delivery: 'replace' };
      constructor(where, error) { this.#where = where; this.#error = error; }
      #at(place) { if (place === this.#where) throw errors[this.#error](); }
      async check() { this.#at('check'); return { what: 'connect', ok: true, detail: 'yes' }; }
      async isEmpty() { this.#at('isEmpty'); return false; }
      async prepare() { this.#at('prepare'); }
      async finish() { this.#at('finish'); return { facts: {}, notes: [] }; }
      async dispose() { this.#at('dispose'); }
      begin() {
        this.#at('begin');
        const at = (place) => this.#at(place);
        return {
          write: async () => at('write'),
          commit: async () => { at('commit'); return { accepted: 0, rejected: [], skipped: [] }; },
          abort: async () => at('abort'),
        };
      }
    }
    const settings = { '~standard': { version: 1, vendor: 'tests', validate: (value) => ({ value }) } };
    export default defineSinkType({ settings, open: async ({ at, error }) => new Throwing(at, error) });`;

  async function synced(at: string, error: 'plain' | 'another', sinks: readonly string[] = [ARCHIVE]) {
    const standIn = await account();
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    await terminal.write('mine.mjs', THROWING);
    const mine = `mine: { type: ./mine.mjs, at: ${at}, error: ${error} }`;
    await terminal.write('job.yaml', jobText(standIn.url, [...sinks, mine]));
    const code = await terminal.run(
      'sync',
      '-c',
      'job.yaml',
      '--stream',
      'usage',
      'requests',
      '--verbose',
      '--summary',
      'summary.json',
    );
    const { sinks: outcomes } = JSON.parse((await terminal.files())['summary.json'] ?? '') as Summary;
    return { code, terminal, mine: outcomes.find(({ name }) => name === 'mine') };
  }

  it.each(['prepare', 'begin', 'write', 'commit', 'finish'])('in %s', async (at) => {
    const { code, mine, terminal } = await synced(at, 'plain');

    expect(code).toBe(4);
    expect(mine?.failure).toMatchObject({
      code: 'SINK_FAILED',
      kind: 'transient',
      message: 'TypeError: rows is not iterable.',
    });
    expect(terminal.stderr).toMatch(/at errors\.plain .*mine\.mjs|at Object\.plain .*mine\.mjs/);
    expect(terminal.stderr + terminal.stdout).not.toContain('bug in deepgram-export');
  });

  it('where it is the only one', async () => {
    expect((await synced('commit', 'plain', [])).code).toBe(5);
  });

  it.each(['isEmpty', 'dispose'])('in %s, which a run can do without', async (at) => {
    const { terminal } = await synced(at, 'plain');
    const later = terminal.again(); // now there is something that may be gone

    const code = await later.run('sync', '-c', 'job.yaml', '--stream', 'usage');

    expect(code).toBe(0);
    expect(later.stderr).toContain('warn: mine: TypeError: rows is not iterable.');
  });

  it('and an ExportError of another copy of the package is taken for what it says', async () => {
    const { code, mine } = await synced('write', 'another');

    expect(code).toBe(4);
    expect(mine).toMatchObject({
      failed_partitions: 4,
      failure: { code: 'SINK_REFUSED', kind: 'auth', message: 'no entry', hint: 'Get a key.' },
    });
  });
});

describe('the JSON Schema for editors', () => {
  it.each([
    ['./mine.mjs', true],
    ['../mine.mjs', true],
    ['/opt/mine.mjs', true],
    ['@us/sinks', true],
    ['deepgram-export-kafka', true],
    ['ndjsn', false],
    ['tablo-csv', false],
  ])('takes %s for a sink: %s', (type, isRight) => {
    const validate = new Ajv().compile(configJsonSchema(connectors));
    const source = { type: 'deepgram', api_key: 'x' };

    expect(validate({ version: 1, source, sinks: { mine: { type, topic: 'x' } } })).toBe(isRight);
  });
});
