import { describe, expect, it } from 'vitest';
import { Terminal } from '../../../cli/terminal.js';
import { account, KEY, intake as openIntake } from '../../../cli/world.js';
import { storedLogs } from './log-account.js';

const API_KEY = 'api-key-of-the-organization';

async function open() {
  const [{ url }, intake] = await Promise.all([account({ requestsPerDay: 100 }), openIntake(API_KEY)]);
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY, DD_API_KEY: API_KEY } });
  await terminal.write(
    'job.yaml',
    `version: 1
source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}", base_url: ${url} }
window: { since: 1d }
sinks:
  logs: { type: datadog-logs, api_key: "\${DD_API_KEY}", api_url: ${intake.url}, late: send }
`,
  );
  const sync = async () => {
    const code = await terminal.run('sync', '-c', 'job.yaml', '--summary', 'summary.json');
    const { 'summary.json': text = '' } = await terminal.files();
    return { code, summary: JSON.parse(text) };
  };
  return { intake, terminal, sync };
}

describe('a run', () => {
  it('says in its log, its first line and its summary which logs may be there twice', async () => {
    const { intake, terminal, sync } = await open();
    intake.faults.push('unanswered');

    const { code, summary } = await sync();

    const twice = storedLogs(intake).length - new Set(storedLogs(intake).map(idOf)).size;
    expect(twice).toBeGreaterThan(0);
    expect([code, summary.sinks[0].in_doubt]).toEqual([0, twice]);
    expect(terminal.stdout).toContain(`\nDelivered, but ${twice} records may be there twice.`);
    expect(terminal.stderr).toMatch(
      new RegExp(
        `logs may have ${twice} records of requests of Support line, 2026-11-\\d\\d twice: a call with them got no answer`,
      ),
    );
  });

  it('names a log that is refused, and the next one does not call it delivered', async () => {
    const { intake, terminal, sync } = await open();
    let culprit = '';
    intake.refuses = {
      status: 400,
      is: (log) => {
        culprit ||= idOf(log);
        return idOf(log) === culprit;
      },
    };

    const first = await sync();
    intake.refuses = undefined;
    const second = await sync();

    const [{ accepted }] = first.summary.sinks;
    expect([first.code, second.code]).toEqual([5, 0]);
    expect(terminal.stdout).toContain(
      `logs: 1 refused, and not sent again: Could not send the logs of requests of Support line, `,
    );
    expect(terminal.stdout).toContain(
      `answered 400 Bad Request: Bad Request: Something in it is not accepted, such as request ${culprit} of 2026-11-`,
    );
    expect(storedLogs(intake)).toHaveLength(accepted);
    expect(accepted).toBeGreaterThan(100);
    expect(second.summary.sinks[0]).toMatchObject({ accepted: 0, in_doubt: 0 });
    expect(second.summary.sinks[0].skipped).toContainEqual({
      reason: 'refused or left out by an earlier run, and not tried again',
      count: 1,
    });
  });
});

function idOf(log: object): string {
  const { http } = log as { readonly http: { readonly request_id: string } }; // as the sink writes it
  return http.request_id;
}
