import type { Model } from './model-catalogue.js';

export type Endpoint = 'listen' | 'speak' | 'read' | 'agent';
export type Method = 'sync' | 'async' | 'streaming';

/** Tokens that one feature of a request used. */
interface TokenUse {
  readonly feature: string;
  readonly input: number;
  readonly output: number;
  readonly model: string;
}

/** What a caller asked for, and what it used where it went well. Times in microseconds, money in billionths. */
export interface Work {
  readonly endpoint: Endpoint;
  readonly method: Method;
  readonly path: string;
  readonly models: readonly [Model, ...Model[]];
  readonly features: readonly string[];
  readonly lineItem: string;
  /** Audio heard; undefined where the endpoint hears none. */
  readonly durationUs: number | undefined;
  readonly channels: number;
  readonly tokens: readonly TokenUse[];
  readonly characters: number;
  readonly nanodollars: number;
}

/** The same work of a request that failed: asked for, and nothing used. */
export function nothingUsed(work: Work): Work {
  return { ...work, durationUs: undefined, tokens: [], characters: 0, nanodollars: 0 };
}
