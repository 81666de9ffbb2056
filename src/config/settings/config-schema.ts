import { z } from 'zod';
import { sourceSettings } from '../../../connectors/deepgram/settings.js';
import { streamsSettings } from '../../../connectors/deepgram/streams/streams-settings.js';
import { sinkTypes } from '../../../connectors/index.js';
import { duration, folder, text } from './setting-types.js';
import { windowSettings } from './window.js';

/** What every sink takes beside the settings of its type. */
const everySink = {
  streams: z
    .array(text())
    .min(1, 'must name a stream')
    .optional()
    .describe('The streams that it gets, such as requests or usage_by_endpoint; all by default'),
  required: z.boolean().default(true).describe('False: its failure is reported and does not fail the run'),
  deadline: duration({ atLeast: '1s', atMost: '1d' })
    .prefault('5m')
    .describe('Time that one call of the sink may take'),
};

const shared = z.strictObject({ type: z.string(), ...everySink });

/** One entry of `sinks`: what all have, and the settings of its type. Durations are in milliseconds. */
export type SinkEntry = z.output<typeof shared> & Readonly<Record<string, unknown>>;

export const sinkSettings = sinkUnion();

const sinkName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,23}$/, {
  error: 'a sink’s name begins with a letter and has up to 24 letters, digits, "_" and "-"',
});

/** The configuration file, version 1. */
export const configSchema = z.strictObject({
  version: z
    .literal(1, {
      error: ({ input }) =>
        input === undefined
          ? 'is missing: write version: 1'
          : 'must be 1, the version that this program reads',
    })
    .describe('Version of this format'),
  source: sourceSettings.describe('The Deepgram account'),
  streams: streamsSettings.prefault({}).describe('What is read; a stream set to false is off'),
  window: windowSettings.prefault({}).describe('The days that are read'),
  state: z
    .strictObject({
      path: folder()
        .default('.deepgram-export/state.json')
        .describe('File that says what every sink has; relative to the working directory'),
    })
    .prefault({})
    .describe('What the program remembers from run to run'),
  sinks: z
    .record(sinkName, sinkSettings)
    .refine((sinks) => Object.keys(sinks).length > 0, 'must hold at least one sink')
    .meta({ minProperties: 1 })
    .describe('Where the records go, by a name of your choice'),
});

/** The settings as parsed, with every default put in. */
export type ConfigSettings = z.output<typeof configSchema>;

function sinkUnion(): z.ZodType<SinkEntry> {
  const [first, ...others] = Object.entries(sinkTypes).map(([type, { settings }]) =>
    settings.safeExtend({ type: z.literal(type), ...everySink }),
  );
  if (first === undefined) throw new Error('The registry has no sink.');
  // The types cannot follow the registry; each of these schemas was extended by what all entries share.
  return z.discriminatedUnion('type', [first, ...others]) as unknown as z.ZodType<SinkEntry>;
}
