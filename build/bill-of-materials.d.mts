interface Product {
  readonly name: string;
  readonly version: string;
  /** An SPDX identifier or expression. */
  readonly license: string;
}

/** @see bill-of-materials.mjs */
export function billOfMaterials(
  product: Product,
  packages: readonly (Product & { readonly folder: string })[],
  lock: {
    readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
  },
): { readonly components: readonly { readonly purl: string; readonly hashes: readonly object[] }[] };
