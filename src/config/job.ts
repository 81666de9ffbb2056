import { resolve } from 'node:path';
import type { SourceSettings } from '../../connectors/deepgram/settings.js';
import { selectStreams } from '../../connectors/deepgram/streams/select-streams.js';
import { sinkTypes } from '../../connectors/index.js';
import type { Sink } from '../catalogue/sink.js';
import type { SinkContext } from '../catalogue/sink-type.js';
import { Secret } from '../secrets/secret.js';
import type { Stream } from '../streams/stream.js';
import type { ConfigSettings, SinkEntry } from './settings/config-schema.js';
import type { WindowSettings } from './settings/window.js';

/** A sink of a job, not opened yet. */
export interface JobSink {
  /** Its name in the configuration. */
  readonly name: string;
  /** Its type in the registry, such as `tableau-csv`. */
  readonly type: string;
  /** False: its failure does not fail the run. */
  readonly required: boolean;
  /** The streams that it gets, in the order of the job's. Never empty. */
  readonly streams: readonly Stream[];
  /** Milliseconds that one call of the sink may take. */
  readonly deadlineMs: number;
  /** Absolute paths of the folders that it writes. */
  readonly outputPaths: readonly string[];
  /** Where it delivers to, in words that change when that changes. */
  readonly destination: string;
  /** Its own settings, as the schema of its type has parsed them. */
  readonly settings: object;
  /** Loads the sink's implementation and makes it. */
  open(context: SinkContext): Promise<Sink>;
}

/** All that a run needs to know, checked and with every default put in. Settings keep their YAML names. */
export interface Job {
  readonly source: SourceSettings;
  /** The streams that are read, in the order in which they are read. */
  readonly streams: readonly Stream[];
  readonly window: WindowSettings;
  /** Absolute path of the state file. */
  readonly statePath: string;
  /** In the order of the file. Never empty. */
  readonly sinks: readonly JobSink[];
  /** Every secret of the configuration, for the mask. */
  readonly secrets: readonly Secret[];
}

/** Makes the job of parsed settings. `cwd` is where relative paths start. */
export function jobOf(settings: ConfigSettings, cwd: string): Job {
  const streams = selectStreams(settings.streams);
  return {
    source: settings.source,
    streams,
    window: settings.window,
    statePath: resolve(cwd, settings.state.path),
    sinks: Object.entries(settings.sinks).map(([name, sink]) => jobSink(name, sink, streams, cwd)),
    secrets: secretsIn(settings),
  };
}

function jobSink(name: string, settings: SinkEntry, jobStreams: readonly Stream[], cwd: string): JobSink {
  const { type, required, deadline, streams, ...own } = settings;
  const sinkType = sinkTypes[type];
  if (sinkType === undefined) throw new Error(`The registry has no sink of the type ${type}.`);
  return {
    name,
    type,
    required,
    streams: jobStreams.filter((stream) => streams?.includes(stream.name) ?? true),
    deadlineMs: deadline,
    outputPaths: sinkType.outputPaths(own).map((path) => resolve(cwd, path)),
    destination: `${type} ${sinkType.destination(own)}`,
    settings: own,
    open: (context) => sinkType.open(own, context),
  };
}

function secretsIn(value: unknown): Secret[] {
  if (value instanceof Secret) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsIn) : [];
}
