import { expect, it, onTestFinished, vi } from 'vitest';
import { defineSinkType, type LogEntry, sync } from '../../connectors/api.js';
import { memorySink } from '../../connectors/testing/memory-sink.js';
import { Terminal } from '../cli/terminal.js';
import { account, jobText, KEY } from '../cli/world.js';

const clock = { now: () => Date.parse('2026-11-20T12:00:00Z'), sleep: async () => {} };

/** A folder with `job.yaml`, whose sink keeps usage in memory. */
async function world(type = 'memory') {
  const { url } = await account();
  const terminal = await Terminal.open();
  await terminal.write('job.yaml', jobText(url, [`mine: { type: ${type}, streams: [usage] }`]));
  const memory = memorySink();
  const sinks = { memory: defineSinkType({ open: async () => memory }) };
  return {
    memory,
    job: { config: 'job.yaml', cwd: terminal.cwd, env: { DEEPGRAM_API_KEY: KEY }, sinks, clock },
  };
}

it('a program gets the summary, and nothing is printed', async () => {
  const { job, memory } = await world();
  const printed = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  onTestFinished(() => void vi.restoreAllMocks());

  const summary = await sync(job);

  expect(summary).toMatchObject({
    outcome: 'delivered',
    exit_code: 0,
    sinks: [{ name: 'mine', accepted: 2 }],
  });
  expect(memory.rows('usage')).toHaveLength(2);
  for (const write of printed) expect(write).not.toHaveBeenCalled();
});

it('it is told what the command would log, without secrets', async () => {
  const { job } = await world();
  const told: LogEntry[] = [];
  const indiscreet = defineSinkType({
    open: async (_, { log }) => {
      log.warn('trying', { with: KEY });
      throw new Error(`no entry with ${KEY}`);
    },
  });

  const { exit_code: code, error } = await sync({
    ...job,
    sinks: { memory: indiscreet },
    onLog: (entry) => told.push(entry),
  });

  expect(code).toBe(2);
  expect(error?.message).toBe('The sink mine cannot be opened: no entry with [REDACTED].');
  expect(told).toEqual([{ level: 'warn', message: 'trying', fields: { with: '[REDACTED]' } }]);
});

it('it is a failure of the source that the key is wrong', async () => {
  const { job } = await world();

  const summary = await sync({ ...job, env: { DEEPGRAM_API_KEY: 'a-wrong-key' } });

  expect(summary).toMatchObject({ outcome: 'source-incomplete', exit_code: 3, streams: [] });
});

it('a mistake in the file is in the summary too, and is not thrown', async () => {
  const { job } = await world('memry');

  const { outcome, exit_code: code, error } = await sync(job);

  expect({ outcome, code }).toEqual({ outcome: 'config', code: 2 });
  expect(error?.message).toMatch(/^job\.yaml:\d+:\d+ {2}sinks\.mine\.type: .* \(did you mean "memory"\?\)/);
});

it('it ends where its signal is aborted', async () => {
  const { job, memory } = await world();

  const summary = await sync({ ...job, signal: AbortSignal.abort() });

  expect(summary).toMatchObject({ outcome: 'interrupted', exit_code: 130 });
  expect(memory.committed.size).toBe(0);
});
