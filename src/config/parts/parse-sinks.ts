import { z } from 'zod';
import type { Catalogue } from '../../catalogue/catalogue.js';
import type { SinkType } from '../../catalogue/sink-type.js';
import { maskFor } from '../../secrets/mask.js';
import { Secret, secretsIn } from '../../secrets/secret.js';
import { oneLine } from '../../text/one-line.js';
import type { Mistake } from '../mistakes/mistake.js';
import { messageForChoice } from '../mistakes/zod-messages.js';
import { everySink, sinkName } from '../settings/config-schema.js';
import { loadSinkType } from './load-sink-type.js';
import { failedPart, parseEntry, parseMap, TYPE_AS_REFERENCE } from './parse-entry.js';
import { asMap, type ConfigFile, mistakeAt, type Part, parsePart } from './part.js';

/** A sink of a file, with the settings that its type has parsed. */
export interface ParsedSink {
  readonly typeName: string;
  readonly type: SinkType;
  readonly shared: z.output<typeof everySink>;
  /** Undefined where only the environment can say them. */
  readonly settings: unknown;
  readonly secrets: readonly Secret[];
}

export interface ParsedSinks {
  /** By their names, in the order of the file. */
  readonly sinks: ReadonlyMap<string, Part<ParsedSink>>;
  readonly mistakes: readonly Mistake[];
}

/** @param folder modules of other people's sinks are found from there */
export async function parseSinks(
  value: unknown,
  file: ConfigFile,
  types: Catalogue['sinks'],
  folder: string,
): Promise<ParsedSinks> {
  const { mistakes } = await parsePart(SINKS, value, ['sinks'], file);
  const sinks = new Map<string, Part<ParsedSink>>();
  for (const [name, written] of Object.entries(asMap(value))) {
    sinks.set(name, await parseSink(written, ['sinks', name], file, types, folder));
  }
  const all = [...mistakes, ...[...sinks.values()].flatMap((sink) => sink.mistakes)];
  return { sinks, mistakes: all };
}

const SINKS = z
  .record(sinkName, z.unknown())
  .refine((sinks) => Object.keys(sinks).length > 0, 'must hold at least one sink');

async function parseSink(
  written: unknown,
  path: readonly string[],
  file: ConfigFile,
  types: Catalogue['sinks'],
  folder: string,
): Promise<Part<ParsedSink>> {
  const map = await parseMap(written, path, file);
  if (map.value === undefined) return failedPart(map.mistakes);
  const typePath = [...path, 'type'];
  const refused = (words: string) => failedPart([mistakeAt(file, { path: typePath, words })]);
  if (file.tree.isReference(typePath)) return refused(TYPE_AS_REFERENCE);
  const typeName = map.value.type;
  if (typeof typeName !== 'string') return refused(messageForChoice(typeName, Object.keys(types)));
  const ours = Object.hasOwn(types, typeName) ? types[typeName] : undefined;
  const secrets = ours === undefined ? environmentSecrets(map.value, path, file) : [];
  const clean = (words: string) => maskFor(secrets)(oneLine(words));
  const found = ours === undefined ? await loadSinkType(typeName, folder) : { type: ours };
  if (found === undefined) return refused(`${messageForChoice(typeName, Object.keys(types))}; ${OWN_SINK}`);
  if ('words' in found) return refused(clean(found.words));

  const { type } = found;
  const { shared, settings, ...entry } = await parseEntry(everySink, type.settings, map.value, path, file);
  const mistakes =
    ours === undefined ? entry.mistakes.map((one) => ({ ...one, words: clean(one.words) })) : entry.mistakes;
  if (mistakes.length > 0 || shared === undefined) return failedPart(mistakes);
  const value = { typeName, type, shared, settings, secrets: ours ? secretsIn(settings) : secrets };
  return { value, mistakes, isCertain: entry.isCertain };
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
