import { NANO } from '../../report/totals/measure-parts.js';
import type { Amounts, Block, BlockRow } from '../money-table.js';

/** Amounts as programs read them: dollars, and percent with two places. */
export function recordOf({ cost, compared, same, before }: Amounts, whole: number | undefined) {
  const change = compared === undefined || same === undefined ? undefined : compared - same;
  return {
    cost_usd: inDollars(cost),
    share_percent: percentOf(cost, whole),
    compared_usd: inDollars(compared),
    compared_with_usd: inDollars(same),
    change_usd: inDollars(change),
    change_percent: percentOf(change, same),
    month_before_usd: inDollars(before),
  };
}

/** Whose amounts a row has. */
export function ownerOf({ project, name, id }: BlockRow, { by }: Block) {
  const isProject = by === 'project';
  return {
    project_id: isProject ? (id ?? null) : (project?.id ?? null),
    project_name: isProject ? name : (project?.name ?? null),
    name,
    id: id ?? null,
  };
}

/** What a row of a breakdown is a share of. */
export function wholeOf({ whole, addsUp }: Block): number | undefined {
  return addsUp ? whole : undefined;
}

export function inDollars(parts: number | undefined): number | null {
  return parts === undefined ? null : parts / NANO;
}

function percentOf(part: number | undefined, whole: number | undefined): number | null {
  if (part === undefined || whole === undefined || whole <= 0) return null;
  return Math.round((10_000 * part) / whole) / 100;
}
