import type { AccountProject } from './account.js';
import type { DayFinder } from './account-days.js';
import { DAY_US, firstIndexAt } from './requests/day-times.js';
import {
  type GeneratedDay,
  type GeneratedRequest,
  generatedRequest,
  LATEST_LISTING_US,
} from './requests/generated-request.js';
import { placeOf } from './requests/request-id.js';

/** Which requests are asked for; moments in microseconds since the epoch, both ends included. */
export interface LogQuery {
  readonly project: AccountProject;
  readonly fromUs: number;
  readonly toUs: number;
  readonly nowUs: number;
  /** Leave it out where all are wanted: then a page costs no more than its own requests, however deep it is. */
  readonly matches?: (request: GeneratedRequest) => boolean;
}

/** Requests of one day that stand side by side: all listed, or to be looked at one by one. */
interface Run {
  readonly day: GeneratedDay;
  readonly low: number;
  readonly high: number;
  readonly allListed: boolean;
}

/** Newest first, `limit` of them after leaving out the first `skip`. */
export function readLog(
  findDay: DayFinder,
  query: LogQuery,
  skip: number,
  limit: number,
): GeneratedRequest[] {
  const found: GeneratedRequest[] = [];
  let toSkip = skip;
  for (const run of runsNewestFirst(findDay, query)) {
    let { high } = run;
    if (run.allListed && !query.matches) {
      high = Math.max(run.low, high - toSkip);
      toSkip -= run.high - high;
    }
    for (let index = high - 1; index >= run.low && found.length < limit; index--) {
      const request = generatedRequest(run.day, index);
      if (request.listedUs > query.nowUs || query.matches?.(request) === false) continue;
      if (toSkip > 0) toSkip--;
      else found.push(request);
    }
    if (found.length >= limit) break;
  }
  return found;
}

/** How many requests a page by page reading of this query would give. */
export function countLog(findDay: DayFinder, query: Omit<LogQuery, 'matches'>): number {
  let count = 0;
  for (const { day, low, high, allListed } of runsNewestFirst(findDay, query)) {
    if (allListed) count += high - low;
    else {
      for (let index = low; index < high; index++) {
        if (generatedRequest(day, index).listedUs <= query.nowUs) count++;
      }
    }
  }
  return count;
}

/** The request with this id, if the log of this query holds it. */
export function findInLog(
  findDay: DayFinder,
  { project, fromUs, toUs, nowUs }: LogQuery,
  requestId: string,
): GeneratedRequest | undefined {
  const place = placeOf(project.seed, requestId);
  if (place === undefined) return undefined;
  const day = findDay(project, place.dayNumber);
  if (place.index >= day.count) return undefined;
  const request = generatedRequest(day, place.index);
  const listed = request.createdUs >= fromUs && request.createdUs <= toUs && request.listedUs <= nowUs;
  return listed ? request : undefined;
}

function* runsNewestFirst(findDay: DayFinder, { project, fromUs, toUs, nowUs }: LogQuery): Iterable<Run> {
  const lastUs = Math.min(toUs, nowUs);
  for (let dayNumber = Math.floor(lastUs / DAY_US); dayNumber >= Math.floor(fromUs / DAY_US); dayNumber--) {
    const day = findDay(project, dayNumber);
    const startUs = dayNumber * DAY_US;
    const indexAt = (us: number) => firstIndexAt(day.seed, us - startUs, day.count);
    const low = indexAt(fromUs);
    const high = indexAt(lastUs + 1);
    const sure = Math.min(Math.max(low, indexAt(nowUs - LATEST_LISTING_US + 1)), high);
    if (high > sure) yield { day, low: sure, high, allListed: false };
    if (sure > low) yield { day, low, high: sure, allListed: true };
  }
}
