/** @see bundled-packages.mjs */
export function bundledPackages(modules: readonly string[]): readonly {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly license: string;
}[];

export function licenseTexts(packages: ReturnType<typeof bundledPackages>): string;
