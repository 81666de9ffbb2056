import { abortError, ExportError } from '../errors/export-error.js';
import type { Log } from '../log/log.js';
import type { SinkType } from './sink-type.js';

/** A kind of sink of other people: what goes wrong in it is a failure of that sink, and no bug of this program. */
export function foreignSinkType(type: SinkType): SinkType {
  return {
    ...type,
    open: async (settings, context) => {
      try {
        const sink = await type.open(settings, context);
        return withOwnFailures(sink, { log: context.log, name: context.name });
      } catch (cause) {
        if (cause instanceof ExportError) throw cause;
        const message = `The sink ${context.name} cannot be opened: ${messageOf(cause)}`;
        throw new ExportError('SINK_REFUSED', message, { kind: 'config', cause });
      }
    },
  };
}

interface Surroundings {
  readonly log: Log;
  /** What the configuration calls it, whatever it calls itself: the state knows it by that. */
  readonly name?: string;
  /** That of the partition, for its writer. */
  readonly signal?: AbortSignal;
}

/** The same object, whose methods throw an {@link ExportError} for whatever they throw; so do the writers that it makes. */
function withOwnFailures<Target extends object>(target: Target, around: Surroundings): Target {
  // Safe: every property is asked of the target. In its place, since one that is frozen would have to keep its name.
  return new Proxy({} as Target, {
    get(_, key) {
      if (key === 'name' && around.name !== undefined) return around.name;
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return (...given: readonly unknown[]) => {
        const signal = given.find((one) => one instanceof AbortSignal) ?? around.signal;
        const blame = (error: unknown): never => {
          throw ownFailure(error, signal, around.log);
        };
        const made = (result: unknown) =>
          key === 'begin' && typeof result === 'object' && result !== null
            ? withOwnFailures(result, { log: around.log, ...(signal && { signal }) })
            : result;
        try {
          const result: unknown = Reflect.apply(value, target, given);
          return result instanceof Promise ? result.then(made, blame) : made(result);
        } catch (error) {
          return blame(error);
        }
      };
    },
  });
}

function ownFailure(error: unknown, signal: AbortSignal | undefined, log: Log): ExportError {
  if (error instanceof ExportError) return error;
  if (signal?.aborted) return abortError(signal); // libraries have errors of their own for it
  if (error instanceof Error) log.debug(error.stack ?? '');
  return new ExportError('SINK_FAILED', messageOf(error), {
    kind: 'transient',
    hint: 'The sink itself has thrown it; --verbose shows where.',
    cause: error,
  });
}

/** What was thrown, as a sentence; the name is said where it says something. */
function messageOf(error: unknown): string {
  const isNamed = error instanceof Error && error.name !== 'Error';
  const words = error instanceof Error && !isNamed ? error.message : String(error);
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
