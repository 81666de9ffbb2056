import { expect, it } from 'vitest';
import { requestRow } from '../../../../connectors/deepgram/requests/normalize-request.js';
import { Findings } from '../../../../src/deliver/tally/findings.js';
import { silentLog } from '../../../../src/log/log.js';

const NOBODY = () => undefined;

function read(record: { readonly mip_opt_out?: unknown; readonly path?: string; readonly config?: object }) {
  const { config = {}, path = '/v1/listen', ...top } = record;
  const raw = {
    request_id: 'r-1',
    created: '2026-11-19T23:59:59.999999Z',
    path,
    response: { code: 200, details: { usd: 0.1, config } },
    ...top,
  };
  const findings = new Findings(silentLog);
  const row = requestRow(raw, {
    project: { id: 'p-1', name: 'Support' },
    names: { model: NOBODY, apiKey: NOBODY, lineItem: NOBODY },
    ages: { unknownAfterMs: 3_600_000, lostAfterMs: 172_800_000, pricedWithinMs: 14_400_000 },
    prices: { areComing: true, lookAt: async () => {} },
    now: Date.parse('2026-11-20T12:00:00Z'),
    findings,
  });
  return { row, found: findings.result() };
}

it.each([
  [true, 'the record', { mip_opt_out: true }],
  [false, 'the record, before its query', { mip_opt_out: false, path: '/v1/listen?mip_opt_out=true' }],
  [true, 'the record, as text', { mip_opt_out: 'true' }],
  [true, 'the settings', { config: { mip_opt_out: true } }],
  [true, 'the query', { path: '/v1/listen?model=nova-3&mip_opt_out=true' }],
  [false, 'the query', { path: '/v1/listen?mip_opt_out=false#x' }],
  [null, 'nothing', {}],
  [null, 'what is neither true nor false', { mip_opt_out: 'maybe', path: '/v1/listen?mip_opt_out=1' }],
  [null, 'another parameter', { path: '/v1/listen?no_mip_opt_out=true&x=mip_opt_out=true' }],
])('mip_opt_out is %s by %s', (expected, _by, record) => {
  expect(read(record).row?.mip_opt_out).toBe(expected);
});

it('mip_opt_out is a known field, and no part of the path', () => {
  const { row, found } = read({ mip_opt_out: true, path: '/v1/listen?mip_opt_out=true' });

  expect(found.unknownFields.size).toBe(0);
  expect(row?.path).toBe('/v1/listen');
});

it('date is the day of its time', () => {
  expect(read({}).row?.date).toBe('2026-11-19');
});
