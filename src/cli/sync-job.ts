import { resolve } from 'node:path';
import type { Catalogue } from '../catalogue/catalogue.js';
import { resolveWindow } from '../config/settings/window.js';
import type { Log, LogFields } from '../log/log.js';
import { Screen } from '../log/screen.js';
import type { Summary } from '../report/summary.js';
import { systemClock } from '../time/clock.js';
import { openSource } from './open-connectors.js';
import type { LogEntry, SyncJob } from './program-options.js';
import { summarized } from './run-command.js';

/** Runs a job of these connectors and answers its summary; whatever goes wrong is in that, and nothing is printed. */
export async function syncJob(job: SyncJob, catalogue: Catalogue): Promise<Summary> {
  const { config, since, until, dryRun = false, noState = false, clock = systemClock } = job;
  const tell = (level: LogEntry['level'], message: string, fields: LogFields = {}) =>
    job.onLog?.({ level, ...masked(screen, { message, fields }) });
  // What would go straight to stderr is how a bug is reported.
  const screen = new Screen({ write() {} }, { write: (text) => tell('error', text.trimEnd()) });
  const log: Log = {
    debug: (message, fields) => tell('debug', message, fields),
    info: (message, fields) => tell('info', message, fields),
    warn: (message, fields) => tell('warn', message, fields),
    error: (message, fields) => tell('error', message, fields),
  };
  const context = {
    catalogue: { ...catalogue, foreignSinks: job.sinks ?? {} },
    env: job.env ?? {},
    cwd: resolve(job.cwd ?? '.'),
    screen,
    clock,
    signal: job.signal ?? new AbortController().signal,
    interruptCode: () => undefined,
  };
  const summary = await summarized(
    { config, since, until, dryRun },
    {
      checkpoints: { use: noState ? 'none' : 'keep' },
      window: ({ window }, now) => resolveWindow(window, now),
      openSource: (loaded, window) => openSource(loaded, window, log, context),
    },
    context,
    { log },
  );
  return masked(screen, summary);
}

function masked<T extends object>(screen: Screen, value: T): T {
  return JSON.parse(screen.masked(JSON.stringify(value)));
}
