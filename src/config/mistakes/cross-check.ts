import { resolve } from 'node:path';
import { selectStreams } from '../../../connectors/deepgram/streams/select-streams.js';
import { streamsSettings } from '../../../connectors/deepgram/streams/streams-settings.js';
import { sinkTypes } from '../../../connectors/index.js';
import { isWithin } from '../../files/is-within.js';
import type { SettingsTree } from '../references/resolve-references.js';
import { sinkSettings } from '../settings/config-schema.js';
import { positionOf, type YamlNode } from '../yaml/yaml-node.js';
import { type Mistake, type Path, showPath } from './mistake.js';
import { suggestion } from './suggestion.js';

/**
 * Mistakes that lie between settings: streams that a sink asks for and nobody reads, or needs and does not get, and
 * sinks that write the same folder. Looks at whatever parts are right in themselves, so that it adds to their mistakes.
 */
export function crossCheck(tree: SettingsTree, root: YamlNode, cwd: string): Mistake[] {
  const settings = asMap(tree.value);
  const sinks = Object.entries(asMap(settings.sinks));
  const found = [
    ...referencesAsType(tree, Object.keys(asMap(settings.sinks))),
    ...sinks.flatMap(([name, sink]) => unknownStreams(settings.streams, name, sink, tree)),
    ...sinks.flatMap(([name, sink]) => mistakeOfType(settings.streams, name, sink, tree)),
    ...sharedFolders(foldersOf(sinks, tree, cwd)),
  ];
  return found.map(({ path, words }) => ({ path, words, position: positionOf(root, path) }));
}

type Found = Omit<Mistake, 'position'>;

interface Folder {
  readonly sink: string;
  readonly path: string;
}

/** The type decides what the other settings mean, so that it must be there without the environment. */
function referencesAsType(tree: SettingsTree, sinks: readonly string[]): Found[] {
  const paths: Path[] = [['source', 'type'], ...sinks.map((name) => ['sinks', name, 'type'])];
  return paths
    .filter((path) => tree.isReference(path))
    .map((path) => ({ path, words: `must be written out, without \${…}` }));
}

function unknownStreams(choice: unknown, name: string, sink: unknown, tree: SettingsTree): Found[] {
  const wanted = asMap(sink).streams;
  const parsed = streamsSettings.safeParse(choice ?? {});
  if (!Array.isArray(wanted) || !parsed.success) return [];
  const known = selectStreams(parsed.data).map(({ name }) => name);
  const all = selectStreams(streamsSettings.parse({})).map(({ name }) => name);
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
function mistakeOfType(choice: unknown, name: string, written: unknown, tree: SettingsTree): Found[] {
  const streams = streamsSettings.safeParse(choice ?? {});
  const parsed = sinkSettings.safeParse(written);
  if (!streams.success || !parsed.success) return [];
  const { type, required: _r, deadline: _d, streams: wanted, ...own } = parsed.data;
  if (wanted?.some((_, index) => tree.isOpen(['sinks', name, 'streams', index]))) return [];
  const selected = selectStreams(streams.data).filter(({ name }) => wanted?.includes(name) ?? true);
  const mistake = sinkTypes[type]?.mistake?.(own, selected);
  if (mistake === undefined || tree.isOpen(['sinks', name, mistake.setting])) return [];
  return [{ path: ['sinks', name, mistake.setting], words: mistake.words }];
}

function foldersOf(
  sinks: readonly (readonly [string, unknown])[],
  tree: SettingsTree,
  cwd: string,
): Folder[] {
  return sinks.flatMap(([sink, written]) => {
    const isOpen = Object.keys(asMap(written)).some((key) => tree.isOpen(['sinks', sink, key]));
    const parsed = sinkSettings.safeParse(written);
    if (isOpen || !parsed.success) return [];
    const { type, required: _r, deadline: _d, streams: _s, ...own } = parsed.data;
    const paths = sinkTypes[type]?.outputPaths(own) ?? [];
    return paths.map((path) => ({ sink, path: resolve(cwd, path) }));
  });
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

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap ? (value as Readonly<Record<string, unknown>>) : {};
}
