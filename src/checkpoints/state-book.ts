import { ExportError, failureOf } from '../errors/export-error.js';
import type { DeliveryBook, KnownSink, Reason } from '../plan/delivery-book.js';
import type { Log } from '../report/log.js';
import type { Mask } from '../secrets/mask.js';
import type { Partition, Project } from '../streams/partition.js';
import type { Clock } from '../time/clock.js';
import { type Day, dayAt } from '../time/day.js';
import type { DayReading } from './day-rules.js';
import type { DeliveryState, StreamKey } from './delivery-state.js';
import type { AppendLedger, LedgerKey } from './journal/append-ledger.js';
import type { StateLock } from './lock/state-lock.js';
import { writeState } from './state-file.js';

/** Between two writings while a run goes on: what a crash in between forgets is only read again. */
const SAVE_EVERY_MS = 1_000;

export interface StateBookOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  /** The moment that counts as now in the whole run. */
  readonly nowMs: number;
  readonly mask: Mask;
  /** Where each sink delivers to, by its name. */
  readonly destinations: ReadonlyMap<string, string>;
  /** Everything in the window is lacking, whatever the state says; what is delivered is remembered all the same. */
  readonly fullRefresh: boolean;
  /** Without it nothing is written, as for a plan or a dry run. */
  readonly lock: Pick<StateLock, 'assertHeld'> | undefined;
  /** What append sinks have of days that are not closed. */
  readonly ledger: AppendLedger;
}

/** The state of a run: in memory, and in its file soon after each delivery. */
export class StateBook implements DeliveryBook {
  readonly remembers = true;
  readonly #state: DeliveryState;
  readonly #options: StateBookOptions;
  #appends: ReadonlySet<string> = new Set();
  /** Closed days of append sinks; forgotten when the state that says so is kept. */
  #closed: LedgerKey[] = [];
  #savedAt = 0;
  /** What nobody has changed is not written: a state that was refused stays as it is. */
  #isChanged = false;
  #saving: Promise<void> = Promise.resolve();
  #failure: unknown;

  constructor(state: DeliveryState, options: StateBookOptions) {
    this.#state = state;
    this.#options = options;
  }

  async admit(projects: readonly Project[], sinks: readonly KnownSink[]): Promise<void> {
    this.#refuseStrangers(projects);
    this.#warnOfDaysToCome();
    this.#appends = new Set(sinks.filter(({ appends }) => appends).map(({ name }) => name));
    for (const sink of sinks) await this.#beginAnewWhereNeeded(sink);
    await this.flush();
  }

  firstDay(sink: string, of: Partition): Day | undefined {
    if (this.#options.fullRefresh) return undefined;
    return this.#state.firstDay(keyOf(sink, of));
  }

  reason(sink: string, partition: Partition): Reason | undefined {
    if (partition.day === null) return { why: 'snapshot' };
    const key = keyOf(sink, partition);
    // Which records of a closed day an append sink has is not known any more: it must not get the day again.
    if (this.#appends.has(sink) && this.#state.isClosed(key, partition.day)) return undefined;
    if (this.#options.fullRefresh) return { why: 'window' };
    return this.#state.reason(key, partition.day, this.#options.nowMs);
  }

  isLastReading({ day }: Partition): boolean {
    return day !== null && this.#state.isLastReading(day, this.#options.nowMs);
  }

  delivered(sink: string, partition: Partition, reading: DayReading): void {
    if (partition.day === null) return;
    const key = keyOf(sink, partition);
    this.#state.delivered(key, partition.day, reading);
    if (this.#appends.has(sink) && this.#state.isClosed(key, partition.day)) {
      this.#closed.push({ ...key, day: partition.day });
    }
    this.#isChanged = true;
    if (this.#options.clock.now() - this.#savedAt >= SAVE_EVERY_MS) void this.#save();
  }

  gone(sink: string, of: Partition, days: readonly Day[]): readonly Day[] {
    this.#isChanged = true;
    return this.#state.gone(keyOf(sink, of), days);
  }

  /** Writes what is known; throws what the last writing met, since what is not kept is delivered again. */
  async flush(): Promise<void> {
    await this.#save();
    if (this.#failure === undefined) return this.#forgetClosed();
    if (this.#failure instanceof ExportError && this.#failure.code === 'STATE_LOCKED') throw this.#failure;
    const { message } = failureOf(this.#failure);
    throw new ExportError('STATE_REFUSED', `The state could not be kept: ${message}`, {
      kind: 'config',
      hint: 'What was delivered is there, and will be delivered again by the next run. Mend the path in `state: { path: … }`.',
      cause: this.#failure,
    });
  }

  async #forgetClosed(): Promise<void> {
    if (!this.#options.lock) return;
    for (const key of this.#closed.splice(0)) await this.#options.ledger.forget(key);
  }

  #save(): Promise<void> {
    const { path, clock, mask, lock } = this.#options;
    if (!lock || !this.#isChanged) return this.#saving;
    this.#savedAt = clock.now();
    this.#saving = this.#saving.then(async () => {
      try {
        await lock.assertHeld();
        await writeState(path, this.#state.document(clock.now()), mask);
        this.#failure = undefined;
      } catch (error) {
        this.#failure = error;
      }
    });
    return this.#saving;
  }

  #refuseStrangers(projects: readonly Project[]): void {
    const known = this.#state.projectIds();
    if (known.size === 0 || projects.some(({ id }) => known.has(id))) return;
    const message = `The state in ${this.#options.path} belongs to another account: it knows none of these projects.`;
    throw new ExportError('STATE_REFUSED', message, {
      kind: 'config',
      hint:
        'Check the API key, give this account a state of its own (`state: { path: … }`), or set this one aside ' +
        'with `deepgram-export state repair`.',
    });
  }

  /** What is wrong, this clock or the one of that run, cannot be known; so nothing is forgotten, and the user decides. */
  #warnOfDaysToCome(): void {
    const today = dayAt(this.#options.nowMs);
    const last = this.#state.lastDay();
    if (last === undefined || last <= today) return;
    this.#options.log.warn(
      `The state has days up to ${last}, and today is ${today}: this clock is behind, or another one was ahead. ` +
        'If it was ahead, begin anew with `deepgram-export state repair`, since those days would count as delivered.',
    );
  }

  /** What is remembered of a sink only holds for the place it delivered to, and as long as that is not emptied. */
  async #beginAnewWhereNeeded(sink: KnownSink): Promise<void> {
    const destination = this.#options.destinations.get(sink.name) ?? '';
    const isKnown = this.#state.knows(sink.name, destination);
    if (isKnown && !(this.#state.hasDelivered(sink.name) && (await sink.isEmpty()))) return;
    if (this.#state.hasDelivered(sink.name)) {
      const why = isKnown ? 'its destination is empty' : 'it has another destination than before';
      this.#options.log.warn(`${sink.name}: ${why}, so the whole window is delivered again.`);
    }
    this.#state.forget(sink.name, destination);
    if (sink.appends && this.#options.lock) await this.#options.ledger.forgetSink(sink.name);
    this.#isChanged = true;
  }
}

function keyOf(sink: string, { stream, project }: Partition): StreamKey {
  return { sink, stream: stream.name, projectId: project.id };
}
