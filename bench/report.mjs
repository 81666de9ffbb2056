import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { spreadText } from './columns.mjs';

/** What the figures were taken with. */
export function surroundings() {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    node: process.version,
    cpu: processors[0].model,
    cores: processors.length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
  };
}

/** All of a result, as Markdown that can be read as it is. */
export function reportText({ command, quick, surroundings, versions, targets, tables }) {
  const { date, commit, node, cpu, cores, memoryGigabytes, platform } = surroundings;
  const machine = `${cores} cores of ${cpu}, ${memoryGigabytes} GB, ${platform}`;
  return [
    `\`${command}\`, ${date}, commit ${commit}, Node ${node}, ${machine}`,
    ...(versions.length > 0 ? [`Rivals: ${[...new Set(versions)].join(', ')}`] : []),
    ...(targets.length > 0 ? [targetTable(targets, quick)] : []),
    ...tables.map(({ title, head, rows }) => `### ${title}\n\n${markdownTable([head, ...rows])}`),
    '',
  ].join('\n\n');
}

/** A quick run is too small to judge by. */
function targetTable(targets, quick) {
  const rows = targets.map(({ what, unit, limit, found, met }) => [
    what,
    `${spreadText(found)} ${unit}`,
    limit,
    quick ? 'too small to say' : met ? 'met' : 'missed',
  ]);
  return `### Targets\n\n${markdownTable([['target', 'found', 'limit', 'judged'], ...rows])}`;
}

/** The first column is text, the others are numbers. */
export function markdownTable([head, ...rows]) {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column].length)));
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const padded = (row) =>
    line(
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))),
    );
  const rule = line(
    widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)),
  );
  return [padded(head), rule, ...rows.map(padded)].join('\n');
}

function commit() {
  try {
    const head = git('rev-parse', '--short=12', 'HEAD');
    return git('status', '--porcelain') === '' ? head : `${head} and changes`;
  } catch {
    return 'unknown'; // a copy without its history
  }
}

function git(...args) {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
