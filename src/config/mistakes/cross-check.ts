import { dirname } from 'node:path';
import { isWithin } from '../../files/is-within.js';
import { asMap } from '../parts/map.js';
import type { ParsedConfig } from '../parts/parse-config.js';
import type { ParsedSink } from '../parts/parse-sinks.js';
import { type ConfigFile, mistakeAt, type Part } from '../parts/part.js';
import { type Mistake, type Path, showPath } from './mistake.js';
import { suggestion } from './suggestion.js';

/**
 * Mistakes that lie between settings: streams that a sink asks for and nobody reads, or needs and does not get, and
 * sinks that write the same folder or where the state is. Looks at whatever parts are right in themselves, so that it adds to their mistakes.
 */
export function crossCheck(config: ParsedConfig, file: ConfigFile): Mistake[] {
  const sinks = [...config.sinks.values()].flatMap(certain);
  return [
    ...[...config.sinks.keys()].flatMap((name) => unknownStreams(config, name, file)),
    ...sinks.flatMap((sink) => mistakeOfType(config, sink, file)),
    ...sharedFolders(sinks, file),
    ...foldersOfState(config, sinks, file),
  ];
}

/** What is known of a part as it will be. */
function certain<T>({ value, isCertain }: Part<T>): [T] | [] {
  return value === undefined || !isCertain ? [] : [value];
}

/** As they are written, since other settings of the sink may be wrong. */
function unknownStreams({ streams, sourceType }: ParsedConfig, name: string, file: ConfigFile): Mistake[] {
  const { tree } = file;
  const wanted = asMap(asMap(asMap(tree.value).sinks)[name]).streams;
  const [read] = certain(streams);
  if (!Array.isArray(wanted) || read === undefined || sourceType === undefined) return [];
  const known = read.map(({ name }) => name);
  return wanted.flatMap((stream: unknown, index): Mistake[] => {
    const path: Path = ['sinks', name, 'streams', index];
    if (typeof stream !== 'string' || stream === '' || known.includes(stream) || tree.isOpen(path)) return [];
    const line = sourceType.lineFor?.(stream, read);
    const words =
      line !== undefined
        ? `is not read: to have it, write \`${line}\` under \`streams\``
        : `is no stream that is read${suggestion(stream, known) || `; there are ${known.join(', ')}`}`;
    return [mistakeAt(file, path, words)];
  });
}

/** What a sink's own type has against the streams that it gets. */
function mistakeOfType({ streams }: ParsedConfig, sink: ParsedSink, file: ConfigFile): Mistake[] {
  const { tree } = file;
  const path = ['sinks', sink.sink.name];
  const [read] = certain(streams);
  if (read === undefined || tree.holdsOpen([...path, 'streams'])) return [];
  const mistake = sink.mistake(read.filter(sink.wants));
  if (mistake === undefined || tree.isOpen([...path, mistake.setting])) return [];
  return [mistakeAt(file, [...path, mistake.setting], mistake.words)];
}

function sharedFolders(sinks: readonly ParsedSink[], file: ConfigFile): Mistake[] {
  const folders = sinks
    .filter(({ sink }) => !file.tree.holdsOpen(['sinks', sink.name]))
    .flatMap(({ sink }) => sink.outputPaths.map((path) => ({ sink: sink.name, path })));
  /** Sinks before, by the folders that they write, and by those that hold these. */
  const writers = new Map<string, string[]>();
  const holders = new Map<string, string[]>();
  const mistakes: Mistake[] = [];
  for (const { sink, path } of folders) {
    const above = foldersAbove(path);
    const other = (before: Map<string, string[]>, folder: string) =>
      before.get(folder)?.find((name) => name !== sink);
    const found = [
      [other(writers, path), 'writes the same folder as'],
      [above.map((folder) => other(writers, folder)).find(Boolean), 'writes inside the folder of'],
      [other(holders, path), 'writes the folder that holds the one of'],
    ] as const;
    for (const [name, words] of found) {
      if (name === undefined) continue;
      const whose = showPath(['sinks', name]);
      mistakes.push(
        mistakeAt(file, ['sinks', sink], `${words} ${whose}; each sink needs a folder of its own`),
      );
    }
    note(writers, path, sink);
    for (const folder of above) note(holders, folder, sink);
  }
  return mistakes;
}

function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...foldersAbove(above)];
}

/** Two are enough to find another one. */
function note(before: Map<string, string[]>, folder: string, sink: string): void {
  const names = before.get(folder) ?? [];
  if (names.length < 2 && !names.includes(sink)) before.set(folder, [...names, sink]);
}

/** The state and what is beside it, each named after it; a folder that holds them does no harm. */
function foldersOfState({ state }: ParsedConfig, sinks: readonly ParsedSink[], file: ConfigFile): Mistake[] {
  return certain(state).flatMap(({ state: { path: place } }) => {
    if (place === undefined) return [];
    const isOfState = (path: string) => isWithin(path, place) || path.startsWith(`${place}.`);
    return sinks
      .filter(({ sink }) => !file.tree.holdsOpen(['sinks', sink.name]) && sink.outputPaths.some(isOfState))
      .map(({ sink }) =>
        mistakeAt(
          file,
          ['sinks', sink.name],
          'writes where the state is kept; each sink needs a folder of its own',
        ),
      );
  });
}
