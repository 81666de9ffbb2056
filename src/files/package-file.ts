import { existsSync, readFileSync } from 'node:fs';

/** The text of a file that goes with the program: `package.json`, `config/starter.yaml`, … */
export function packageFile(name: string): string {
  // From the bundle, which has a copy beside it; from the sources as they are in the repository, or from dist/src.
  const places = ['./', '../../', '../../../'].map((way) => new URL(`${way}${name}`, import.meta.url));
  const found = places.find((url) => existsSync(url));
  if (found === undefined) throw new Error(`${name} is missing from this installation.`);
  return readFileSync(found, 'utf8');
}
