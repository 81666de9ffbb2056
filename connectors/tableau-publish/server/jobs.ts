import { ExportError } from '../../../src/errors/export-error.js';
import { elementOf, elementsOf, type XmlElement } from '../../../src/http/xml-answer.js';
import { excerpt } from '../../../src/text/one-line.js';
import type { Clock } from '../../../src/time/clock.js';
import type { TableauSession } from './session.js';
import { attributeOf } from './xml.js';

const FIRST_LOOK_MS = 250;
const LONGEST_WAIT_MS = 15_000;
const SUCCEEDED = '0';

/** The id of the job that an answer began. */
export function jobIdIn(answer: XmlElement): string {
  return attributeOf(elementOf(answer, 'job'), 'id');
}

/** A job of the server's that is waited for. */
export interface WaitedJob {
  readonly id: string;
  /** What it does, as it follows "Tableau could not". */
  readonly what: string;
  /** What else to do where it fails, as a sentence with a space before it. Default: nothing. */
  readonly hint?: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Waits until the server is done. Before that its `finishCode` says nothing, whatever it is.
 *
 * @throws `SINK_REFUSED` where it failed, in the server's own words
 */
export async function waitForJob(
  session: TableauSession,
  { id, what, hint = '', clock, signal }: WaitedJob,
): Promise<void> {
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    await clock.sleep(waitMs, signal);
    const ended = await session.call({
      path: `/jobs/${encodeURIComponent(id)}`,
      what: `see whether Tableau could ${what}`,
      signal,
      read: (answer) => endOf(elementOf(answer, 'job')),
    });
    if (ended === undefined) continue;
    if (ended.succeeded) return;
    const why = ended.words === '' ? 'without saying why' : `and says: ${excerpt(ended.words)}`;
    throw new ExportError('SINK_REFUSED', `Tableau could not ${what}: its job ${id} failed ${why}.`, {
      kind: 'transient',
      hint: `The page of jobs of the site, and the log files of the server, say more.${hint}`,
    });
  }
}

function endOf(job: XmlElement): { readonly succeeded: boolean; readonly words: string } | undefined {
  if (!job.getAttribute('completedAt')) return undefined;
  const notes = elementsOf(job, 'statusNote').map((note) => note.getAttribute('text') ?? '');
  const others = elementsOf(job, 'notes').map((note) => note.textContent ?? '');
  const words = [...notes, ...others].filter((text) => text.trim() !== '').join('; ');
  return { succeeded: job.getAttribute('finishCode') === SUCCEEDED, words };
}
