/** A run of a CI pipeline, as the pipeline counts them: each has the next number. */
export interface CiRun {
  /** What is counted, such as `acme/usage export`: numbers of others say nothing. */
  readonly pipeline: string;
  readonly number: number;
}

/** By the variables that say the number; the others say what it is a number of. */
const COUNTERS = [
  { number: 'GITHUB_RUN_NUMBER', of: ['GITHUB_REPOSITORY', 'GITHUB_WORKFLOW'] },
  { number: 'CI_PIPELINE_IID', of: ['CI_PROJECT_PATH'] },
] as const;

/**
 * The run of the pipeline in which this program runs; undefined outside of one.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/variables
 * @see https://docs.gitlab.com/ci/variables/predefined_variables/
 */
export function ciRunOf(env: Readonly<Record<string, string | undefined>>): CiRun | undefined {
  const counter = COUNTERS.find(({ number }) => /^\d{1,9}$/.test(env[number] ?? ''));
  if (counter === undefined) return undefined;
  return {
    pipeline: counter.of.map((name) => env[name] ?? '').join(' '),
    number: Number(env[counter.number]),
  };
}

/**
 * The runs between the one that kept a state and this one, which may have sent what that state does not know of: it
 * is an older copy then. Undefined where there are none; a run that was started again has its old number.
 */
export function runsBetween(kept: CiRun | undefined, now: CiRun | undefined): string | undefined {
  if (kept === undefined || now === undefined || kept.pipeline !== now.pipeline) return undefined;
  const [first, last] = [kept.number + 1, now.number - 1];
  if (first > last) return undefined;
  return first === last ? `${first}` : `${first} to ${last}`;
}
