import { abortError } from '../../errors/export-error.js';

/** What the body of one call has of the room that all share. */
export interface BodyRoom {
  /** Resolves when there is room for so many bytes more; rejects when the signal is aborted. */
  grow(bytes: number, signal: AbortSignal): Promise<void>;
  /** Gives all of it back. Must be called once, when nobody looks at the body any more. */
  leave(): void;
}

/**
 * Room for the bodies that are in memory at once. Where it is full, those that grow wait for others to leave. One of
 * them at a time may pass the bound, or all could wait for each other: so there is at most the room and one more body.
 */
export function createBodyRooms(maxBytes: number) {
  let held = 0;
  let passing: BodyRoom | undefined;
  const waiting: Array<{ readonly room: BodyRoom; readonly bytes: number; readonly enter: () => void }> = [];

  const tryGrow = (room: BodyRoom, bytes: number): boolean => {
    if (held + bytes > maxBytes) {
      if (passing !== undefined && passing !== room) return false;
      passing = room;
    }
    held += bytes;
    return true;
  };
  const admit = () => {
    for (let next = waiting[0]; next && tryGrow(next.room, next.bytes); next = waiting[0]) {
      waiting.shift();
      next.enter();
    }
  };
  return {
    open: (): BodyRoom => {
      let own = 0;
      const room: BodyRoom = {
        grow: (bytes, signal) =>
          new Promise((resolve, reject) => {
            if (signal.aborted) return reject(abortError(signal));
            const entry = { room, bytes, enter };
            const onAbort = () => {
              waiting.splice(waiting.indexOf(entry), 1);
              reject(abortError(signal));
              admit();
            };
            function enter() {
              signal.removeEventListener('abort', onAbort);
              own += bytes;
              resolve();
            }
            // Those that wait come first, but for the one that must end before there is room for them.
            if ((waiting.length === 0 || passing === room) && tryGrow(room, bytes)) return enter();
            signal.addEventListener('abort', onAbort, { once: true });
            waiting.push(entry);
          }),
        leave: () => {
          held -= own;
          own = 0;
          if (passing === room) passing = undefined;
          admit();
        },
      };
      return room;
    },
  };
}
