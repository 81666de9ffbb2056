import type { Screen } from '../log/screen.js';
import type { Summary } from './summary.js';
import { notes, verdictLine } from './summary-text.js';

/** Annotations of one step that GitHub shows. */
const MOST = 10;

/** True where GitHub Actions reads what is printed. */
export function isOnGitHub(env: Readonly<Record<string, string | undefined>>): boolean {
  return env.GITHUB_ACTIONS === 'true';
}

/** What a run ended as, beside the run: one error with what is said about it, or what is to be acted upon. */
export function annotate(summary: Summary, screen: Screen): void {
  const said = notes(summary);
  if (summary.exit_code !== 0) screen.annotation('error', [verdictLine(summary), ...said].join('\n'));
  else for (const note of said.slice(0, MOST)) screen.annotation('warning', note);
}
