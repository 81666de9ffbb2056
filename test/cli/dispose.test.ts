import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { connectors } from '../../connectors/connectors.js';
import { catalogue } from '../../connectors/index.js';
import { memorySink } from '../../connectors/testing/memory-sink.js';
import type { Sink } from '../../src/catalogue/sink.js';
import { defineSinkType } from '../../src/catalogue/sink-type.js';
import { Terminal } from './terminal.js';
import { account, jobText, KEY } from './world.js';

type Trouble = `${'fails' | 'hangs'} in ${'open' | 'prepare' | 'begin' | 'finish' | 'dispose'}`;

/** Sinks that hold a socket and a timer from their opening on, and write down what is called of them. */
async function holdingSinks(onBegin: () => void = () => {}) {
  const open = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const lives = new Map<string, string[]>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).resume();
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { readonly port: number }).port));
  });
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    for (const timer of timers) clearInterval(timer);
    server.close();
  });

  const type = defineSinkType({
    settings: z.strictObject({ trouble: z.string().optional() }),
    open: async ({ trouble }, { name }): Promise<Sink> => {
      const life: string[] = [];
      lives.set(name, life);
      const at = async (step: string) => {
        life.push(step);
        if (trouble === `fails in ${step}`) throw new Error(`no luck in ${step}`);
        if (trouble === `hangs in ${step}`) await new Promise(() => {});
      };
      await at('open');
      const socket = connect(port, '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      const timer = setInterval(() => {}, 1_000);
      timers.add(timer);
      const memory = memorySink({ name });
      return {
        ...memory,
        prepare: () => at('prepare'),
        begin: async (partition, signal) => {
          await at('begin');
          onBegin();
          return memory.begin(partition, signal);
        },
        finish: async () => {
          await at('finish');
          return { facts: {}, notes: [] };
        },
        dispose: async () => {
          socket.destroy();
          clearInterval(timer);
          timers.delete(timer);
          await at('dispose');
        },
      };
    },
  });

  return {
    catalogue: {
      ...catalogue,
      connectors: async () => ({ ...connectors, sinks: { ...connectors.sinks, holding: type } }),
    },
    /** What was called of a sink, without repetitions of `begin`. */
    lifeOf: (name: string) =>
      lives
        .get(name)
        ?.join(' ')
        .replace(/begin( begin)+/, 'begin'),
    /** Resolves when nothing is held any more. */
    released: async () => {
      while (open.size > 0 || timers.size > 0) await delay(5);
    },
  };
}

async function world(trouble?: Trouble, key = KEY, onBegin?: (terminal: Terminal) => void) {
  const { url } = await account();
  const sinks = await holdingSinks(() => onBegin?.(terminal));
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: key }, catalogue: sinks.catalogue });
  const settings = trouble === undefined ? '' : `, trouble: ${trouble}, deadline: 1s`;
  await terminal.write(
    'job.yaml',
    jobText(url, [
      'first: { type: holding, streams: [usage] }',
      `second: { type: holding, streams: [usage]${settings} }`,
    ]),
  );
  return { terminal, ...sinks };
}

describe('every sink that was opened is disposed of, once and last', () => {
  it.each([
    ['check', 0, 'open dispose'],
    ['plan', 0, 'open dispose'],
    ['sync --dry-run', 0, 'open dispose'],
    ['sync', 0, 'open prepare begin finish dispose'],
  ])('after %s', async (line, exitCode, life) => {
    const { terminal, lifeOf, released } = await world();

    const code = await terminal.run(...line.split(' '), '-c', 'job.yaml');
    await released();

    expect(code).toBe(exitCode);
    expect([lifeOf('first'), lifeOf('second')]).toEqual([life, life]);
  });

  it.each(['sync', 'plan', 'check'])('after %s with a wrong key of the source', async (command) => {
    const { terminal, lifeOf, released } = await world(undefined, 'a-wrong-key');

    const code = await terminal.run(command, '-c', 'job.yaml');
    await released();

    expect(code).toBe(3);
    expect([lifeOf('first'), lifeOf('second')]).toEqual(['open dispose', 'open dispose']);
  });

  it('after an interrupt', async () => {
    const { terminal, lifeOf, released } = await world(undefined, KEY, (running) => running.interrupt(130));

    const code = await terminal.run('sync', '-c', 'job.yaml');
    await released();

    expect(code).toBe(130);
    expect(lifeOf('first')).toBe('open prepare begin finish dispose');
    expect(lifeOf('second')).toBe('open prepare begin finish dispose');
  });

  it.each(['sync', 'plan'])('after %s, where its neighbour cannot be opened', async (command) => {
    const { terminal, lifeOf, released } = await world('fails in open');

    await terminal.run(command, '-c', 'job.yaml');
    await released();

    expect(lifeOf('first')).toBe('open dispose');
    expect(lifeOf('second')).toBe('open');
  });

  it.each<[Trouble, string]>([
    ['fails in prepare', 'open prepare finish dispose'],
    ['hangs in prepare', 'open prepare finish dispose'],
    ['fails in begin', 'open prepare begin finish dispose'],
    ['hangs in begin', 'open prepare begin finish dispose'],
    ['fails in finish', 'open prepare begin finish dispose'],
    ['hangs in finish', 'open prepare begin finish dispose'],
    ['fails in dispose', 'open prepare begin finish dispose'],
    ['hangs in dispose', 'open prepare begin finish dispose'],
  ])('after a sync where one %s, and the other is delivered', async (trouble, life) => {
    const { terminal, lifeOf, released } = await world(trouble);

    await terminal.run('sync', '-c', 'job.yaml', '--summary', 'summary.json');
    await released();

    const { sinks } = JSON.parse((await terminal.files())['summary.json'] ?? '');
    expect(sinks[0]).toMatchObject({ name: 'first', failure: null, partitions: 2 });
    expect(lifeOf('first')).toBe('open prepare begin finish dispose');
    expect(lifeOf('second')).toBe(life);
  });
});
