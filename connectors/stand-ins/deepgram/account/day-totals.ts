import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AccountProject } from './account.js';
import type { DayFinder } from './account-days.js';
import { DAY_US, firstIndexAt } from './day-times.js';
import { type GeneratedRequest, generatedRequest, SETTLED_AFTER_US } from './generated-request.js';

/** Whole numbers, so that sums are exact in any order: times in microseconds, money in billionths. */
export interface Sums {
  requests: number;
  audioUs: number;
  totalAudioUs: number;
  agentUs: number;
  tokensIn: number;
  tokensOut: number;
  characters: number;
  speakRequests: number;
  nanodollars: number;
}

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
    const key = `${project.id} ${dayNumber}`;
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
  return {
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
}

export function addSums(total: Sums, more: Sums): void {
  total.requests += more.requests;
  total.audioUs += more.audioUs;
  total.totalAudioUs += more.totalAudioUs;
  total.agentUs += more.agentUs;
  total.tokensIn += more.tokensIn;
  total.tokensOut += more.tokensOut;
  total.characters += more.characters;
  total.speakRequests += more.speakRequests;
  total.nanodollars += more.nanodollars;
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
function addRequest({ sums }: Cell, { work, respondedUs, pricedUs }: GeneratedRequest, nowUs: number): void {
  sums.requests += 1;
  if (work.endpoint === 'speak') sums.speakRequests += 1;
  if (nowUs < respondedUs) return;
  const { durationUs = 0 } = work;
  sums.audioUs += durationUs;
  sums.totalAudioUs += durationUs * work.channels;
  if (work.endpoint === 'agent') sums.agentUs += durationUs;
  for (const { input, output } of work.tokens) {
    sums.tokensIn += input;
    sums.tokensOut += output;
  }
  sums.characters += work.characters;
  if (nowUs >= pricedUs) sums.nanodollars += work.nanodollars;
}

function cellOf(cells: Map<string, Cell>, request: GeneratedRequest): Cell {
  const { key, work, deployment, tags } = request;
  // The key gives the first tags and the line item the method, so the rest tells the dimensions apart.
  const place = `${key.id}${tags.length}${work.lineItem}${deployment}${work.models[0].uuid}${work.features}`;
  const found = cells.get(place);
  if (found) return found;
  const made = { dimensions: dimensionsOf(request), sums: noSums() };
  cells.set(place, made);
  return made;
}

function dimensionsOf({ key, work, deployment, tags }: GeneratedRequest): Dimensions {
  return {
    accessor: key.id,
    endpoint: work.endpoint,
    feature_set: work.features.join(','),
    models: work.models.map((model) => model.uuid),
    method: work.method,
    tags,
    deployment,
    line_item: work.lineItem,
  };
}
