import { promisesOfDelivery } from './promises/delivery.js';
import { promisesOfFailing } from './promises/failing.js';
import { promisesOfHolding } from './promises/held.js';
import { promisesOfLife } from './promises/life.js';
import { promisesOfPartitions } from './promises/partitions.js';
import type { Particulars, SinkUnderTest, TestRunner } from './sink-under-test.js';

/** Takes one promise for a test of its own. */
export type Promised<Subject> = (promise: string, body: (subject: Subject) => Promise<void>) => void;

/**
 * What every sink promises, tried on a real destination. It fails, hangs and refuses as well, and takes each sink from
 * its opening to its disposal as a run does.
 *
 * @example
 * import { describe, it } from 'node:test';
 * describeSinkConformance({ describe, it }, 'my sink', async () => mySinkUnderTest());
 */
export function describeSinkConformance<Subject extends SinkUnderTest>(
  { describe, it }: TestRunner,
  name: string,
  makeSinkUnderTest: () => Promise<Subject>,
  particulars: Particulars<Subject> = {},
): void {
  const promised: Promised<Subject> = (promise, body) => {
    it(promise, async () => {
      const subject = await makeSinkUnderTest();
      try {
        await body(subject);
      } finally {
        await subject.dispose();
      }
    });
  };
  describe(`${name} keeps the promises of a sink`, () => {
    promisesOfDelivery(promised, particulars);
    promisesOfPartitions(promised, particulars);
    if (particulars.delivery !== 'append') promisesOfHolding(promised);
    promisesOfFailing(promised, particulars);
    promisesOfLife(promised, particulars);
  });
}
