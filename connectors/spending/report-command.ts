import type { CliContext } from '../../src/catalogue/cli-context.js';
import { type JobOptions, jobFor } from '../../src/cli/options/job-options.js';
import { type LogOptions, logFor } from '../../src/cli/options/log-options.js';
import { monthIn } from '../../src/cli/options/month-option.js';
import { ExportError } from '../../src/errors/export-error.js';
import { wantsColor } from '../../src/log/color.js';
import { EXIT } from '../../src/summary/exit-code.js';
import { dimensionsIn } from './dimension.js';
import { csvOf } from './formats/csv.js';
import { jsonOf } from './formats/json.js';
import { markdownOf } from './formats/markdown.js';
import { pageOf } from './formats/page.js';
import { textOf } from './formats/text.js';
import { type MoneyTable, moneyTable } from './money-table.js';
import { readSpending } from './read-spending.js';
import { chooseStore } from './stores/choose-store.js';

export interface ReportOptions extends LogOptions, Pick<JobOptions, 'config' | 'envFile'> {
  readonly month: string;
  readonly by: string;
  readonly project?: readonly string[] | undefined;
  readonly format: 'table' | 'csv' | 'json' | 'html' | 'markdown';
}

/** Prints what was spent in a month, from what a sink of the configuration holds. */
export async function report(options: ReportOptions, context: CliContext): Promise<number> {
  const { screen, clock, signal } = context;
  const log = logFor(options, context);
  const now = clock.now();
  const month = monthIn(options.month, now);
  const dimensions = dimensionsIn(options.by);
  const mistakes = [month, dimensions].flatMap((one) => ('mistake' in one ? one.mistake : []));
  if ('mistake' in month || 'mistake' in dimensions) {
    throw new ExportError('USAGE', mistakes.join('\n'), {
      kind: 'config',
      hint: '`deepgram-export report --help` lists the options.',
    });
  }
  const { by } = dimensions;
  // Of the configuration only the budget must be whole: which sinks can be read is found out.
  const { config, envFile } = options;
  const job = await jobFor({ config, envFile }, context, ([part]) => part === 'budget');
  const { folder: cwd, env } = job;
  const chosen = await chooseStore(job.sinks, month.month, { cwd, clock, log, env }, signal);
  try {
    for (const words of chosen.passedOver) log.info(words);
    const projects = options.project ?? 'all';
    const spending = await readSpending(chosen.store, { month: month.month, by, projects, now, signal });
    const table = moneyTable(spending, {
      from: chosen.store.name,
      months: chosen.months,
      by,
      limits: job.budget,
      isNarrowed: projects !== 'all',
    });
    screen.result(formatted(table, options, context));
    // Where a line before the header would be in the way, it is not a part of the result.
    if (options.format === 'csv') for (const words of [table.from, ...table.notes]) log.info(words);
    return EXIT.delivered;
  } finally {
    await chosen.store.close();
  }
}

function formatted(table: MoneyTable, { format }: ReportOptions, { screen, env, clock }: CliContext): string {
  const mask = (text: string) => screen.masked(text);
  switch (format) {
    case 'table': {
      const { stdout } = screen;
      const width = stdout.isTTY === true ? (stdout.columns ?? 0) : 0;
      return textOf(table, { color: wantsColor(stdout, env), width });
    }
    case 'csv':
      return csvOf(table, mask);
    case 'json':
      return jsonOf(table, mask);
    case 'html':
      return pageOf(table, mask, clock.now());
    case 'markdown':
      return markdownOf(table, mask);
    default:
      return format satisfies never;
  }
}
