import type { Job } from '../../src/config/job.js';
import { ExportError } from '../../src/errors/export-error.js';
import type { Stream } from '../../src/streams/stream.js';
import type { PostgresSettings } from './postgres-settings.js';

const TYPE = 'postgres';

/** The one postgres sink of a job: its settings, and the streams that it gets. Throws `USAGE` where it is not one. */
export function configuredSink({ sinks }: Job): {
  /** They are there where `url` is: who can do without does not look at them. */
  readonly settings: PostgresSettings;
  readonly streams: readonly Stream[];
} {
  const [sink, ...others] = sinks.filter(({ type }) => type === TYPE);
  if (sink === undefined) {
    throw new ExportError('USAGE', `There is no sink of the type ${TYPE} here.`, {
      kind: 'config',
      hint: 'Name a configuration that has one with -c FILE.',
    });
  }
  if (others.length > 0) {
    const names = [sink, ...others].map(({ name }) => name).join(', ');
    throw new ExportError('USAGE', `There are several sinks of the type ${TYPE}: ${names}.`, {
      kind: 'config',
      hint: 'Say which with --sink NAME.',
    });
  }
  // Safe: they have been parsed by the schema of this type.
  return { settings: sink.settings as PostgresSettings, streams: sink.streams };
}
