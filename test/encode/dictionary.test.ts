import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requests } from '../../connectors/deepgram/streams/requests.js';
import { Dictionary, dictionaryOf } from '../../src/encode/dictionary.js';
import type { Row, Value } from '../../src/streams/field.js';
import { manyRequests } from '../conformance/sample-records.js';

/** A request of which only these fields matter. */
function requestWith(values: Readonly<Record<string, Value>>): Row {
  const [row = {}] = manyRequests(1);
  return { ...row, ...values };
}

const FIELDS = ['model', 'model_ids', 'tags', 'features', 'status'];
const json = (row: Row) => ({ text: JSON.stringify(FIELDS.map((name) => row[name])) });

describe('what is remembered of records', () => {
  it('is what would be made of each of them, whatever they have in common', () => {
    const texts = fc.constantFrom('', 'a', 'b', 'a,b', '["a","b"]', '\u0000', 'null', '2');
    const lists = fc.option(fc.array(texts, { maxLength: 3 }), { nil: null });
    const rows = fc.array(
      fc
        .record({
          model: fc.option(texts, { nil: null }),
          model_ids: lists,
          tags: lists,
          features: lists,
          status: texts,
        })
        .map(requestWith),
    );

    fc.assert(
      fc.property(rows, (batch) => {
        const dictionary = new Dictionary(requests);
        const textOf = dictionary.memoize(FIELDS, json);

        const made = dictionary.groupRows(batch).map((record) => textOf(record));

        expect(made).toEqual(batch.map(json));
      }),
      { numRuns: 500 },
    );
  });

  it('is made once for those that agree', () => {
    const dictionary = new Dictionary(requests);
    let times = 0;
    const textOf = dictionary.memoize(['tags', 'features'], (row) => {
      times += 1;
      return json(row);
    });
    const batch = Array.from({ length: 100 }, (_, at) =>
      requestWith({ request_id: `r-${at}`, tags: ['prod'] }),
    );

    for (const record of dictionary.groupRows(batch)) textOf(record);

    expect(times).toBe(1);
  });

  it('stays right where nothing repeats, and memory is begun anew again and again', () => {
    const dictionary = new Dictionary(requests);
    const textOf = dictionary.memoize(FIELDS, json);
    const batch = Array.from({ length: 10_000 }, (_, at) =>
      requestWith({ tags: [`order-${at}`], model: `m-${at % 7}` }),
    );

    const made = dictionary.groupRows(batch).map((record) => textOf(record).text);

    expect(made).toEqual(batch.map((row) => json(row).text));
  });

  it('is forgotten when there is too much of it, which bounds its memory', () => {
    const dictionary = new Dictionary(requests);
    let times = 0;
    const textOf = dictionary.memoize(['tags'], (row) => {
      times += 1;
      return json(row);
    });
    const batch = Array.from({ length: 5_000 }, (_, at) => requestWith({ tags: [`order-${at}`] }));

    for (const record of [...dictionary.groupRows(batch), ...dictionary.groupRows([...batch])])
      textOf(record);

    expect(times).toBe(10_000);
  });

  it('must be of fields that repeat', () => {
    const dictionary = new Dictionary(requests);

    expect(() => dictionary.memoize(['request_id'], json)).toThrow(/request_id .* no field that repeats/);
    expect(() => dictionary.memoize(['no_such_field'], json)).toThrow(/no field no_such_field/);
  });
});

it('values stand in the order of the stream, also where a record has another one', () => {
  const dictionary = new Dictionary(requests);
  const row = requestWith({ tier: 'nova-3' });
  const reversed = Object.fromEntries(Object.entries(row).reverse());
  const { tier: _, ...without } = row;

  const [asIs, turned, lacking] = dictionary.groupRows([row, reversed, without]);

  expect(asIs?.values).toEqual(requests.fields.map(({ name }) => row[name]));
  expect(turned?.values).toEqual(asIs?.values);
  expect(lacking?.values[dictionary.positionOf('tier')]).toBeNull();
});

it('neighbours that repeat are one run, and what tells records apart is alone', () => {
  const runs = new Dictionary(requests).columnRuns([
    'project_id',
    'project_name',
    'request_id',
    'status',
    'cost_usd',
  ]);

  expect(runs).toEqual([
    { names: ['project_id', 'project_name'], repeats: true },
    { names: ['request_id'], repeats: false },
    { names: ['status'], repeats: true },
    { names: ['cost_usd'], repeats: false },
  ]);
});

it('a batch that several sinks ask for is looked at once', () => {
  const batch = manyRequests(3);

  expect(dictionaryOf(requests).groupRows(batch)).toBe(dictionaryOf(requests).groupRows(batch));
});
