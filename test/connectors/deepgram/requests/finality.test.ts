import { describe, expect, it } from 'vitest';
import { requestRow } from '../../../../connectors/deepgram/requests/normalize-request.js';
import { Findings } from '../../../../src/deliver/tally/findings.js';
import { silentLog } from '../../../../src/log/log.js';

const CREATED = Date.parse('2026-11-20T12:00:00Z');
const HOUR = 3_600_000;
const MINUTE = 60_000;

interface Judged {
  readonly afterMs: number;
  readonly pricesComing?: boolean;
  readonly lostAfterMs?: number;
  readonly pricedWithinMs?: number;
}

/** A request created at noon, as it is judged so long after. */
function judged(record: object, { afterMs, pricesComing = true, ...ages }: Judged) {
  const raw = { request_id: 'r-1', created: moment(0), path: '/v1/listen', ...record };
  const row = requestRow(raw, {
    project: { id: 'p-1', name: 'Support' },
    names: { model: () => undefined, apiKey: () => undefined, lineItem: () => undefined },
    ages: { unknownAfterMs: HOUR, lostAfterMs: 48 * HOUR, pricedWithinMs: 4 * HOUR, ...ages },
    prices: { areComing: pricesComing, lookAt: async () => {} },
    now: CREATED + afterMs,
    findings: new Findings(silentLog),
  });
  return { status: row?.status, settled: row?.settled, cost_usd: row?.cost_usd };
}

function moment(afterMs: number): string {
  return new Date(CREATED + afterMs).toISOString();
}

function succeeded(details: object, response: object = {}) {
  return {
    response: { code: 200, completed: moment(10_000), details: { duration: 10, ...details }, ...response },
  };
}

describe('without a response', () => {
  const forms: readonly [string, object][] = [
    ['null', { response: null }],
    ['left out', {}],
    ['{}', { response: {} }],
    ['false', { response: false }],
    ['an empty list', { response: [] }],
    ['a text', { response: 'none yet' }],
  ];

  it.each(forms)('%s: pending, then unknown, settled after half a day, lost in the end', (_form, record) => {
    const at = (afterMs: number) => {
      const { status, settled } = judged(record, { afterMs });
      return [status, settled];
    };

    expect(at(MINUTE)).toEqual(['pending', false]);
    expect(at(HOUR)).toEqual(['unknown', false]);
    expect(at(12 * HOUR - 1)).toEqual(['unknown', false]);
    expect(at(12 * HOUR)).toEqual(['unknown', true]);
    expect(at(48 * HOUR)).toEqual(['lost', true]);
  });

  it('is settled as lost where that comes first', () => {
    const lost = { lostAfterMs: 2 * HOUR };

    expect(judged({}, { afterMs: 2 * HOUR - 1, ...lost })).toMatchObject({
      status: 'unknown',
      settled: false,
    });
    expect(judged({}, { afterMs: 2 * HOUR, ...lost })).toMatchObject({ status: 'lost', settled: true });
  });

  it.each([
    ['a response without a code', { response: { completed: moment(5_000) } }],
    ['a code without a response', { code: 200, response: null }],
  ])('waits as long for the rest of %s', (_form, record) => {
    expect(judged(record, { afterMs: 12 * HOUR - 1 }).settled).toBe(false);
    expect(judged(record, { afterMs: 12 * HOUR }).settled).toBe(true);
  });
});

describe('a success that used something', () => {
  it.each([
    ['no cost', {}, null],
    ['a cost of 0', { usd: 0 }, 0],
    ['a cost of "0"', { usd: '0' }, 0],
    ['a cost that is null', { usd: null }, null],
  ])(
    'with %s is waited for until the time after its completion, and keeps what it was given',
    (_, details, cost) => {
      const record = succeeded(details);

      expect(judged(record, { afterMs: 4 * HOUR + 9_999 })).toMatchObject({ settled: false });
      expect(judged(record, { afterMs: 4 * HOUR + 10_000 })).toMatchObject({ settled: true, cost_usd: cost });
    },
  );

  it.each([
    ['of tokens', { response: { code: 200, token_details: [{ input: 0, output: 3 }] } }],
    ['of speech', { response: { code: 200, tts_details: { speech_segments: [{ characters: 7 }] } } }],
  ])('%s, too', (_form, record) => {
    expect(judged(record, { afterMs: MINUTE }).settled).toBe(false);
  });

  it.each([
    ['has its cost', succeeded({ usd: 0.1 }), true],
    ['used nothing', succeeded({ duration: 0 }), true],
    ['will never be priced', succeeded({}), false],
  ])('is settled at once where it %s', (_form, record, pricesComing) => {
    expect(judged(record, { afterMs: MINUTE, pricesComing }).settled).toBe(true);
  });

  it('is waited for from its creation where nothing says when it was completed', () => {
    const record = succeeded({}, { completed: null });

    expect(judged(record, { afterMs: 4 * HOUR - 1 }).settled).toBe(false);
    expect(judged(record, { afterMs: 4 * HOUR }).settled).toBe(true);
  });

  it('is waited for from its creation where it says to have been completed before that', () => {
    const record = succeeded({}, { completed: moment(-3 * HOUR) });

    expect(judged(record, { afterMs: 4 * HOUR - 1 }).settled).toBe(false);
    expect(judged(record, { afterMs: 4 * HOUR }).settled).toBe(true);
  });

  it.each([
    ['a session of eleven hours', 11 * HOUR],
    ['a time of completion that lies in another year', 9_000 * HOUR],
  ])('is never waited for longer than half a day: %s', (_form, completedAfter) => {
    const record = succeeded({}, { completed: moment(completedAfter) });

    expect(judged(record, { afterMs: 12 * HOUR - 1 }).settled).toBe(false);
    expect(judged(record, { afterMs: 12 * HOUR }).settled).toBe(true);
  });

  it('is waited for as long as it is set', () => {
    const set = { pricedWithinMs: MINUTE };

    expect(judged(succeeded({}), { afterMs: MINUTE + 9_999, ...set }).settled).toBe(false);
    expect(judged(succeeded({}), { afterMs: MINUTE + 10_000, ...set }).settled).toBe(true);
  });
});

describe('a callback', () => {
  const open = { attempts: 2, code: 503, completed: null };
  const failed = { response: { code: 400, completed: moment(10_000) } };

  it.each([
    ['of a success with its cost', { ...succeeded({ usd: 1 }), callback: open }],
    ['of an error', { ...failed, callback: open }],
    ['that says no code yet', { ...failed, callback: { attempts: 1 } }],
    ['that says no attempts', { ...failed, callback: { code: '502', completed: '' } }],
    ['where no cost will come', { ...succeeded({}), callback: open }],
  ])('%s may still be tried, but not for ever', (_form, record) => {
    const judgedAfter = (afterMs: number) => judged(record, { afterMs, pricesComing: false }).settled;

    expect(judgedAfter(4 * HOUR + 9_999)).toBe(false);
    expect(judgedAfter(4 * HOUR + 10_000)).toBe(true);
  });

  it.each([
    ['that is done', { ...open, completed: moment(20_000) }],
    ['that is a URL', 'https://hooks.example.test/x'],
    ['{}', {}],
    ['false', false],
    ['null', null],
  ])('%s is not waited for', (_form, callback) => {
    expect(judged({ ...failed, callback }, { afterMs: MINUTE }).settled).toBe(true);
  });
});

it.each([101, 204, 302, '304', 400, 499, 503])('code %s is an answer: settled at once', (code) => {
  expect(judged({ response: { code } }, { afterMs: MINUTE }).settled).toBe(true);
});
