import type { CliContext } from '../../catalogue/cli-context.js';
import type { Source } from '../../catalogue/source.js';
import { type Checkpoints, windowOnly } from '../../checkpoints/checkpoints.js';
import { isLastReading } from '../../checkpoints/day-rules.js';
import type { Job } from '../../config/job.js';
import { carryOut } from '../../deliver/carry-out.js';
import { finishLanes } from '../../deliver/finish-lanes.js';
import { NOTHING } from '../../deliver/part-result.js';
import { ReadingsOfRun } from '../../deliver/readings-of-run.js';
import type { SinkLane } from '../../deliver/sink-lane.js';
import { SourceReport, type ToldBySource } from '../../deliver/source-report.js';
import { errorOf, failureOf } from '../../errors/export-error.js';
import type { Log, LogFields } from '../../log/log.js';
import { stackLines } from '../../summary/failure-lines.js';
import type { Day } from '../../time/day.js';
import { openSource, withLanes } from '../open-connectors.js';
import { jobFor } from '../options/job-options.js';
import type { ParentChannel } from './channels.js';
import type { FromProcess, GroupOfTasks, KnownPartition, Order, ToProcess } from './messages.js';

type Send = (message: FromProcess) => void;

/**
 * One of several processes of a run: carries out what the one says that has started it, and tells it what was delivered.
 * It ends when that one wants it to, or is there no more.
 */
export async function jobProcess(parent: ParentChannel, context: CliContext): Promise<void> {
  const interrupt = new AbortController();
  const send: Send = (message) => parent.send(message);
  // Safe: it is this program that sends them.
  const messages = parent.messages as AsyncIterator<ToProcess>;
  try {
    const first = await messages.next();
    if (first.done || first.value.kind !== 'begin') return;
    const { order } = first.value;
    const job = await jobFor(order.options, context);
    const own = { ...context, signal: AbortSignal.any([context.signal, interrupt.signal]) };
    await withLanes(job, { dryRun: order.dryRun }, tellingLog(send), own, async (lanes) => {
      const one = new JobProcess(job, order, lanes, send, own);
      try {
        await one.follow(messages, (reason) => interrupt.abort(reason));
      } finally {
        await one.end();
      }
    });
  } catch (error) {
    const failure = failureOf(error);
    send({ kind: 'failed', failure, stack: failure.kind === 'bug' ? stackLines(error).join('\n') : '' });
  }
}

/** A source, and what it was told of projects. */
interface OpenSource {
  readonly source: Source;
  readonly memory: Map<string, unknown>;
  /** Ids of projects of which it has learned something. */
  readonly learned: Set<string>;
}

class JobProcess {
  readonly #job: Job;
  readonly #order: Order;
  readonly #lanes: readonly SinkLane[];
  readonly #send: Send;
  readonly #log: Log;
  readonly #context: CliContext;
  readonly #underWay = new Set<Promise<void>>();
  #open: Promise<OpenSource> | undefined;
  /** By sources that were let go. */
  readonly #told: ToldBySource[] = [];

  constructor(job: Job, order: Order, lanes: readonly SinkLane[], send: Send, context: CliContext) {
    this.#job = job;
    this.#order = order;
    this.#lanes = lanes;
    this.#send = send;
    this.#log = tellingLog(send);
    this.#context = context;
  }

  async follow(messages: AsyncIterator<ToProcess>, interrupt: (reason: Error) => void): Promise<void> {
    const { signal } = this.#context;
    await Promise.all(this.#lanes.map((lane) => lane.prepare(this.#streams, signal)));
    const { source } = await this.#opened();
    this.#send({ kind: 'ready', places: source.parallel });
    for (let next = await messages.next(); !next.done; next = await messages.next()) {
      const message = next.value;
      if (message.kind === 'group') this.#begin(message.group);
      if (message.kind === 'anew') await this.#letGo();
      if (message.kind === 'interrupt') interrupt(errorOf(message.reason));
      if (message.kind === 'finish') {
        await this.#ended();
        const shared = this.#lanes.filter(({ sharing }) => sharing !== undefined);
        await finishLanes(shared, message.soFar, signal);
        await this.#letGo();
        const sinks = this.#lanes.map((lane) => lane.outcome());
        const last = { ...NOTHING, sinks, interrupted: signal.aborted };
        this.#send({
          kind: 'finished',
          parts: [...this.#told.map((told) => ({ ...NOTHING, ...told })), last],
        });
        return;
      }
    }
    // Whoever has started it is gone: what is open is taken back.
    interrupt(errorOf({ code: 'ABORTED', kind: 'interrupted', message: 'The run has ended.' }));
    await this.#ended();
  }

  async end(): Promise<void> {
    await this.#letGo();
  }

  get #streams() {
    return this.#job.streams.filter((stream) => this.#lanes.some((lane) => lane.wants(stream)));
  }

  #begin(group: GroupOfTasks): void {
    const work = this.#carryOut(group).catch((error) => {
      const failure = failureOf(error);
      this.#send({ kind: 'failed', failure, stack: stackLines(error).join('\n') });
    });
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  async #carryOut({ id, tasks, known, memory: told }: GroupOfTasks): Promise<void> {
    const { source, memory, learned } = await this.#opened();
    for (const [projectId, value] of told) memory.set(projectId, value);
    const { window, acceptLess } = this.#order;
    const { clock, screen, signal } = this.#context;
    const readings = new ReadingsOfRun(this.#streams, window.now);
    const part = await carryOut(tasks, {
      source,
      lanes: this.#lanes,
      streams: this.#streams,
      window,
      checkpoints: tellingCheckpoints(known, this.#order, this.#job.window.lookback, this.#send),
      clock,
      log: this.#log,
      acceptLess,
      readings,
      // As many groups are under way as there are places for readings.
      mostReadings: 1,
      mask: (text) => screen.masked(text),
      signal,
      onProgress: ({ records, partitions }) =>
        this.#send({ kind: 'progress', id, records, partitions, calls: source.traffic.calls }),
    });
    const projectIds = [...new Set(tasks.map(({ project }) => project.id))];
    this.#send({
      kind: 'done',
      id,
      part: { ...part, sinks: [] },
      readings: [...readings.list()],
      memory: new Map(
        projectIds
          .filter((projectId) => learned.has(projectId))
          .map((projectId) => [projectId, memory.get(projectId)]),
      ),
    });
  }

  #opened(): Promise<OpenSource> {
    this.#open ??= this.#openSource();
    return this.#open;
  }

  async #openSource(): Promise<OpenSource> {
    const values = new Map<string, unknown>();
    const learned = new Set<string>();
    const memory = {
      get: (projectId: string) => values.get(projectId),
      set: (projectId: string, value: unknown) => {
        values.set(projectId, value);
        learned.add(projectId);
      },
    };
    const { window, processes } = this.#order;
    const source = await openSource(this.#job, window, this.#log, this.#context, { memory, processes });
    return { source, memory: values, learned };
  }

  async #letGo(): Promise<void> {
    await this.#ended();
    const open = await this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    this.#told.push(new SourceReport(open.source).take());
    await open.source.close();
  }

  async #ended(): Promise<void> {
    await Promise.all(this.#underWay);
  }
}

/** Everything goes to the one process that writes, which knows what is to be shown. */
function tellingLog(send: Send): Log {
  const tell =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}) =>
      send({ kind: 'log', level, message, fields });
  return {
    debug: tell('debug'),
    info: tell('info'),
    warn: tell('warn'),
    note: (message) => send({ kind: 'log', level: 'note', message, fields: {} }),
    error: tell('error'),
  };
}

/** Knows what it was told of these partitions, and tells what becomes of them. */
function tellingCheckpoints(
  known: readonly KnownPartition[],
  { remembers, window }: Order,
  lookbackMs: number,
  send: Send,
): Checkpoints {
  const partitions = new Map(known.map((one) => [nameOf(one.stream, one.projectId, one.day), one]));
  return {
    ...windowOnly,
    remembers,
    isLastReading: (day) => remembers && isLastReading(day, window.now, lookbackMs),
    givenAtMs: ({ sink, stream, projectId }, day) =>
      partitions.get(nameOf(stream, projectId, day))?.givenAtMs[sink],
    // Also known where only the window counts, as in a backfill: what is delivered must not be replaced by less.
    lastReading: async (stream, projectId, day) => partitions.get(nameOf(stream, projectId, day))?.last,
    delivered: (key, day, reading) => send({ kind: 'delivered', key, day, reading }),
    differs: (stream, projectId, day, before) => send({ kind: 'differs', stream, projectId, day, before }),
    keptBack: (stream, projectId, day, before, less) =>
      send({ kind: 'kept-back', stream, projectId, day, before, less }),
  };
}

function nameOf(stream: string, projectId: string, day: Day): string {
  return JSON.stringify([stream, projectId, day]);
}
