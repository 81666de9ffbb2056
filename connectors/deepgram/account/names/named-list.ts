import { ExportError } from '../../../../src/errors/export-error.js';
import type { Day } from '../../../../src/time/day.js';
import type { RememberedList } from './remembered-list.js';

/** The days that a reading is about, both included. */
export interface DayRange {
  readonly start: Day;
  readonly end: Day;
}

/** Who knows names. */
export interface NameSource {
  /** What is lost without it, in a sentence: `API key names`. */
  readonly what: string;
  /** True where it only knows what was used in the days that it is asked about. */
  readonly byDays: boolean;
  /** Asks it, and tells the list. */
  ask(days: DayRange, signal: AbortSignal): Promise<void>;
}

/** As much of it as naming records takes. */
export type NamedList = Omit<ReturnType<typeof namedList>, 'read' | 'unknown'>;

/**
 * The names of one kind of thing: remembered ones, and those that its sources know. Each source is asked once a run (and
 * range of days), the first of them where its last answer is an hour old, all where records name what is not known.
 *
 * @param notTold is called with what could not be had and why; for good where the API key may not ask
 */
export function namedList<Details>(
  list: RememberedList<Details>,
  [first, ...others]: readonly [NameSource, ...NameSource[]],
  notTold: (what: string, error: ExportError, isForGood: boolean) => void,
) {
  const answers = new Map<string, Promise<ExportError | undefined>>();
  let hasFailed = false;
  const ask = (source: NameSource, days: DayRange, signal: AbortSignal): Promise<ExportError | undefined> => {
    const key = source.byDays ? `${source.what} ${days.start} ${days.end}` : source.what;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = source.ask(days, signal).then(
      () => undefined,
      (error) => {
        if (!(error instanceof ExportError) || error.kind === 'interrupted') throw error;
        const isForGood = mayNever(error);
        if (!isForGood) hasFailed = true;
        else if (source === first) list.refuse();
        notTold(source.what, error, isForGood);
        return error;
      },
    );
    answers.set(key, answer);
    return answer;
  };
  const isNew = (id: string) => !list.isKnown(id) && !list.isLacked(id);

  return {
    nameOn: list.nameOn,
    meet: list.meet,
    isNew,
    /** True for an id whose name could not be asked for, and may be had later. */
    isUnsure: (id: string) => hasFailed && isNew(id),
    /** Asks for the names, where they were not asked for within the hour. */
    prepare: async (days: DayRange, signal: AbortSignal): Promise<void> => {
      if (!list.isFresh() && !list.isRefused()) await ask(first, days, signal);
    },
    /** Asks whoever may know the names of these, which records name; does nothing where all are known. */
    find: async (ids: Iterable<string>, days: DayRange, signal: AbortSignal): Promise<void> => {
      for (const id of ids) list.meet(id);
      const left = () => [...ids].filter(isNew);
      let isAnswered = true;
      for (const source of [first, ...others]) {
        if (left().length === 0) return;
        const isRefused = source === first && list.isRefused();
        if (isRefused || (await ask(source, days, signal)) !== undefined) isAnswered = false;
      }
      if (isAnswered) for (const id of left()) list.lack(id);
    },
    /**
     * Sees to it that the list is of this hour.
     *
     * @param anew true asks for it although it is
     * @throws ExportError where it cannot be read
     */
    read: async (days: DayRange, signal: AbortSignal, anew = false): Promise<void> => {
      const error = list.isFresh() && !anew ? undefined : await ask(first, days, signal);
      if (error !== undefined) throw error;
    },
    /** How many of the ids that records have named in this run nobody knows; undefined where it could not be asked. */
    unknown: (): { readonly of: number; readonly count: number } | undefined => {
      const ids = [...list.met];
      if (hasFailed || list.isRefused()) return undefined;
      return { of: ids.length, count: ids.filter((id) => !list.isKnown(id)).length };
    },
  };
}

/** True for Deepgram's word that this API key may not ask. Whatever else it says may be otherwise an hour later. */
function mayNever({ lacks }: ExportError): boolean {
  return lacks !== undefined;
}
