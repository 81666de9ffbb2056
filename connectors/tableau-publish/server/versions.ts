import { ExportError } from '../../../src/errors/export-error.js';
import type { TableauSession } from './session.js';

/**
 * The oldest version of the REST API that publishes so: Parquet, and changes to what was published so, came with Tableau
 * 2022.1; personal access tokens with 2019.4.
 *
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_versions.htm
 */
const OLDEST = { parquet: '3.15', tdsx: '3.6' } as const;

const NEEDS = {
  parquet: `Parquet needs ${OLDEST.parquet} (Tableau 2022.1)`,
  tdsx: `a personal access token needs ${OLDEST.tdsx} (Tableau 2019.4)`,
} as const;

/** The version of the server's REST API. Throws `SINK_REFUSED` where it is too old. */
export async function requireVersion(
  session: TableauSession,
  as: keyof typeof OLDEST,
  signal: AbortSignal,
): Promise<string> {
  const version = await session.version(signal);
  if (numberOf(version) >= numberOf(OLDEST[as])) return version;
  throw new ExportError(
    'SINK_REFUSED',
    `${session.where} has version ${version} of the REST API, and ${NEEDS[as]}.`,
    {
      kind: 'permanent',
      hint: 'Use `as: tdsx`, which servers from Tableau 2019.4 on take; it is published whole each time.',
    },
  );
}

/** `3.15` comes after `3.9`. */
function numberOf(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1_000 + minor;
}
