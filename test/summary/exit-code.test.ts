import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/deliver/run.js';
import type { ErrorKind, Failure } from '../../src/errors/export-error.js';
import { verdictOf, verdictOfFailure } from '../../src/summary/exit-code.js';
import { NOTHING_FOUND } from '../deliver/nothing-found.js';

const REQUIRED = true;
const OPTIONAL = false;

describe('verdictOf', () => {
  it.each([
    ['everything went well', run([], [[REQUIRED], [REQUIRED]]), 0, 'delivered'],
    ['an optional sink failed', run([], [[REQUIRED], [OPTIONAL, 'permanent']]), 0, 'delivered'],
    ['there are optional sinks only, and all failed', run([], [[OPTIONAL, 'auth']]), 0, 'delivered'],
    ['the source was not read whole', run(['auth'], [[REQUIRED]]), 3, 'source-incomplete'],
    ['a sink failed', run([], [[REQUIRED, 'permanent'], [REQUIRED]]), 4, 'sinks-failed'],
    ['a sink failed and the source too', run(['auth'], [[REQUIRED, 'auth'], [REQUIRED]]), 4, 'sinks-failed'],
    [
      'all sinks failed',
      run(
        [],
        [
          [REQUIRED, 'auth'],
          [REQUIRED, 'transient'],
        ],
      ),
      5,
      'all-sinks-failed',
    ],
    ['all required sinks failed', run([], [[REQUIRED, 'auth'], [OPTIONAL]]), 5, 'all-sinks-failed'],
    ['a sink has a bug', run([], [[REQUIRED, 'bug'], [REQUIRED]]), 1, 'failed'],
    ['the source has a bug', run(['bug'], [[REQUIRED]]), 1, 'failed'],
  ] as const)('when %s', (_, result, exitCode, outcome) => {
    expect(verdictOf(result, undefined)).toEqual({ outcome, exitCode });
  });

  it('one record that could not be understood makes the run incomplete, however many could', () => {
    const result = run([], [[REQUIRED]]);
    const rejected = new Map([['requests', { count: 1, example: 'its created is no time' }]]);
    const streams = [
      { name: 'requests', records: 999, partitions: 1, failed_partitions: 0, cost_usd: null, hours: null },
    ];

    const verdict = verdictOf({ ...result, streams, findings: { ...result.findings, rejected } }, undefined);

    expect(verdict).toEqual({ outcome: 'source-incomplete', exitCode: 3 });
  });

  it.each([130, 143])('an interrupt comes before all else: %i', (code) => {
    const result = { ...run(['auth'], [[REQUIRED, 'bug']]), interrupted: true };

    expect(verdictOf(result, code)).toEqual({ outcome: 'interrupted', exitCode: code });
  });
});

describe('verdictOfFailure, when nothing could be run', () => {
  it.each([
    ['config', 2, 'config'],
    ['auth', 3, 'source-incomplete'],
    ['rate-limited', 3, 'source-incomplete'],
    ['transient', 3, 'source-incomplete'],
    ['permanent', 3, 'source-incomplete'],
    ['interrupted', 143, 'interrupted'],
    ['bug', 1, 'failed'],
  ] as const)('%s is exit %i', (kind, exitCode, outcome) => {
    expect(verdictOfFailure(failure(kind), 143)).toEqual({ outcome, exitCode });
  });

  it('a state that another run holds is exit 6', () => {
    const locked: Failure = { code: 'STATE_LOCKED', kind: 'transient', message: 'Another run works on it.' };

    expect(verdictOfFailure(locked, undefined)).toEqual({ outcome: 'locked', exitCode: 6 });
  });
});

function run(
  sourceFailures: readonly ErrorKind[],
  sinks: readonly (readonly [required: boolean, failed?: ErrorKind])[],
): RunResult {
  return {
    projects: [],
    days: undefined,
    streams: [],
    lost: [],
    keptBack: [],
    costs: undefined,
    spent: undefined,
    reconciliation: undefined,
    stillKeptBack: 0,
    sourceFailures: sourceFailures.map((kind) => ({
      ...failure(kind),
      stream: 'usage',
      project: 'p-1',
      partition: 'usage/p-1/2026-11-20',
      partitions: 1,
    })),
    findings: NOTHING_FOUND,
    sinks: sinks.map(([required, failed], at) => ({
      name: `sink-${at}`,
      type: 'ndjson',
      required,
      partitions: 1,
      failed_partitions: failed ? 1 : 0,
      unread_partitions: 0,
      accepted: 1,
      rejected: [],
      skipped: [],
      in_doubt: 0,
      sends_once: false,
      failure: failed ? failure(failed) : null,
      facts: {},
      notes: [],
    })),
    warnings: [],
    unavailable: [],
    interrupted: false,
    traffic: { calls: 0, retries: 0, waitedMs: 0, receivedBytes: 0 },
  };
}

function failure(kind: ErrorKind): Failure {
  return { code: 'SINK_FILES', kind, message: 'It did not work.' };
}
