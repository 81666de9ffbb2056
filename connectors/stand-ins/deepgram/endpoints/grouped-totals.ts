import type { Day } from '../../../../src/time/day.js';
import type { AccountProject } from '../account/account.js';
import { dayNumberOf } from '../account/account-days.js';
import { addSums, type Cell, type Dimensions, noSums, type Sums } from '../account/day-totals.js';
import type { StandInAccount } from '../account/stand-in-account.js';
import { dayRange } from './query-range.js';

/** What falls into one combination of values; `shown` names them. */
export interface Group {
  readonly sums: Sums;
  readonly shown: Partial<Dimensions>;
}

/** The answer of a breakdown: the rows of every day, made of its groups; without groupings it has one or none. */
export async function dailyTotals(
  account: StandInAccount,
  project: AccountProject,
  query: URLSearchParams,
  groupings: readonly (keyof Dimensions)[],
  rowsOf: (day: Day, groups: readonly Group[]) => readonly object[],
): Promise<object> {
  const { start, end, days } = dayRange(query, account.clock.now());
  const results: object[] = [];
  for (const day of days) {
    const cells = await account.totals(project, dayNumberOf(day), nowUs(account));
    results.push(...rowsOf(day, groupsOf(cells, query, groupings)));
  }
  return { start, end, resolution: { units: 'day', amount: 1 }, results };
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

function groupsOf(
  cells: readonly Cell[],
  query: URLSearchParams,
  groupings: readonly (keyof Dimensions)[],
): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { dimensions, sums } of cells) {
    if (!isWanted(dimensions, query)) continue;
    const shown: Partial<Dimensions> = Object.fromEntries(groupings.map((name) => [name, dimensions[name]]));
    const place = JSON.stringify(shown);
    const group = groups.get(place) ?? { sums: noSums(), shown };
    addSums(group.sums, sums);
    groups.set(place, group);
  }
  return [...groups.values()];
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
