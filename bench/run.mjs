/**
 * The benchmarks: see README.md.
 *
 *     npm run bench [-- --waiting | --calls | --scale [--only requests|projects|year]] [--quick]
 *     npm run bench -- --report [--quick]
 *     npm run bench -- --parquet [--quick]
 *     npm run bench -- --jobs [--quick]
 *     npm run bench -- --workers [--quick]
 *     npm run bench -- --postgres [--only loading|queries] [--quick]
 *     npm run bench -- --markdown
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { calls } from './calls.mjs';
import { comparison } from './comparison.mjs';
import { jobs } from './jobs.mjs';
import { parquet } from './parquet.mjs';
import { postgres } from './postgres.mjs';
import { reportText, surroundings } from './report.mjs';
import { reportSink } from './report-sink.mjs';
import { scale } from './scale.mjs';
import { waiting } from './waiting.mjs';
import { workers } from './workers.mjs';

const { values: options } = parseArgs({
  options: {
    waiting: { type: 'boolean', default: false },
    scale: { type: 'boolean', default: false },
    calls: { type: 'boolean', default: false },
    postgres: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    parquet: { type: 'boolean', default: false },
    jobs: { type: 'boolean', default: false },
    workers: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
  },
});
const RESULTS = new URL('results/', import.meta.url);
const QUICK = '-quick.json';

if (options.markdown) await showResults();
else if (options.scale) await measure('scale', scale);
else if (options.calls) await measure('calls', calls);
else if (options.postgres) await measure('postgres', postgres);
else if (options.report) await measure('report', reportSink);
else if (options.workers) await measure('workers', workers);
else if (options.jobs) await measure('jobs', jobs);
else if (options.parquet) await measure('parquet', parquet);
else if (options.waiting) await measure('waiting', waiting);
else await measure('comparison', comparison);

async function measure(name, suite) {
  if (process.platform !== 'linux')
    throw new Error('what a program takes is read from /proc, which only Linux has');
  const result = {
    command: ['npm run bench', ...wanted()].join(' '),
    quick: options.quick,
    surroundings: surroundings(),
    ...(await suite({ ...options, tell: (text) => process.stderr.write(`${text}\n`) })),
  };
  process.stdout.write(reportText(result));
  await mkdir(RESULTS, { recursive: true });
  const file = new URL(
    `${name}${options.only && `-${options.only}`}${options.quick ? QUICK : '.json'}`,
    RESULTS,
  );
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
}

function wanted() {
  const given = process.argv.slice(2);
  return given.length > 0 ? ['--', ...given] : [];
}

/** What was measured last, in Markdown; quick runs say too little. */
async function showResults() {
  await mkdir(RESULTS, { recursive: true });
  const files = (await readdir(RESULTS)).filter((file) => file.endsWith('.json') && !file.endsWith(QUICK));
  if (files.length === 0) throw new Error('nothing was measured yet; quick runs do not count');
  for (const file of files.sort()) {
    process.stdout.write(reportText(JSON.parse(await readFile(new URL(file, RESULTS), 'utf8'))));
  }
}
