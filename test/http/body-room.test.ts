import { expect, it } from 'vitest';
import { createBodyRooms } from '../../src/http/pacing/body-room.js';
import { serve } from './loopback-server.js';
import { failureOf, testClient } from './test-client.js';

const { signal } = new AbortController();
const MIB = 1024 * 1024;

/** What has happened by now, of promises that need no more than turns. */
async function settled(promises: readonly Promise<unknown>[]): Promise<boolean[]> {
  const done = promises.map(() => false);
  for (const [at, promise] of promises.entries()) promise.then(() => (done[at] = true));
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  return done;
}

it('bodies grow while there is room for them, and wait where there is none, but for one', async () => {
  const rooms = createBodyRooms(10);
  const [first, second, third] = [rooms.open(), rooms.open(), rooms.open()];

  const grown = [
    first.grow(6, signal),
    second.grow(4, signal),
    second.grow(1, signal),
    first.grow(1, signal),
  ];
  const beyond = [second.grow(90, signal), third.grow(1, signal)];

  // The second is the one that may pass the bound, as often as it needs to; the others wait for it.
  expect(await settled(grown)).toEqual([true, true, true, false]);
  expect(await settled(beyond)).toEqual([true, false]);
  second.leave();
  expect(await settled([...grown.slice(3), ...beyond.slice(1)])).toEqual([true, true]);
});

it('when the one that passed the bound has left, the next one may pass it', async () => {
  const rooms = createBodyRooms(10);
  const [first, second, third] = [rooms.open(), rooms.open(), rooms.open()];

  const grown = [first.grow(20, signal), second.grow(20, signal), third.grow(20, signal)];

  expect(await settled(grown)).toEqual([true, false, false]);
  first.leave();
  expect(await settled(grown)).toEqual([true, true, false]);
  second.leave();
  expect(await settled(grown)).toEqual([true, true, true]);
});

it('one that is aborted while it waits holds nobody up', async () => {
  const rooms = createBodyRooms(10);
  const [first, second, third] = [rooms.open(), rooms.open(), rooms.open()];
  const stop = new AbortController();
  await first.grow(8, signal);
  await first.grow(8, signal);
  const waiting = second.grow(20, stop.signal);
  const behind = third.grow(1, signal);

  stop.abort();

  expect(await failureOf(waiting)).toMatchObject({ kind: 'interrupted' });
  expect(await settled([behind])).toEqual([false]);
  first.leave();
  expect(await settled([behind])).toEqual([true]);
});

it('large answers of one client are received one after the other', async () => {
  let finished = 0;
  // Larger than what the system takes in for those that do not read.
  const body = Buffer.alloc(24 * MIB, ' ');
  const server = await serve((_request, response) => {
    response.once('finish', () => {
      finished += 1;
    });
    response.end(body);
  });
  const { get } = testClient({ limits: { maxHeldBytes: MIB } });
  const finishedAtParse: number[] = [];
  const parse = () => finishedAtParse.push(finished);

  await Promise.all(Array.from({ length: 4 }, () => get(server.url, { parse })));

  // An answer that the client has whole may not be known to be finished yet.
  const early = finishedAtParse.filter((count, at) => count > at + 1);
  expect(finishedAtParse).toHaveLength(4);
  expect(early).toEqual([]);
});
