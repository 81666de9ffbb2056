import { describe, expect, it } from 'vitest';
import { normalizeTag, tag, tagSet } from '../../../../connectors/datadog/shared/tags.js';

describe('a tag is what Datadog would make of it', () => {
  it.each([
    ['lower case', 'Env:PROD', 'env:prod'],
    ['allowed signs stay', 'line_item:streaming::nova-3/v1.0', 'line_item:streaming::nova-3/v1.0'],
    ['others become underscores, one for several', 'project:R&D, (EU) #1', 'project:r_d_eu_1'],
    ['underscores become one', 'project:a__b', 'project:a_b'],
    ['no underscore at the end', 'project:backend (eu)_', 'project:backend_eu'],
    ['a letter at the beginning', '_1-env:1', 'env:1'],
    ['nothing where there is no letter', '_1:2', ''],
    ['letters of any script stay', 'project:Übersetzung 東京', 'project:übersetzung_東京'],
    ['one form for the two ways to write é', 'team:cafe\u0301', 'team:café'],
    ['no colon at the end', 'env::', 'env'],
    ['control characters and emoji', 'a:b\u0000\u{1F600}c', 'a:b_c'],
    ['white space around is no part of it', ' env:prod\n', 'env:prod'],
  ])('%s', (_rule, text, stored) => {
    expect(normalizeTag(text)).toBe(stored);
  });

  it('has at most 200 characters, and no colon or underscore at the cut', () => {
    const cutAtColon = `k:${'x'.repeat(196)}(:rest`;

    expect([...normalizeTag(`k:${'語'.repeat(300)}`)]).toHaveLength(200);
    expect(normalizeTag(cutAtColon)).toBe(`k:${'x'.repeat(196)}`);
  });

  it.each([[null], [''], ['  '], [':::'], ['_'], ['!:']])('says none for the value %j', (value) => {
    expect(tag('model', value)).toBe('model:none');
  });

  it('comes once in a set, in one order', () => {
    expect(tagSet(['b:1', '', 'a:1', 'b:1']).tags).toEqual(['a:1', 'b:1']);
  });
});
