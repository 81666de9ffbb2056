import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly resolved?: string }>>;
}

const LOCK: Lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
/** All but the first, which is this package. */
const INSTALLED = Object.entries(LOCK.packages).filter(([folder]) => folder !== '');

describe('every package of the lock', () => {
  it('is checked against its hash, whatever platform it is for', () => {
    const unchecked = INSTALLED.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-'));

    expect(unchecked.map(([folder]) => folder)).toEqual([]);
    expect(INSTALLED.length).toBeGreaterThan(100);
  });

  it('comes from the registry of whoever installs it', () => {
    const withAddress = INSTALLED.filter(([, { resolved }]) => resolved !== undefined);

    expect(withAddress.map(([folder]) => folder)).toEqual([]);
  });
});
