import wrapAnsi from 'wrap-ansi';

/** How much further in a line goes on than it has begun. */
const HANGING = 2;

/** Lines that are too wide for a terminal, broken between words; what goes on is set in. A word stays whole. */
export function hangingLines(text: string, columns: number): string {
  const broken = (line: string): string => {
    if (wrapAnsi(line, columns, { trim: false }) === line) return line;
    const [indent = ''] = /^ */.exec(line) ?? [];
    const within = Math.max(1, columns - indent.length - HANGING);
    return wrapAnsi(line.slice(indent.length), within)
      .split('\n')
      .map((part, at) => indent + ' '.repeat(at === 0 ? 0 : HANGING) + part)
      .join('\n');
  };
  return text.split('\n').map(broken).join('\n');
}
