import { Findings } from '../../../src/deliver/tally/findings.js';
import { failureOf } from '../../../src/errors/export-error.js';
import { silentLog } from '../../../src/log/log.js';
import type { Project } from '../../../src/streams/partition.js';
import { calledAs } from '../../../src/text/called-as.js';
import { type Day, startOfDay } from '../../../src/time/day.js';
import { everyHours } from '../../../src/time/duration.js';
import { epochMs, timestampAt } from '../../../src/time/timestamp.js';
import type { ProjectMemory } from '../account/project-memory.js';
import { listIn } from '../api/answer-list.js';
import { type DeepgramApi, projectCall } from '../api/deepgram-api.js';
import { numberOf, objectOf, timestampOf } from '../api/tolerant-json.js';
import { LONGEST_WAIT_MS, lacksCost } from './finality.js';
import { requestRow } from './normalize-request.js';
import type { StateAges } from './request-state.js';

/** Whether a project's requests get a cost: not known where there are none that should have one by now. */
type PricesFound = 'given' | 'none' | 'unknown';

/** Requests that are looked at: the newest of those that should have a cost. */
const SAMPLE = 100;
/** A finding of an earlier run holds for so long, in milliseconds. */
const ASK_AGAIN_MS = everyHours(1);

export interface ProjectPricesOptions {
  readonly api: DeepgramApi;
  readonly project: Project;
  readonly memory: ProjectMemory;
  readonly findings: Findings;
  readonly ages: StateAges;
  /** Milliseconds since the epoch: the moment of the run. */
  readonly now: number;
  /** The first day that is looked at. */
  readonly since: Day;
}

/**
 * Whether the requests of a project get a cost. Deepgram gives it to projects without a contract, and to keys that may see
 * it; elsewhere no request need wait for one. It is asked for with one call, when the first record needs it.
 *
 * @see https://developers.deepgram.com/reference/deepgram-api-overview
 */
export class ProjectPrices {
  readonly project: Project;
  readonly #options: ProjectPricesOptions;
  #found: PricesFound | undefined;
  #asking: Promise<void> | undefined;

  constructor(options: ProjectPricesOptions) {
    this.project = options.project;
    this.#options = options;
    const remembered = options.memory.get('prices');
    const age = remembered ? options.now - epochMs(remembered.askedAt) : ASK_AGAIN_MS;
    if (age >= 0 && age < ASK_AGAIN_MS) this.#found = remembered?.found;
  }

  /** False where none is to be waited for, as far as {@link lookAt} has seen. */
  get areComing(): boolean {
    return this.#found !== 'none';
  }

  /** To be called with each page before its records are judged. A call that fails only leaves it unknown. */
  async lookAt(page: readonly unknown[], signal: AbortSignal): Promise<void> {
    if (this.#found === 'given') return;
    if (page.some(hasCost)) this.#conclude('given');
    else if (page.some((raw) => this.#mayWait(raw)) && (await this.find(signal)) === 'none')
      this.#options.findings.warn(noPrices(this.project));
  }

  /** What is known, or can be seen of the newest requests that should have a cost. */
  async find(signal: AbortSignal): Promise<PricesFound> {
    if (this.#found === undefined) {
      this.#asking ??= this.#ask(signal).then(
        (found) => this.#conclude(found),
        (error) => this.#failed(error),
      );
      await this.#asking;
    }
    return this.#found ?? 'unknown';
  }

  async #ask(signal: AbortSignal): Promise<PricesFound> {
    const { api, ages, now, since } = this.#options;
    const untilMs = now - ages.pricedWithinMs;
    if (untilMs <= startOfDay(since)) return 'unknown';
    const call = projectCall(this.project, 'look for costs in the requests', 'usage:read', ['requests'], {
      start: moment(startOfDay(since)),
      end: moment(untilMs),
      status: 'succeeded',
      limit: SAMPLE,
      page: 0,
    });
    const context = {
      ...this.#options,
      names: NO_NAMES,
      prices: this,
      findings: new Findings(silentLog), // the same records are read for their own sake, too
    };
    const rows = listIn(await api.get(call, signal), 'requests', 'requests')
      .map((raw) => requestRow(raw, context))
      .filter((row) => row?.status === 'success');
    if (rows.some((row) => (row?.cost_usd ?? 0) > 0)) return 'given';
    return rows.some((row) => row?.settled && lacksCost(row)) ? 'none' : 'unknown';
  }

  #conclude(found: PricesFound): void {
    if (this.#found === 'given') return; // a page had a cost meanwhile
    const { memory, now } = this.#options;
    this.#found = found;
    memory.set('prices', { found, askedAt: timestampAt(now) });
  }

  /** It stays unknown in this run; after an interrupt of who asked, the next one asks again. */
  #failed(error: unknown): void {
    if (failureOf(error).kind === 'interrupted') this.#asking = undefined;
    else this.#found ??= 'unknown';
  }

  /** True for a success without a cost that is young enough to wait for it. Errors on the side of asking in vain. */
  #mayWait(raw: unknown): boolean {
    const record = objectOf(raw);
    const response = objectOf(record?.response);
    const code = numberOf(response?.code) ?? numberOf(record?.code);
    if (response === undefined || code === null || code >= 300) return false;
    const created = timestampOf(record?.created);
    return created !== null && epochMs(created) > this.#options.now - LONGEST_WAIT_MS;
  }
}

/** That requests get no cost, and what follows. */
export function noPrices(project: Project): string {
  return (
    `Deepgram gives no cost per request for ${calledAs(project)}: contract, or the key may not see it. ` +
    'Requests have no cost_usd there and are not waited for; the billing streams say what each day cost.'
  );
}

function hasCost(raw: unknown): boolean {
  const details = objectOf(objectOf(objectOf(raw)?.response)?.details);
  return (numberOf(details?.usd) ?? 0) > 0;
}

const NO_NAMES = { model: () => undefined, apiKey: () => undefined, lineItem: () => undefined };

/** With its offset, for a time without one is not said to be UTC. */
function moment(ms: number): string {
  return `${timestampAt(ms).slice(0, 19)}+00:00`;
}
