import type { Findings } from '../../../src/deliver/tally/findings.js';
import type { Field, Row, Value } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import type { Day } from '../../../src/time/day.js';
import type { DayNames } from '../account/names/day-names.js';
import { listIn, refuseUnknownForm } from '../api/answer-list.js';
import { FieldReader } from '../api/field-reader.js';
import { type Json, modelIdsOf, objectOf, textOf } from '../api/tolerant-json.js';
import type { RowOfPeriod, RowsByDay } from './add-up.js';
import { refuseUngrouped } from './groups.js';
import { periodOf } from './row-period.js';

export interface DailyContext {
  readonly stream: Stream;
  readonly project: { readonly id: string };
  /** What things were called on each of the days. */
  readonly names: (day: Day) => DayNames;
  readonly findings: Findings;
  /** What was asked for; rows of other days may be parts of them. */
  readonly days: ReadonlySet<Day>;
}

/** The rows of a usage or billing answer by their day, for each day that was asked for. */
export function dailyRows(answer: Json, context: DailyContext): RowsByDay {
  const { stream } = context;
  const results = listIn(answer, 'results', stream.name);
  refuseUngrouped(results, stream);
  const days = new Map<Day, RowOfPeriod[]>([...context.days].map((day) => [day, []]));
  let understood = 0;
  for (const raw of results) {
    const result = objectOf(raw) ?? {};
    const read = new FieldReader(stream.name, context.findings, raw);
    const grouping = read.object(result.grouping, 'grouping') ?? {};
    const period = periodOf(raw);
    if (period === undefined) {
      context.findings.reject(stream.name, 'its start is no day', raw);
      continue;
    }
    understood += 1;
    noteUnknownFields(result, grouping, context);
    days.get(period.day)?.push({ row: rowOf(result, grouping, period.day, read, context), period });
  }
  refuseUnknownForm(stream.name, results.length, understood);
  // Of those whose day is not known any day may be.
  const unreadable = results.length - understood;
  return new Map([...days].map(([day, rows]) => [day, { rows, unreadable }]));
}

/** One value for each field of the stream, found by the field's name in either form of the answer. */
function rowOf(result: Json, grouping: Json, date: Day, read: FieldReader, context: DailyContext): Row {
  const row: Record<string, Value> = {};
  for (const field of context.stream.fields) {
    const own = READERS[field.name];
    row[field.name] = own
      ? own({ result, grouping, read, context, date })
      : numberIn(read, field, result[field.name], field.name);
  }
  return row;
}

/** A number of the kind that its field has. @param name as the source has it */
function numberIn(
  read: FieldReader,
  { type }: Pick<Field, 'type'>,
  value: unknown,
  name: string,
): number | null {
  return type === 'integer' ? read.integer(value, name) : read.number(value, name);
}

interface Reading {
  readonly result: Json;
  readonly grouping: Json;
  readonly read: FieldReader;
  readonly context: DailyContext;
  readonly date: Day;
}

/** Fields that are not simply the number of that name. */
const READERS: Readonly<Record<string, (reading: Reading) => Value>> = {
  project_id: ({ context }) => context.project.id,
  project_name: ({ context, date }) => context.names(date).project,
  date: ({ date }) => date,
  period_end: ({ result, grouping, read }) =>
    read.day(grouping.end, 'grouping.end') ?? read.day(result.end, 'end'),
  tokens_in: eitherInteger('tokens_in', 'tokens', 'in'),
  tokens_out: eitherInteger('tokens_out', 'tokens', 'out'),
  tts_characters: eitherInteger('tts_characters', 'tts', 'characters'),
  tts_requests: eitherInteger('tts_requests', 'tts', 'requests'),
  cost_usd: ({ result, read }) => read.number(result.dollars, 'dollars'),
  accessor: groupText('accessor'),
  api_key_name: ({ grouping, context, date }) =>
    nameOf(textOf(grouping.accessor), context.names(date).apiKey),
  line_item: groupText('line_item'),
  line_item_name: ({ grouping, context, date }) =>
    nameOf(textOf(grouping.line_item), context.names(date).lineItem),
  endpoint: groupText('endpoint'),
  method: groupText('method'),
  deployment: groupText('deployment'),
  feature_set: ({ grouping, read }) =>
    textOf(grouping.feature_set) ??
    read.texts(grouping.feature_set, 'grouping.feature_set')?.join('|') ??
    null,
  tags: ({ grouping, read }) => read.texts(grouping.tags, 'grouping.tags'),
  model_ids: ({ grouping, read }) => read.modelIds(grouping.models, 'grouping.models'),
  model: ({ grouping, context, date }) => {
    const ids = modelIdsOf(grouping.models);
    if (!ids || ids.length === 0) return null;
    return [...new Set(ids.map((id) => context.names(date).model(id) ?? id))].join('|');
  },
};

/** The older form of usage has some numbers one level deeper. */
function eitherInteger(flat: string, group: string, name: string) {
  return ({ result, read }: Reading): Value =>
    read.integer(result[flat], flat) ??
    read.integer(read.object(result[group], group)?.[name], `${group}.${name}`);
}

function groupText(name: string) {
  return ({ grouping, read }: Reading): Value => read.text(grouping[name], `grouping.${name}`);
}

function nameOf(id: string | null, find: (id: string) => string | undefined): string | null {
  return id === null ? null : (find(id) ?? null);
}

const KNOWN_RESULT = new Set(
  `start end hours total_hours agent_hours tokens tokens_in tokens_out tts tts_characters tts_requests requests
   dollars grouping`.split(/\s+/),
);
const KNOWN_GROUPING = new Set(
  'start end accessor endpoint feature_set models method tags deployment line_item'.split(' '),
);

function noteUnknownFields(result: Json, grouping: Json, { findings, stream }: DailyContext): void {
  findings.noteUnknownFields(stream.name, '', result, KNOWN_RESULT);
  findings.noteUnknownFields(stream.name, 'grouping.', grouping, KNOWN_GROUPING);
}
