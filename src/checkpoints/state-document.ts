import { z } from 'zod';
import { isJsonObject } from '../encode/json-object.js';
import { isDay } from '../time/day.js';

/**
 * The state file: what each sink has of each stream and project. A person can read it; `deepgram-export state
 * show` prints it as a table.
 */
const day = z.string().refine(isDay);
const ranges = z.array(z.tuple([day, day]).readonly()).readonly();

const deliveredDay = z.strictObject({
  /** When the source was read, UTC. */
  read_at: z.string(),
  records: z.int().min(0),
  /** Of what identifies and measures the records: two readings with the same one were the same. */
  hash: z.string(),
  /** Records that may still change. */
  unsettled: z.int().min(0),
});

const streamState = z.strictObject({
  /** Days that are delivered and will not be read again. */
  closed: ranges,
  /** Days that are delivered and may still change, by day. */
  open: z.record(day, deliveredDay),
  /** Days that Deepgram deleted before they were delivered. */
  lost: ranges,
});
export type StreamState = z.output<typeof streamState>;

const sinkState = z.strictObject({
  /** Where the sink delivered to; a sink that goes elsewhere begins anew. */
  destination: z.string(),
  /** By stream, then by project id. */
  streams: byName(byName(streamState)),
});

export const STATE_VERSION = 1;

export const stateDocument = z.strictObject({
  version: z.literal(STATE_VERSION),
  updated_at: z.string(),
  /** By the sink's name in the configuration. */
  sinks: byName(sinkState),
});
export type StateDocument = z.output<typeof stateDocument>;

/** An object by names from outside. By way of a map, since one may be `__proto__`, which `z.record` leaves out. */
function byName<Inner extends z.ZodType>(inner: Inner) {
  return z
    .custom<object>(isJsonObject)
    .transform((found) => new Map<string, unknown>(Object.entries(found)))
    .pipe(z.map(z.string(), inner))
    .transform((entries): Readonly<Record<string, z.output<Inner>>> => Object.fromEntries(entries));
}
