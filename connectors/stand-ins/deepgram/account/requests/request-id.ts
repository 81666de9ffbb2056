import { mix, scramble, unscramble } from '../../random/random.js';
import { uuidOf } from '../../random/uuid.js';

/** Where a request stands in the account: its day since the epoch and its place in that day. */
export interface RequestPlace {
  readonly dayNumber: number;
  readonly index: number;
}

/** The id holds the place, scrambled, so that a request can be found by its id though nothing is stored. */
export function requestIdAt(projectSeed: number, { dayNumber, index }: RequestPlace): string {
  const front = scramble(index ^ projectSeed);
  const back = scramble(dayNumber ^ mix(front, projectSeed));
  return uuidOf(front, mix(index, projectSeed), mix(dayNumber, projectSeed), back);
}

/** The place that an id holds; undefined for an id that this project never gave out. */
export function placeOf(projectSeed: number, requestId: string): RequestPlace | undefined {
  const front = Number.parseInt(requestId.slice(0, 8), 16);
  const back = Number.parseInt(requestId.slice(-8), 16);
  const index = (unscramble(front) ^ projectSeed) >>> 0;
  const dayNumber = (unscramble(back) ^ mix(front, projectSeed)) >>> 0;
  const place = { dayNumber, index };
  return requestIdAt(projectSeed, place) === requestId ? place : undefined;
}
