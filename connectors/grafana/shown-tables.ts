import type { CliContext } from '../../src/catalogue/cli-context.js';
import { type AlarmOptions, alarmSettings } from '../../src/cli/options/alarm-options.js';
import { environmentFor, type JobOptions, jobFor } from '../../src/cli/options/job-options.js';
import type { LogOptions } from '../../src/cli/options/log-options.js';
import type { Job } from '../../src/config/job.js';
import type { Path } from '../../src/config/mistakes/mistake.js';
import type { Secret } from '../../src/secrets/secret.js';
import type { Stream } from '../../src/streams/stream.js';
import { configuredSink } from '../postgres/configured-sink.js';
import { addressText } from '../postgres/connection/database-url.js';
import type { PostgresSettings } from '../postgres/postgres-settings.js';
import { queueSchema } from '../postgres/state/queue-place.js';
import { configuredState } from '../postgres/state/state-type.js';
import { type AlertLimits, DEFAULT_LIMITS } from './assets/alert-limits.js';
import { SCHEMA } from './assets/identity.js';

/** What the command line says about tables and alarms. */
export interface TableOptions extends AlarmOptions, Pick<JobOptions, 'config' | 'envFile' | 'sink'> {
  readonly schema?: string | undefined;
  readonly contactPoint?: string | undefined;
}

/** What the dashboard and the alert rules are about. */
export interface ShownTables {
  readonly schema: string;
  /**
   * The queue of workers. Out of reach: not in the database of the sink, or nobody knows, since the variable of a URL is
   * not set; one data source asks one database. Undefined: the state is in a file, so that there is none, or there is no
   * configuration.
   */
  readonly queue: { readonly schema: string } | 'out of reach' | undefined;
  readonly limits: AlertLimits;
  /** Undefined without a configuration: then nobody knows. */
  readonly streams: readonly Stream[] | undefined;
  /** Of the configuration; they are masked in all that is said. */
  readonly secrets: readonly Secret[];
  /** The environment, and what a file of variables adds to it. */
  readonly env: CliContext['env'];
}

/**
 * The schema and the limits, of the options and of the configuration where one is named. Throws `USAGE` with every mistake
 * of the options, one a line.
 */
export async function shownTables(
  options: TableOptions & Partial<LogOptions>,
  context: CliContext,
): Promise<ShownTables> {
  const given = limitsOf(options);
  const { config, schema } = options;
  if (config === undefined) {
    return {
      schema: schema ?? SCHEMA,
      queue: undefined,
      limits: { ...DEFAULT_LIMITS, ...given },
      streams: undefined,
      secrets: [],
      env: await environmentFor(options, context),
    };
  }
  const job = await jobFor(options, context, (path) => isNeeded(path, schema));
  const { settings, streams } = configuredSink(job);
  const budget = { dailyBudget: job.budget?.daily, monthlyBudget: job.budget?.monthly };
  return {
    schema: schema ?? settings.schema,
    queue: queueOf(job, settings),
    limits: { ...DEFAULT_LIMITS, ...given, ...budget },
    streams,
    secrets: job.secrets,
    env: job.env,
  };
}

/** @param sink undefined where the variable of its URL is not set */
function queueOf(job: Job, sink: PostgresSettings | undefined): ShownTables['queue'] {
  if (job.state.path !== undefined) return undefined;
  const state = configuredState(job);
  const isThere = state && sink && addressText(state.url) === addressText(sink.url);
  return isThere ? { schema: queueSchema(state.schema) } : 'out of reach';
}

/** The sink is known with its URL alone, which is nobody's business where its schema is said. Keys are not needed. */
function isNeeded([part, , setting]: Path, schema: string | undefined): boolean {
  const ofTheSink = ['type', 'streams', ...(schema === undefined ? ['url', 'schema'] : [])];
  return part === 'budget' || (part === 'sinks' && ofTheSink.includes(String(setting)));
}

function limitsOf(options: TableOptions): Partial<AlertLimits> {
  const { schema, contactPoint } = options;
  const others = [
    ...(schema === undefined || (schema.trim() !== '' && !/[\0$]/.test(schema))
      ? []
      : ['--schema: must be the name of a schema, without a "$"']),
    ...(contactPoint === undefined || (contactPoint.trim() !== '' && !contactPoint.includes('$'))
      ? []
      : ['--contact-point: must be the name of a contact point, without a "$"']),
  ];
  return alarmSettings(options, { command: 'grafana export', others });
}
