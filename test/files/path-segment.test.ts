import { describe, expect, it } from 'vitest';
import { pathSegment } from '../../src/files/path-segment.js';

describe('pathSegment', () => {
  it.each([
    ['1f6c0d5e-8f0b-4f5c', '1f6c0d5e-8f0b-4f5c'],
    ['A_b-9', 'A_b-9'],
    ['', '%'],
    ['.', '%2E'],
    ['..', '%2E%2E'],
    ['../../etc/passwd', '%2E%2E%2F%2E%2E%2Fetc%2Fpasswd'],
    ['a\\b', 'a%5Cb'],
    ['a/b', 'a%2Fb'],
    ['a%2Fb', 'a%252Fb'],
    ['C:', 'C%3A'],
    ['a\u0000b\n', 'a%00b%0A'],
    ['a=b c', 'a%3Db%20c'],
    ['ü', '%C3%BC'],
    ['🎧', '%F0%9F%8E%A7'],
    ['.hidden.csv', '%2Ehidden%2Ecsv'],
  ])('%j becomes %s', (id, segment) => {
    expect(pathSegment(id)).toBe(segment);
  });

  it('cuts a long id, and tells it from others that begin alike', () => {
    const one = pathSegment(`${'a'.repeat(500)}1`);
    const other = pathSegment(`${'a'.repeat(500)}2`);

    expect(one).toHaveLength(120);
    expect(other).toHaveLength(120);
    expect(one).not.toBe(other);
  });

  it('gives the segment of a long id to no other id', () => {
    const segment = pathSegment('a'.repeat(200));

    expect(pathSegment(segment)).not.toBe(segment);
  });

  it('tells apart ids that are no proper text', () => {
    const segments = ['\uD800', '\uD801', '\uFFFD'].map(pathSegment);

    expect(new Set(segments).size).toBe(3);
  });

  it('leaves an id alone that just fits', () => {
    expect(pathSegment('a'.repeat(120))).toBe('a'.repeat(120));
  });
});
