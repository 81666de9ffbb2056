import { isWithin } from '../../files/is-within.js';
import type { ParsedConfig } from '../parts/parse-config.js';
import type { ParsedSink } from '../parts/parse-sinks.js';
import { asMap, type ConfigFile, mistakeAt, type Part } from '../parts/part.js';
import { type Mistake, type Path, showPath } from './mistake.js';
import { suggestion } from './suggestion.js';

/**
 * Mistakes that lie between settings: streams that a sink asks for and nobody reads, or needs and does not get, and
 * sinks that write the same folder. Looks at whatever parts are right in themselves, so that it adds to their mistakes.
 */
export function crossCheck(config: ParsedConfig, file: ConfigFile): Mistake[] {
  const sinks = [...config.sinks.values()].flatMap(certain);
  return [
    ...[...config.sinks.keys()].flatMap((name) => unknownStreams(config, name, file)),
    ...sinks.flatMap((sink) => mistakeOfType(config, sink, file)),
    ...sharedFolders(sinks, file),
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
  const all = sourceType.selectStreams(sourceType.streams.parse({})).map(({ name }) => name);
  return wanted.flatMap((stream: unknown, index): Mistake[] => {
    const path: Path = ['sinks', name, 'streams', index];
    if (typeof stream !== 'string' || stream === '' || known.includes(stream) || tree.isOpen(path)) return [];
    const words = all.includes(stream)
      ? `the stream ${stream} is switched off under streams`
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
  return folders.flatMap((folder, index) =>
    folders.slice(0, index).flatMap((earlier) => {
      const words =
        earlier.sink === folder.sink ? undefined : overlap(folder.path, earlier.path, earlier.sink);
      return words === undefined ? [] : [mistakeAt(file, ['sinks', folder.sink], words)];
    }),
  );
}

function overlap(path: string, earlier: string, ofSink: string): string | undefined {
  const rule = 'each sink needs a folder of its own';
  const other = showPath(['sinks', ofSink]);
  if (path === earlier) return `writes the same folder as ${other}; ${rule}`;
  if (isWithin(path, earlier)) return `writes inside the folder of ${other}; ${rule}`;
  if (isWithin(earlier, path)) return `writes the folder that holds the one of ${other}; ${rule}`;
  return undefined;
}
