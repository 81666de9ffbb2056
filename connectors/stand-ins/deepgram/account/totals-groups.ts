import type { Day } from '../../../../src/time/day.js';
import { dayRange } from '../server/time-range.js';
import type { AccountProject } from './account.js';
import { dayNumberOf } from './account-days.js';
import { addSums, type Cell, type Dimensions, noSums, type Sums } from './day-totals.js';
import type { StandInAccount } from './stand-in-account.js';

/** Each row of a total is for one day. */
export const DAILY = { units: 'day', amount: 1 };

/** What falls into one combination of values; `shown` names them. */
interface Group {
  readonly sums: Sums;
  readonly shown: Partial<Dimensions>;
}

/** The sums of a day, one for each combination of the groupings; one in all, or none, without groupings. */
export async function groupsOf(
  account: StandInAccount,
  project: AccountProject,
  day: Day,
  query: URLSearchParams,
  groupings: readonly (keyof Dimensions)[],
): Promise<Group[]> {
  const groups = new Map<string, Group>();
  for (const { dimensions, sums } of await account.totals(project, dayNumberOf(day), nowUs(account))) {
    if (!isWanted(dimensions, query)) continue;
    const shown: Partial<Dimensions> = Object.fromEntries(groupings.map((name) => [name, dimensions[name]]));
    const place = JSON.stringify(shown);
    const group = groups.get(place) ?? { sums: noSums(), shown };
    addSums(group.sums, sums);
    groups.set(place, group);
  }
  return [...groups.values()];
}

/** All that was added up for the days of a call. */
export async function allCells(
  account: StandInAccount,
  project: AccountProject,
  query: URLSearchParams,
): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const day of dayRange(query, account.clock.now()).days) {
    cells.push(...(await account.totals(project, dayNumberOf(day), nowUs(account))));
  }
  return cells;
}

/** The values of a dimension, each once, in order. */
export function distinct(
  cells: readonly Cell[],
  valuesOf: (dimensions: Dimensions) => readonly string[],
): string[] {
  return [...new Set(cells.flatMap(({ dimensions }) => valuesOf(dimensions)))].sort();
}

/** What is not grouped by. */
export function nullFor(names: readonly string[]): Record<string, null> {
  return Object.fromEntries(names.map((name) => [name, null]));
}

/** The filters of Deepgram that we know; the others are passed over. */
function isWanted(dimensions: Dimensions, query: URLSearchParams): boolean {
  const only = (name: string, values: readonly string[]) => {
    const value = query.get(name);
    return value === null || values.includes(value);
  };
  return (
    only('accessor', [dimensions.accessor]) &&
    only('endpoint', [dimensions.endpoint]) &&
    only('method', [dimensions.method]) &&
    only('deployment', [dimensions.deployment, dimensions.deployment.split(':')[0] ?? '']) &&
    only('model', dimensions.models) &&
    only('tag', dimensions.tags) &&
    only('line_item', [dimensions.line_item])
  );
}

function nowUs({ clock }: StandInAccount): number {
  return clock.now() * 1_000;
}
