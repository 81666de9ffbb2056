import { isAbsolute, relative } from 'node:path';
import type { CliContext } from '../catalogue/cli-context.js';

/** A path from the working directory, and words as they are. */
export function placeText(place: string, { cwd }: Pick<CliContext, 'cwd'>): string {
  return isAbsolute(place) ? relative(cwd, place) : place;
}
