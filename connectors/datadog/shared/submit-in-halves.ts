import { PayloadRefused, PayloadTooLarge } from './payload.js';
import { hasStatus } from './refusal.js';

/** How items of one kind are submitted. */
export interface Submission<Item> {
  /** One item as it is called: `point`. */
  readonly noun: string;
  /** Sends all of them as one payload. */
  submit(items: readonly Item[]): Promise<void>;
  /** Datadog refuses them for good. */
  reject(items: readonly Item[], reason: string): void;
  /** Two halves of an item that is large by itself; undefined where it cannot be cut. Default: none can. */
  cut?(item: Item): readonly [Item, Item] | undefined;
}

/**
 * Single items that Datadog may refuse one after the other, before what it refuses of the same payload is not looked
 * through any more: where it takes none of a thousand, two thousand calls would say no more than a hundred.
 */
const MOST_IN_A_ROW = 50;

/**
 * Submits items as one payload, or in halves until each is taken: a payload that is too large, or that Datadog refuses,
 * says nothing about what else is in it. What is too large by itself, or refused by itself, is rejected.
 */
export async function submitInHalves<Item>(
  items: readonly Item[],
  submission: Submission<Item>,
): Promise<void> {
  let inARow = 0;
  const submit = async (some: readonly Item[]): Promise<void> => {
    try {
      await submission.submit(some);
      inARow = 0;
    } catch (error) {
      if (!isAbout(error)) throw error;
      const isTooLarge = error instanceof PayloadTooLarge;
      const halves = isTooLarge || inARow < MOST_IN_A_ROW ? halvesOf(some, submission) : undefined;
      for (const half of halves ?? []) await submit(half);
      if (halves !== undefined) return;
      inARow += 1;
      const reason = error.message.replace(/\.$/, '');
      submission.reject(
        some,
        isTooLarge ? `a single ${submission.noun} is too large for Datadog: ${reason}` : reason,
      );
    }
  };
  await submit(items);
}

/** True for what Datadog has against a payload: it is not taken as it is, and would not be a second time. */
function isAbout(error: unknown): error is Error {
  return error instanceof PayloadTooLarge || error instanceof PayloadRefused || hasStatus(error, 400);
}

function halvesOf<Item>(
  items: readonly Item[],
  { cut }: Submission<Item>,
): readonly (readonly Item[])[] | undefined {
  const [only] = items;
  if (items.length < 2) return only && cut?.(only)?.map((half) => [half]);
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}
