import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { billOfMaterials } from '../../build/bill-of-materials.mjs';
import { bundledPackages, licenseTexts } from '../../build/bundled-packages.mjs';

const PRODUCT = { name: 'product', version: '1.2.3', license: 'MIT' };
const SCOPED = {
  folder: '/somewhere/node_modules/outer/node_modules/@scope/inner',
  name: '@scope/inner',
  version: '4.5.6',
  license: '(MIT OR Apache-2.0)',
};
const LOCK = {
  packages: {
    'node_modules/@scope/inner': { version: '9.0.0', integrity: 'sha512-AAAA' },
    'node_modules/outer/node_modules/@scope/inner': { version: '4.5.6', integrity: 'sha512-q80=' },
  },
};

describe('the bill of materials', () => {
  it('says of a package what CycloneDX has a place for, and nothing of when or where it was made', () => {
    expect(billOfMaterials(PRODUCT, [SCOPED], LOCK)).toEqual({
      $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: {
        lifecycles: [{ phase: 'build' }],
        component: {
          type: 'application',
          'bom-ref': 'pkg:npm/product@1.2.3',
          name: 'product',
          version: '1.2.3',
          licenses: [{ license: { id: 'MIT' } }],
          purl: 'pkg:npm/product@1.2.3',
        },
      },
      components: [
        {
          type: 'library',
          'bom-ref': 'pkg:npm/%40scope/inner@4.5.6',
          group: '@scope',
          name: 'inner',
          version: '4.5.6',
          licenses: [{ expression: '(MIT OR Apache-2.0)' }],
          purl: 'pkg:npm/%40scope/inner@4.5.6',
          hashes: [{ alg: 'SHA-512', content: 'abcd' }],
        },
      ],
    });
  });

  it('lists each package of which a module is bundled once, by the lock of this repository', () => {
    const modules = ['src/cli/bin.ts', 'node_modules/zod/index.js', 'node_modules/undici/index.js'];
    const packages = bundledPackages(
      [...modules, 'node_modules/zod/v4/index.js'].map((path) => join(process.cwd(), path)),
    );

    const { components } = billOfMaterials(
      PRODUCT,
      packages,
      JSON.parse(readFileSync('package-lock.json', 'utf8')),
    );

    expect(components.map(({ purl }) => purl.replace(/[\d.]+$/, ''))).toEqual([
      'pkg:npm/undici@',
      'pkg:npm/zod@',
    ]);
    for (const { hashes } of components) {
      expect(hashes).toEqual([{ alg: 'SHA-512', content: expect.stringMatching(/^[\da-f]{128}$/) }]);
    }
  });

  it('is refused where another version is installed than the lock has', () => {
    const other = { ...SCOPED, version: '4.5.7' };

    expect(() => billOfMaterials(PRODUCT, [other], LOCK)).toThrow('@scope/inner 4.5.7 is bundled');
  });
});

describe('the licenses', () => {
  it('are in their packages as files, or at the end of their pages', () => {
    const modules = ['pg/lib/index.js', 'pg-types/index.js'].map((path) =>
      join(process.cwd(), 'node_modules', path),
    );

    const texts = licenseTexts(bundledPackages(modules)).split(/^-{80}$/m);

    expect(texts).toEqual([
      expect.stringMatching(/^pg 8.*Permission is hereby granted.*\n$/s),
      expect.stringMatching(/^\n\npg-types 2.*Copyright.*Permission is hereby granted.*\n$/s),
    ]);
  });
});
