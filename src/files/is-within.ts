import { relative, resolve, sep } from 'node:path';

/** True for a folder itself and for everything below it. Both paths are absolute; links are not looked through. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  // On Windows there is no way from one drive to another: it is the path itself then.
  return way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === path;
}
