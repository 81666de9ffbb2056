import { ExportError } from '../../errors/export-error.js';

/** Where something is in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Keys and list positions from the top of the file. */
export type Path = readonly PropertyKey[];

/** One thing that is wrong in a configuration file. `words` never repeat a value. */
export interface Mistake {
  readonly position: Position;
  readonly path: Path;
  readonly words: string;
}

/**
 * The error that shows all mistakes, one a line, in the order of the file.
 *
 * @param file as the user named it; undefined for the configuration that is run without one
 */
export function configError(file: string | undefined, mistakes: readonly Mistake[]): ExportError {
  const name = file ?? 'built-in configuration';
  const lines = [...mistakes].sort(byPosition).map((mistake) => lineOf(name, mistake));
  const distinct = [...new Set(lines)];
  const more = distinct.length - MOST_SHOWN;
  const shown = more > 0 ? [...distinct.slice(0, MOST_SHOWN), `… and ${more} more`] : distinct;
  return new ExportError('CONFIG_INVALID', shown.join('\n'), {
    kind: 'config',
    // With the environment: a key that is none is only seen with it.
    hint: `Correct it; \`deepgram-export validate --env${file === undefined ? '' : ` -c ${file}`}\` checks it without running anything.`,
  });
}

/**
 * True for a word that is surely a name. A long word with digits may be a key that ended up in the wrong
 * place, and is not shown.
 */
export function isShowable(word: string): boolean {
  return /^[A-Za-z_][A-Za-z_-]{0,63}$/.test(word) || /^[A-Za-z_][\w-]{0,23}$/.test(word);
}

/** `sinks.archive.tags[2]`; a key that may be a secret shows as `…`. */
export function showPath(path: Path): string {
  return path
    .map((step) =>
      typeof step === 'number' ? `[${step}]` : `.${isShowable(String(step)) ? String(step) : '…'}`,
    )
    .join('')
    .replace(/^\./, '');
}

/** More than anybody mends in one go; keeps the error short for a file that is something else altogether. */
const MOST_SHOWN = 50;

function lineOf(file: string, { position, path, words }: Mistake): string {
  const subject = path.length === 0 ? '' : `${showPath(path)}: `;
  return `${file}:${position.line}:${position.column}  ${subject}${words}`;
}

function byPosition(a: Mistake, b: Mistake): number {
  return a.position.line - b.position.line || a.position.column - b.position.column;
}
