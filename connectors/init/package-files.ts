import { existsSync, readFileSync } from 'node:fs';

/** A file of `config/` of this package: `starter.yaml`, `ci/github-actions.yml`, … */
export function packageFile(name: string): string {
  // From the bundle, which has a copy; from connectors as it is in the repository, or from dist/connectors.
  const places = ['./', '../../', '../../../'].map((way) => `${way}config/${name}`);
  const [found] = places.map((place) => new URL(place, import.meta.url)).filter((url) => existsSync(url));
  if (found === undefined) throw new Error(`config/${name} is missing from this installation.`);
  return readFileSync(found, 'utf8');
}
