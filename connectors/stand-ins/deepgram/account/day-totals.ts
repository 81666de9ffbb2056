import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AccountProject } from './account.js';
import type { DayFinder } from './account-days.js';
import { DAY_US, firstIndexAt } from './requests/day-times.js';
import { type GeneratedRequest, generatedRequest, SETTLED_AFTER_US } from './requests/generated-request.js';

const NO_SUMS = {
  requests: 0,
  audioUs: 0,
  totalAudioUs: 0,
  agentUs: 0,
  tokensIn: 0,
  tokensOut: 0,
  characters: 0,
  speakRequests: 0,
  nanodollars: 0,
};
/** Whole numbers, so that sums are exact in any order: times in microseconds, money in billionths. */
export type Sums = typeof NO_SUMS;

/** What requests can be grouped by, usage and billing together. */
export interface Dimensions {
  readonly accessor: string;
  readonly endpoint: string;
  readonly feature_set: string;
  readonly models: readonly string[];
  readonly method: string;
  readonly tags: readonly string[];
  readonly deployment: string;
  readonly line_item: string;
}

/** The sums of all requests of a day that share every dimension. */
export interface Cell {
  readonly dimensions: Dimensions;
  readonly sums: Sums;
}

/** Adds up the days of projects; a day that cannot change any more is added up once. */
export type DayTotals = (
  project: AccountProject,
  dayNumber: number,
  nowUs: number,
) => Promise<readonly Cell[]>;

/** Requests added up before others get a turn. */
const SLICE = 20_000;

export function dayTotals(findDay: DayFinder): DayTotals {
  const known = new Map<string, { nowUs: number; cells: Promise<readonly Cell[]> }>();
  return (project, dayNumber, nowUs) => {
    // A day may be made to have fewer requests than before.
    const key = `${project.id} ${dayNumber} ${findDay(project, dayNumber).count}`;
    const settledUs = (dayNumber + 1) * DAY_US + SETTLED_AFTER_US;
    // A settled day is kept for good: it counts as seen at the moment it settled.
    const seenUs = Math.min(nowUs, settledUs);
    const entry = known.get(key);
    if (entry?.nowUs === seenUs) return entry.cells;
    const cells = addUp(findDay, project, dayNumber, seenUs);
    known.set(key, { nowUs: seenUs, cells });
    return cells;
  };
}

export function noSums(): Sums {
  return { ...NO_SUMS };
}

export function addSums(total: Sums, more: Sums): void {
  // The keys of the sums are these names.
  for (const name of Object.keys(NO_SUMS) as (keyof Sums)[]) total[name] += more[name];
}

async function addUp(
  findDay: DayFinder,
  project: AccountProject,
  dayNumber: number,
  nowUs: number,
): Promise<readonly Cell[]> {
  const day = findDay(project, dayNumber);
  const until = firstIndexAt(day.seed, nowUs - dayNumber * DAY_US + 1, day.count);
  const cells = new Map<string, Cell>();
  for (let index = 0; index < until; index++) {
    if (index % SLICE === SLICE - 1) await nextTurn();
    const request = generatedRequest(day, index);
    if (request.listedUs <= nowUs) addRequest(cellOf(cells, request), request, nowUs);
  }
  return [...cells.values()];
}

/** Counts what the record of this request shows at this moment, so the log and the totals agree. */
function addRequest({ sums }: Cell, { usage, respondedUs, pricedUs }: GeneratedRequest, nowUs: number): void {
  sums.requests += 1;
  if (usage.endpoint === 'speak') sums.speakRequests += 1;
  if (nowUs < respondedUs) return;
  const { durationUs = 0 } = usage;
  sums.audioUs += durationUs;
  sums.totalAudioUs += durationUs * usage.channels;
  if (usage.endpoint === 'agent') sums.agentUs += durationUs;
  for (const { input, output } of usage.tokens) {
    sums.tokensIn += input;
    sums.tokensOut += output;
  }
  sums.characters += usage.characters;
  if (nowUs >= pricedUs) sums.nanodollars += usage.nanodollars;
}

function cellOf(cells: Map<string, Cell>, request: GeneratedRequest): Cell {
  const { key, usage, deployment, tags } = request;
  // The key gives the first tags and the line item the method, so the rest tells the dimensions apart.
  const place = `${key.id}${tags.length}${usage.lineItem}${deployment}${usage.models[0].uuid}${usage.features}`;
  const found = cells.get(place);
  if (found) return found;
  const made = { dimensions: dimensionsOf(request), sums: noSums() };
  cells.set(place, made);
  return made;
}

function dimensionsOf({ key, usage, deployment, tags }: GeneratedRequest): Dimensions {
  return {
    accessor: key.id,
    endpoint: usage.endpoint,
    feature_set: usage.features.join(','),
    models: usage.models.map((model) => model.uuid),
    method: usage.method,
    tags,
    deployment,
    line_item: usage.lineItem,
  };
}
