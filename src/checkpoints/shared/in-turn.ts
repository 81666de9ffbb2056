import type { Clock } from '../../time/clock.js';
import type { SharedStore } from '../checkpoint-store.js';

/** Between two questions whether it is this process's turn. */
const ASK_EVERY_MS = 200;

/** Does something while no other process that shares the checkpoints does such a thing. */
export async function inTurn<Result>(
  shared: Pick<SharedStore, 'claim'>,
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal | undefined },
  work: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    const giveBack = await shared.claim('turn');
    if (giveBack === undefined) {
      await clock.sleep(ASK_EVERY_MS, signal);
      continue;
    }
    try {
      return await work();
    } finally {
      await giveBack();
    }
  }
}
