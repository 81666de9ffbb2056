import { describe, expect, it } from 'vitest';
import { RANGE, world } from './account.js';

const WHY = 'not as many files can be open here as the program needs';
const WHAT_TO_DO = 'Raise the limit: `ulimit -n 1024`';
const JOB = `sync -c job.yaml ${RANGE} --stream requests usage`;

describe.runIf(process.platform === 'linux')('where too few files may be open', () => {
  /** At which it fails in turn while it loads itself, reads the job, opens the state, and writes tables. */
  const LIMITS = [20, 22, 24, 26, 28, 30, 31, 32];

  it.each(LIMITS)('it says so, and what to do, or comes through: %i', async (limit) => {
    const { program } = await world();

    const ended = await program.runBelow(['sh', '-c', `ulimit -n ${limit}; "$@"`, 'sh'], JOB);

    const said = ended.stdout + ended.stderr;
    if (ended.code !== 0) {
      expect(said).toContain(WHY);
      expect(said).toContain(WHAT_TO_DO);
    }
    expect(said).not.toMatch(/broke the connection|node:|please report/);
    if (limit === 20) expect(ended.code).toBe(2);
  });

  it('a call that finds no descriptor left says so, and is made again', async () => {
    const { program } = await world();
    await program.write('hook.cjs', NONE_LEFT_AT_FIRST);
    const command = 'ulimit -n 256; export NODE_OPTIONS="--require $PWD/hook.cjs"; "$@"';

    const { code, stderr } = await program.runBelow(['sh', '-c', command, 'sh'], JOB);

    expect(stderr).toContain(`was not called: ${WHY}; try 2 of 6`);
    expect(code).toBe(0);
  });
});

/** Opens all files that this process may while the first connection is made. */
const NONE_LEFT_AT_FIRST = `
  const { closeSync, openSync } = require('node:fs');
  const net = require('node:net');
  const { connect } = net;
  net.connect = (...args) => {
    net.connect = connect;
    const taken = [];
    try {
      for (;;) taken.push(openSync('/dev/null'));
    } catch {}
    return connect(...args).once('close', () => taken.forEach((file) => closeSync(file)));
  };
`;
