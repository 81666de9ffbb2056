import { describe, expect, test } from 'vitest';
import { billingBy } from '../../../../connectors/deepgram/streams/billing.js';
import { loadText, mistakesIn } from '../../../config/load-text.js';
import { steppingClock } from '../account.js';
import { openCostSink, STREAMS } from './cost-account.js';

const REVERSED = billingBy(['tags', 'line_item']);

const job = (streams: string, settings = '') =>
  'version: 1\n' +
  'source: { type: deepgram, api_key: dg-key }\n' +
  `streams: ${streams}\n` +
  'sinks:\n' +
  `  costs: { type: datadog-costs, api_key: k, app_key: a${settings} }\n`;

describe('costs are taken from one stream', () => {
  test.each([
    ['by line item and tags, where that is read', STREAMS, undefined, 'billing_by_line_item_tags'],
    ['or by line item', STREAMS.slice(0, 3), undefined, 'billing_by_line_item'],
    ['or as the total', STREAMS.slice(0, 1), undefined, 'billing'],
    ['whatever the order of the two', [...STREAMS.slice(0, 3), REVERSED], undefined, REVERSED.name],
    ['or the one that is named', STREAMS, 'billing_by_accessor', 'billing_by_accessor'],
  ])('%s', async (_, streams, breakdown, expected) => {
    const settings = { api_url: 'http://127.0.0.1:1', ...(breakdown === undefined ? {} : { breakdown }) };

    const sink = await openCostSink(settings, steppingClock(), streams);

    const taken = [REVERSED, ...STREAMS].filter((stream) => sink.capabilities.accepts?.(stream));
    expect(taken.map(({ name }) => name)).toEqual([expected]);
  });
});

describe('a configuration that does not read it', () => {
  test.each([
    [
      'without billing',
      job('{ billing: false }'),
      '5:3  sinks.costs.breakdown: costs are made of billing, and this sink gets no stream of it',
    ],
    [
      'with other streams for this sink',
      job('{}', ', streams: [usage]'),
      '5:3  sinks.costs.breakdown: costs are made of billing, and this sink gets no stream of it',
    ],
    [
      'with a breakdown that is not read',
      job('{}', ', breakdown: billing_by_line_items'),
      '5:68  sinks.costs.breakdown: is no stream that this sink gets (did you mean "billing_by_line_item"?)',
    ],
    [
      'with only breakdowns to choose from',
      job('{}', ', streams: [billing_by_accessor]'),
      '5:3  sinks.costs.breakdown: must be named, since none of billing_by_line_item_tags, billing_by_line_item and billing is read; there are billing_by_accessor',
    ],
    [
      'with a stream that has no costs',
      job('{}', ', breakdown: usage'),
      '5:68  sinks.costs.breakdown: is no stream that this sink gets; there are billing, billing_by_line_item, billing_by_accessor, billing_by_line_item_tags',
    ],
    [
      'with a tag that has no value',
      job('{}', ', tags: [prod]'),
      '5:64  sinks.costs.tags[0]: must be a name and a value with a colon between them, such as env:prod',
    ],
  ])('%s is wrong', async (_, text, expected) => {
    expect(await mistakesIn(text)).toEqual([`job.yaml:${expected}`]);
  });

  test.each(['breakdown: "${BREAKDOWN}"', 'streams: ["${STREAM}"]'])(
    'is not judged where the environment decides: %s',
    async (setting) => {
      const loaded = await loadText(job('{}', `, ${setting}`), { mode: 'structure' });

      expect(loaded.sinks).toHaveLength(1);
    },
  );
});
