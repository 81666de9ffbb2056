import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createSemaphore, type Queue, type Semaphore } from '../../src/http/pacing/semaphore.js';
import { createWaitMeter } from '../../src/http/pacing/wait-meter.js';
import type { Clock } from '../../src/time/clock.js';
import { type Handler, json, serve, statuses } from './loopback-server.js';
import { START, testClient } from './test-client.js';

const never = new AbortController().signal;

describe('a pause', () => {
  it('is kept by everybody after one 429, and said once', async () => {
    const seen: string[] = [];
    const server = await serve(async (request, response, count) => {
      seen.push(request.url ?? '');
      if (count === 1) return json(response, 429, {}, { 'retry-after': '12' });
      await delay(10);
      json(response, 200, {});
    });
    const held = heldClock();
    const { get, logged } = testClient({ clock: held.clock, maxConcurrency: 2 });

    const all = Promise.all(Array.from({ length: 10 }, (_, n) => get(`${server.url}/${n}`)));
    await vi.waitUntil(() => seen.length === 2 && logged.length > 0);
    await delay(100); // time enough for others to slip out
    const seenInThePause = seen.length;
    held.release();
    await all;

    expect(seenInThePause).toBe(2); // the one refused, and the one that was under way with it
    expect(server.requests).toHaveLength(11);
    expect(held.slept).toEqual([12_000]);
    expect(logged.filter((line) => line.startsWith('warn'))).toEqual([
      `warn ${server.host} answered 429 Too Many Requests; waiting 12.0 s before sending anything more`,
    ]);
  });

  it('is one pause for all requests that were refused together', async () => {
    const server = await serve((_request, response, count) => {
      if (count <= 8) json(response, 429, {}, { 'retry-after': '2' });
      else json(response, 200, {});
    });
    const held = heldClock();
    const { get, client, logged } = testClient({ clock: held.clock });

    const all = Promise.all(Array.from({ length: 8 }, () => get(server.url)));
    await refusals(logged, 8);
    held.release();
    await all;

    expect(server.requests).toHaveLength(16);
    expect(client.stats).toEqual({ calls: 16, retries: 8, waitedMs: 2_000, receivedBytes: 32 });
    expect(held.slept).toEqual([2_000]);
    expect(logged.filter((line) => !line.startsWith('debug'))).toEqual([
      expect.stringMatching(/^warn .* waiting 2\.0 s before sending anything more$/),
      `info ${server.host}: going on with at most 4 at a time`,
    ]);
  });

  it('becomes longer when a request of the same burst asks for more', async () => {
    const server = await serve((_request, response, count) => {
      if (count > 2) return json(response, 200, {});
      // Apart, so that they cannot change places on the way.
      setTimeout(() => json(response, 429, {}, { 'retry-after': count === 1 ? '2' : '10' }), count * 50);
    });
    const held = heldClock();
    const { get, client, logged } = testClient({ clock: held.clock });

    const all = Promise.all([get(server.url), get(server.url)]);
    await refusals(logged, 2);
    held.release();
    await all;

    expect(client.stats.waitedMs).toBe(10_000);
    expect(logged.filter((line) => line.startsWith('warn'))).toEqual([
      expect.stringContaining('waiting 2.0 s'),
      expect.stringContaining('waiting 10.0 s'),
    ]);
  });

  it('lasts as long as it should, and ends, although a clock stands still', async () => {
    const server = await serve(statuses(503, 503));
    const slept: number[] = [];
    const clock: Clock = { now: () => START, sleep: async (ms) => void slept.push(ms) };
    const { get } = testClient({ clock });

    const result = await get(server.url);

    expect(result).toEqual({ count: 3 });
    expect(slept).toEqual([250, 500]);
  });
});

describe('the time held back', () => {
  it('counts waits that overlap once', async () => {
    let now = START;
    let total = 0;
    const ends: Array<() => void> = [];
    const sleep = () => new Promise<void>((resolve) => void ends.push(resolve));
    const waitMeter = createWaitMeter({ now: () => now, sleep }, (ms) => {
      total += ms;
    });

    const first = waitMeter.sleep(3_000, never);
    now += 1_000;
    const second = waitMeter.sleep(4_000, never);
    now += 4_000;
    for (const end of ends) end();
    await Promise.all([first, second]);

    expect(total).toBe(5_000);
  });
});

describe('the requests in flight', () => {
  it('are never more than allowed', async () => {
    const server = await serve(async (_request, response) => {
      await delay(20);
      json(response, 200, {});
    });
    const { get } = testClient({ maxConcurrency: 3 });

    await Promise.all(Array.from({ length: 12 }, () => get(server.url)));

    expect(server.mostAtOnce).toBe(3);
  });

  it('are half as many after a burst that was refused as a whole', async () => {
    let atOnce = 0;
    let mostAfterwards = 0;
    const server = await serve(async (_request, response, count) => {
      if (count <= 8) return json(response, 429, {});
      atOnce += 1;
      mostAfterwards = Math.max(mostAfterwards, atOnce);
      await delay(20);
      atOnce -= 1;
      json(response, 200, {});
    });
    const held = heldClock();
    const { get, logged } = testClient({ clock: held.clock, maxConcurrency: 8 });

    const all = Promise.all(Array.from({ length: 12 }, () => get(server.url)));
    await refusals(logged, 8);
    held.release();
    await all;

    expect(mostAfterwards).toBe(4);
  });

  it('are as many as the server took of a burst, however many were refused', async () => {
    const held = heldClock();
    const server = await serve(limitedTo(3, held.released));
    const { get, logged } = testClient({ clock: held.clock, maxConcurrency: 16 });

    const all = Promise.all(Array.from({ length: 16 }, () => get(server.url)));
    await refusals(logged, 13);
    held.release();
    await all;

    expect(server.requests).toHaveLength(16 + 13); // each of the thirteen refused was sent once more, and taken
    expect(logged.filter((line) => line.startsWith('info'))).toEqual([
      `info ${server.host}: going on with at most 3 at a time`,
    ]);
  });

  it('are fewer after a 429, also where a 503 has begun the pause', async () => {
    const server = await serve(async (_request, response, count) => {
      if (count <= 4) return json(response, 429, {});
      if (count === 5) return json(response, 503, {});
      await delay(50);
      json(response, count === 6 ? 429 : 200, {});
    });
    const { get, logged } = testClient({ maxConcurrency: 4 });

    await Promise.all(Array.from({ length: 8 }, () => get(server.url)));

    expect(logged.filter((line) => line.startsWith('info'))).toEqual([
      `info ${server.host}: going on with at most 2 at a time`,
      `info ${server.host}: going on with at most 1 at a time`,
    ]);
  });

  it('are one after the other where the server takes no two, and none is given up', async () => {
    const held = heldClock();
    const server = await serve(limitedTo(1, held.released));
    const { get, logged } = testClient({ clock: held.clock, maxConcurrency: 64 });

    const all = Promise.all(Array.from({ length: 64 }, () => get(server.url)));
    await refusals(logged, 63);
    held.release();

    expect(await all).toHaveLength(64);
  });

  it('grow by one after twenty successes, up to what is allowed', async () => {
    const semaphore = createSemaphore(3);
    await refuseAll(semaphore);

    const limits = [semaphore.permits];

    for (let n = 0; n < 80; n += 1) {
      semaphore.succeeded();
      if (semaphore.permits !== limits.at(-1)) limits.push(semaphore.permits);
    }

    expect(limits).toEqual([1, 2, 3]);
  });

  it('are as many as before where one more was refused, and grow later each time', async () => {
    const semaphore = createSemaphore(8);
    await refuseAll(semaphore);
    const found = [semaphore.permits];

    for (let time = 1; time <= 3; time += 1) {
      found.push(successesUntilMore(semaphore));
      await refuseOne(semaphore);
      found.push(semaphore.permits);
    }

    expect(found).toEqual([4, 20, 4, 80, 4, 320, 4]);
  });

  it('grow after twenty again once one more has held', async () => {
    const semaphore = createSemaphore(8);
    await refuseAll(semaphore);
    successesUntilMore(semaphore);
    await refuseOne(semaphore);

    const successes = [5, 6, 7, 8].map(() => successesUntilMore(semaphore));

    expect(successes).toEqual([80, 80, 20, 20]);
  });

  it('start in the order of asking, those that try again first', async () => {
    const semaphore = createSemaphore(1);
    const order: string[] = [];
    const release = await semaphore.acquire('first', never);
    const enter = async (queue: Queue, name: string) => {
      const releaseAgain = await semaphore.acquire(queue, never);
      order.push(name);
      releaseAgain();
    };

    const all = [enter('first', 'a'), enter('first', 'b'), enter('retry', 'c'), enter('retry', 'd')];
    release();
    await Promise.all(all);

    expect(order).toEqual(['c', 'd', 'a', 'b']);
  });
});

/** Until so many requests were refused and wait for the pause to end. */
async function refusals(logged: readonly string[], count: number): Promise<void> {
  const waiting = () => logged.filter((line) => line.includes('after the pause')).length;
  await vi.waitUntil(() => waiting() === count, { timeout: 15_000 });
}

/** A server that takes so many requests at once, and answers none before it is released. */
function limitedTo(most: number, released: Promise<void>): Handler {
  let atOnce = 0;
  return async (_request, response) => {
    if (atOnce === most) return json(response, 429, {});
    atOnce += 1;
    await released;
    await delay(20);
    atOnce -= 1;
    json(response, 200, {});
  };
}

/** Takes all permits, and has each of them refused. */
async function refuseAll(semaphore: Semaphore): Promise<void> {
  await refuse(semaphore, semaphore.permits);
}

/** Takes all permits, and has one of them refused. */
async function refuseOne(semaphore: Semaphore): Promise<void> {
  await refuse(semaphore, 1);
}

async function refuse(semaphore: Semaphore, count: number): Promise<void> {
  const { permits } = semaphore;
  const releases = await Promise.all(
    Array.from({ length: permits }, () => semaphore.acquire('first', never)),
  );
  for (let nth = 0; nth < count; nth += 1) semaphore.refused(nth === 0);
  for (const release of releases) release();
}

function successesUntilMore(semaphore: Semaphore): number {
  const { permits } = semaphore;
  let successes = 0;
  for (; semaphore.permits === permits; successes += 1) semaphore.succeeded();
  return successes;
}

/** A clock whose sleeps last until they are released. */
function heldClock(): { clock: Clock; slept: number[]; released: Promise<void>; release(): void } {
  const slept: number[] = [];
  let now = START;
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const clock: Clock = {
    now: () => now,
    async sleep(ms) {
      slept.push(ms);
      await released;
      now += ms;
    },
  };
  return { clock, slept, released, release };
}
