import type { CheckResult } from '../../../src/catalogue/check-result.js';
import { calledAs } from '../../../src/text/called-as.js';
import { noPrices, type ProjectPrices } from './project-prices.js';

/** What `check` says of projects whose requests get no cost. That is no failure, and where they get one there is nothing to say. */
export async function checkPrices(
  projects: readonly ProjectPrices[],
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const found = await Promise.all(projects.map((prices) => prices.find(signal)));
  return projects
    .filter((_prices, at) => found[at] === 'none')
    .map(({ project }) => ({
      what: `find the cost of requests of ${calledAs(project)}`,
      ok: true,
      detail: noPrices(project),
    }));
}
