import { isDeepStrictEqual } from 'node:util';
import type { Versions } from '../../../src/checkpoints/shared/merge-days.js';
import { mergeNames } from '../../../src/checkpoints/shared/merge-names.js';
import { addDays, type Day } from '../../../src/time/day.js';
import { type NameHistory, withName } from './names/name-history.js';
import type { StoredEntry, StoredList } from './names/remembered-list.js';
import { type Remembered, rememberedIn } from './project-memory.js';

/** What two processes have learned of a project, each going on from the same, as if one had come after the other. */
export function mergeProjectMemory(base: unknown, mine: unknown, theirs: unknown): unknown {
  // As it mostly is: of a project that one worker reads, no other learns anything meanwhile.
  if (isDeepStrictEqual(base, theirs)) return mine;
  const versions = { base: rememberedIn(base), mine: rememberedIn(mine), theirs: rememberedIn(theirs) };
  const of = <Name extends keyof Remembered>(name: Name): Versions<Remembered[Name]> => ({
    base: versions.base[name],
    mine: versions.mine[name],
    theirs: versions.theirs[name],
  });
  const prices = of('prices');
  const isMineLater = (prices.mine?.askedAt ?? '') >= (prices.theirs?.askedAt ?? '');
  const merged = {
    saidDifferences: mergeRecords(of('saidDifferences')),
    saidUnnamedKeys: later(of('saidUnnamedKeys')),
    prices: isMineLater ? prices.mine : prices.theirs,
    project: mergeProjects(of('project')),
    apiKeys: mergeLists(of('apiKeys')),
    models: mergeLists(of('models')),
    lineItems: mergeLists(of('lineItems')),
    purchases: mergeLists(of('purchases')),
  } satisfies Required<Remembered>;
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}

function mergeRecords({
  base = {},
  mine = {},
  theirs = {},
}: Versions<Remembered['saidDifferences']>): Remembered['saidDifferences'] {
  const mapOf = (record: Readonly<Record<string, string>>) => new Map(Object.entries(record));
  const merged = mergeNames({ base: mapOf(base), mine: mapOf(mine), theirs: mapOf(theirs) });
  return merged.size === 0 ? undefined : Object.fromEntries(merged);
}

function mergeProjects({ base, mine, theirs }: Versions<Remembered['project']>): Remembered['project'] {
  if (mine === undefined || theirs === undefined) return mine ?? theirs;
  const isMineLater = (mine.readAt ?? 0) >= (theirs.readAt ?? 0);
  const histories = { base: base?.names ?? [], mine: mine.names, theirs: theirs.names };
  return { ...(isMineLater ? mine : theirs), names: mergeHistories(histories, isMineLater) };
}

function mergeLists<Details>({
  base,
  mine,
  theirs,
}: Versions<StoredList<Details> | undefined>): StoredList<Details> | undefined {
  if (mine === undefined || theirs === undefined) return mine ?? theirs;
  const [from, own, other] = [new Map(base?.entries), new Map(mine.entries), new Map(theirs.entries)];
  const isMineLater = (mine.readAt ?? 0) >= (theirs.readAt ?? 0);
  const entries = [...new Set([...other.keys(), ...own.keys()])].map((id): [string, StoredEntry<Details>] => [
    id,
    mergeEntries({ base: from.get(id), mine: own.get(id), theirs: other.get(id) }, isMineLater),
  ]);
  const readAt = later({ mine: mine.readAt, theirs: theirs.readAt });
  const refusedAt = later({ mine: mine.refusedAt, theirs: theirs.refusedAt });
  return {
    ...(readAt === undefined ? {} : { readAt }),
    // What was read after that was not refused any more.
    ...(refusedAt === undefined || refusedAt < (readAt ?? 0) ? {} : { refusedAt }),
    entries,
  };
}

/** @param isMineLater whether my list was read after theirs: the later one says whether a thing is listed */
function mergeEntries<Details>(
  { base, mine, theirs }: Versions<StoredEntry<Details> | undefined>,
  isMineLater: boolean,
): StoredEntry<Details> {
  const last = isMineLater ? mine : theirs;
  const seen = later({ mine: mine?.seen, theirs: theirs?.seen });
  const met = later({ mine: mine?.met, theirs: theirs?.met });
  const isMineNew = !isDeepStrictEqual(mine?.details, base?.details);
  const isTheirsNew = !isDeepStrictEqual(theirs?.details, base?.details);
  const details = (isMineNew && isTheirsNew ? last : isMineNew ? mine : theirs)?.details;
  const lacked = mine?.lacked === base?.lacked ? theirs?.lacked : mine?.lacked;
  return {
    names: mergeHistories(
      { base: base?.names ?? [], mine: mine?.names ?? [], theirs: theirs?.names ?? [] },
      isMineLater,
    ),
    ...(last?.listed && { listed: true }),
    ...(seen === undefined ? {} : { seen }),
    ...(met === undefined ? {} : { met }),
    ...(lacked && !last?.listed && { lacked }),
    ...(details === undefined ? {} : { details }),
  };
}

/**
 * Both have been told names since: they are told once more, in the order of the days on which that was.
 *
 * @param isMineLater on one day
 */
function mergeHistories({ base, mine, theirs }: Versions<NameHistory>, isMineLater: boolean): NameHistory {
  const [first, last] = isMineLater ? [theirs, mine] : [mine, theirs];
  const told = [...toldSince(base, first), ...toldSince(base, last)];
  const inOrder = told.sort((one, other) => (one.day < other.day ? -1 : Number(one.day > other.day)));
  return inOrder.reduce((history, { name, day }) => withName(history, name, day), base);
}

function toldSince(base: NameHistory, after: NameHistory): { readonly name: string; readonly day: Day }[] {
  const isOld = ([from, name]: NameHistory[number]) =>
    base.some(([day, called]) => day === from && called === name);
  return after.flatMap(([from, name], at) => {
    if (isOld([from, name])) return [];
    // The first name holds from the day itself, later ones from the next.
    return [{ name, day: at === 0 && base.length === 0 ? from : addDays(from, -1) }];
  });
}

function later<Moment extends string | number>({
  mine,
  theirs,
}: {
  readonly mine: Moment | undefined;
  readonly theirs: Moment | undefined;
}): Moment | undefined {
  if (mine === undefined || theirs === undefined) return mine ?? theirs;
  return mine > theirs ? mine : theirs;
}
