import type { Model } from '../model-catalogue.js';

export type Endpoint = 'listen' | 'speak' | 'read' | 'agent';
export type Method = 'sync' | 'async' | 'streaming';

/** What one request asked for, and what it used where it went well. Times in microseconds, money in billionths. */
export interface RequestUsage {
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

/** Tokens that one feature of a request used. */
interface TokenUse {
  readonly feature: string;
  readonly input: number;
  readonly output: number;
  readonly model: string;
}

/** The same request where it failed: asked for, and nothing used. */
export function withoutUsage(asked: RequestUsage): RequestUsage {
  return { ...asked, durationUs: undefined, tokens: [], characters: 0, nanodollars: 0 };
}
