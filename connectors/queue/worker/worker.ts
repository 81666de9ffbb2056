import { abortError, ExportError, type Failure, failureOf } from '../../../src/errors/export-error.js';
import { calledAs } from '../../../src/text/called-as.js';
import { counted } from '../../../src/text/text-table.js';
import { systemClock } from '../../../src/time/clock.js';
import { formatDuration } from '../../../src/time/duration.js';
import type { QueueRun } from '../tasks/queue-task.js';
import { RENEW_MS, type TakenTask, type TaskQueue } from '../tasks/task-queue.js';
import { OpenedRun, type WorkerTools } from './opened-run.js';
import { daysGivenUp, failureIn, isKeyRefused, isLasting, partsIn, type TaskOutput } from './task-output.js';

/**
 * Between two looks for tasks while there is none, half as long at the shortest: many workers do not look at once. A
 * quarter of it where somebody waits for the last task.
 */
const LOOK_MS = 1_000;
/** Between two looks after workers that have vanished. */
const TEND_MS = 5_000;
/** A task that this worker cannot carry out is left to others for so long. */
const LEAVE_MS = 60_000;
/** A run of which there was no task for so long is closed. */
const IDLE_MS = 10_000;

export interface WorkDone {
  done: number;
  failed: number;
  givenBack: number;
  /** Why this worker is of no use: the source does not know its key. Left out where it does. */
  refused?: Failure;
}

interface UnderWay {
  readonly taken: TakenTask;
  readonly end: AbortController;
}

interface Kept {
  readonly opening: Promise<OpenedRun>;
  users: number;
  idleSince: number;
}

/**
 * Takes tasks and carries them out, several at once. The time of a queue is the database's, and that of the machine: it
 * does not stand still with the clock of a test.
 */
export class Worker {
  readonly #queue: TaskQueue;
  readonly #tools: WorkerTools;
  readonly #underWay = new Map<string, UnderWay>();
  readonly #ends = new Set<Promise<void>>();
  readonly #runs = new Map<string, Kept>();
  readonly #work: WorkDone = { done: 0, failed: 0, givenBack: 0 };
  /** What is open goes on for a while when no more is taken. */
  readonly #stop = new AbortController();
  readonly #said = new Set<string>();

  constructor(queue: TaskQueue, tools: WorkerTools) {
    this.#queue = queue;
    this.#tools = { ...tools, context: { ...tools.context, signal: this.#stop.signal } };
    this.#interrupt = tools.context.signal;
  }

  readonly #interrupt: AbortSignal;

  async work({
    untilEmpty,
    graceMs,
  }: {
    readonly untilEmpty: boolean;
    readonly graceMs: number;
  }): Promise<WorkDone> {
    const renewing = setInterval(() => void this.#renew(), RENEW_MS);
    try {
      await this.#takeTasks(untilEmpty);
      await this.#drain(graceMs);
    } finally {
      clearInterval(renewing);
      for (const { opening } of this.#runs.values()) await close(opening);
    }
    return this.#work;
  }

  async #takeTasks(untilEmpty: boolean): Promise<void> {
    let tendAt = 0;
    while (!this.#interrupt.aborted && this.#work.refused === undefined) {
      if (performance.now() >= tendAt) {
        await this.#queue.tend();
        await this.#closeIdle();
        tendAt = performance.now() + TEND_MS * (0.5 + Math.random());
      }
      const free = this.#tools.concurrency - this.#underWay.size;
      const taken = free > 0 ? await this.#queue.take(free) : [];
      for (const one of taken) this.#begin(one);
      if (taken.length > 0) continue;
      if (untilEmpty && this.#underWay.size === 0 && (await this.#queue.look.isEmpty())) return;
      await this.#somethingHappens(untilEmpty ? LOOK_MS / 4 : LOOK_MS);
    }
  }

  /** A task has ended, it is time to look again, or to end. */
  async #somethingHappens(lookMs: number): Promise<void> {
    const wait = new AbortController();
    const until = AbortSignal.any([wait.signal, this.#interrupt]);
    const sleep = systemClock.sleep(lookMs * (0.5 + 0.5 * Math.random()), until).catch(() => {});
    await Promise.race([sleep, ...this.#ends]);
    wait.abort();
  }

  #begin(taken: TakenTask): void {
    const end = new AbortController();
    this.#underWay.set(taken.id, { taken, end });
    const ended = this.#carryOut(taken, AbortSignal.any([end.signal, this.#stop.signal])).finally(() => {
      this.#underWay.delete(taken.id);
      this.#ends.delete(ended);
    });
    this.#ends.add(ended);
  }

  async #carryOut(taken: TakenTask, signal: AbortSignal): Promise<void> {
    const { log } = this.#tools;
    const { task } = taken;
    const startedAt = performance.now();
    const what = task.project ? `${task.about} of ${calledAs(task.project)}` : task.about;
    try {
      const output = await this.#output(taken, signal);
      if (signal.aborted) throw abortError(signal);
      const failure = failureIn(output);
      if (failure === undefined) {
        if (!(await this.#queue.complete(taken, output))) throw notOurs();
        this.#work.done += 1;
        const records = output.parts
          .flatMap(({ streams }) => streams)
          .reduce((sum, one) => sum + one.records, 0);
        log.info(
          `${what}: ${counted(records, 'record')} in ${formatDuration(performance.now() - startedAt)}`,
        );
        return;
      }
      this.#work.failed += 1;
      const isRefused = isKeyRefused(output);
      if (isRefused) this.#work.refused ??= failure;
      const isGivenUp = isLasting(failure) && !isRefused;
      await this.#queue.fail(taken, { ...failure, ...output }, { isLasting: isGivenUp });
      log.error(`${what} failed: ${failure.message}`);
    } catch (error) {
      await this.#failed(taken, what, error, signal);
    }
  }

  async #failed(taken: TakenTask, what: string, error: unknown, signal: AbortSignal): Promise<void> {
    const { log } = this.#tools;
    const failure = failureOf(error);
    if (signal.aborted || failure.kind === 'interrupted') {
      this.#work.givenBack += 1;
      log.warn(`${what} is given back: ${failure.message}`);
      return this.#queue.giveBack([taken]).catch(() => {}); // then its time runs out
    }
    if (failure.kind === 'config') {
      // It is this worker's: another one may have what it takes.
      this.#work.givenBack += 1;
      if (!this.#said.has(failure.message))
        log.error(`${what} is left to other workers: ${failure.message} ${failure.hint ?? ''}`.trim());
      this.#said.add(failure.message);
      return this.#queue.leave(taken, failure, LEAVE_MS).catch(() => {});
    }
    this.#work.failed += 1;
    log.error(`${what} failed: ${failure.message}`);
    await this.#queue.fail(taken, failure, { isLasting: isLasting(failure) }).catch(() => {});
  }

  async #output({ task }: TakenTask, signal: AbortSignal): Promise<TaskOutput> {
    if (task.stage !== 'finish') {
      const { stage, project } = task;
      const { look } = this.#queue;
      const missed =
        stage === 'after-records' && project
          ? (await look.givenUp(task.run.id, project.id, task.after)).flatMap(daysGivenUp)
          : [];
      return this.#with(
        task.run,
        (run) => run.carryOut(task, missed, AbortSignal.any([signal, run.lost])),
        failureIn,
      );
    }
    const outcomes = await this.#queue.look.outcomes(task.run.id, task.after);
    const parts = outcomes.flatMap(({ output }) => partsIn(output) ?? []);
    // It knows nothing but what was kept, of all of them.
    const run = await OpenedRun.open(task.run, this.#tools);
    try {
      return await run.finish(
        task,
        parts,
        await this.#queue.look.counts(),
        AbortSignal.any([signal, run.lost]),
      );
    } finally {
      await run.close();
    }
  }

  /** @param failureIn what was met, where all the same there is a result */
  async #with<Result>(
    of: QueueRun,
    use: (run: OpenedRun) => Promise<Result>,
    failureIn: (result: Result) => Failure | undefined,
  ): Promise<Result> {
    const known = this.#runs.get(of.id);
    const kept = known ?? { opening: OpenedRun.open(of, this.#tools), users: 0, idleSince: 0 };
    this.#runs.set(of.id, kept);
    kept.users += 1;
    // What was met, a source and a sink may keep: what comes after it is given new ones.
    const retire = () => {
      if (this.#runs.get(of.id) === kept) this.#runs.delete(of.id);
    };
    try {
      const run = await kept.opening;
      const result = await use(run);
      if (failureIn(result) !== undefined) retire();
      return result;
    } catch (error) {
      retire();
      throw error;
    } finally {
      kept.users -= 1;
      kept.idleSince = performance.now();
      if (kept.users === 0 && this.#runs.get(of.id) !== kept) await close(kept.opening);
    }
  }

  async #closeIdle(): Promise<void> {
    const before = performance.now() - IDLE_MS;
    for (const [id, { opening, users, idleSince }] of this.#runs) {
      if (users > 0 || idleSince > before) continue;
      this.#runs.delete(id);
      await close(opening);
    }
  }

  /** Says that what is under way is; what is ours no more is ended. */
  async #renew(): Promise<void> {
    const taken = [...this.#underWay.values()].map((one) => one.taken);
    const lost = await this.#queue.renew(taken).catch(() => []);
    for (const { id } of lost) this.#underWay.get(id)?.end.abort(notOurs());
  }

  /** What is under way ends, or is given back. */
  async #drain(graceMs: number): Promise<void> {
    if (this.#ends.size === 0) return;
    const { log } = this.#tools;
    log.info(
      `No more tasks are taken; ${counted(this.#ends.size, 'task')} under way may end within ${formatDuration(graceMs)}.`,
    );
    const all = Promise.all(this.#ends);
    const wait = new AbortController();
    await Promise.race([all, systemClock.sleep(graceMs, wait.signal).catch(() => {})]);
    wait.abort();
    this.#stop.abort(new ExportError('ABORTED', 'This worker ends.', { kind: 'interrupted' }));
    await all;
  }
}

/** What it holds is kept where that can be; what could not be kept was said by the task, or is done again. */
async function close(opening: Promise<OpenedRun>): Promise<void> {
  await opening.then((run) => run.close()).catch(() => {});
}

function notOurs(): ExportError {
  return new ExportError('STATE_TAKEN_OVER', 'Another worker has the task now.', { kind: 'interrupted' });
}
