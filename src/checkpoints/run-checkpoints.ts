import type { HeldPartition } from '../catalogue/sink.js';
import type { StateLock } from '../catalogue/state-lock.js';
import { ExportError, failureOf } from '../errors/export-error.js';
import type { Log } from '../log/log.js';
import type { Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { Clock } from '../time/clock.js';
import { type Day, dayAt } from '../time/day.js';
import { timestampAt } from '../time/timestamp.js';
import type { CheckpointStore, CommittedDay, SharedStore } from './checkpoint-store.js';
import { CheckpointTable } from './checkpoint-table.js';
import type {
  CheckpointedSink,
  CheckpointKey,
  Checkpoints,
  DayReading,
  DueReason,
  KeptBackReading,
  LastReading,
  RestReason,
  RunStart,
} from './checkpoints.js';
import { type CiRun, runsBetween } from './ci-run.js';
import { holdsDay } from './day-ranges.js';
import { beginBy, closeOrKeepOpen, dropExpired, isLastReading, reopen } from './day-rules.js';
import { dueReason, snapshotReason } from './due-rules.js';
import type { KnownDays } from './file/state-document.js';
import { FoundAtStart } from './found-at-start.js';
import type { JournalKey } from './journal/append-journal.js';
import { type Keeper, ownKeeper } from './keeper.js';
import { oldestKept } from './last-readings.js';
import { Claims } from './shared/claims.js';
import { inTurn } from './shared/in-turn.js';
import { sharedKeeper } from './shared/shared-keeper.js';

export interface RunCheckpointsOptions {
  readonly store: CheckpointStore;
  /** The source that is read, such as `deepgram`. */
  readonly source: string;
  readonly clock: Clock;
  readonly log: Log;
  /** The moment that counts as now in the whole run. */
  readonly nowMs: number;
  /** Only taken off when it is decided what to read: what is stored is what was true. */
  readonly lookbackMs: number;
  /** Where each sink delivers to, by its name. */
  readonly destinations: ReadonlyMap<string, string>;
  /** Everything in the window is lacking, whatever the state says; what is delivered is remembered all the same. */
  readonly fullRefresh: boolean;
  /** Without it nothing is written, as for a plan or a dry run. */
  readonly lock: Pick<StateLock, 'assertHeld'> | undefined;
  /** Where other processes change what is kept at the same time. Default: none does. */
  readonly shared?: SharedStore | undefined;
  /** Ends what is waited for. Default: nothing does. */
  readonly signal?: AbortSignal | undefined;
  /** In which run of a CI pipeline this is. Default: in none. */
  readonly ciRun?: CiRun | undefined;
}

/** Between two savings while a run goes on: what a crash in between forgets is only read again. */
const SAVE_EVERY_MS = 1_000;
/** A state of many projects takes longer to save: of so many parts of the time, saving takes one. */
const SHARE = 10;
/** Last readings of days that are open may lag behind, and are more to write. */
const SAVE_READINGS_EVERY_MS = 300_000;

/** The checkpoints of a run: in memory, and in their store soon after each delivery. */
export class RunCheckpoints implements Checkpoints {
  readonly remembers = true;
  readonly #options: RunCheckpointsOptions;
  readonly #table: CheckpointTable;
  readonly #keeper: Keeper;
  #appends: ReadonlySet<string> = new Set();
  #replacing: readonly string[] = [];
  #acceptsLess: NonNullable<RunStart['acceptsLess']> = () => false;
  readonly #found: FoundAtStart;
  /** Undefined for a run that says nothing of where history begins. */
  #ordinarySince: Day | undefined;
  /** Closed days of append sinks; forgotten by the journal when the state that says so is kept. */
  #closed: JournalKey[] = [];
  readonly claim?: NonNullable<Checkpoints['claim']>;
  readonly release?: NonNullable<Checkpoints['release']>;
  readonly refresh?: NonNullable<Checkpoints['refresh']>;
  readonly checkpoint?: NonNullable<Checkpoints['checkpoint']>;
  readonly #claims: Claims | undefined;
  /** True where runs that these checkpoints know nothing of may have sent anything. */
  #isOlderCopy = false;
  #nextSaveAt = 0;
  #savedReadingsAt: number;
  /** True where a day was closed whose last reading is not kept yet. */
  #closesUnkept = false;
  /** A dirty flag: what is as it was loaded is not written. */
  #isChanged = false;
  #saving: Promise<void> = Promise.resolve();
  #failure: unknown;

  private constructor(table: CheckpointTable, options: RunCheckpointsOptions) {
    const { shared, clock } = options;
    this.#options = options;
    this.#table = table;
    this.#keeper = shared ? sharedKeeper({ ...options, shared }, options) : ownKeeper(options, options);
    this.#found = new FoundAtStart(table, this.#keeper.readings, options);
    this.#savedReadingsAt = clock.now();
    if (shared === undefined) return;
    const claims = new Claims(shared);
    this.#claims = claims;
    this.claim = (key, day) => this.#claim(claims, { ...key, day });
    this.release = (key, day) => claims.giveBack({ ...key, day });
    this.refresh = (stream, projectId) => this.#refresh(shared, stream, projectId);
    const { checkpoint } = shared;
    if (checkpoint === undefined) return;
    this.checkpoint = (key, day, reading) =>
      this.#appends.has(key.sink) ? undefined : checkpoint(this.#committed(key, day, reading));
  }

  /** @throws ExportError `STATE_REFUSED` where what is kept cannot be used */
  static async load(options: RunCheckpointsOptions): Promise<RunCheckpoints> {
    const { store, source, shared } = options;
    const load = () => store.load();
    const document = await (shared ? inTurn(shared, options, () => shared.begin().then(load)) : load());
    return new RunCheckpoints(new CheckpointTable(document, source), options);
  }

  async startRun(run: RunStart): Promise<void> {
    const { projects, sinks } = run;
    this.#refuseStrangers(projects);
    this.#warnOfDaysToCome();
    this.joinRun(run);
    await this.#beginSinks(sinks);
    if (await this.#found.look(run)) this.#isChanged = true;
    this.#noteCiRun();
    await this.flush();
  }

  joinRun({
    sinks,
    window,
    versions,
    acceptsLess,
  }: Pick<RunStart, 'sinks' | 'window' | 'versions' | 'acceptsLess'>): void {
    this.#ordinarySince = window.isByHand ? undefined : window.since;
    this.#appends = new Set(sinks.filter(({ appends }) => appends).map(({ name }) => name));
    this.#replacing = sinks.filter(({ appends }) => !appends).map(({ name }) => name);
    this.#acceptsLess = acceptsLess ?? this.#acceptsLess;
    this.#found.useVersions(versions);
  }

  knownProjects(): ReadonlySet<string> {
    return this.#options.fullRefresh ? new Set() : this.#table.projectIds();
  }

  firstDay(key: CheckpointKey): Day | undefined {
    return this.#options.fullRefresh ? undefined : this.#table.get(key).begins;
  }

  openDays(key: CheckpointKey): readonly Day[] {
    return this.#options.fullRefresh ? [] : Object.keys(this.#table.get(key).open).sort();
  }

  givenAtMs(key: CheckpointKey, day: Day): number | undefined {
    if (this.#options.fullRefresh) return undefined;
    const open = this.#table.get(key).open[day];
    return open && Date.parse(open.read_at);
  }

  dueReason(key: CheckpointKey, day: Day | null, stream: Stream): DueReason | RestReason {
    const { fullRefresh, nowMs, lookbackMs } = this.#options;
    const known = this.#table.get(key);
    if (day === null) {
      if (this.#found.isMissing(key, day)) return { why: 'missing' };
      return fullRefresh ? { why: 'snapshot' } : snapshotReason(known, nowMs);
    }
    // Which records of a closed day an append sink has is not known any more: it must not get the day again.
    if (this.#appends.has(key.sink) && holdsDay(known.closed, day)) return { rests: 'closed' };
    if (fullRefresh) return { why: 'window' };
    const last = this.#found.last(key, day);
    const version = this.#found.version(key.projectId, day);
    const { followsTotals = false } = stream;
    const acceptsLess = this.#acceptsLess(stream, day);
    const reason = dueReason(known, day, { nowMs, lookbackMs, last, version, followsTotals, acceptsLess });
    const isMissing = 'why' in reason && reason.why === 'new' && this.#found.isMissing(key, day);
    return isMissing ? { why: 'missing' } : reason;
  }

  isLastReading(day: Day): boolean {
    return isLastReading(day, this.#options.nowMs, this.#options.lookbackMs);
  }

  delivered(key: CheckpointKey, day: Day | null, reading: DayReading): void {
    const { clock, lock } = this.#options;
    this.#table.set(key, this.#knownWith(key, day, reading));
    if (day !== null) {
      if (lock)
        this.#keeper.readings.set(key.stream, key.projectId, day, this.#lastReading(key, day, reading));
      const isClosed = this.#isClosed(key, day);
      if (isClosed) this.#closesUnkept = true;
      if (this.#appends.has(key.sink) && isClosed) this.#closed.push({ ...key, day });
    }
    this.#claims?.delivered({ ...key, day });
    this.#isChanged = true;
    if (clock.now() >= this.#nextSaveAt)
      void this.#save(clock.now() - this.#savedReadingsAt >= SAVE_READINGS_EVERY_MS);
  }

  differs(stream: string, projectId: string, day: Day, before: LastReading): void {
    for (const sink of this.#replacing) {
      const key = { sink, stream, projectId };
      if (this.#isClosed(key, day)) this.#table.set(key, reopen(this.#table.get(key), day, before));
    }
  }

  keptBack(stream: string, projectId: string, day: Day, before: HeldPartition, less: KeptBackReading): void {
    if (!this.#options.lock) return;
    // Of what a sink holds without the state knowing of it, it is not known when it was read.
    this.#keeper.readings.set(stream, projectId, day, { readAtMs: 0, ...before, less });
    this.#isChanged = true;
  }

  /** Records that an append sink is known to have of an open partition; infinite where it may have any. */
  sent({ day, ...key }: JournalKey): number {
    if (this.#isOlderCopy) return Number.POSITIVE_INFINITY;
    const { records = 0, unsettled = 0 } = (day !== null && this.#table.get(key).open[day]) || {};
    return records - unsettled;
  }

  markLost(key: CheckpointKey, days: readonly Day[]): readonly Day[] {
    const { after, lost } = dropExpired(this.#begun(key, days), days);
    this.#table.set(key, after);
    this.#isChanged = true;
    return lost;
  }

  lastReading(stream: string, projectId: string, day: Day): Promise<LastReading | undefined> {
    return this.#keeper.readings.get(stream, projectId, day);
  }

  /** Keeps what is known; throws what the last saving met, since what is not kept is delivered again. */
  async flush(): Promise<void> {
    await this.#save(true);
    if (this.#failure === undefined) return;
    if (this.#failure instanceof ExportError && this.#failure.code === 'STATE_TAKEN_OVER')
      throw this.#failure;
    const { message, hint = 'Mend the path in `state: { path: … }`.' } = failureOf(this.#failure);
    throw new ExportError('STATE_REFUSED', `The state could not be kept: ${message}`, {
      kind: 'config',
      hint: `What was delivered is there, and will be delivered again by the next run. ${hint}`,
      cause: this.#failure,
    });
  }

  /** What a sink has when it has this reading. */
  #knownWith(key: CheckpointKey, day: Day | null, reading: DayReading): KnownDays {
    if (day === null) return { ...this.#table.get(key), snapshot: timestampAt(reading.readAtMs) };
    return closeOrKeepOpen(this.#begun(key, [day]), day, reading, this.#options.lookbackMs);
  }

  #lastReading(
    { projectId }: CheckpointKey,
    day: Day,
    { readAtMs, records, sums, counts }: DayReading,
  ): Omit<LastReading, 'sameSinceMs'> {
    return { readAtMs, records, sums, counts, version: this.#found.version(projectId, day) };
  }

  #committed(key: CheckpointKey, day: Day | null, reading: DayReading): CommittedDay {
    const { source, clock, nowMs } = this.#options;
    const isKept = day !== null && day >= oldestKept(nowMs);
    return {
      source,
      key,
      day,
      days: this.#knownWith(key, day, reading),
      reading: isKept ? this.#lastReading(key, day, reading) : undefined,
      updatedAt: timestampAt(clock.now()),
    };
  }

  /** What a sink has, when it is about to get these days, or to lose them. */
  #begun(key: CheckpointKey, days: readonly Day[]): KnownDays {
    const known = this.#table.get(key);
    const since = this.#ordinarySince;
    return since === undefined ? known : days.reduce((before, day) => beginBy(before, day, since), known);
  }

  #isClosed(key: CheckpointKey, day: Day): boolean {
    return holdsDay(this.#table.get(key).closed, day);
  }

  /** Others may deliver what of append sinks was delivered, once they can see that it was. */
  async #letGo(delivered: readonly JournalKey[], closed: readonly JournalKey[]): Promise<void> {
    for (const key of closed) await this.#options.store.journal.forget(key);
    await this.#claims?.kept(delivered);
  }

  #save(withReadings: boolean): Promise<void> {
    const { clock, lock } = this.#options;
    if (!lock || !this.#isChanged) return this.#saving;
    this.#nextSaveAt = Number.POSITIVE_INFINITY; // one after the other
    this.#saving = this.#saving.then(async () => {
      const startedAt = clock.now();
      try {
        await lock.assertHeld();
        const [delivered, closed] = [this.#claims?.unkept ?? [], this.#closed];
        const keepsReadings = withReadings || this.#closesUnkept;
        this.#closesUnkept = false;
        this.#closed = [];
        try {
          await this.#keeper.save(this.#table, keepsReadings);
        } catch (error) {
          this.#closed.unshift(...closed);
          throw error;
        }
        if (keepsReadings) this.#savedReadingsAt = clock.now();
        await this.#letGo(delivered, closed);
        this.#failure = undefined;
      } catch (error) {
        this.#failure = error;
      }
      const endedAt = clock.now();
      this.#nextSaveAt = endedAt + Math.max(SAVE_EVERY_MS, SHARE * (endedAt - startedAt));
    });
    return this.#saving;
  }

  async #claim(claims: Claims, key: JournalKey): Promise<'taken' | 'elsewhere' | 'closed'> {
    if (!(await claims.take(key))) return 'elsewhere';
    await this.refresh?.(key.stream, key.projectId);
    if (key.day === null || !this.#isClosed(key, key.day)) return 'taken';
    await claims.giveBack(key);
    return 'closed';
  }

  async #refresh(shared: SharedStore, stream: string, projectId: string): Promise<void> {
    const place = { source: this.#options.source, stream, projectId };
    this.#table.keep({ rows: [{ place, kept: await shared.read(place) }] });
    this.#keeper.refresh?.(projectId);
  }

  /** One process after the other: who comes later must not forget what is delivered already. */
  async #beginSinks(sinks: readonly CheckpointedSink[]): Promise<void> {
    const { shared, store } = this.#options;
    if (shared === undefined) {
      for (const sink of sinks) await this.#beginAnewWhereNeeded(sink);
      return;
    }
    await inTurn(shared, this.#options, async () => {
      this.#table.reload(await store.load());
      for (const sink of sinks) await this.#beginAnewWhereNeeded(sink);
      await this.flush();
    });
  }

  #refuseStrangers(projects: readonly Project[]): void {
    const known = this.#table.projectIds();
    if (known.size === 0 || projects.some(({ id }) => known.has(id))) return;
    const message = `The state in ${this.#options.store.place} belongs to another account: it knows none of these projects.`;
    throw new ExportError('STATE_REFUSED', message, {
      kind: 'config',
      hint:
        'Check the API key, give this account a state of its own (another `path` or `schema` under `state`), or begin anew with ' +
        `\`deepgram-export state forget ${this.#table.sinkNames().join(' ')}\`.`,
    });
  }

  /** What is wrong, this clock or the one of that run, cannot be known; so nothing is forgotten, and the user decides. */
  #warnOfDaysToCome(): void {
    const today = dayAt(this.#options.nowMs);
    const last = this.#table.lastDay();
    if (last === undefined || last <= today) return;
    const ahead = this.#table.sinkNames().filter((sink) => (this.#table.lastDay(sink) ?? '') > today);
    this.#options.log.warn(
      `The state has days up to ${last}, and today is ${today}: this clock is behind, or another one was ahead. ` +
        `If it was ahead, run \`deepgram-export state forget ${ahead.join(' ')}\`, since those days would count as delivered.`,
    );
  }

  /** A cache gives what it has: where runs were between that one and this, they may have sent more. */
  #noteCiRun(): void {
    const { ciRun, log, store } = this.#options;
    if (ciRun === undefined) return;
    const before = this.#table.ciRun;
    const between = runsBetween(before, ciRun);
    const known = [...this.#appends].filter((sink) => this.#table.hasDelivered(sink));
    if (between !== undefined && known.length > 0) {
      this.#isOlderCopy = true;
      log.warn(
        `The state in ${store.place} is of run ${before?.number}, and this is run ${ciRun.number}: what runs ${between} sent, ` +
          `it does not know. Unless they sent nothing, ${known.join(', ')} gets that twice; all that is sent now counts as in doubt.`,
      );
    }
    if (before?.pipeline === ciRun.pipeline && before.number >= ciRun.number) return;
    this.#table.ciRun = ciRun;
    this.#isChanged = true;
  }

  /** What is remembered of a sink only holds for the place it delivered to, and as long as that is not emptied. */
  async #beginAnewWhereNeeded(sink: CheckpointedSink): Promise<void> {
    const destination = this.#options.destinations.get(sink.name) ?? '';
    const isKnown = this.#table.knows(sink.name, destination);
    if (isKnown && !(this.#table.hasDelivered(sink.name) && (await sink.isEmpty()))) return;
    if (this.#table.hasDelivered(sink.name)) {
      const why = isKnown ? 'its destination is empty' : 'it has another destination than before';
      this.#options.log.warn(`${sink.name}: ${why}, so the whole window is delivered again.`);
    }
    this.#table.beginSink(sink.name, destination);
    if (sink.appends && this.#options.lock) await this.#options.store.journal.forgetSink(sink.name);
    this.#isChanged = true;
  }
}
