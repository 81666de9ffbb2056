import { expect, it } from 'vitest';
import { counted, formatCount, textTable } from '../../src/text/text-table.js';

it('sets words to the left and numbers to the right, without spaces at the end', () => {
  const rows = [
    ['NAME', 'COUNT', ''],
    ['a', '1,000', 'ok'],
    ['Zürich – 音声', '7', ''],
  ];

  expect(textTable(['left', 'right', 'left'], rows)).toEqual([
    'NAME         COUNT',
    'a            1,000  ok',
    'Zürich – 音声      7',
  ]);
});

it('takes a row that is too short', () => {
  expect(textTable(['left', 'left'], [['a'], ['bb', 'c']])).toEqual(['a', 'bb  c']);
});

it('keeps a cell on its line', () => {
  expect(textTable(['left'], [['a\r\nb\tc\u001B[2J']])).toEqual(['a b c\uFFFD[2J']);
});

it.each([
  [0, '0', '0 calls'],
  [1, '1', '1 call'],
  [1_234_567, '1,234,567', '1,234,567 calls'],
])('%d', (count, said, withNoun) => {
  expect([formatCount(count), counted(count, 'call')]).toEqual([said, withNoun]);
});
