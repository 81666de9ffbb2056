import { type DeliveryBook, type KnownSink, windowOnly } from '../plan/delivery-book.js';
import type { DeliveryState } from './delivery-state.js';

/**
 * For a delivery that leaves the state as it is: the whole window is lacking, and what a sink has of a later reading
 * than the source's is known.
 *
 * @param destinations where each sink delivers to, by its name
 */
export function besideState(state: DeliveryState, destinations: ReadonlyMap<string, string>): DeliveryBook {
  const withoutPast = new Set<string>();
  return {
    ...windowOnly,
    admit: async (_projects, sinks) => {
      for (const sink of sinks) if (!(await hasItsPast(sink))) withoutPast.add(sink.name);
    },
    hasLater: (sink, { stream, project, day }, thanMs) => {
      // A day that can only be read while it lasts is closed by any reading of it: that says nothing of when.
      if (day === null || stream.observedOnly || withoutPast.has(sink)) return false;
      return state.hasLater({ sink, stream: stream.name, projectId: project.id }, day, thanMs);
    },
  };

  /** What is remembered of a sink only holds for the place it delivered to, and as long as that is not emptied. */
  async function hasItsPast(sink: KnownSink): Promise<boolean> {
    return state.knows(sink.name, destinations.get(sink.name) ?? '') && !(await sink.isEmpty());
  }
}
