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
 * Whether Datadog knows a unit, by the same name.
 * @see https://docs.datadoghq.com/metrics/units/
 */
const IS_KNOWN: Readonly<Record<Unit, boolean>> = {
  second: true,
  millisecond: true,
  hour: true,
  dollar: true,
  token: true,
  request: true,
  character: false,
  attempt: false,
};

/** What a metric says about the unit of a measure; nothing where Datadog knows no such unit. */
export function unitOf({ unit }: Field): { readonly unit?: string } {
  return unit !== undefined && IS_KNOWN[unit] ? { unit } : {};
}

/** `deepgram` and `requests.cost` make `deepgram.requests.cost`; a prefix may be written with its dot. */
export function metricName(prefix: string, name: string): string {
  return `${prefix.replace(/\.+$/, '')}.${name}`;
}
