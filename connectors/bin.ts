#!/usr/bin/env node
import { isTooManyFiles, TOO_MANY_FILES, TOO_MANY_FILES_HINT } from '../src/errors/too-many-files.js';

try {
  const { runProgram } = await import('../src/cli/run-program.js');
  const { catalogue } = await import('./index.js');
  await runProgram(catalogue);
} catch (error) {
  // The program's own files could not be opened, so there is none of it to say so.
  if (!isTooManyFiles(error)) throw error;
  process.stderr.write(`The program cannot go on: ${TOO_MANY_FILES}.\n${TOO_MANY_FILES_HINT}\n`);
  process.exitCode = 2;
}
