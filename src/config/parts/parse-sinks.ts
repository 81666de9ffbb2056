import { hash } from 'node:crypto';
import { z } from 'zod';
import { foreignSinkType } from '../../catalogue/foreign-sink.js';
import type { SinkType } from '../../catalogue/sink-type.js';
import { locationOf } from '../../files/location.js';
import { maskFor } from '../../secrets/mask.js';
import { Secret, secretsIn } from '../../secrets/secret.js';
import type { Stream } from '../../streams/stream.js';
import { oneLine } from '../../text/one-line.js';
import type { JobSink } from '../job.js';
import { messageForChoice } from '../mistakes/zod-messages.js';
import { everySink, sinkName } from '../settings/config-schema.js';
import { loadSinkType } from './load-sink-type.js';
import { asMap } from './map.js';
import { ANY_MAP, parseEntry, TYPE_AS_REFERENCE } from './parse-entry.js';
import { type ConfigFile, failedPart, mistakeAt, type Part, parsePart } from './part.js';

/** A sink of a file; its streams are only known where those that are read are. */
export interface ParsedSink {
  readonly sink: Omit<JobSink, 'streams'>;
  /** True for a stream that it is to get. */
  readonly wants: (stream: Stream) => boolean;
  /** What its type has against these streams. */
  readonly mistake: (streams: readonly Stream[]) => ReturnType<NonNullable<SinkType['mistake']>>;
  readonly secrets: readonly Secret[];
}

/** The sinks by their names, in the order of the file. */
export async function parseSinks(value: unknown, file: ConfigFile) {
  const { mistakes } = await parsePart(SINKS, value, ['sinks'], file);
  const sinks = new Map<string, Part<ParsedSink>>();
  for (const [name, written] of Object.entries(asMap(value))) {
    sinks.set(name, await parseSink(written, name, file));
  }
  return { sinks, mistakes: [...mistakes, ...[...sinks.values()].flatMap((sink) => sink.mistakes)] };
}

const SINKS = z
  .record(sinkName, z.unknown())
  .refine((sinks) => Object.keys(sinks).length > 0, 'must hold at least one sink');

async function parseSink(written: unknown, name: string, file: ConfigFile): Promise<Part<ParsedSink>> {
  const path = ['sinks', name];
  const map = await parsePart(ANY_MAP, written, path, file);
  if (map.value === undefined) return failedPart(map.mistakes);
  const { type: typeName } = map.value;
  const typePath = [...path, 'type'];
  const refused = (words: string) => failedPart([mistakeAt(file, typePath, words)]);
  if (file.tree.isReference(typePath)) return refused(TYPE_AS_REFERENCE);
  const { sinks: types, foreignSinks = {} } = file.connectors;
  const choice = messageForChoice(typeName, [...Object.keys(types), ...Object.keys(foreignSinks)]);
  if (typeof typeName !== 'string') return refused(choice);
  const ours = Object.hasOwn(types, typeName) ? types[typeName] : undefined;
  const foreign = ours === undefined ? environmentSecrets(map.value, path, file) : [];
  const clean = (words: string) => (ours === undefined ? maskFor(foreign)(oneLine(words)) : words);
  const known = ours ?? (Object.hasOwn(foreignSinks, typeName) ? foreignSinks[typeName] : undefined);
  const found = known === undefined ? await loadSinkType(typeName, file.folder) : { type: known };
  if (found === undefined) return refused(`${choice}; ${OWN_SINK}`);
  if ('words' in found) return refused(clean(found.words));

  const type: SinkType = ours ?? foreignSinkType(found.type);
  const entry = await parseEntry(everySink, type.settings, map.value, path, file);
  const mistakes = entry.mistakes.map((mistake) => ({ ...mistake, words: clean(mistake.words) }));
  if (entry.value === undefined) return failedPart(mistakes);
  const { shared, settings } = entry.value;
  const value: ParsedSink = {
    sink: {
      name,
      type: typeName,
      required: shared.required,
      deadlineMs: shared.deadline,
      missing: shared.missing,
      ...targetOf(type, typeName, settings, file.folder, clean),
      settings,
      open: (context) => type.open(settings, context),
    },
    wants: (stream) => shared.streams?.includes(stream.name) ?? true,
    mistake: (streams) => {
      // Where the environment must say what they are, nothing can be told of them yet.
      const mistake = settings === undefined ? undefined : type.mistake?.(settings, streams);
      return mistake && { ...mistake, words: clean(mistake.words) };
    },
    secrets: ours === undefined ? foreign : secretsIn(settings),
  };
  return { value, mistakes, isCertain: entry.isCertain };
}

/** Where it delivers to, as far as that is known. */
function targetOf(
  type: SinkType,
  typeName: string,
  settings: unknown,
  folder: string,
  clean: (words: string) => string,
): Pick<JobSink, 'outputPaths' | 'destination'> {
  if (settings === undefined) return { outputPaths: [], destination: typeName };
  const destination = withoutSecrets(type.destination?.(settings), clean);
  return {
    outputPaths: (type.outputPaths?.(settings) ?? []).map((path) => locationOf(folder, path)),
    destination: destination === undefined ? typeName : `${typeName} ${destination}`,
  };
}

/**
 * Other people's sinks may name a secret, and the state is a file. Destinations that only differ in what is taken for
 * one stay apart by four bytes of their hash.
 */
function withoutSecrets(
  destination: string | undefined,
  clean: (words: string) => string,
): string | undefined {
  const cleaned = destination && clean(destination);
  if (destination === undefined || cleaned === destination) return destination;
  return `${cleaned} ${hash('sha256', destination).slice(0, 8)}`;
}

const OWN_SINK =
  'for a sink of your own, the path of its module, such as ./my-sink.mjs, or the name of an installed package';

/** Which settings of other people's sinks are secret is not known: whatever may be one is taken for one. */
function environmentSecrets(
  written: Readonly<Record<string, unknown>>,
  path: readonly string[],
  { tree }: ConfigFile,
): Secret[] {
  return Object.keys(written)
    .filter((key) => !Object.hasOwn(everySink.shape, key))
    .flatMap((key) => tree.environmentValues([...path, key]))
    .filter((value) => value.length >= SHORTEST_SECRET)
    .map((value) => new Secret(value));
}

const SHORTEST_SECRET = 8;
