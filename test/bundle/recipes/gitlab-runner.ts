import { join } from 'node:path';
import { parse } from 'yaml';
import { folderContents } from '../../../connectors/testing/folder-contents.js';
import type { CacheStore } from './cache-store.js';
import type { Job, JobEnded } from './job.js';
import { ThrowAwayMachine } from './throw-away-machine.js';

interface Cache {
  readonly key: string;
  readonly paths: readonly string[];
  readonly policy?: 'pull-push' | 'pull' | 'push';
  readonly when?: 'always' | 'on_success' | 'on_failure';
}

interface Pipeline {
  readonly variables: Readonly<Record<string, string>>;
  readonly export: {
    readonly rules: readonly { readonly if: string }[];
    readonly variables: Readonly<Record<string, string>>;
    readonly cache: readonly Cache[];
    readonly script: readonly string[];
    readonly artifacts: { readonly paths: readonly string[]; readonly when: 'always' };
  };
}

/** Plays the one job of a pipeline on a machine of its own, as GitLab's runner would. */
export async function playOnGitlab(text: string, store: CacheStore, job: Job): Promise<JobEnded> {
  const pipeline: Pipeline = parse(text); // what is not so fails below
  const { rules, cache, script, artifacts } = pipeline.export;
  const source = job.byHand ? 'web' : 'schedule';
  if (!rules.some((rule) => rule.if.includes(`$CI_PIPELINE_SOURCE == "${source}"`)))
    return { code: 0, said: '', artifacts: {} };
  const variables = { ...pipeline.variables, ...pipeline.export.variables };
  const env = {
    ...variables,
    ...job.secrets,
    CI_PIPELINE_SOURCE: source,
    CI_PIPELINE_IID: String(job.number),
  };
  const machine = await ThrowAwayMachine.open({ now: job.now, env });
  const keyOf = ({ key }: Cache) =>
    key.replace(/\$(\w+)/g, (_, name: keyof typeof variables) => variables[name] ?? '');

  await machine.write('deepgram-export.yaml', job.configuration);
  for (const one of cache) {
    if (one.policy !== 'push') await store.restore(machine.workspace, one.paths, keyOf(one));
  }
  const { code, said } = await machine.run(
    script.join('\n'),
    job.cancelled === undefined ? {} : { cancelled: job.cancelled, cancelledBy: 'SIGKILL' },
  );
  const ended: JobEnded = { code, said, artifacts: {} };
  // A job that was cancelled hands out nothing, and saves nothing.
  if (!job.cancelled?.aborted) {
    for (const one of cache) {
      const isDue = one.when === 'always' || (one.when === 'on_failure') === (code !== 0);
      if (isDue && one.policy !== 'pull') await store.save(machine.workspace, one.paths, keyOf(one));
    }
    for (const path of artifacts.paths) {
      Object.assign(ended.artifacts, await folderContents(join(machine.workspace, path)));
    }
  }
  await machine.close();
  return ended;
}
