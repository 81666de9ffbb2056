import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeProjectMemory } from '../../../../connectors/deepgram/account/merge-memory.js';
import {
  rememberedList,
  type StoredList,
} from '../../../../connectors/deepgram/account/names/remembered-list.js';

const DAY = 86_400_000;
const BEGIN = Date.parse('2026-11-20T12:00:00Z');
const IDS = ['a', 'b', 'c', 'd'];

interface Key {
  readonly name: string;
  readonly scopes: null;
  readonly created_at: null;
  readonly member_id: null;
}
type Keys = StoredList<Key>;
/** On which day, counted from the first, each key gets another name. */
type Renames = Readonly<Record<string, number>>;
type Step =
  | { readonly does: 'meet' | 'told'; readonly id: string }
  | { readonly does: 'read'; readonly ids: readonly string[] };

const id = fc.constantFrom(...IDS);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constantFrom('meet' as const, 'told' as const), id }),
  fc.record({ does: fc.constant('read' as const), ids: fc.uniqueArray(id) }),
);
const steps = fc.array(step, { maxLength: 5 });
const day = fc.integer({ min: 1, max: 6 });
const renames = fc.record(Object.fromEntries(IDS.map((of) => [of, fc.nat(8)])));

/** What a run on a day learns of the keys of a project. */
function carryOut(done: readonly Step[], onDay: number, renamedOn: Renames, found: Keys): Keys {
  let kept = structuredClone(found);
  const list = rememberedList<Key>(
    structuredClone(found),
    (now) => {
      kept = structuredClone(now);
    },
    BEGIN + onDay * DAY,
  );
  const listed = (of: string) => {
    const name = onDay < (renamedOn[of] ?? 0) ? `${of}, as it was` : of;
    return { id: of, name, details: { name, scopes: null, created_at: null, member_id: null } };
  };
  for (const one of done) {
    if (one.does === 'read') list.read(one.ids.map(listed));
    else {
      list.meet(one.id); // what nothing names is not asked for
      if (one.does === 'told') list.told([{ id: one.id, name: listed(one.id).name }]);
    }
  }
  return kept;
}

/** Whatever the order in which things were met, and without what is nothing. */
function inOrder(found: unknown): unknown {
  const { apiKeys } = JSON.parse(JSON.stringify(found)) as { apiKeys: Keys };
  return { ...apiKeys, entries: apiKeys.entries.sort(([one], [other]) => (one < other ? -1 : 1)) };
}

it('what two processes have learned of the keys of a project is what one after the other would have', () => {
  fc.assert(
    fc.property(renames, steps, steps, steps, day, day, (renamedOn, before, some, more, one, other) => {
      fc.pre(one < other);
      const base = carryOut(before, 0, renamedOn, { entries: [] });
      const first = carryOut(some, one, renamedOn, base);
      const second = carryOut(more, other, renamedOn, base);
      const [from, mine, theirs] = [base, first, second].map((apiKeys) => ({ apiKeys }));

      const merged = mergeProjectMemory(from, mine, theirs);
      const turned = mergeProjectMemory(from, theirs, mine);

      expect(inOrder(merged)).toEqual(inOrder({ apiKeys: carryOut(more, other, renamedOn, first) }));
      expect(inOrder(turned)).toEqual(inOrder(merged));
    }),
  );
});

it('names, prices and what was said of a project are kept of both', () => {
  const base = {
    project: { names: [['2026-11-01', 'Sales']] },
    saidDifferences: { '2026-11-01': '2026-11-02' },
  };
  const mine = {
    project: {
      names: [
        ['2026-11-01', 'Sales'],
        ['2026-11-21', 'Sales EU'],
      ],
      mipOptOut: true,
      readAt: 2,
    },
    saidDifferences: { '2026-11-01': '2026-11-02', '2026-11-18': '2026-11-20' },
    prices: { found: 'given', askedAt: '2026-11-20T12:00:00.000000Z' },
    saidUnnamedKeys: '2026-11-20',
  };
  const theirs = {
    project: {
      names: [
        ['2026-11-01', 'Sales'],
        ['2026-11-21', 'Sales EU'],
      ],
      mipOptOut: false,
      readAt: 1,
    },
    saidDifferences: { '2026-11-01': '2026-11-02', '2026-11-19': '2026-11-20' },
    prices: { found: 'unknown', askedAt: '2026-11-20T11:00:00.000000Z' },
    purchases: { readAt: 1, entries: [] },
  };

  expect(mergeProjectMemory(base, mine, theirs)).toEqual({
    ...mine,
    saidDifferences: { ...mine.saidDifferences, ...theirs.saidDifferences },
    purchases: theirs.purchases,
  });
  expect(mergeProjectMemory(undefined, mine, undefined)).toEqual(mine);
  expect(mergeProjectMemory(base, { no: 'sense' }, theirs)).toMatchObject({ project: theirs.project });
});
