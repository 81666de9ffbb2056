import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { usage } from '../../../connectors/deepgram/streams/usage.js';
import type { FieldType, Value } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import {
  anyRun,
  deliver,
  never,
  newFolder,
  openSink,
  readTable,
  readText,
  rowOf,
  run,
} from './tableau-folder.js';

/** A table with one column of a type, between two others so that a wrong cell would shift its neighbours. */
function streamOf(type: FieldType): Stream {
  return {
    name: 'sample',
    source: 'tests',
    kind: 'sample',
    groupings: [],
    sums: [],
    description: 'One value a record',
    partitionedBy: 'day',
    key: ['before'],
    fields: [
      { name: 'before', type: 'integer', role: 'dimension', description: 'Number of the record' },
      { name: 'value', type, role: 'dimension', description: 'The value' },
      { name: 'after', type: 'boolean', role: 'dimension', description: 'Always true' },
    ],
  };
}

/** What an independent reader finds in the cells of these values. */
async function readBack(
  type: FieldType,
  values: readonly Value[],
  escape_formulas = true,
): Promise<string[]> {
  const folder = await newFolder();
  const stream = streamOf(type);
  const rows = values.map((value, index) => ({ before: index, value, after: true }));
  await run(folder, { escape_formulas }, [{ stream, batches: [rows] }]);
  const table = await readTable(folder, 'sample.csv');
  expect(table.map(({ before, after }) => [before, after])).toEqual(
    values.map((_, index) => [String(index), 'true']),
  );
  return table.map((row) => row.value ?? 'missing');
}

/** The cell as its bytes stand in the file. */
async function rawCell(type: FieldType, value: Value): Promise<string> {
  const folder = await newFolder();
  await run(folder, {}, [{ stream: streamOf(type), batches: [[{ before: 0, value, after: true }]] }]);
  const text = await readText(folder, 'sample.csv');
  return text.slice('before,value,after\r\n0,'.length, -',true\r\n'.length);
}

describe('times', () => {
  test('timestamps are yyyy-MM-dd HH:mm:ss.SSS without a suffix, cut to milliseconds', async () => {
    const cells = await readBack('timestamp', ['2026-11-20T11:59:47.434302Z', '2026-01-02T00:00:00.000999Z']);

    expect(cells).toEqual(['2026-11-20 11:59:47.434', '2026-01-02 00:00:00.000']);
  });

  test('dates are yyyy-MM-dd', async () => {
    expect(await readBack('date', ['2026-11-20', null])).toEqual(['2026-11-20', '']);
  });
});

describe('numbers', () => {
  test.each([
    [0, '0'],
    [-5, '-5'],
    [200_000, '200000'],
    [9_007_199_254_740_991, '9007199254740991'],
    [1e21, '1000000000000000000000'],
    [-1.25e22, '-12500000000000000000000'],
  ])('an integer %d is %s', async (value, cell) => {
    expect(await rawCell('integer', value)).toBe(cell);
  });

  test.each([
    [865.7331186111111, '865.7331186111111'],
    [0.1, '0.1'],
    [-0.5, '-0.5'],
    [0.000001, '0.000001'],
    [1e-7, '0.0000001'],
    [-1.234e-9, '-0.000000001234'],
    [5e-324, `0.${'0'.repeat(323)}5`],
    [Number.NaN, ''],
    [Number.POSITIVE_INFINITY, ''],
  ])('a real %d is %s', async (value, cell) => {
    expect(await rawCell('real', value)).toBe(cell);
  });

  test('a whole real has a decimal point, so that no column of reals is taken for whole numbers', async () => {
    expect(await readBack('real', [0, 12, -3, 1e21])).toEqual([
      '0.0',
      '12.0',
      '-3.0',
      '1000000000000000000000.0',
    ]);
  });

  test('the digits say the same number again', async () => {
    const random = randomNumbers(7);
    const numbers = Array.from(
      { length: 2_000 },
      () => (random() - 0.5) * 10 ** Math.floor(random() * 600 - 300),
    );

    const cells = await readBack('real', numbers);

    expect(cells.map(Number)).toEqual(numbers);
    expect(cells.filter((cell) => !/^-?\d+\.\d+$/.test(cell))).toEqual([]);
  });

  test('the sample account’s usage keeps every digit', async () => {
    const folder = await newFolder();
    const rows = [
      { date: '2026-11-18', hours: 1619.7242069444444, total_hours: 1621.7395791666668, requests: 373381 },
      { date: '2026-11-19', hours: 865.7331186111111, total_hours: 1022.5136111111112, tokens_in: 0 },
    ];

    await run(folder, {}, [{ stream: usage, batches: [rows.map((row) => rowOf(usage, row))] }]);

    const table = await readTable(folder, 'usage.csv');
    expect(
      table.map(({ date, hours, total_hours, tokens_in, requests }) => [
        date,
        hours,
        total_hours,
        tokens_in,
        requests,
      ]),
    ).toEqual([
      ['2026-11-18', '1619.7242069444444', '1621.7395791666668', '', '373381'],
      ['2026-11-19', '865.7331186111111', '1022.5136111111112', '0', ''],
    ]);
  });
});

describe('nothing', () => {
  test.each<[FieldType, Value]>([
    ['string', null],
    ['string', ''],
    ['strings', null],
    ['strings', []],
    ['strings', ['']],
    ['integer', null],
    ['real', null],
    ['boolean', null],
    ['date', null],
    ['timestamp', null],
  ])('in a column of %s, %j is an empty cell without quotes', async (type, value) => {
    expect(await rawCell(type, value)).toBe('');
  });

  test('a first column without a value keeps its place', async () => {
    const folder = await newFolder();

    await run(folder, {}, [
      { stream: streamOf('string'), batches: [[{ before: null, value: 'x', after: true }]] },
    ]);

    expect(await readText(folder, 'sample.csv')).toBe('before,value,after\r\n,x,true\r\n');
  });
});

describe('texts', () => {
  test.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['"', '""""'],
    [' spaces ', ' spaces '],
    ['Zürich 東京 🎧', 'Zürich 東京 🎧'],
    ['tab\tinside', 'tab\tinside'],
  ])('%j is written %s', async (value, cell) => {
    expect(await rawCell('string', value)).toBe(cell);
  });

  test.each([
    ['one\ntwo', 'one two'],
    ['one\r\ntwo', 'one two'],
    ['one\rtwo', 'one two'],
    ['one\n\ntwo', 'one  two'],
    ['one\u2028two\u2029three\u0085four\vfive\fsix', 'one two three four five six'],
  ])('line breaks in %j become spaces', async (value, cell) => {
    expect(await rawCell('string', value)).toBe(cell);
  });

  test.each([
    ['a\u0000b', 'a\uFFFDb'],
    ['a\u001Bb\u007Fc\u009Bd', 'a\uFFFDb\uFFFDc\uFFFDd'],
    ['high \uD83C alone', 'high \uFFFD alone'],
    ['low \uDFA7 alone', 'low \uFFFD alone'],
    ['cut\uD83C', 'cut\uFFFD'],
  ])('what is no text in %j becomes U+FFFD', async (value, cell) => {
    expect(await rawCell('string', value)).toBe(cell);
  });

  test.each([
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-', "'-"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', "' =1"],
    ['\r\n=1', "' =1"],
    ['\n=1', "' =1"],
    ['＝1', "'＝1"],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['a=1', 'a=1'],
    ['\u0000=1', '\uFFFD=1'],
    ["'=1", "''=1"],
    ["''-", "'''-"],
    ["' =1", "'' =1"],
    ["'＝1", "''＝1"],
    ["'tis", "'tis"],
    ["'", "'"],
  ])('a formula %j is only text: %s', async (value, cell) => {
    expect(await rawCell('string', value)).toBe(cell);
  });

  test('a guard can be taken away again: one apostrophe, where some stand before a formula or a space', async () => {
    const start = fc.string({ unit: fc.constantFrom(..."'=+-@ \t\r\n\u2028＝a"), maxLength: 4 });
    const samples = fc.sample(fc.tuple(start, fc.string()), { numRuns: 1_000, seed: 13 });
    const texts = samples.map(([first, rest]) => first + rest);

    const guarded = await readBack('string', texts);
    const plain = await readBack('string', texts, false);

    expect(guarded.map((cell) => cell.replace(/^'(?='*[=+\-@\t＝＋－＠ ])/, ''))).toEqual(plain);
  });

  test('a list is guarded as the cell that it makes', async () => {
    expect(await readBack('strings', [['=1', 'b'], ['b', '=1'], ['-1']])).toEqual(["'=1|b", 'b|=1', "'-1"]);
  });

  test('numbers are never guarded', async () => {
    expect(await readBack('real', [-1.5])).toEqual(['-1.5']);
  });

  test('with escape_formulas off, texts and lists stay as they are', async () => {
    expect(await readBack('string', ['=1+1', '-'], false)).toEqual(['=1+1', '-']);
    expect(await readBack('strings', [['@a', 'b']], false)).toEqual(['@a|b']);
  });

  test('any text comes back from an independent reader', async () => {
    const random = randomNumbers(42);
    const texts = Array.from({ length: 5_000 }, () => randomText(random));

    const cells = await readBack('string', texts);

    expect(cells).toEqual(texts.map(asPromised));
  });
});

describe('lists and flags', () => {
  test('items are joined with |, and a | inside an item does not make two', async () => {
    const cells = await readBack('strings', [['prod', 'web'], ['a|b', 'c'], ['x,y', 'say "z"'], ['one']]);

    expect(cells).toEqual(['prod|web', 'a¦b|c', 'x,y|say "z"', 'one']);
  });

  test('flags are true and false', async () => {
    expect(await readBack('boolean', [true, false])).toEqual(['true', 'false']);
  });
});

test.each<[FieldType, Value]>([
  ['integer', 'twelve'],
  ['real', '1.5'],
  ['boolean', 1],
  ['date', '2026-11-20T00:00:00'],
  ['timestamp', '2026-11-20'],
  ['string', ['a']],
  ['strings', 'a'],
])('a column of %s refuses %j rather than mixing types', async (type, value) => {
  const folder = await newFolder();
  const sink = openSink(folder);

  const writing = deliver(sink, { stream: streamOf(type), batches: [[{ before: 0, value, after: true }]] });

  await expect(writing).rejects.toThrow(TypeError);
  await sink.finish?.(anyRun, never);
});

test('the byte order mark is there once, and only when asked for', async () => {
  const folder = await newFolder();
  const deliveries = ['2026-11-20', '2026-11-21'].map((day) => ({
    stream: streamOf('string'),
    day,
    batches: [[{ before: 0, value: 'é', after: true }]],
  }));

  await run(folder, { bom: true }, deliveries);
  const withMark = await readText(folder, 'sample.csv');
  await run(folder, { bom: false }, deliveries);
  const without = await readText(folder, 'sample.csv');

  expect(withMark).toBe(`\uFEFF${without}`);
  expect(without).toBe('before,value,after\r\n0,é,true\r\n0,é,true\r\n');
  expect(parse(withMark, { bom: true, columns: true })).toHaveLength(2);
});

/** The promise about texts, written down a second time and without regard for speed. */
function asPromised(text: string): string {
  const oneLine = text.replace(/\r\n/g, '\n').replace(/[\n\r\v\f\u0085\u2028\u2029]/g, ' ');
  const characters = [...oneLine].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    const control = (code < 32 && code !== 9) || (code >= 127 && code < 160);
    return control || (code >= 0xd800 && code <= 0xdfff) ? '\uFFFD' : character;
  });
  const looksGuarded = /^'+[=+\-@\t＝＋－＠\s\u0085]/.test(text) && !/^'+[\u00a0\uFEFF]/.test(text);
  return (/^[=+\-@\t\r\n＝＋－＠]/.test(text) || looksGuarded ? "'" : '') + characters.join('');
}

const PIECES = [
  ...'abcxyz019 ,,""\'|;=+-@\t\r\n\u0000\u001F\u0085\u2028éß東',
  '\r\n',
  '🎧',
  '\uD83C',
  '\uDFA7',
  '＝',
  '\uFEFF',
];

function randomText(random: () => number): string {
  const length = Math.floor(random() * 12);
  return Array.from({ length }, () => PIECES[Math.floor(random() * PIECES.length)]).join('');
}

/** Mulberry32: the same numbers in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test('a batch that cannot be written leaves nothing in the partitions after it', async () => {
  const folder = await newFolder();
  const sink = openSink(folder);
  const good = rowOf(usage, { project_id: 'p1', date: '2026-11-20', hours: 1.5 });
  const bad = { ...good, hours: 'one and a half' };

  await expect(deliver(sink, { stream: usage, day: '2026-11-19', batches: [[good, bad]] })).rejects.toThrow(
    'A value of hours is no real',
  );
  await deliver(sink, { stream: usage, day: '2026-11-20', batches: [[good]] });
  await sink.finish?.(anyRun, never);

  expect(await readTable(folder, 'usage.csv')).toMatchObject([{ date: '2026-11-20', hours: '1.5' }]);
});
