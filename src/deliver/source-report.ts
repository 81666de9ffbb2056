import type { Source, SourceFindings } from '../catalogue/source.js';
import { sumTraffic, type Traffic } from '../http/http-stats.js';

/** {@link SourceFindings} as plain data. */
export interface PlainFindings extends Pick<SourceFindings, 'warnings' | 'incomplete'> {
  readonly rejected: readonly { readonly stream: string; readonly count: number; readonly example: string }[];
  readonly unknownFields: readonly { readonly stream: string; readonly fields: readonly string[] }[];
  readonly unknownForms: readonly {
    readonly stream: string;
    readonly field: string;
    readonly count: number;
    readonly example: string;
  }[];
}

/** What a source has noticed, and asked of the network. */
export interface ToldBySource {
  readonly findings: PlainFindings;
  readonly traffic: Traffic;
}

/** By a source that was not asked. */
export const TOLD_NOTHING: ToldBySource = {
  findings: { rejected: [], unknownFields: [], unknownForms: [], warnings: [], incomplete: [] },
  traffic: { calls: 0, retries: 0, waitedMs: 0, receivedBytes: 0 },
};

/** Tells what a source has noticed and asked since it was told last: of several parts, each thing is in one of them. */
export class SourceReport {
  readonly #source: Source;
  #told = TOLD_NOTHING;

  constructor(source: Source) {
    this.#source = source;
  }

  take(): ToldBySource {
    const { findings: before, traffic } = this.#told;
    const now = plain(this.#source.findings());
    const asked = sumTraffic([this.#source.traffic]);
    this.#told = { findings: now, traffic: asked };
    return {
      findings: {
        rejected: counted(now.rejected, before.rejected, ({ stream }) => stream),
        unknownFields: now.unknownFields.flatMap(({ stream, fields }) => {
          const known = before.unknownFields.find((one) => one.stream === stream)?.fields ?? [];
          const others = without(fields, known);
          return others.length === 0 ? [] : [{ stream, fields: others }];
        }),
        unknownForms: counted(
          now.unknownForms,
          before.unknownForms,
          ({ stream, field }) => `${stream} ${field}`,
        ),
        warnings: without(now.warnings, before.warnings),
        incomplete: without(now.incomplete, before.incomplete),
      },
      traffic: {
        calls: asked.calls - traffic.calls,
        retries: asked.retries - traffic.retries,
        waitedMs: asked.waitedMs - traffic.waitedMs,
        receivedBytes: asked.receivedBytes - traffic.receivedBytes,
      },
    };
  }
}

/** What several parts have found together. */
export function findingsOf(parts: readonly PlainFindings[]): SourceFindings {
  const rejected = new Map<string, { count: number; example: string }>();
  const unknownFields = new Map<string, readonly string[]>();
  const unknownForms = new Map<string, Map<string, { count: number; example: string }>>();
  const add = (
    found: Map<string, { count: number; example: string }>,
    name: string,
    count: number,
    example: string,
  ) => {
    const known = found.get(name);
    found.set(name, { count: (known?.count ?? 0) + count, example: known?.example ?? example });
  };
  for (const part of parts) {
    for (const { stream, count, example } of part.rejected) add(rejected, stream, count, example);
    for (const { stream, fields } of part.unknownFields)
      unknownFields.set(stream, [...new Set([...(unknownFields.get(stream) ?? []), ...fields])].sort());
    for (const { stream, field, count, example } of part.unknownForms) {
      const fields = unknownForms.get(stream) ?? new Map<string, { count: number; example: string }>();
      unknownForms.set(stream, fields);
      add(fields, field, count, example);
    }
  }
  return {
    rejected,
    unknownFields,
    unknownForms,
    warnings: [...new Set(parts.flatMap(({ warnings }) => warnings))],
    incomplete: [...new Set(parts.flatMap(({ incomplete }) => incomplete))],
  };
}

function plain({
  rejected,
  unknownFields,
  unknownForms,
  warnings,
  incomplete,
}: SourceFindings): PlainFindings {
  return {
    rejected: [...rejected].map(([stream, found]) => ({ stream, ...found })),
    unknownFields: [...unknownFields].map(([stream, fields]) => ({ stream, fields })),
    unknownForms: [...unknownForms].flatMap(([stream, fields]) =>
      [...fields].map(([field, found]) => ({ stream, field, ...found })),
    ),
    warnings,
    incomplete,
  };
}

/** What was counted since. */
function counted<Found extends { readonly count: number }>(
  now: readonly Found[],
  before: readonly Found[],
  nameOf: (found: Found) => string,
): readonly Found[] {
  const known = new Map(before.map((found) => [nameOf(found), found.count]));
  return now.flatMap((found) => {
    const count = found.count - (known.get(nameOf(found)) ?? 0);
    return count === 0 ? [] : [{ ...found, count }];
  });
}

function without(texts: readonly string[], known: readonly string[]): readonly string[] {
  const before = new Set(known);
  return texts.filter((text) => !before.has(text));
}
