import { onTestFinished } from 'vitest';
import {
  type Grafana,
  type GrafanaOptions,
  startGrafana,
} from '../../../connectors/stand-ins/grafana/grafana.js';
import { Terminal } from '../../cli/terminal.js';

/** Tokens, by what their service account may do. */
export const TOKENS = {
  admin: 'glsa_of-an-admin-of-this-test',
  editor: 'glsa_of-an-editor-of-this-test',
  viewer: 'glsa_of-a-viewer-of-this-test',
} as const;

export interface RunningGrafana {
  readonly grafana: Grafana;
  readonly terminal: Terminal;
  /** `deepgram-export grafana … --url`; resolves to its exit code. */
  run(...argv: readonly string[]): Promise<number>;
  /** What was said of each asset since the last look, without its URL. */
  outcomes(): readonly string[];
  /** Saves the dashboard as somebody does in Grafana. */
  editDashboard(change: Readonly<Record<string, unknown>>): Promise<void>;
  /** Changes an alert rule as somebody does in Grafana. */
  editRule(uid: string, change: Readonly<Record<string, unknown>>): void;
}

/** A Grafana with a PostgreSQL data source, and a terminal with a configuration that has a postgres sink. */
export async function runningGrafana(options: Partial<GrafanaOptions> = {}): Promise<RunningGrafana> {
  const grafana = await startGrafana({
    tokens: { [TOKENS.admin]: 'Admin', [TOKENS.editor]: 'Editor', [TOKENS.viewer]: 'Viewer' },
    ...options,
  });
  onTestFinished(() => grafana.close());
  grafana.organization.dataSources.push({
    uid: 'pg',
    name: 'Analytics',
    type: 'grafana-postgresql-datasource',
  });
  const terminal = await Terminal.open({
    env: {
      GRAFANA_TOKEN: TOKENS.admin,
      DATABASE_URL: 'postgres://writer:of-this-test@db.example.com/analytics',
    },
  });
  await configure(terminal);
  let seen = 0;
  return {
    grafana,
    terminal,
    run: (...argv) => terminal.run('grafana', ...argv, '--url', grafana.url),
    outcomes() {
      const printed = terminal.stdout.slice(seen);
      seen = terminal.stdout.length;
      return printed
        .split('\n')
        .filter((line) => line.startsWith('  '))
        .map((line) =>
          line
            .trim()
            .replace(/\s+http\S+$/, '')
            .replaceAll(/ {2,}/g, ' '),
        );
    },
    async editDashboard(change) {
      const known = grafana.organization.dashboards.get('deepgram-export');
      await fetch(`${grafana.url}/api/dashboards/db`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKENS.editor}` },
        body: JSON.stringify({
          dashboard: { ...known?.model, uid: 'deepgram-export', version: known?.versions.length, ...change },
          folderUid: known?.folderUid,
          message: '',
        }),
      });
    },
    editRule(uid, change) {
      const rule = grafana.organization.rules.get(uid);
      if (rule !== undefined)
        grafana.organization.rules.set(uid, { ...rule, body: { ...rule.body, ...change } });
    },
  };
}

/** @param budget of the configuration */
export async function configure(terminal: Terminal, budget = '', streams = ''): Promise<void> {
  const lines = [
    'version: 1',
    'source: { type: deepgram, api_key: "${DEEPGRAM_API_KEY}" }',
    `sinks: { db: { type: postgres, url: "\${DATABASE_URL}", schema: voice${streams} } }`,
    budget,
  ];
  await terminal.write('job.yaml', `${lines.join('\n')}\n`);
}
