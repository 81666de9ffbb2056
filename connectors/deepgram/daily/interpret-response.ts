import type { Findings } from '../../../src/deliver/tally/findings.js';
import type { Row, Value } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import { type Day, isDay } from '../../../src/time/day.js';
import type { Names } from '../account/project-directory.js';
import { listIn, refuseUnknownForm } from '../api/answer-list.js';
import { type Json, modelIdsOf, numberOf, objectOf, textOf, textsOf } from '../api/tolerant-json.js';
import type { RowOfPeriod, RowsByDay } from './add-up.js';
import { refuseUngrouped } from './groups.js';
import { periodOf } from './row-period.js';

export interface DailyContext {
  readonly stream: Stream;
  readonly project: { readonly id: string; readonly name: string | null };
  readonly names: Names;
  readonly findings: Findings;
  /** What was asked for; rows of other days may be parts of them. */
  readonly days: ReadonlySet<Day>;
}

/** The rows of a usage or billing answer by their day. */
export function dailyRows(answer: Json, context: DailyContext): RowsByDay {
  const { stream } = context;
  const results = listIn(answer, 'results', stream.name);
  refuseUngrouped(results, stream);
  const days = new Map<Day, RowOfPeriod[]>();
  let understood = 0;
  for (const raw of results) {
    const result = objectOf(raw) ?? {};
    const grouping = objectOf(result.grouping) ?? {};
    const period = periodOf(raw);
    if (period === undefined) {
      context.findings.reject(stream.name, 'its start is no day', raw);
      continue;
    }
    understood += 1;
    noteUnknownFields(result, grouping, context);
    if (!context.days.has(period.day)) continue;
    const rows = days.get(period.day) ?? [];
    days.set(period.day, rows);
    rows.push({ row: rowOf(result, grouping, period.day, context), period });
  }
  refuseUnknownForm(stream.name, results.length, understood);
  return days;
}

/** One value for each field of the stream, found by the field's name in either form of the answer. */
function rowOf(result: Json, grouping: Json, date: Day, context: DailyContext): Row {
  const row: Record<string, Value> = {};
  for (const field of context.stream.fields) {
    const read = READERS[field.name];
    row[field.name] = read ? read(result, grouping, context, date) : numberOf(result[field.name]);
  }
  return row;
}

type Reader = (result: Json, grouping: Json, context: DailyContext, date: Day) => Value;

/** Fields that are not simply the number of that name. */
const READERS: Readonly<Record<string, Reader>> = {
  project_id: (_result, _grouping, { project }) => project.id,
  project_name: (_result, _grouping, { project }) => project.name,
  date: (_result, _grouping, _context, date) => date,
  period_end: (result, grouping) => dayOrNull(textOf(grouping.end) ?? textOf(result.end)),
  tokens_in: (result) => numberOf(result.tokens_in) ?? numberOf(objectOf(result.tokens)?.in),
  tokens_out: (result) => numberOf(result.tokens_out) ?? numberOf(objectOf(result.tokens)?.out),
  tts_characters: (result) => numberOf(result.tts_characters) ?? numberOf(objectOf(result.tts)?.characters),
  tts_requests: (result) => numberOf(result.tts_requests) ?? numberOf(objectOf(result.tts)?.requests),
  cost_usd: (result) => numberOf(result.dollars),
  accessor: (_result, grouping) => textOf(grouping.accessor),
  api_key_name: (_result, grouping, { names }) => nameOf(textOf(grouping.accessor), names.apiKey),
  line_item: (_result, grouping) => textOf(grouping.line_item),
  line_item_name: (_result, grouping, { names }) => nameOf(textOf(grouping.line_item), names.lineItem),
  endpoint: (_result, grouping) => textOf(grouping.endpoint),
  method: (_result, grouping) => textOf(grouping.method),
  deployment: (_result, grouping) => textOf(grouping.deployment),
  feature_set: (_result, grouping) =>
    textOf(grouping.feature_set) ?? textsOf(grouping.feature_set)?.join('|') ?? null,
  tags: (_result, grouping) => textsOf(grouping.tags),
  model_ids: (_result, grouping) => modelIdsOf(grouping.models),
  model: (_result, grouping, { names }) => {
    const ids = modelIdsOf(grouping.models);
    if (!ids || ids.length === 0) return null;
    return [...new Set(ids.map((id) => names.model(id) ?? id))].join('|');
  },
};

function nameOf(id: string | null, find: (id: string) => string | undefined): string | null {
  return id === null ? null : (find(id) ?? null);
}

function dayOrNull(text: string | null): Day | null {
  const day = text?.slice(0, 10);
  return day !== undefined && isDay(day) ? day : null;
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
