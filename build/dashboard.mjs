/** Writes the Grafana dashboard as JSON: `npm run dashboard`. The program carries the JSON, and not what makes it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MADE = join(ROOT, 'dist/dashboard/dashboard.mjs');

const source = await rolldown({
  cwd: ROOT,
  input: 'connectors/grafana/dashboard/dashboard.ts',
  platform: 'node',
  external: /^[^./]/,
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
});
await source.write({ file: MADE, format: 'esm' });
await source.close();
const { deepgramDashboard } = await import(MADE);
await writeFile(
  join(ROOT, 'connectors/grafana/assets/dashboard.json'),
  `${JSON.stringify(deepgramDashboard(), null, 2)}\n`,
);
