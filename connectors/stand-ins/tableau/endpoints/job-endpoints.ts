import type { Job, Site } from '../account/site.js';
import { Refused } from '../rules/refused.js';
import { attributes, type Endpoint, escaped, ok } from './call.js';

export const jobEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    pattern: /^\/jobs\/([^/]+)$/,
    answer: ({ captured, site }) => {
      const job = site.jobs.get(captured[0] ?? '');
      if (job === undefined) throw new Refused('404031', 'Resource Not Found', 'The job could not be found');
      const isRunning = job.looksLeft > 0;
      job.looksLeft -= 1;
      return ok(jobXml(job, isRunning));
    },
  },
];

/** A job that is under way; what it does is done by then. */
export async function startJob(site: Site, type: string, work: () => Promise<void>): Promise<Job> {
  const planned = site.failingJobs.shift();
  const failedWith =
    planned ??
    (await work().then(
      () => undefined,
      (error: Error) => error.message,
    ));
  const job: Job = { id: `job-${site.jobs.size + 1}`, type, looksLeft: 1, failedWith };
  site.jobs.set(job.id, job);
  return job;
}

/** Until it has ended, `finishCode` is none that counts, as Tableau has it. */
export function jobXml({ id, type, failedWith }: Job, isRunning: boolean): string {
  const at = {
    createdAt: '2026-11-20T12:00:00Z',
    ...(isRunning ? {} : { completedAt: '2026-11-20T12:00:05Z' }),
  };
  const finishCode = isRunning || failedWith !== undefined ? 1 : 0;
  const words = isRunning ? '' : (failedWith ?? '');
  const notes =
    words === '' ? '' : `<statusNotes><statusNote type="Error" text="${escaped(words)}"/></statusNotes>`;
  return `<job${attributes({ id, mode: 'Asynchronous', type, progress: isRunning ? 0 : 100, ...at, finishCode })}>${notes}</job>`;
}
