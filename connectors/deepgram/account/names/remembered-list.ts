import { addDays, type Day, dayAt } from '../../../../src/time/day.js';
import { everyHours } from '../../../../src/time/duration.js';
import { type NameHistory, nameOn, REMEMBERED_DAYS, withName } from './name-history.js';

/** A list as the memory has it. */
export interface StoredList<Details> {
  /** When it was read last, in milliseconds since the epoch. */
  readAt?: number | undefined;
  /** When the API key was last refused it for good. */
  refusedAt?: number | undefined;
  entries: [id: string, entry: StoredEntry<Details>][];
}

/** One thing of it. */
export interface StoredEntry<Details> {
  names: NameHistory;
  /** True while the list has it. */
  listed?: boolean | undefined;
  /** Day of the last list that had it. */
  seen?: Day | undefined;
  /** Day of the last run whose records named it. */
  met?: Day | undefined;
  /** True where everything that could know it was asked after it was met, and does not. */
  lacked?: boolean | undefined;
  /** What the list said of it. */
  details?: Details | undefined;
}

/** One thing of a list that was read. */
export interface Listed<Details> {
  readonly id: string;
  readonly name: string | null;
  readonly details?: Details;
}

/** One thing that is or was in a list, or that records name. */
export interface Kept<Details> {
  readonly id: string;
  /** Undefined where no list had it. */
  readonly details: Details | undefined;
  /** Day of the last list that had it; null while it is listed, and where none ever had it. */
  readonly lastSeen: Day | null;
}

/** What was read within this time, in milliseconds, is not asked for again. */
const FRESH_MS = everyHours(1);
/** Things remembered of a list: records that each name another one must not fill the memory. */
const MOST_ENTRIES = 20_000;

export type RememberedList<Details> = ReturnType<typeof rememberedList<Details>>;

/**
 * A list of a project as it was read last, merged with what earlier lists had and with what records name. Each thing is
 * kept until it was neither listed nor met for 400 days.
 *
 * @param found what was kept of earlier runs
 * @param keep is given what to keep whenever that changes
 * @param now milliseconds since the epoch
 */
export function rememberedList<Details>(
  found: StoredList<Details> | undefined,
  keep: (list: StoredList<Details>) => void,
  now: number,
) {
  const today = dayAt(now);
  const stored = { ...found, entries: recent(found?.entries ?? [], today) };
  const entries = new Map(stored.entries);
  const met = new Set<string>();
  const entryOf = (id: string): StoredEntry<Details> => {
    const entry = entries.get(id) ?? { names: [] };
    if (!entries.has(id)) stored.entries.push([id, entry]);
    entries.set(id, entry);
    return entry;
  };
  const note = ({ id, name, details }: Listed<Details>) => {
    const entry = entryOf(id);
    entry.details = details ?? entry.details;
    if (name !== null) entry.names = withName(entry.names, name, today);
    return entry;
  };

  return {
    isFresh: () => isWithinHour(stored.readAt, now),
    isRefused: () => isWithinHour(stored.refusedAt, now),
    /** True for what some list had, or something else told the name of. */
    isKnown: (id: string) => {
      const entry = entries.get(id);
      return entry !== undefined && (entry.seen !== undefined || entry.names.length > 0);
    },
    isLacked: (id: string) => entries.get(id)?.lacked === true,
    /** Its name on a day; undefined where none is known. */
    nameOn: (id: string, day: Day) => nameOn(entries.get(id)?.names ?? [], day),
    /** Ids that records have named in this run. */
    met: met as ReadonlySet<string>,
    /** Records name it. */
    meet(id: string): void {
      met.add(id);
      if (!entries.has(id) && entries.size >= MOST_ENTRIES) return;
      const entry = entryOf(id);
      if (entry.met === today) return;
      entry.met = today;
      keep(stored);
    },
    /** This is the whole list. */
    read(list: readonly Listed<Details>[]): void {
      for (const entry of entries.values()) entry.listed = undefined;
      for (const one of list) Object.assign(note(one), { listed: true, seen: today, lacked: undefined });
      stored.readAt = now;
      stored.refusedAt = undefined;
      keep(stored);
    },
    /** Names from elsewhere than the list. */
    told(names: readonly Listed<Details>[]): void {
      for (const one of names) note(one);
      keep(stored);
    },
    /** All that could know it was asked, and does not. */
    lack(id: string): void {
      const entry = entries.get(id);
      if (entry !== undefined) entry.lacked = true;
      keep(stored);
    },
    refuse(): void {
      stored.refusedAt = now;
      keep(stored);
    },
    /** Everything, in the order of the ids, so that a snapshot only changes when its content does. */
    all: (): readonly Kept<Details>[] =>
      [...entries]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([id, { details, listed, seen }]) => ({
          id,
          details,
          lastSeen: listed === true ? null : (seen ?? null),
        })),
  };
}

/** True for a moment of this hour; one that is still to come was another clock's. */
export function isWithinHour(at: number | undefined, now: number): boolean {
  return at !== undefined && at <= now && now - at < FRESH_MS;
}

/** What was listed or met in the last 400 days; of too many those that were last. */
function recent<Entry extends { seen?: Day | undefined; met?: Day | undefined }>(
  entries: [string, Entry][],
  today: Day,
): [string, Entry][] {
  const first = addDays(today, -REMEMBERED_DAYS);
  const lastOf = ([, { seen = '', met = '' }]: [string, Entry]) => (seen > met ? seen : met);
  const kept = entries.filter((entry) => lastOf(entry) >= first);
  if (kept.length <= MOST_ENTRIES) return kept;
  return kept.sort((a, b) => (lastOf(a) > lastOf(b) ? -1 : 1)).slice(0, MOST_ENTRIES);
}
