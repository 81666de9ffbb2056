import { resolve } from 'node:path';
import { isWithin } from '../../files/is-within.js';
import type { ParsedConfig } from '../parts/parse-config.js';
import type { ParsedSink } from '../parts/parse-sinks.js';
import { asMap, type ConfigFile, mistakeAt } from '../parts/part.js';
import type { SettingsTree } from '../references/resolve-references.js';
import { type Mistake, type Path, showPath } from './mistake.js';
import { suggestion } from './suggestion.js';

/**
 * Mistakes that lie between settings: streams that a sink asks for and nobody reads, or needs and does not get, and
 * sinks that write the same folder. Looks at whatever parts are right in themselves, so that it adds to their mistakes.
 */
export function crossCheck(config: ParsedConfig, file: ConfigFile, cwd: string): Mistake[] {
  const sinks = [...config.sinks].flatMap(([name, { value, isCertain }]): Certain[] =>
    value === undefined || !isCertain ? [] : [{ name, ...value }],
  );
  const found = [
    ...[...config.sinks.keys()].flatMap((name) => unknownStreams(config, name, file.tree)),
    ...sinks.flatMap((sink) => mistakeOfType(config, sink, file.tree)),
    ...sharedFolders(sinks.flatMap((sink) => foldersOf(sink, file.tree, cwd))),
  ];
  return found.map((one) => mistakeAt(file, one));
}

type Found = Omit<Mistake, 'position'>;

/** A sink that is known as it will be. */
interface Certain extends ParsedSink {
  readonly name: string;
}

interface Folder {
  readonly sink: string;
  readonly path: string;
}

/** As they are written, since other settings of the sink may be wrong. */
function unknownStreams({ streams, sourceType }: ParsedConfig, name: string, tree: SettingsTree): Found[] {
  const wanted = asMap(asMap(asMap(tree.value).sinks)[name]).streams;
  if (!Array.isArray(wanted) || !streams.value || !streams.isCertain || !sourceType) return [];
  const known = streams.value.map(({ name }) => name);
  const all = sourceType.selectStreams(sourceType.streams.parse({})).map(({ name }) => name);
  return wanted.flatMap((stream: unknown, index): Found[] => {
    const path: Path = ['sinks', name, 'streams', index];
    if (typeof stream !== 'string' || stream === '' || known.includes(stream) || tree.isOpen(path)) return [];
    const words = all.includes(stream)
      ? `the stream ${stream} is switched off under streams`
      : `is no stream that is read${suggestion(stream, known) || `; there are ${known.join(', ')}`}`;
    return [{ path, words }];
  });
}

/** What a sink's own type has against the streams that it gets. */
function mistakeOfType({ streams }: ParsedConfig, sink: Certain, tree: SettingsTree): Found[] {
  const { name, type, shared, settings } = sink;
  if (!streams.value || !streams.isCertain) return [];
  if (shared.streams?.some((_, index) => tree.isOpen(['sinks', name, 'streams', index]))) return [];
  const selected = streams.value.filter(({ name }) => shared.streams?.includes(name) ?? true);
  const mistake = type.mistake?.(settings, selected);
  if (mistake === undefined || tree.isOpen(['sinks', name, mistake.setting])) return [];
  return [{ path: ['sinks', name, mistake.setting], words: mistake.words }];
}

function foldersOf({ name, type, settings }: Certain, tree: SettingsTree, cwd: string): Folder[] {
  const written = asMap(asMap(asMap(tree.value).sinks)[name]);
  if (Object.keys(written).some((key) => tree.isOpen(['sinks', name, key]))) return [];
  const paths = type.outputPaths?.(settings) ?? [];
  return paths.map((path) => ({ sink: name, path: resolve(cwd, path) }));
}

function sharedFolders(folders: readonly Folder[]): Found[] {
  return folders.flatMap((folder, index) =>
    folders.slice(0, index).flatMap((earlier): Found[] => {
      if (earlier.sink === folder.sink) return [];
      const words = overlap(folder, earlier);
      return words === undefined ? [] : [{ path: ['sinks', folder.sink], words }];
    }),
  );
}

function overlap(folder: Folder, earlier: Folder): string | undefined {
  const rule = 'each sink needs a folder of its own';
  const other = showPath(['sinks', earlier.sink]);
  if (folder.path === earlier.path) return `writes the same folder as ${other}; ${rule}`;
  if (isWithin(folder.path, earlier.path)) return `writes inside the folder of ${other}; ${rule}`;
  if (isWithin(earlier.path, folder.path)) {
    return `writes the folder that holds the one of ${other}; ${rule}`;
  }
  return undefined;
}
