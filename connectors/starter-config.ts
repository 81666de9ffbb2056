import { existsSync, readFileSync } from 'node:fs';

/** `config/starter.yaml` of this package. */
export function starterConfig(): string {
  // From connectors as it is in the repository, or from dist/connectors or dist/bundle as it is installed.
  const places = ['../config/starter.yaml', '../../config/starter.yaml'];
  const [found] = places.map((place) => new URL(place, import.meta.url)).filter((url) => existsSync(url));
  if (found === undefined) throw new Error('config/starter.yaml is missing from this installation.');
  return readFileSync(found, 'utf8');
}
