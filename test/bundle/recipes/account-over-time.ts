import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type Intake, startIntake } from '../../../connectors/stand-ins/datadog/intake.js';
import type { StandIn } from '../../../connectors/stand-ins/deepgram/stand-in.js';
import { account, KEY } from '../../cli/world.js';
import { CacheStore } from './cache-store.js';
import type { Job, JobEnded } from './job.js';

const QUARTER_MS = 15 * 60_000;
const DATADOG_KEY = 'api-key-of-the-organization';

type Runner = (recipe: string, cache: CacheStore, job: Job) => Promise<JobEnded>;

/** An account and a Datadog that a recipe connects four times an hour, from noon on. */
export class AccountOverTime {
  readonly deepgram: StandIn;
  readonly datadog: Intake;
  readonly cache = new CacheStore();
  readonly #play: (job: Job) => Promise<JobEnded>;
  #runs = 0;

  private constructor(deepgram: StandIn, datadog: Intake, recipe: string, runner: Runner) {
    this.deepgram = deepgram;
    this.datadog = datadog;
    this.#play = (job) => runner(recipe, this.cache, job);
  }

  static async open(recipe: string, runner: Runner): Promise<AccountOverTime> {
    const deepgram = await account({ requestsPerDay: 300 });
    const datadog = await startIntake({
      apiKey: DATADOG_KEY,
      clock: { ...deepgram.clock, sleep: async () => {} },
    });
    onTestFinished(() => datadog.close());
    return new AccountOverTime(deepgram, datadog, recipe, runner);
  }

  /** The next run of the schedule; `meanwhile` may cancel it. */
  async quarter(options: Partial<Pick<Job, 'byHand' | 'cancelled'>> = {}): Promise<JobEnded> {
    this.#runs += 1;
    const job = {
      number: this.#runs,
      now: this.deepgram.clock.now(),
      configuration: this.#configuration(),
      secrets: { DEEPGRAM_API_KEY: KEY, DD_API_KEY: DATADOG_KEY },
      ...options,
    };
    const ended = await this.#play(job);
    this.deepgram.clock.advance(QUARTER_MS);
    return ended;
  }

  /** A run in which one scope is missing, as it would be on most keys. */
  async quarterWithoutScope(): Promise<JobEnded> {
    this.deepgram.faults.rate(1, 1, ['forbidden'], ({ path }) => path.endsWith('/balances'));
    const ended = await this.quarter();
    this.deepgram.faults.clear();
    return ended;
  }

  /** A run in which Datadog lets nobody in. */
  async quarterWithoutDatadog(): Promise<JobEnded> {
    this.datadog.lastingFault = { status: 403 };
    const ended = await this.quarter();
    this.datadog.lastingFault = undefined;
    return ended;
  }

  /** A run that is cancelled while it waits for the request log. */
  async quarterCancelled(): Promise<JobEnded> {
    const isLog = ({ path }: { path: string }) => path.endsWith('/requests');
    this.deepgram.faults.next('stalled-headers', 1, isLog);
    const cancelled = new AbortController();
    const running = this.quarter({ cancelled: cancelled.signal });
    while (!this.deepgram.calls.some(({ fault }) => fault === 'stalled-headers')) await delay(20);
    cancelled.abort();
    return running;
  }

  /** How often Datadog has each request. */
  logs(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { log } of this.datadog.logs) {
      const { request_id: id } = log.http as { request_id: string }; // what the sink sends
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return counts;
  }

  #configuration(): string {
    return [
      'version: 1',
      `source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}", base_url: "${this.deepgram.url}" }`,
      'window: { since: 1h }', // from the start of this day, all of which is within the 18 hours
      'sinks:',
      '  archive: { type: ndjson, path: out/ndjson, streams: [requests, balances] }',
      `  logs: { type: datadog-logs, api_key: "\${DD_API_KEY}", api_url: "${this.datadog.url}" }`,
      '',
    ].join('\n');
  }
}
