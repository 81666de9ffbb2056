import type { Log } from '../log/log.js';
import type { Stream } from '../streams/stream.js';
import type { Clock } from '../time/clock.js';
import type { Sink } from './sink.js';
import type { OutputOf, StandardSchema } from './standard-schema.js';

/** What the core hands to every sink. */
export interface SinkContext {
  /** The sink's name in the configuration. */
  readonly name: string;
  /** Relative paths start here. */
  readonly cwd: string;
  readonly clock: Clock;
  readonly log: Log;
  /** The streams that this sink will get, so that a table without records still has its header. */
  readonly streams: readonly Stream[];
  /** For proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How the program names itself to servers. */
  readonly userAgent: string;
}

/** A kind of sink, as whoever makes one writes it: cheap to import, since `validate` does. */
export interface SinkDefinition<Settings extends StandardSchema = StandardSchema> {
  /**
   * The settings of this type; `type`, `streams`, `required`, `deadline` and `missing` belong to every sink and are added.
   * Left out where it has none of its own.
   */
  readonly settings?: Settings;
  /** Folders that it writes, as configured: two sinks must not share one. Default: none. */
  outputPaths?(settings: OutputOf<Settings>): readonly string[];
  /**
   * What is wrong with these settings where the sink gets these streams, and with which of them. Left out where any
   * streams will do.
   */
  mistake?(
    settings: OutputOf<Settings>,
    streams: readonly Stream[],
  ): { readonly setting: string; readonly words: string } | undefined;
  /**
   * What makes two configurations of this type deliver to the same place, in words, without secrets. It is kept in
   * the state: a sink that goes elsewhere has nothing yet. Default: the type and its folders alone.
   */
  destination?(settings: OutputOf<Settings>): string;
  /** Imports the implementation, so that only what is configured is loaded. */
  open(settings: OutputOf<Settings>, context: SinkContext): Promise<Sink>;
}

/** Known to every copy of this package: the one that runs need not be the one that a sink was made with. */
const SINK_TYPE: unique symbol = Symbol.for('deepgram-export.sink-type');

/** A kind of sink, as the core knows it. */
export interface SinkType<Settings extends StandardSchema = StandardSchema> extends SinkDefinition<Settings> {
  readonly [SINK_TYPE]: true;
}

/**
 * Makes a kind of sink of its definition. It is the default export of a module that `type` names in a configuration.
 *
 * @example
 * export default defineSinkType({
 *   settings: z.strictObject({ url: z.url() }),
 *   open: async ({ url }, { name }) => mySink(name, url),
 * });
 */
export function defineSinkType<Settings extends StandardSchema = StandardSchema<object>>(
  definition: SinkDefinition<Settings>,
): SinkType<Settings> {
  return { ...definition, [SINK_TYPE]: true };
}

/** True for what {@link defineSinkType} has made, in this copy of the package or in another one. */
export function isSinkType(value: unknown): value is SinkType {
  return typeof value === 'object' && value !== null && SINK_TYPE in value;
}
