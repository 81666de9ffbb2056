import type { z } from 'zod';
import type { SharedLimit } from '../http/pacing/shared-limit.js';
import type { Log } from '../log/log.js';
import type { Stream } from '../streams/stream.js';
import type { Clock } from '../time/clock.js';
import type { Day } from '../time/day.js';
import type { Window } from '../time/window.js';
import type { Source } from './source.js';

/**
 * What a source keeps between runs, beside the checkpoints: a JSON value a project. It is lost with the state, and where
 * nothing is remembered: whatever is wrong without it does not belong here.
 */
export interface SourceMemory {
  /** What {@link set} was given last, in this run or an earlier one; undefined where there is nothing. From outside: to be parsed. */
  get(projectId: string): unknown;
  /** Kept when the run ends. */
  set(projectId: string, value: unknown): void;
}

/** What the core hands to a source. */
export interface SourceContext {
  /** Ids or names of the projects to read. */
  readonly projects: 'all' | readonly string[];
  readonly window: Window;
  readonly memory: SourceMemory;
  readonly clock: Clock;
  readonly log: Log;
  /** Where several processes read at once, what they may ask together. Default: this one has a limit of its own. */
  readonly limit?: SharedLimit | undefined;
  /** For proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How the program names itself to servers. */
  readonly userAgent: string;
  /** Processes that read at once what one would read else, each with its part of the calls in flight. Default 1. */
  readonly processes?: number | undefined;
}

/** How far back a source can be asked, and what that takes. */
export interface SourceLimits {
  /** A window may not begin before this day. */
  readonly firstDay: Day;
  /** The longest time that may be read again with every run; `words` end the sentence `must not be longer than`. */
  readonly longestLookback: { readonly ms: number; readonly words: string };
  /** A sentence for `plan` on calls that are only known when they are made. Left out where there are none. */
  readonly planNote?: string;
}

/** A kind of source, as the catalogue knows it: cheap to import, since `validate` does. */
export interface SourceType<
  Settings extends z.ZodObject = z.ZodObject,
  StreamsChoice extends z.ZodType = z.ZodType,
> {
  /** The settings of this type; `type` and `projects` belong to every source and are added. */
  readonly settings: Settings;
  /** What may be said under `streams`; nothing said is `{}`. */
  readonly streams: StreamsChoice;
  /** The streams that this means, in the order in which they are read and shown. */
  selectStreams(choice: z.output<StreamsChoice>): readonly Stream[];
  /**
   * The line under `streams` with which a job of these streams would have one more, of this name; undefined for what is no
   * stream. Left out where nothing is to be chosen.
   */
  lineFor?(name: string, streams: readonly Stream[]): string | undefined;
  /** What a project was called last, by what is remembered of it. Left out, and undefined, where that says nothing. */
  nameIn?(remembered: unknown): string | undefined;
  /**
   * What two processes remember of a project, put together: each has gone on from `base`. It is pure, and gives the same as
   * if one had come after the other. Left out where what the later one says is all that matters.
   */
  mergeMemory?(base: unknown, mine: unknown, theirs: unknown): unknown;
  readonly limits: SourceLimits;
  /** What is likely wrong with these settings, in a sentence, although they can be tried. Undefined: nothing. */
  doubt?(settings: z.output<Settings>): string | undefined;
  /** Imports the implementation, so that only what is needed is loaded. */
  open(settings: z.output<Settings>, context: SourceContext): Promise<Source>;
}

/** Sees to it that a source takes what its schemas give. */
export function defineSourceType<Settings extends z.ZodObject, StreamsChoice extends z.ZodType>(
  type: SourceType<Settings, StreamsChoice>,
): SourceType<Settings, StreamsChoice> {
  return type;
}
