import { resolve } from 'node:path';
import type { Catalogue } from '../catalogue/catalogue.js';
import type { Log, LogFields } from '../log/log.js';
import { Screen } from '../log/screen.js';
import type { Summary } from '../summary/summary.js';
import { systemClock } from '../time/clock.js';
import type { LogEntry, SyncJob } from './program-options.js';
import { summarized } from './run-command.js';

/** Runs a job of these connectors and answers its summary; whatever goes wrong is in that, and nothing is printed. */
export async function syncJob(job: SyncJob, catalogue: Catalogue): Promise<Summary> {
  const {
    config,
    since,
    until,
    month,
    yesterday,
    dryRun = false,
    noState = false,
    clock = systemClock,
  } = job;
  const tell = (level: LogEntry['level'], message: string, fields: LogFields = {}) =>
    job.onLog?.({ level, ...masked(screen, { message, fields }) });
  // What would go straight to stderr is how a bug is reported.
  const screen = new Screen({ write() {} }, { write: (text) => tell('error', text.trimEnd()) });
  const log: Log = {
    debug: (message, fields) => tell('debug', message, fields),
    info: (message, fields) => tell('info', message, fields),
    warn: (message, fields) => tell('warn', message, fields),
    note: (message) => tell('warn', message),
    error: (message, fields) => tell('error', message, fields),
  };
  const context = {
    catalogue: {
      ...catalogue,
      connectors: async () => ({ ...(await catalogue.connectors()), foreignSinks: job.sinks ?? {} }),
    },
    env: job.env ?? {},
    cwd: resolve(job.cwd ?? '.'),
    screen,
    clock,
    signal: job.signal ?? new AbortController().signal,
    interruptCode: () => undefined,
  };
  const summary = await summarized(
    { config, since, until, month, yesterday, dryRun },
    {
      checkpoints: { use: noState ? 'none' : 'keep' },
    },
    context,
    { log },
  );
  return masked(screen, summary);
}

/** Text by text: a secret may be a word that JSON is written with. */
function masked<T>(screen: Screen, value: T): T {
  const mask = (part: unknown): unknown => {
    if (typeof part === 'string') return screen.masked(part);
    if (Array.isArray(part)) return part.map(mask);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, mask(inner)]));
  };
  return mask(value) as T; // safe: only texts are replaced, by texts
}
