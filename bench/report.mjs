import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

/** What the figures were taken with. */
export function surroundings() {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit:
      git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ' and changes'),
    node: process.version,
    cpu: processors[0].model,
    cores: processors.length,
    platform: `${process.platform}-${process.arch}`,
  };
}

/** Both tables, as text. */
export function reportText({ surroundings, judgement, figures }) {
  const { node, cpu, cores, platform, commit } = surroundings;
  const judged = judgement.map(({ what, unit, limit, holds, ...found }) => [
    what,
    `${spread(found)} ${unit}`,
    limit,
    holds ? 'yes' : 'NO',
  ]);
  const measured = figures.map((line) => [
    line.program,
    line.requests === 0 ? '' : String(line.requests),
    spread(line.seconds),
    spread(line.cpuSeconds),
    spread(line.peakMegabytes),
    line.requests === 0 ? '' : String(line.recordsPerSecond),
    line.megabytesPerSecond === undefined ? '' : short(line.megabytesPerSecond),
  ]);
  return [
    `Node ${node}, ${cpu}, ${cores} cores, ${platform}, commit ${commit}`,
    '',
    table([['promise', 'median (min–max)', 'limit', 'holds'], ...judged]),
    '',
    table([['program', 'requests', 'wall s', 'CPU s', 'peak MB', 'records/s', 'MB/s'], ...measured]),
    '',
  ].join('\n');
}

function spread({ median, min, max }) {
  return `${short(median)} (${short(min)}–${short(max)})`;
}

function short(value) {
  return value.toFixed(value >= 100 ? 0 : 2);
}

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function git(...args) {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown'; // a copy without its history
  }
}
