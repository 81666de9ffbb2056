// `--help` and `validate` must not load what only a run needs: all of it is CommonJS, so the module cache tells.
import { createRequire } from 'node:module';
import { catalogue } from '../dist/connectors/index.js';
import { main } from '../dist/src/cli/main.js';
import { Screen } from '../dist/src/log/screen.js';
import { systemClock } from '../dist/src/time/clock.js';

const require = createRequire(import.meta.url);
const output = { write: () => true };

for (const argv of [['--help'], ['validate', '-c', 'config/all-sinks.yaml']]) {
  const program = {
    env: {},
    cwd: process.cwd(),
    screen: new Screen(output, output),
    clock: systemClock,
    signal: new AbortController().signal,
    interruptCode: () => undefined,
  };
  const exitCode = await main(argv, program, catalogue);
  const heavy = Object.keys(require.cache).filter((path) =>
    /node_modules\/(undici|@datadog|pg[^/]*|yazl|@xmldom)\//.test(path),
  );
  process.stdout.write(
    `${argv[0]}: exit ${exitCode}, ${heavy.length} modules loaded that only a run needs\n`,
  );
  if (exitCode !== 0 || heavy.length > 0) process.exitCode = 1;
}
