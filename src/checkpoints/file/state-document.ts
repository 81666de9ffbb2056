import { z } from 'zod';
import { type Day, isDay } from '../../time/day.js';
import { byName, mapText } from '../by-name.js';

/** Later ones are no days of a clock that anybody would trust, and cannot be reckoned with. */
const LAST_DAY: Day = '2199-12-31';

export const STATE_VERSION = 4;
/** Those before it knew no beginnings, and the second no snapshots and nothing partial; what they say means the same. */
const READ_VERSIONS = [2, 3, STATE_VERSION] as const;

/** @param firstDay a state with an earlier day is damaged: planning from there on would be endless, and for nothing */
export function stateSchemas(firstDay: Day) {
  const day = z.string().refine((text) => isDay(text) && text >= firstDay && text <= LAST_DAY);
  const ranges = z.array(z.tuple([day, day]).readonly()).readonly();
  const openDay = z.strictObject({
    /** When the source was read, UTC. */
    read_at: z.string(),
    records: z.int().min(0),
    /** Records that may still change. */
    unsettled: z.int().min(0),
    /** True where some of it could not be understood or looked up, so that it is to be read again. Left out: false. */
    partial: z.literal(true).optional(),
    /** True where records that count as settled may still turn out otherwise. Left out: false. */
    unresolved: z.literal(true).optional(),
  });
  const knownDays = z.strictObject({
    /** Days that are delivered and will not be read again. */
    closed: ranges,
    /** Days that are delivered and may still change, by day. */
    open: z.record(day, openDay),
    /** Days that the source deleted before they were delivered. */
    lost: ranges,
    /** When the snapshot that is delivered was read, UTC; left out where none was, as for streams of days. */
    snapshot: z.string().optional(),
    /**
     * Where ordinary runs have begun to read; left out where there was none. What was read for itself, of a window that
     * was given by hand, may be of days before it.
     */
    begins: day.optional(),
  });
  const stateDocument = z.strictObject({
    version: z.literal(READ_VERSIONS),
    updated_at: z.string(),
    /** The last run of a CI pipeline that used it. */
    ci_run: z.strictObject({ pipeline: z.string(), number: z.int().min(0) }).optional(),
    /** Of which part of the work it is; left out where it is of all of it. */
    shard: z.strictObject({ number: z.int().min(1), of: z.int().min(1) }).optional(),
    /** By the sink's name in the configuration. */
    sinks: byName(
      z.strictObject({
        /** Where it delivered to; a sink that goes elsewhere begins anew. */
        destination: z.string(),
      }),
    ),
    /** By source, stream, project id and sink. */
    sources: byName(byName(byName(byName(knownDays)))),
  });
  return { day, openDay, knownDays, stateDocument };
}

type Schemas = ReturnType<typeof stateSchemas>;

/** What a sink has of one stream of one project. */
export type KnownDays = Readonly<z.output<Schemas['knownDays']>>;

/** Which days each sink has. A person can read it; `deepgram-export state show` prints it as a table. */
export type StateDocument = z.output<Schemas['stateDocument']>;

/** As JSON, a line for what one sink has of one stream of one project. */
export function stateText(document: StateDocument): string {
  return `${mapText(new Map(Object.entries(document)))}\n`;
}
