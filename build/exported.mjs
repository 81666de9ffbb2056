/** Where an entry's declarations are, by which its source is known: `./dist/types/src/index.d.ts`. */
const DECLARATIONS = /^\.\/dist\/types\/(.+)\.d\.ts$/;
const BUNDLED = /^\.\/dist\/bundle\/(.+)\.js$/;

/**
 * The sources of what the package exports, by the names that they have in the bundle: `{ index: 'src/index.ts' }`.
 *
 * @param {Readonly<Record<string, string | { types: string, default: string }>>} exports of the package's manifest
 */
export function sourcesOf(exports) {
  const entries = Object.values(exports).filter((entry) => typeof entry === 'object');
  return Object.fromEntries(
    entries.map((entry) => [partOf(entry.default, BUNDLED), `${partOf(entry.types, DECLARATIONS)}.ts`]),
  );
}

function partOf(path, pattern) {
  const [, part] = pattern.exec(path) ?? [];
  if (part === undefined) throw new Error(`package.json exports ${path}, which the build does not make`);
  return part;
}
