import { relative, resolve, sep } from 'node:path';
import { isObjectUrl } from './location.js';

/**
 * True for a folder itself and for everything below it. Both are absolute paths, whose links are not looked through, or
 * addresses of objects.
 */
export function isWithin(path: string, folder: string): boolean {
  if (isObjectUrl(path) || isObjectUrl(folder)) return path === folder || path.startsWith(`${folder}/`);
  const way = relative(folder, path);
  // On Windows there is no way from one drive to another: it is the path itself then.
  return way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === path;
}
