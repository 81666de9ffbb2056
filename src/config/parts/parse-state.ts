import { locationOf } from '../../files/location.js';
import { type Secret, secretsIn } from '../../secrets/secret.js';
import type { JobState } from '../job.js';
import { messageForChoice } from '../mistakes/zod-messages.js';
import { FILE_STATE, fileStateSettings } from '../settings/config-schema.js';
import { ANY_MAP, TYPE_AS_REFERENCE } from './parse-entry.js';
import { type ConfigFile, failedPart, mistakeAt, type Part, parsePart } from './part.js';

const PATH = ['state'];

export interface ParsedState {
  readonly state: JobState;
  readonly secrets: readonly Secret[];
}

/** Where the state is kept: a file, or a place of one of the catalogue's types. */
export async function parseState(value: unknown, file: ConfigFile): Promise<Part<ParsedState>> {
  const map = await parsePart(ANY_MAP.prefault({}), value, PATH, file);
  if (map.value === undefined) return failedPart(map.mistakes);
  const { type: typeName = FILE_STATE, ...written } = map.value;
  const typePath = [...PATH, 'type'];
  const refused = (words: string) => failedPart([mistakeAt(file, typePath, words)]);
  if (file.tree.isReference(typePath)) return refused(TYPE_AS_REFERENCE);
  if (typeName === FILE_STATE) {
    const { value: settings, ...part } = await parsePart(fileStateSettings, written, PATH, file, ['type']);
    const state = settings && { path: locationOf(file.folder, settings.path) };
    return { ...part, value: state && { state, secrets: [] } };
  }
  const { states = {} } = file.connectors;
  const type = typeof typeName === 'string' && Object.hasOwn(states, typeName) ? states[typeName] : undefined;
  if (type === undefined) return refused(messageForChoice(typeName, [FILE_STATE, ...Object.keys(states)]));
  const { value: settings, ...part } = await parsePart(type.settings, written, PATH, file, ['type']);
  if (part.mistakes.length > 0) return failedPart(part.mistakes);
  const state: JobState = {
    type: String(typeName),
    settings,
    // Safe: the type's own schema has parsed them; where only the environment can say them, none is opened.
    open: (context) => type.open(settings as Parameters<typeof type.open>[0], context),
  };
  return { ...part, value: { state, secrets: secretsIn(settings) } };
}
