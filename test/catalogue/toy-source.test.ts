import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { connectors } from '../../connectors/connectors.js';
import { catalogue as shipped } from '../../connectors/index.js';
import type { Catalogue } from '../../src/catalogue/catalogue.js';
import { Terminal } from '../cli/terminal.js';
import { mistakesIn } from '../config/load-text.js';
import { TOY_JOB, toyCatalogue, toyType } from './toy-source.js';

async function shop(text = TOY_JOB) {
  const { catalogue, sink } = toyCatalogue();
  const terminal = await Terminal.open({ catalogue, env: { TOY_TOKEN: 'open-sesame' } });
  await terminal.write('job.yaml', text);
  return { terminal, sink };
}

describe('a program of another source', () => {
  it('says what it is, and has no command of ours', async () => {
    const { terminal } = await shop();

    await terminal.run('--help');

    expect(terminal.stdout).toContain('Exports a shop.');
    expect(terminal.stdout).not.toMatch(/Deepgram|replay|datadog/);
  });

  it('validates its configuration', async () => {
    const { terminal } = await shop();

    const code = await terminal.run('validate', '--env', '-c', 'job.yaml');

    expect(code).toBe(0);
    expect(terminal.stdout).toContain('2 streams to kept (memory)');
  });

  it('has limits of its own', async () => {
    const text = TOY_JOB.replace('since: 1d', 'since: 2025-12-31, lookback: 15d').replace(
      '\nwindow',
      '\nstreams: { requests: {} }\nwindow',
    );
    const { terminal } = await shop(text);

    const code = await terminal.run('validate', '-c', 'job.yaml');

    expect(code).toBe(2);
    expect(terminal.stderr.split('\n').slice(0, 3)).toEqual([
      'job.yaml:3:12  streams.requests: is no setting known here; there are orders, usage, visits_per_order',
      'job.yaml:4:18  window.since: must not reach further back than ten years or 2026-01-01',
      'job.yaml:4:40  window.lookback: must not be longer than the 14 days that the shop keeps visits',
    ]);
  });

  it('has a JSON Schema of its own', async () => {
    const { terminal } = await shop();

    await terminal.run('schema');

    const validate = new Ajv().compile(JSON.parse(terminal.stdout));
    const job = { version: 1, source: { type: 'toy', token: 'x' }, sinks: { kept: { type: 'memory' } } };
    expect(validate({ ...job, streams: { orders: false } })).toBe(true);
    expect(validate({ ...job, streams: { requests: false } })).toBe(false);
    expect(validate({ ...job, source: { type: 'deepgram', api_key: 'x' } })).toBe(false);
  });

  it('plans', async () => {
    const { terminal } = await shop();

    const code = await terminal.run('plan', '-c', 'job.yaml');

    expect(code).toBe(0);
    expect(terminal.stdout).toMatch(/^orders +2026-11-19 to 2026-11-20 +2 +2/m);
    expect(terminal.stdout).toContain('A day of sales takes more calls.');
    expect(terminal.stdout).not.toContain('900');
  });

  it('checks under its own name', async () => {
    const { terminal } = await shop();

    const code = await terminal.run('check', '-c', 'job.yaml');

    expect(code).toBe(0);
    expect(terminal.stdout).toContain('toy\n  ok  visit the shop: it is open\nkept (memory)');
  });

  it('delivers its streams, also one of a name that Deepgram has too', async () => {
    const { terminal, sink } = await shop();

    const code = await terminal.run('sync', '-c', 'job.yaml', '--project', 'Corner shop');

    expect(code).toBe(0);
    expect(sink.rows('usage')).toEqual([
      { project_id: 'shop-1', date: '2026-11-19', visits: 3 },
      { project_id: 'shop-1', date: '2026-11-20', visits: 3 },
    ]);
    expect(sink.rows('orders')).toHaveLength(2);
    expect([...sink.committed.values()][0]?.partition.project.name).toBe('Corner shop');
  });

  it('runs without a file when the environment has its key', async () => {
    const { terminal, sink } = await shop();

    const code = await terminal.run('sync');

    expect(code).toBe(0);
    expect(sink.rows('usage')).toHaveLength(2);
  });
});

describe('a program of two sources', () => {
  const catalogue: Catalogue = {
    ...shipped,
    connectors: async () => ({ ...connectors, sources: { ...connectors.sources, toy: toyType } }),
  };
  const sinks = 'sinks: { files: { type: ndjson, path: out } }\n';

  it('judges streams and window by the type that is chosen', async () => {
    const text = `version: 1\nsource: { type: toy, token: x }\nstreams: { requests: {} }\n${sinks}`;

    expect(await mistakesIn(text, { catalogue })).toEqual([
      'job.yaml:3:12  streams.requests: is no setting known here; there are orders, usage, visits_per_order',
    ]);
  });

  it.each([
    [
      'an unknown one',
      'type: deepgran',
      '2:17  source.type: must be one of deepgram, toy (did you mean "deepgram"?)',
    ],
    ['none', 'token: x', '2:1  source.type: is missing: it must be one of deepgram, toy'],
    ['a reference', 'type: "${TYPE}"', '2:17  source.type: must be written out, without ${…}'],
  ])('says of %s once what there is, and still judges the rest', async (_, source, mistake) => {
    const text = `version: 1\nsource: { ${source} }\nwindow: { since: soon }\n${sinks}`;

    expect(await mistakesIn(text, { catalogue, mode: 'structure' })).toEqual([
      `job.yaml:${mistake}`,
      'job.yaml:3:18  window.since: must be a time back from now such as 7d, 36h or 4w, or a day as YYYY-MM-DD',
    ]);
  });
});

describe('a stream that is made of others', () => {
  const JOB = `${TOY_JOB}streams: { visits_per_order: {} }\n`;

  it('is made last, of what was read, wherever it is listed', async () => {
    const { terminal, sink } = await shop(JOB);

    expect(await terminal.run('sync', '-c', 'job.yaml', '--no-state')).toBe(0);

    expect(sink.rows('visits_per_order')).toEqual([
      { project_id: 'shop-1', date: '2026-11-19', orders: 1, visits: 3 },
      { project_id: 'shop-1', date: '2026-11-20', orders: 1, visits: 3 },
    ]);
  });

  it('is made of what was read before where it is all that is asked for, and nothing is read', async () => {
    const { terminal, sink } = await shop(JOB);
    await terminal.run('sync', '-c', 'job.yaml', '--stream', 'orders', '--stream', 'usage');

    await terminal.again().run('sync', '-c', 'job.yaml', '--stream', 'visits_per_order');

    expect(sink.rows('visits_per_order')).toHaveLength(2);
    expect(sink.rows('visits_per_order')[0]).toMatchObject({ orders: 1, visits: 3 });
  });

  it('is planned without a call, for the days of which something is read', async () => {
    const { terminal } = await shop(JOB);
    await terminal.run('sync', '-c', 'job.yaml');
    const again = terminal.again();

    await again.run('plan', '-c', 'job.yaml');

    expect(again.stdout).toMatch(/visits_per_order\s+2026-11-20\s+1\s+0\s+memory: 1 made of what is read/);
  });
});
