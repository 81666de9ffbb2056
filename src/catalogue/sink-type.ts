import type { z } from 'zod';
import type { Log } from '../report/log.js';
import type { Stream } from '../streams/stream.js';
import type { Clock } from '../time/clock.js';
import type { Sink } from './sink.js';

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

/** A kind of sink, as the registry knows it: cheap to import, since `validate` does. */
export interface SinkType<Settings extends z.ZodObject = z.ZodObject> {
  /** The settings of this type; `type`, `streams`, `required` and `deadline` belong to every sink and are added. */
  readonly settings: Settings;
  /** Folders that it writes, as configured: two sinks must not share one. */
  outputPaths(settings: z.output<Settings>): readonly string[];
  /**
   * What is wrong with these settings where the sink gets these streams, and with which of them. Left out where any
   * streams will do.
   */
  mistake?(
    settings: z.output<Settings>,
    streams: readonly Stream[],
  ): { readonly setting: string; readonly words: string } | undefined;
  /**
   * What makes two configurations of this type deliver to the same place, in words, without secrets. It is kept in
   * the state: a sink that goes elsewhere has nothing yet.
   */
  destination(settings: z.output<Settings>): string;
  /** Imports the implementation, so that only what is configured is loaded. */
  open(settings: z.output<Settings>, context: SinkContext): Promise<Sink>;
}

/** Keeps the settings' own type inside a definition while the registry holds them all alike. */
export function defineSinkType<Settings extends z.ZodObject>(type: SinkType<Settings>): SinkType {
  // Safe: the core only hands back settings that this type's own schema has parsed.
  return type as unknown as SinkType;
}
