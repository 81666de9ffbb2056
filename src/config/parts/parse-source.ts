import type { SourceType } from '../../catalogue/source-type.js';
import type { JobSource } from '../job.js';
import { messageForChoice } from '../mistakes/zod-messages.js';
import { everySource } from '../settings/config-schema.js';
import { ANY_MAP, parseEntry, TYPE_AS_REFERENCE } from './parse-entry.js';
import { type ConfigFile, failedPart, mistakeAt, type Part, parsePart } from './part.js';

const PATH = ['source'];

/**
 * The source, and its type where it can be told: an unknown one is meant for the only one that there is, so that
 * everything else in the file is still judged.
 */
export async function parseSource(
  value: unknown,
  file: ConfigFile,
): Promise<{ readonly source: Part<JobSource>; readonly type: SourceType | undefined }> {
  const types = file.connectors.sources;
  const names = Object.keys(types);
  const map = await parsePart(ANY_MAP, value, PATH, file);
  const written = map.value?.type;
  const named = names.find((name) => name === written);
  const typeName = named ?? (names.length === 1 ? names[0] : undefined);
  const type = typeName === undefined ? undefined : types[typeName];
  if (map.value === undefined) return { source: failedPart(map.mistakes), type };

  const path = [...PATH, 'type'];
  const isReference = file.tree.isReference(path);
  const words = isReference ? TYPE_AS_REFERENCE : messageForChoice(written, names);
  const ofType = named === undefined || isReference ? [mistakeAt(file, path, words)] : [];
  if (typeName === undefined || type === undefined) return { source: failedPart(ofType), type };
  const entry = await parseEntry(everySource, type.settings, map.value, PATH, file);
  const mistakes = [...ofType, ...entry.mistakes];
  if (mistakes.length > 0 || entry.value === undefined) return { source: failedPart(mistakes), type };
  const { shared, settings } = entry.value;
  const source: JobSource = {
    type: typeName,
    projects: shared.projects,
    limits: type.limits,
    lineFor: (name, streams) => type.lineFor?.(name, streams),
    nameIn: (remembered) => type.nameIn?.(remembered),
    mergeMemory: (base, mine, theirs) => type.mergeMemory?.(base, mine, theirs) ?? mine,
    settings,
    // Safe, here and below: the type's own schema has parsed them.
    doubt: settings === undefined ? undefined : type.doubt?.(settings as Parameters<typeof type.open>[0]),
    open: (context) => type.open(settings as Parameters<typeof type.open>[0], context),
  };
  return { source: { ...entry, value: source }, type };
}
