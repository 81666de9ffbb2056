import type { Day } from '../../../../src/time/day.js';
import type { Named, Names } from '../project-directory.js';
import type { NamedList } from './named-list.js';

/** What things were called on one day, for one reading of it. */
export interface DayNames extends Names {
  /** What the project itself was called. */
  readonly project: string | null;
  /** Asks for the names of what was met and is not known. True where some of them are known now. */
  find(signal: AbortSignal): Promise<boolean>;
  /** True where a name could not be had that may be had later. */
  isProvisional(): boolean;
}

export function dayNames(
  day: Day,
  project: string | null,
  lists: Readonly<Record<Named, NamedList>>,
): DayNames {
  const models = namesOn(day, lists.models);
  const apiKeys = namesOn(day, lists.apiKeys);
  const lineItems = namesOn(day, lists.lineItems);
  const all = [models, apiKeys, lineItems];
  return {
    project,
    model: models.nameOf,
    apiKey: apiKeys.nameOf,
    lineItem: lineItems.nameOf,
    find: async (signal) => (await Promise.all(all.map((names) => names.find(signal)))).includes(true),
    isProvisional: () => all.some((names) => names.isProvisional()),
  };
}

/** Each name is looked up once: neighbouring records share the very text. */
function namesOn(day: Day, list: NamedList) {
  const names = new Map<string, string | undefined>();
  const unknown = new Set<string>();
  return {
    nameOf: (id: string): string | undefined => {
      const known = names.get(id);
      if (known !== undefined || names.has(id)) return known;
      list.meet(id);
      const name = list.nameOn(id, day);
      names.set(id, name);
      if (list.isNew(id)) unknown.add(id);
      return name;
    },
    find: async (signal: AbortSignal): Promise<boolean> => {
      if (unknown.size === 0) return false;
      const asked = [...unknown];
      await list.find(asked, { start: day, end: day }, signal);
      const found = asked.filter((id) => list.nameOn(id, day) !== undefined);
      for (const id of found) names.delete(id);
      for (const id of asked) if (!list.isUnsure(id)) unknown.delete(id);
      return found.length > 0;
    },
    isProvisional: () => [...unknown].some((id) => list.isUnsure(id)),
  };
}
