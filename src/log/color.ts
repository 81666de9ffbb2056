import type { Output } from './screen.js';

/** Colors on a terminal, unless the user says otherwise. @see https://no-color.org */
export function wantsColor(output: Output, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return true;
  return output.isTTY === true && env.TERM !== 'dumb';
}
