import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requests } from '../../connectors/deepgram/streams/requests.js';
import { manyRequests } from '../../connectors/testing/sample-records.js';
import { Dictionary, dictionaryOf } from '../../src/encode/dictionary.js';
import type { GroupedRow } from '../../src/encode/group-table.js';
import type { Row, Value } from '../../src/streams/field.js';

const [REQUEST = {}] = manyRequests(1);

/** A request of which only these fields matter. */
function requestWith(values: Readonly<Record<string, Value>>): Row {
  return { ...REQUEST, ...values };
}

const FIELDS = ['model', 'model_ids', 'tags', 'features', 'status'];
const json = (row: Row) => ({ text: JSON.stringify(FIELDS.map((name) => row[name])) });

/** Requests with one tag each, and nothing else that tells their groups apart. */
function withTags(count: number, tagOf: (at: number) => string): readonly Row[] {
  return Array.from({ length: count }, (_, at) => requestWith({ request_id: `r-${at}`, tags: [tagOf(at)] }));
}

/** Uses all that it memoizes for each record, and counts how often it is made. */
class CountingEncoder {
  readonly #dictionary = new Dictionary(requests);
  readonly #uses: ((record: GroupedRow) => object)[] = [];

  memoize(...fields: readonly string[]): { readonly times: number } {
    const made = { times: 0 };
    const use = this.#dictionary.memoize(fields, (row) => {
      made.times += 1;
      return row;
    });
    this.#uses.push(use);
    return made;
  }

  /** Those before `from` are grouped, but left out of what is encoded. */
  encode(batch: readonly Row[], { from = 0 } = {}): void {
    for (const record of this.#dictionary.groupRows(batch).slice(from)) {
      for (const use of this.#uses) use(record);
    }
  }
}

describe('what is memoized', () => {
  it('is what would be made of each record, whatever they have in common', () => {
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

  it('is made once for the records of a group', () => {
    const encoder = new CountingEncoder();
    const made = encoder.memoize('tags', 'features');

    encoder.encode(withTags(100, () => 'prod'));

    expect(made.times).toBe(1);
  });

  it('stays right where nothing repeats, and tables begin anew again and again', () => {
    const dictionary = new Dictionary(requests);
    const textOf = dictionary.memoize(FIELDS, json);
    const batch = Array.from({ length: 10_000 }, (_, at) =>
      requestWith({ tags: [`order-${at}`], model: `m-${at % 7}` }),
    );

    const made = dictionary.groupRows(batch).map((record) => textOf(record).text);

    expect(made).toEqual(batch.map((row) => json(row).text));
  });

  it('must be of fields that repeat', () => {
    const dictionary = new Dictionary(requests);

    expect(() => dictionary.memoize(['request_id'], json)).toThrow(/request_id .* no field that repeats/);
    expect(() => dictionary.memoize(['no_such_field'], json)).toThrow(/no field no_such_field/);
  });
});

describe('what is memoized is bounded', () => {
  const GROUPS = 2_048;
  /** Records of so many groups from one on, five of each. */
  const fiveOfEach = (from: number, groups: number) =>
    withTags(5 * groups, (at) => `order-${from + Math.floor(at / 5)}`);

  it('by the groups of a table: those that fit are made once', () => {
    const encoder = new CountingEncoder();
    const made = encoder.memoize('tags');

    encoder.encode(fiveOfEach(0, GROUPS));
    encoder.encode(fiveOfEach(0, GROUPS));

    expect(made.times).toBe(GROUPS);
  });

  it('by beginning anew: each time that a table is full, it forgets all of them', () => {
    const encoder = new CountingEncoder();
    const made = encoder.memoize('tags');

    for (const round of [1, 2, 3]) {
      encoder.encode(fiveOfEach(round * GROUPS, GROUPS));
      encoder.encode(withTags(1, () => `one more ${round}`));
      const before = made.times;
      encoder.encode(fiveOfEach(round * GROUPS, 10));
      expect(made.times - before, `round ${round}`).toBe(10);
    }
  });

  it('also where it is of several tables, by what is held of groups that one of them forgot', () => {
    const encoder = new CountingEncoder();
    const ofTags = encoder.memoize('tags');
    const ofBoth = encoder.memoize('status', 'tags');
    // Half of what fits into a table, and half after it began anew: as many as may be held for one status.
    encoder.encode(fiveOfEach(0, GROUPS), { from: 5 * (GROUPS / 2) });
    encoder.encode(withTags(1, () => 'one more'));
    encoder.encode(fiveOfEach(GROUPS, GROUPS / 2 - 1));
    const known = fiveOfEach(GROUPS, 10);
    const before = { ofTags: ofTags.times, ofBoth: ofBoth.times };
    encoder.encode(known);
    expect({ ofTags: ofTags.times, ofBoth: ofBoth.times }).toEqual(before);

    encoder.encode(withTags(1, () => 'one too many'));
    encoder.encode(known);

    expect(ofTags.times - before.ofTags).toBe(1);
    expect(ofBoth.times - before.ofBoth).toBe(1 + 10);
  });
});

describe('a table of which groups are too small is given up when it is full', () => {
  const FULL = 2_048;

  it.each([
    { rows: 4, times: 1 },
    { rows: 3, times: 5 },
  ])('with $rows records to a group five that agree are made $times times', ({ rows, times }) => {
    const encoder = new CountingEncoder();
    const made = encoder.memoize('tags');
    encoder.encode(withTags(rows * FULL, (at) => `order-${at % FULL}`));
    encoder.encode(withTags(1, () => 'one more'));
    const before = made.times;

    encoder.encode(withTags(5, () => 'the same'));

    expect(made.times - before).toBe(times);
  });

  it('also later, by the records since it began anew', () => {
    const encoder = new CountingEncoder();
    const made = encoder.memoize('tags');
    encoder.encode(withTags(9 * FULL, (at) => `order-${at % FULL}`));
    encoder.encode(withTags(FULL + 1, (at) => `another-${at}`));
    const before = made.times;

    encoder.encode(withTags(5, () => 'the same'));

    expect(made.times - before).toBe(5);
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

it('neighbouring columns that repeat are one run, and what tells records apart is alone', () => {
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

it('a batch that several sinks ask for is grouped once', () => {
  const batch = manyRequests(3);

  expect(dictionaryOf(requests).groupRows(batch)).toBe(dictionaryOf(requests).groupRows(batch));
});
