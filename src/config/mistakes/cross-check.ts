import { isWithin } from '../../files/is-within.js';
import type { ParsedConfig } from '../parts/parse-config.js';
import type { ParsedSink } from '../parts/parse-sinks.js';
import { asMap, type ConfigFile, mistakeAt, type Part } from '../parts/part.js';
import type { SettingsTree } from '../references/resolve-references.js';
import { type Mistake, type Path, showPath } from './mistake.js';
import { suggestion } from './suggestion.js';

/**
 * Mistakes that lie between settings: streams that a sink asks for and nobody reads, or needs and does not get, and
 * sinks that write the same folder. Looks at whatever parts are right in themselves, so that it adds to their mistakes.
 */
export function crossCheck(config: ParsedConfig, file: ConfigFile): Mistake[] {
  const sinks = [...config.sinks.values()].flatMap(certain);
  const found = [
    ...[...config.sinks.keys()].flatMap((name) => unknownStreams(config, name, file.tree)),
    ...sinks.flatMap((sink) => mistakeOfType(config, sink, file.tree)),
    ...sharedFolders(sinks.flatMap((sink) => foldersOf(sink, file.tree))),
  ];
  return found.map((one) => mistakeAt(file, one));
}

type Found = Omit<Mistake, 'position'>;

interface Folder {
  readonly sink: string;
  readonly path: string;
}

/** What is known of a part as it will be. */
function certain<T>({ value, isCertain }: Part<T>): [T] | [] {
  return value === undefined || !isCertain ? [] : [value];
}

/** As they are written, since other settings of the sink may be wrong. */
function unknownStreams({ streams, sourceType }: ParsedConfig, name: string, tree: SettingsTree): Found[] {
  const wanted = asMap(asMap(asMap(tree.value).sinks)[name]).streams;
  const [read] = certain(streams);
  if (!Array.isArray(wanted) || read === undefined || sourceType === undefined) return [];
  const known = read.map(({ name }) => name);
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
function mistakeOfType({ streams }: ParsedConfig, sink: ParsedSink, tree: SettingsTree): Found[] {
  const path = ['sinks', sink.sink.name];
  const [read] = certain(streams);
  if (read === undefined || tree.holdsOpen([...path, 'streams'])) return [];
  const mistake = sink.mistake(read.filter(sink.wants));
  if (mistake === undefined || tree.isOpen([...path, mistake.setting])) return [];
  return [{ path: [...path, mistake.setting], words: mistake.words }];
}

function foldersOf({ sink: { name, outputPaths } }: ParsedSink, tree: SettingsTree): Folder[] {
  return tree.holdsOpen(['sinks', name]) ? [] : outputPaths.map((path) => ({ sink: name, path }));
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
