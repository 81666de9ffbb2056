import { describe, expect, it } from 'vitest';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { usageBy } from '../../../../connectors/deepgram/streams/usage.js';
import { close, deliver, openAccount, partitionOf, request } from '../account.js';

const BY_KEY = { dimensions: ['project', 'status', 'api_key'], tags: ['env:prod', 'api_key:ours'] };
/** Metrics that a tag set of requests makes at most. */
const METRICS = 11;
/** Room for twenty tag sets, eighteen of which keep their tags. */
const ROOM = 20 * METRICS;
const KEPT = 18;

/** One request a second, each with the key of its number. */
const numbered = (count: number, changes = {}) =>
  Array.from({ length: count }, (_, i) =>
    request(`2026-11-20T12:00:${String(i).padStart(2, '0')}.000000Z`, {
      api_key_name: `key ${i}`,
      ...changes,
    }),
  );

const open = async (settings: Readonly<Record<string, unknown>> = {}) => {
  const { intake, open: openSink } = await openAccount();
  const run = async (
    rows: Parameters<typeof deliver>[2],
    stream: Parameters<typeof partitionOf>[0] = requests,
  ) => {
    const sink = await openSink({ ...BY_KEY, max_series: ROOM, ...settings });
    await deliver(sink, partitionOf(stream), rows);
    return close(sink);
  };
  const counted = () =>
    intake.query('deepgram.requests').map(({ tags, value }) => {
      const [key = ''] = tags.filter((tag) => tag.startsWith('api_key:') && tag !== 'api_key:ours');
      return [key, value] as const;
    });
  return { intake, run, counted };
};

describe('more series than a day of a project may make', () => {
  it('are folded into `other` of the tag with the most values, and nothing is lost', async () => {
    const { run, counted, intake } = await open();

    await run(numbered(40));

    const first = Array.from({ length: KEPT }, (_, i) => [`api_key:key_${i}`, 1]);
    expect(Object.fromEntries(counted())).toEqual({
      ...Object.fromEntries(first),
      'api_key:other': 40 - KEPT,
    });
    for (const { tags } of intake.query('deepgram.requests')) {
      expect(tags).toEqual(
        expect.arrayContaining(['env:prod', 'api_key:ours', 'project:support_line', 'project_id:p1']),
      );
    }
  });

  it('are said in the summary', async () => {
    const { run } = await open();

    const { notes } = await run(numbered(40));

    expect(notes).toEqual([
      '22 records were counted under `api_key:other`: their stream had more series in a day of a project than ' +
        '`max_series` (220) allows. Raise it, or leave `api_key` out.',
    ]);
  });

  it('keep their tags when the same day is sent again', async () => {
    const { run, counted } = await open();
    await run(numbered(40));
    const once = counted();

    await run(numbered(40));

    expect(counted()).toEqual(once);
  });

  it('keep their tags when the day grows at its end: no count is left under another one', async () => {
    const { run, counted } = await open();
    await run(numbered(25));

    await run(numbered(50));

    expect(counted().reduce((sum, [, value]) => sum + value, 0)).toBe(50);
    expect(counted()).toHaveLength(KEPT + 1);
  });

  it('are folded by the next tag, too, where there is no room for the first alone', async () => {
    const { run, intake } = await open({ dimensions: ['project', 'api_key', 'model', 'method'] });
    const rows = numbered(50).map((row, i) => ({ ...row, model: `m${i}` }));

    const { notes } = await run(rows);

    const series = intake.query('deepgram.requests');
    expect(notes.map((note) => /`(\w+):other`/.exec(note)?.[1])).toEqual(['api_key', 'model', 'method']);
    expect(series.reduce((sum, { value }) => sum + value, 0)).toBe(50);
    expect(series.length).toBeLessThanOrEqual(20);
    const folded = series.filter(({ tags }) => tags.includes('api_key:other'));
    expect(folded.filter(({ tags }) => tags.includes('model:other'))).not.toEqual([]);
    expect(folded.filter(({ tags }) => !tags.includes('model:other'))).not.toEqual([]);
  });

  it('of a breakdown are folded likewise', async () => {
    const { run, intake } = await open({ max_series: 100, tags: [], historical: true });
    const rows = Array.from({ length: 30 }, (_, i) => ({
      date: '2026-11-20',
      accessor: `k${i}`,
      api_key_name: null,
      hours: 1,
    }));

    const { notes } = await run(rows, usageBy('accessor'));

    // Eight measures: room for twelve tag sets, ten of which keep their tags.
    expect(notes.join()).toMatch(/^20 records were counted under `api_key:other`/);
    expect(intake.payloads[0]?.series.find(({ tags }) => tags?.includes('api_key:other'))?.points).toEqual([
      { timestamp: Date.parse('2026-11-20') / 1_000, value: 20 },
    ]);
  });
});

it('up to the limit nothing is folded, whatever the order', async () => {
  const { run, counted } = await open();
  const rows = numbered(KEPT);

  const { notes } = await run([...rows, ...[...rows].reverse(), ...rows]);

  expect(notes).toEqual([]);
  expect(counted()).toHaveLength(KEPT);
});

it('tags of a request are folded as one: a set of them is one value', async () => {
  const { run, intake } = await open({ dimensions: ['project', 'request_tags'], tags: [] });
  const rows = numbered(30).map((row, i) => ({ ...row, tags: ['team', `user ${i}`] }));

  await run(rows);

  const other = intake.query('deepgram.requests', ['request_tags:other']);
  expect(other.map(({ tags, value }) => [tags, value])).toEqual([
    [['project:support_line', 'project_id:p1', 'request_tags:other'], 12],
  ]);
});

describe('the tag that is folded', () => {
  const keysOf = (tags: readonly string[], name: string) => tags.filter((tag) => tag.startsWith(`${name}:`));

  it('is the one with the most values, whatever its name', async () => {
    const { run, intake } = await open({ dimensions: ['project', 'endpoint', 'model'], tags: [] });
    const rows = numbered(40).map((row, i) => ({
      ...row,
      model: `m${i}`,
      endpoint: i % 2 ? 'listen' : 'read',
    }));

    await run(rows);

    const folded = intake.query('deepgram.requests', ['model:other']);
    expect(folded.flatMap(({ tags }) => keysOf(tags, 'endpoint'))).toContain('endpoint:read');
  });

  it('may be a list: what counts are its different sets', async () => {
    const { run, intake } = await open({ dimensions: ['project', 'model', 'request_tags'], tags: [] });
    const rows = numbered(36).map((row, i) => ({
      ...row,
      model: `m${i % 4}`,
      tags: [`team ${Math.floor(i / 4) % 3}`, `user ${Math.floor(i / 12)}`],
    }));

    await run(rows);

    const folded = intake.query('deepgram.requests', ['request_tags:other']);
    expect(folded.map(({ tags }) => keysOf(tags, 'model')[0])).toContain('model:m2');
  });

  it('stays the same for the rest of the day', async () => {
    const { run, intake } = await open({
      dimensions: ['project', 'api_key', 'model'],
      tags: [],
      max_series: 440,
    });
    const rows = numbered(36).map((row, i) => ({ ...row, model: `m${i}` }));
    const [first] = numbered(1, { model: 'new' });
    const [second] = numbered(1, { model: 'm0', api_key_name: 'new' });

    await run([...rows, ...(first && second ? [first, second] : [])]);

    const folded = intake.query('deepgram.requests', ['model:other']);
    expect(folded.map(({ tags }) => keysOf(tags, 'api_key')[0])).toEqual(['api_key:key_0', 'api_key:new']);
  });
});

it('a tag set that came first keeps its tags, however many come in between', async () => {
  const { run, counted } = await open();
  const at = '2026-11-20T12:00:00.000000Z';
  const keys = Array.from({ length: 10_050 }, (_, i) => request(at, { api_key_name: `key ${i}` }));

  await run([...keys, request(at, { api_key_name: 'key 0' })]);

  expect(Object.fromEntries(counted())['api_key:key_0']).toBe(2);
});
