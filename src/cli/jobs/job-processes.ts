import type { CliContext } from '../../catalogue/cli-context.js';
import type { SourceMemory } from '../../catalogue/source-type.js';
import type { Job } from '../../config/job.js';
import type { CarryOutOptions } from '../../deliver/carry-out.js';
import { notCarriedOut } from '../../deliver/carry-out.js';
import type { OtherProcesses } from '../../deliver/other-processes.js';
import { type PartResult, soFarOf } from '../../deliver/part-result.js';
import { progressSum } from '../../deliver/progress-sum.js';
import type { Progress } from '../../deliver/tally/run-tally.js';
import { ExportError, errorOf, failureOf } from '../../errors/export-error.js';
import type { Task } from '../../plan/task.js';
import { groupTasks } from '../../plan/task-groups.js';
import { type ProcessChannel, startProcess } from './channels.js';
import type { FromProcess, KnownPartition, Order, ToProcess } from './messages.js';
import { SharedMemory } from './shared-memory.js';

/** Other processes of a run; {@link JobProcesses.close} must follow. */
export interface JobProcesses extends OtherProcesses {
  /** What the source of this process is to remember by, since it learns of projects beside the others. */
  readonly memory: SourceMemory;
  /** Calls of the source that they have made so far. */
  readonly calls: number;
  /** Ends them, whatever they do. */
  close(): Promise<void>;
}

/**
 * Processes on this machine that carry out tasks of a run. What they deliver is told to the checkpoints of this process,
 * which has the state: what one that is killed had begun comes with the next run.
 *
 * @param memory what the source remembers
 */
export function jobProcesses(
  order: Order,
  { mergeMemory }: Job['source'],
  memory: SourceMemory,
  context: CliContext,
): JobProcesses {
  const processes: JobProcess[] = [];
  const memoryOfOne = () => new SharedMemory(memory, mergeMemory);
  return {
    memory: memoryOfOne(),
    get calls() {
      return processes.reduce((sum, one) => sum + one.calls, 0);
    },
    carryOut: async (tasks, options) => {
      const groups = groupTasks(tasks);
      while (processes.length < Math.min(order.processes, groups.length))
        processes.push(new JobProcess(order, memoryOfOne(), context, options));
      const planned = tasks.reduce((sum, task) => sum + task.partitions.length, 0);
      const progress = progressSum(planned, options.onProgress ?? (() => {}));
      const queue = groups.values();
      const parts = await Promise.all(processes.map((one) => one.carryOut(queue, progress.part, options)));
      // Where all of them have ended before their time.
      const left = [...queue].map((some) => notCarriedOut(some, gone('ended'), options));
      return [...parts.flat(), ...left];
    },
    learnAnew: () => {
      for (const one of processes) one.learnAnew();
    },
    finish: async (parts) => (await Promise.all(processes.map((one) => one.finish(parts)))).flat(),
    close: async () => {
      await Promise.all(processes.map((one) => one.close()));
    },
  };
}

/** A group that is under way. */
interface OpenGroup {
  progressed(progress: Pick<Progress, 'records' | 'partitions'>): void;
  done(part: PartResult): void;
  failed(error: Error): void;
}

class JobProcess {
  readonly #channel: ProcessChannel;
  readonly #memory: SharedMemory;
  /** Groups that it takes at once. */
  readonly #places: Promise<number>;
  /** By their numbers. */
  readonly #open = new Map<number, OpenGroup>();
  #count = 0;
  calls = 0;
  #finished: (parts: readonly PartResult[]) => void = () => {};
  /** Why it is not there any more. */
  #ended: Error | undefined;

  constructor(order: Order, memory: SharedMemory, { program }: CliContext, options: CarryOutOptions) {
    if (program === undefined) throw new Error('no process can be started from here');
    this.#channel = startProcess(program);
    this.#memory = memory;
    const { signal } = options;
    const interrupt = () => this.#send({ kind: 'interrupt', reason: failureOf(signal.reason) });
    this.#places = new Promise((resolve, reject) => {
      // Safe: it is this program that sends them.
      this.#channel.onMessage((message) => this.#told(message as FromProcess, resolve, options));
      this.#channel.onEnd((how) => {
        signal.removeEventListener('abort', interrupt);
        const ended = this.#ended ?? gone(how);
        this.#ended = ended;
        reject(ended);
        for (const group of this.#open.values()) group.failed(ended);
        this.#finished([]);
      });
    });
    this.#places.catch(() => {}); // who asks for them is told
    this.#send({ kind: 'begin', order });
    if (signal.aborted) interrupt();
    else signal.addEventListener('abort', interrupt, { once: true });
  }

  /** Takes groups while there are any, as many at once as it has places. */
  async carryOut(
    queue: Iterator<readonly Task[]>,
    progressed: () => OpenGroup['progressed'],
    options: CarryOutOptions,
  ): Promise<readonly PartResult[]> {
    const parts: PartResult[] = [];
    const places = await this.#places.catch(() => 0);
    const take = async () => {
      while (this.#ended === undefined) {
        const next = queue.next();
        if (next.done) return;
        parts.push(await this.#carryOut(next.value, progressed(), options));
      }
    };
    await Promise.all(Array.from({ length: places }, take));
    return parts;
  }

  learnAnew(): void {
    this.#memory.forget();
    this.#send({ kind: 'anew' });
  }

  /** What its source and its sinks say at their end. */
  finish(parts: readonly PartResult[]): Promise<readonly PartResult[]> {
    if (this.#ended !== undefined) return Promise.resolve([]);
    return new Promise((resolve) => {
      this.#finished = resolve;
      this.#send({ kind: 'finish', soFar: { ...soFarOf(parts), elapsedMs: 0, isPart: true } });
    });
  }

  async close(): Promise<void> {
    this.#ended ??= gone('was not needed any more');
    await this.#channel.close();
  }

  async #carryOut(
    tasks: readonly Task[],
    progressed: OpenGroup['progressed'],
    options: CarryOutOptions,
  ): Promise<PartResult> {
    const known = await Promise.all(tasks.flatMap((task) => knownOf(task, options)));
    const ended = this.#ended;
    if (ended !== undefined) return notCarriedOut(tasks, ended, options);
    this.#count += 1;
    const id = this.#count;
    const memory = this.#memory.untold(new Set(tasks.map(({ project }) => project.id)));
    const done = await new Promise<PartResult>((resolve) => {
      this.#open.set(id, {
        progressed,
        done: resolve,
        failed: (error) => resolve(notCarriedOut(tasks, error, options)),
      });
      this.#send({ kind: 'group', group: { id, tasks, known, memory } });
    });
    this.#open.delete(id);
    return done;
  }

  #send(message: ToProcess): void {
    if (this.#ended === undefined) this.#channel.send(message);
  }

  #told(message: FromProcess, ready: (places: number) => void, options: CarryOutOptions): void {
    const { checkpoints, log, readings } = options;
    const group = 'id' in message ? this.#open.get(message.id) : undefined;
    switch (message.kind) {
      case 'ready':
        ready(message.places);
        break;
      case 'log':
        log[message.level](message.message, message.fields);
        break;
      case 'delivered':
        checkpoints.delivered(message.key, message.day, message.reading);
        break;
      case 'differs': {
        const { stream, projectId, day, before } = message;
        checkpoints.differs?.(stream, projectId, day, before);
        break;
      }
      case 'kept-back': {
        const { stream, projectId, day, before, less } = message;
        checkpoints.keptBack?.(stream, projectId, day, before, less);
        break;
      }
      case 'progress':
        this.calls = message.calls;
        group?.progressed(message);
        break;
      case 'done':
        for (const reading of message.readings) readings.set(reading);
        for (const unread of message.part.unread) readings.miss(unread);
        for (const [projectId, value] of message.memory) this.#memory.set(projectId, value);
        group?.done(message.part);
        break;
      case 'finished':
        this.#finished(message.parts);
        break;
      case 'failed':
        this.#ended = errorOf(message.failure);
        log.debug(message.stack);
        void this.#channel.close();
    }
  }
}

function knownOf(
  { stream, project, partitions }: Task,
  { checkpoints }: CarryOutOptions,
): readonly Promise<KnownPartition>[] {
  return partitions.flatMap(({ day, lacking }) => {
    if (day === null) return [];
    const given = Object.keys(lacking).flatMap((sink) => {
      const atMs = checkpoints.givenAtMs?.({ sink, stream, projectId: project.id }, day);
      return atMs === undefined ? [] : [[sink, atMs] as const];
    });
    const last = checkpoints.lastReading?.(stream, project.id, day) ?? Promise.resolve(undefined);
    return [
      last.then((reading) => ({
        stream,
        projectId: project.id,
        day,
        last: reading,
        givenAtMs: Object.fromEntries(given),
      })),
    ];
  });
}

function gone(how: string): ExportError {
  return new ExportError('PROCESS_ENDED', `A process of --jobs ${how} before it was done.`, {
    kind: 'transient',
    hint: 'What it had delivered is there; the next run delivers the rest. Where memory is short, use fewer jobs.',
  });
}
