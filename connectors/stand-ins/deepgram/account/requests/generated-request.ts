import { mix, Random } from '../../random/random.js';
import type { AccountKey, AccountProject } from '../account.js';
import { arrivalOf, DAY_US } from './day-times.js';
import { deploymentOf, drawUsage } from './draw-usage.js';
import { type RequestUsage, withoutUsage } from './request-usage.js';

/** All there is to know about one request of the account. Moments in microseconds since the epoch. */
export interface GeneratedRequest {
  readonly usage: RequestUsage;
  readonly dayNumber: number;
  readonly index: number;
  /** What the forms of its record are drawn from. */
  readonly formSeed: number;
  readonly key: AccountKey;
  readonly deployment: string;
  readonly language: string;
  readonly tags: readonly string[];
  readonly code: number;
  /** What Deepgram said about a failure. */
  readonly message: string | undefined;
  readonly callback: { readonly url: string; readonly attempts: number; readonly code: number } | undefined;
  readonly createdUs: number;
  readonly completedUs: number;
  /** From when on the log lists it: up to {@link LATEST_LISTING_US} after it was created. */
  readonly listedUs: number;
  /** From when on its record has a response; infinite for one that is lost. */
  readonly respondedUs: number;
  /** From when on its record has the real cost. */
  readonly pricedUs: number;
}

/** One day of one project, cut into `count` requests that are made on demand. */
export interface GeneratedDay {
  readonly project: AccountProject;
  readonly dayNumber: number;
  readonly seed: number;
  readonly count: number;
}

export const LATEST_LISTING_US = 5_000_000;
/** A record does not change any more when it is this old. */
export const SETTLED_AFTER_US = 30 * 60_000_000;

/** Part of every callback URL in the log, which no export may repeat. */
export const PLANTED_PASSWORD = 'planted-hook-password';
/** Part of some callers' query strings, which no export may repeat. */
export const PLANTED_KEYTERM = 'planted-key-term';

const SECOND = 1_000_000;
const FAILURES: readonly [readonly [number, string], ...(readonly [number, string])[]] = [
  [400, 'Bad Request: failed to process audio: corrupt or unsupported data'],
  [400, 'Bad Request: the option "model", given twice,\nis not understood'],
  [401, 'Invalid credentials.'],
  [402, 'Project does not have enough credits for an ASR request and does not have an overage agreement.'],
  [429, 'Too many requests. Please try again later'],
  [500, 'Internal Server Error'],
];
const USAGE_SALT = 0x51ab7e03;

export function generatedRequest(day: GeneratedDay, index: number): GeneratedRequest {
  const seed = mix(day.seed ^ USAGE_SALT, index);
  const random = new Random(seed);
  const { project } = day;
  const keyAt = Math.floor(random.fraction() ** 2 * project.keys.length);
  const key = project.keys[keyAt] ?? project.keys[0];
  const asked = drawUsage(random);
  const failure = random.chance(0.04) ? random.pick(FAILURES) : undefined;
  const createdUs = day.dayNumber * DAY_US + arrivalOf(day.seed, index, day.count);
  const completedUs = createdUs + drawLatency(random, asked, failure !== undefined);
  const respondedUs = random.chance(0.003)
    ? Number.POSITIVE_INFINITY
    : completedUs + random.between(1, 6) * SECOND;
  return {
    usage: failure ? withoutUsage(asked) : asked,
    dayNumber: day.dayNumber,
    index,
    formSeed: seed + 1,
    key,
    deployment: deploymentOf(project, keyAt, asked.endpoint),
    language: random.pick(asked.models[0].languages),
    tags: random.chance(0.2) ? key.tagsOfCampaign : key.tags,
    code: failure?.[0] ?? 200,
    message: failure?.[1],
    callback: asked.method === 'async' ? drawCallback(random) : undefined,
    createdUs,
    completedUs,
    listedUs: createdUs + (random.chance(0.5) ? 0 : Math.floor(random.fraction() * LATEST_LISTING_US)),
    respondedUs,
    pricedUs: failure ? respondedUs : respondedUs + random.between(120, 600) * SECOND,
  };
}

/** A live request lasts as long as its audio; the others take a fraction of it, and a failure is quick. */
function drawLatency(random: Random, { method, durationUs = 0 }: RequestUsage, failed: boolean): number {
  const overhead = random.between(40_000, 2_500_000);
  if (failed) return overhead;
  if (method === 'streaming') return durationUs + overhead;
  return Math.round(durationUs / 120) + overhead;
}

function drawCallback(random: Random): GeneratedRequest['callback'] {
  const url = `https://hooks:${PLANTED_PASSWORD}@hooks.example.com/deepgram?sig=${random.between(1_000, 9_999)}`;
  const refused = random.chance(0.1);
  return { url, attempts: refused ? 10 : random.between(1, 2), code: refused ? 503 : 200 };
}
