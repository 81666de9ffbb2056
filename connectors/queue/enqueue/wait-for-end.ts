import { notCarriedOut } from '../../../src/deliver/carry-out.js';
import { type PartResult, resultOf } from '../../../src/deliver/part-result.js';
import { ReadingsOfRun } from '../../../src/deliver/readings-of-run.js';
import type { RunOptions, RunResult } from '../../../src/deliver/run.js';
import { ExportError, errorOf, type Failure } from '../../../src/errors/export-error.js';
import { counted, formatCount } from '../../../src/text/text-table.js';
import { systemClock } from '../../../src/time/clock.js';
import type { EndedTask } from '../tasks/queue-look.js';
import type { TaskQueue } from '../tasks/task-queue.js';
import { partsIn, type TaskOutput } from '../worker/task-output.js';
import type { QueuedRun } from './plan-and-queue.js';

/** Between two looks. */
const LOOK_MS = 500;
/** Between two lines on how many tasks are left. */
const TELL_MS = 30_000;

/** Waits for the task that comes last, and sums up what all of them came to. */
export async function waitForEnd(
  { planned, run, lastId, queued, covering }: QueuedRun,
  queue: TaskQueue,
  options: RunOptions,
): Promise<RunResult> {
  const { log, signal } = options;
  log.info(`${counted(queued, 'task')} queued; waiting for workers.`);
  let told = performance.now();
  let left = queued + covering.length + 1;
  let last = await queue.look.ended(lastId);
  while (last === undefined) {
    await systemClock.sleep(LOOK_MS, signal);
    last = await queue.look.ended(lastId);
    if (performance.now() - told < TELL_MS) continue;
    told = performance.now();
    const now = await queue.look.left(run.id, covering);
    if (now < left)
      log.info(`${formatCount(now)} of ${counted(queued + covering.length + 1, 'task')} are left.`);
    else if ((await queue.look.counts()).active === 0)
      log.warn(
        'No task has been carried out for a while: is there a worker? `deepgram-export worker` is one.',
      );
    left = now;
  }
  if (last.isDead) throw notFinished(last);
  // Safe: it is a worker of the same version that left it.
  const { parts, costs } = last.output as TaskOutput;
  const outcomes = (await queue.look.outcomes(run.id, covering)).filter(({ id }) => id !== lastId);
  const all = [...outcomes.flatMap((one) => partsOf(one, options)), ...parts];
  return resultOf(planned, [nothing(options), ...all], costs);
}

/** Streams and sinks in their order, also where no task was about them. */
function nothing(options: RunOptions): PartResult {
  const readings = new ReadingsOfRun(options.streams, options.window.now);
  const part = notCarriedOut([], new Error('no task'), { ...options, readings });
  return { ...part, sinks: options.lanes.map((lane) => lane.outcome()) };
}

/** What a task came to; where a worker has vanished with it each time, it was not carried out. */
function partsOf({ task, output }: EndedTask, options: RunOptions): readonly PartResult[] {
  const parts = partsIn(output);
  if (parts) return parts;
  const readings = new ReadingsOfRun(options.streams, options.window.now);
  return [notCarriedOut(task.tasks, vanished(output), { ...options, readings })];
}

function vanished(output: unknown): Error {
  const { code, message } = Object(output) as Partial<Failure>;
  if (code !== undefined && message !== undefined) return errorOf(output as Failure);
  return new ExportError('SOURCE_GAVE_UP', 'Each worker that had it has vanished with it.', {
    kind: 'transient',
    hint: 'See how the workers ended: memory that was used up, or a machine that was taken away.',
  });
}

function notFinished({ output }: EndedTask): Error {
  const { message = 'each worker that had it has vanished with it' } = Object(output) as Partial<Failure>;
  return new ExportError('SINK_FAILED', `The run could not be ended: ${message}`, {
    kind: 'transient',
    hint: 'What was delivered is there. `deepgram-export state show` names what was given up.',
  });
}
