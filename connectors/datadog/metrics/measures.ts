import type { Field, Unit } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';

/** The last part of a measure's metric name. Datadog keeps the unit beside the name: `cost_usd` is `cost`. */
export function measureName(field: Field): string {
  return field.name.replace(/_(usd|seconds)$/, '');
}

/** A field of a stream by its name, for what is said about a metric. */
export function fieldOf({ name: stream, fields }: Stream, name: string): Field {
  const found = fields.find((field) => field.name === name);
  if (found === undefined) throw new Error(`The stream ${stream} has no field ${name}.`);
  return found;
}

/**
 * What a metric says about the unit of a measure; nothing where Datadog knows no such unit.
 * @see https://docs.datadoghq.com/metrics/units/
 */
export function unitOf(field: Field): { readonly unit?: string } {
  const unit = datadogUnit(field.unit);
  return unit === undefined ? {} : { unit };
}

/** `deepgram` and `requests.cost` make `deepgram.requests.cost`; a prefix may be written with its dot. */
export function metricName(prefix: string, name: string): string {
  return `${prefix.replace(/\.+$/, '')}.${name}`;
}

function datadogUnit(unit: Unit | undefined): string | undefined {
  switch (unit) {
    case undefined:
    case 'character':
    case 'attempt':
      return undefined;
    case 'second':
    case 'millisecond':
    case 'hour':
    case 'dollar':
    case 'token':
    case 'request':
      return unit;
    default:
      return unit satisfies never;
  }
}
