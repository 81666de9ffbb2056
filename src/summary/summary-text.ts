import pc from 'picocolors';
import type { Refusal } from '../catalogue/sink.js';
import { SKIPPED } from '../deliver/append-writer.js';
import type { SinkOutcome } from '../deliver/tally/sink-tally.js';
import type { SourceFailure } from '../deliver/tally/source-failures.js';
import { type Failure, kindOf } from '../errors/export-error.js';
import { namesById } from '../text/called-as.js';
import { oneLine } from '../text/one-line.js';
import { counted, formatCount, textTable } from '../text/text-table.js';
import { formatDays } from '../time/day.js';
import { formatDuration } from '../time/duration.js';
import { budgetLine, budgetNotes } from './budget.js';
import { failureLines } from './failure-lines.js';
import { keptBackNotes, stillKeptBack } from './kept-back.js';
import { permissionNotes, streamsOf } from './permission-notes.js';
import { reconciliationLine } from './reconciliation.js';
import { spentLine } from './spent.js';
import { streamRows } from './stream-rows.js';
import type { Outcome, Summary } from './summary.js';

const VERDICTS: Readonly<Record<Outcome, string>> = {
  delivered: 'Everything was delivered.',
  failed: 'This is a bug in deepgram-export: please report it with the messages above.',
  config: 'Nothing was done.',
  'source-incomplete': 'Not everything could be read.',
  'over-budget': 'The budget is exceeded.',
  'budget-unknown': 'It cannot be told whether the budget is kept.',
  differs: 'It does not add up.',
  'difference-unknown': 'It cannot be told whether it adds up.',
  'sinks-failed': 'Some required sinks failed',
  'all-sinks-failed': 'All required sinks failed.',
  locked: 'Nothing was done: another run holds the state.',
  interrupted: 'Interrupted: what was committed stays, the rest comes with the next run.',
};

/** What kept a run from beginning, where its code says more than the outcome. */
const NOTHING_DONE: Partial<Readonly<Record<Failure['code'], string>>> = {
  CONFIG_INVALID: 'the configuration or the options are not right',
  USAGE: 'the configuration or the options are not right',
  PROJECT_UNKNOWN: 'a project that was asked for is not there',
  SUMMARY_FILE: 'the summary could not be written',
  STATE_REFUSED: 'the state cannot be used',
  STATE_UNREADABLE: 'the state cannot be read',
  TOO_MANY_FILES: 'too many files are open',
};

/** What a user has asked to be told by the exit code, beside what was delivered. */
const CHECKS: ReadonlySet<Outcome> = new Set([
  'over-budget',
  'budget-unknown',
  'differs',
  'difference-unknown',
]);

/** The summary as a person reads it at the end of a run, in lines. */
export function summaryText(summary: Summary, options: { readonly color: boolean }): string {
  const colors = pc.createColors(options.color);
  const paint = summary.exit_code === 0 ? colors.green : colors.red;
  if (summary.outcome === 'interrupted')
    return `${paint(verdictLine(summary))} ${colors.dim(trafficLine(summary))}\n`;
  const said = notes(summary);
  const lines = [
    ...(summary.streams.length > 0 ? ['', ...streamLines(summary)] : []),
    ...(summary.sinks.length > 0 ? ['', ...sinkLines(summary)] : []),
    ...factLines(summary).map((line) => `  ${colors.dim(line)}`),
    ...(said.length > 0 ? [''] : []),
    ...said.map((note) => `  ${colors.yellow('!')} ${note}`),
    '',
    `${paint(verdictLine(summary))} ${colors.dim(trafficLine(summary))}`,
  ];
  return `${lines.join('\n')}\n`;
}

export function verdictLine(summary: Summary): string {
  return `${outcomeText(summary)}${summary.exit_code === 0 ? '' : ` (exit ${summary.exit_code})`}`;
}

function outcomeText(summary: Summary): string {
  const { outcome, source, sinks } = summary;
  if (outcome === 'delivered') return deliveredText(summary);
  if (CHECKS.has(outcome)) return `${VERDICTS[outcome]} ${deliveredText(summary)}`;
  if (outcome === 'config' && sinks.length > 0)
    return 'What was delivered is there, but the run did not end as it should.';
  if (outcome === 'config') {
    const why = summary.error && NOTHING_DONE[summary.error.code];
    return why ? `Nothing was done: ${why}.` : VERDICTS.config;
  }
  if (outcome === 'sinks-failed') return someFailedText(summary);
  if (outcome !== 'source-incomplete' || source.name === null) return VERDICTS[outcome];
  return `Not everything could be read from ${oneLine(source.name)}.`;
}

function someFailedText(summary: Summary): string {
  const { source, sinks } = summary;
  const failed = sinks.flatMap(({ name, required, failure }) => (required && failure ? name : []));
  const isAllRead = source.failures.length === 0 && unreadOf(summary) === '';
  const others = isAllRead ? 'everything' : 'what could be read';
  return oneLine(
    `${VERDICTS['sinks-failed']}${failed.length > 0 ? ` (${failed.join(', ')})` : ''}; the others have ${others}.`,
  );
}

function deliveredText(summary: Summary): string {
  const missing = missingOf(summary);
  if (summary.dry_run) return `Dry run: everything was read${missing}, nothing was delivered.`;
  return missing === '' ? VERDICTS.delivered : `Delivered${missing}.`;
}

/** What a run that is no failure left out, or may have delivered twice. */
function missingOf(summary: Summary): string {
  const { sinks } = summary;
  const inDoubt = sinks.reduce((total, sink) => total + sink.in_doubt, 0);
  const failed = sinks.flatMap(({ name, failure }) => (failure ? name : []));
  return oneLine(
    [
      unreadOf(summary),
      ...(summary.dry_run ? [] : sinks.flatMap(mostlySkipped)),
      failed.length > 0 ? `, but not to ${failed.join(', ')} (not required)` : '',
      inDoubt > 0 ? `, but ${counted(inDoubt, 'record')} may be there twice` : '',
    ].join(''),
  );
}

/** What no sink got of what the source has, or had. */
function unreadOf(summary: Summary): string {
  const { source } = summary;
  const streams = streamsOf(source.unavailable, summary);
  const unreadable = source.rejected.map(({ stream }) => stream);
  return [
    streams.length > 0 ? `, without what the API key may not read: ${streams.join(', ')}` : '',
    unreadable.length > 0 ? `, without records of ${unreadable.join(', ')} that cannot be understood` : '',
    ...lostOf(source).map((lost) => `, without ${lost}`),
    source.still_kept_back > 0 ? `, but ${stillKeptBack(source.still_kept_back)}` : '',
  ].join('');
}

/** `, but datadog got 165 of 11,131 records: the others are older than 1 hour`. */
function mostlySkipped({ name, failure, accepted, rejected, skipped }: SinkOutcome): string[] {
  const left = skipped.filter(({ reason }) => !Object.values<string>(SKIPPED).includes(reason));
  const total = accepted + sum(rejected) + sum(left);
  const [most] = left.toSorted((one, other) => other.count - one.count);
  if (failure || most === undefined || 2 * sum(left) <= total) return [];
  const [why = ''] = most.reason.split(':');
  const others = left.length === 1 ? 'the others' : 'most of the others';
  const are = why.startsWith('older ') ? `are ${why}` : `were left out: ${why}`;
  return [`, but ${name} got ${formatCount(accepted)} of ${counted(total, 'record')}: ${others} ${are}`];
}

/** By stream: `days of requests that Deepgram has no more (2026-01-01 to 2026-01-05)`. */
function lostOf({ lost, name }: Summary['source']): string[] {
  return [...new Set(lost.map(({ stream }) => stream))].map((stream) => {
    const days = lost.filter((one) => one.stream === stream).flatMap(({ first, last }) => [first, last]);
    const [since = '', until = since] = [days.toSorted()[0], days.toSorted().at(-1)];
    return `days of ${stream} that ${name ?? 'the source'} has no more (${formatDays({ since, until })})`;
  });
}

export function trafficLine({ window, http, elapsed_ms: elapsed }: Summary): string {
  const days = window ? `${formatDays(window)}, ` : '';
  const retries = http.retries > 0 ? `, ${formatCount(http.retries)} of them again` : '';
  const waits = http.waited_ms > 0 ? `, ${formatDuration(http.waited_ms)} waiting` : '';
  return `${days}${counted(http.calls, 'call')}${retries}${waits}, ${formatDuration(elapsed)}`;
}

function streamLines({ streams }: Summary): string[] {
  const rows = streamRows(streams).map(([name, records, partitions, dollars, hours, failed]) => [
    ...[name, records, partitions, dollars, hours],
    failed === '' ? '' : `${failed} could not be read`,
  ]);
  const head = ['STREAM', 'RECORDS', 'PARTITIONS', 'DOLLARS', 'HOURS', ''];
  return textTable(['left', 'right', 'right', 'right', 'right', 'left'], [head, ...rows]);
}

function sinkLines(summary: Summary): string[] {
  const rows = summary.sinks.map((sink) => [
    sink.name,
    sink.type,
    formatCount(sink.accepted),
    formatCount(sum(sink.skipped)),
    formatCount(sum(sink.rejected)),
    sink.failure ? `FAILED${sink.required ? '' : ' (not required)'}` : 'ok',
  ]);
  const head = ['SINK', 'TYPE', 'ACCEPTED', 'SKIPPED', 'REJECTED', ''];
  return textTable(['left', 'left', 'right', 'right', 'right', 'left'], [head, ...rows]);
}

/**
 * What was spent, also of the budget; whether it adds up; and what the sinks say about themselves: `datadog: 194 distinct
 * series, 205 points sent`.
 */
export function factLines({ budget, spent, reconciliation, projects, sinks }: Summary): string[] {
  const ofSinks = sinks.flatMap(({ name, facts }) => {
    const said = Object.entries(facts).map(
      ([fact, value]) => `${typeof value === 'number' ? formatCount(value) : value} ${fact}`,
    );
    return said.length > 0 ? [oneLine(`${name}: ${said.join(', ')}`)] : [];
  });
  return [
    ...(spent === null ? [] : [`read: ${spentLine(spent)}`]),
    ...(budget === null ? [] : [`budget: ${budgetLine(budget)}`]),
    ...(reconciliation === null ? [] : [reconciliationLine(reconciliation, projects)]),
    ...ofSinks,
  ].map(oneLine);
}

function sum(refusals: readonly Refusal[]): number {
  return refusals.reduce((total, { count }) => total + count, 0);
}

/** Everything that a reader should know or do, a line each. */
export function notes(summary: Summary): string[] {
  const { source } = summary;
  const said = [
    ...budgetNotes(summary),
    ...permissionNotes(summary),
    ...sourceFailureNotes(summary),
    ...source.rejected.map(
      ({ stream, count, example }) =>
        `${stream}: ${formatCount(count)} left out as unreadable, such as: ${example}`,
    ),
    ...source.unknown_fields.map(
      ({ stream, fields }) =>
        `${stream}: ${source.name ?? 'the source'} has fields that are not exported: ${fields.join(', ')}`,
    ),
    ...keptBackNotes(source.kept_back, source.name ?? 'the source', summary.projects),
    ...source.unknown_forms.map(
      ({ stream, field, count, example }) =>
        `${stream}: ${field} came in an unknown form ${counted(count, 'time')}, such as ${example}, and could not be read`,
    ),
    ...source.incomplete,
    ...source.warnings,
    ...summary.sinks.flatMap((sink) => sinkNotes(sink, summary)),
  ];
  return [...said.map(oneLine), ...(summary.error ? failureLines(summary.error) : [])];
}

/** A line for each trouble, however many partitions it was. */
function sourceFailureNotes({ source, projects }: Summary): string[] {
  const kinds = new Map<string, SourceFailure[]>();
  for (const failure of source.failures) {
    if (failure.lacks !== undefined) continue;
    const alike = kinds.get(kindOf(failure)) ?? [];
    kinds.set(kindOf(failure), alike);
    alike.push(failure);
  }
  return [...kinds.values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const others = alike.reduce((sum, { partitions }) => sum + partitions, -1);
    const streams = [...new Set(alike.map(({ stream }) => stream))];
    const of = new Set(alike.map(({ project }) => project)).size;
    const which = alike.length === 1 ? '' : `, in all of ${streams.join(', ')} in ${counted(of, 'project')}`;
    const more = others > 0 ? ` (and ${formatCount(others)} more${which})` : '';
    return failureNote(`${partitionText(first.partition, projects)}${more}`, first);
  });
}

/** `requests/<project id>/2026-11-20` as people call it: an id may have any characters. */
function partitionText(partition: string, projects: Summary['projects']): string {
  const [, stream = '', project = '', day = ''] = /^([^/]*)\/(.*)\/([^/]*)$/s.exec(partition) ?? [];
  if (stream === '') return partition;
  return `${stream} of ${namesById(projects)(project)}${day === 'snapshot' ? '' : `, ${day}`}`;
}

function sinkNotes(sink: SinkOutcome, { dry_run: isDryRun, projects }: Summary): string[] {
  const { name, failure, failed_partitions: failed } = sink;
  const more = failed > 1 ? ` (and ${formatCount(failed - 1)} more)` : '';
  const refused = sink.sends_once ? 'refused, and not sent again' : 'refused';
  return [
    ...(failure
      ? [
          failureNote(
            failure.partition ? `${name}, ${partitionText(failure.partition, projects)}${more}` : name,
            failure,
          ),
        ]
      : []),
    ...sink.rejected.map((refusal) => refusalNote(name, refused, refusal)),
    ...(sink.in_doubt > 0 ? [`${name}: ${counted(sink.in_doubt, 'record')} ${IN_DOUBT}`] : []),
    ...(isDryRun ? [] : sink.skipped.map((refusal) => refusalNote(name, 'skipped', refusal))),
    ...sink.notes.map((note) => `${name}: ${note}`),
  ];
}

function failureNote(where: string, { message, hint }: Failure): string {
  return `${where}: ${message}${hint ? ` ${hint}` : ''}`;
}

const IN_DOUBT =
  'may be there twice: they were sent again, since nobody could tell whether they had arrived.';

function refusalNote(sink: string, what: string, { count, reason, example }: Refusal): string {
  return `${sink}: ${formatCount(count)} ${what}: ${reason}${example ? `, such as ${example}` : ''}`;
}
