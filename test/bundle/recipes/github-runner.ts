import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import { folderContents } from '../../../connectors/testing/folder-contents.js';
import type { CacheStore } from './cache-store.js';
import { type ExpressionContext, filled, isMet } from './github-expression.js';
import type { Job, JobEnded } from './job.js';
import { checkOutProgram, ThrowAwayMachine } from './throw-away-machine.js';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly id?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly jobs: { readonly export: { readonly steps: readonly Step[] } };
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

/** The action of this repository, as a workflow names it. */
const OURS = 'OWNER/deepgram-export@COMMIT';

/** Plays a workflow step by step, on a machine of its own, as GitHub's runner would. */
export async function playOnGithub(text: string, cache: CacheStore, job: Job): Promise<JobEnded> {
  const workflow: Workflow = parse(text); // what is not so fails below
  const machine = await ThrowAwayMachine.open({
    now: job.now,
    env: { GITHUB_RUN_NUMBER: String(job.number) },
  });
  const root = join(machine.workspace, '..');
  const playing: Playing = {
    machine,
    root,
    cache,
    job,
    context: {
      secrets: job.secrets,
      github: {
        run_id: String(1_000 + job.number),
        run_attempt: '1',
        event_name: job.byHand ? 'workflow_dispatch' : 'schedule',
        action_path: join(root, '_actions/deepgram-export'),
      },
      runner: { temp: join(root, '_temp') },
    },
    env: {},
    outputs: {},
    ended: { code: 0, said: '', artifacts: {} },
  };
  await mkdir(join(root, '_temp'));
  await playSteps(workflow.jobs.export.steps, playing);
  const { ended } = playing;
  await machine.close();
  return ended;
}

interface Playing {
  readonly machine: ThrowAwayMachine;
  /** The folder that has the workspace, the actions and what is temporary. */
  readonly root: string;
  readonly cache: CacheStore;
  readonly job: Job;
  readonly context: ExpressionContext;
  readonly env: Readonly<Record<string, string>>;
  /** Of the steps with an id. */
  readonly outputs: Record<string, ExpressionContext>;
  readonly ended: JobEnded;
}

async function playSteps(steps: readonly Step[], playing: Playing): Promise<void> {
  const { outputs, ended } = playing;
  const context = { ...playing.context, steps: outputs };
  for (const step of steps) {
    const isPlayed = isMet(step.if, ended.code !== 0, context);
    if (isPlayed) await play(step, { ...playing, context });
    else if (step.id !== undefined) outputs[step.id] = { outcome: 'skipped' };
  }
}

async function play(step: Step, playing: Playing): Promise<void> {
  const { machine, cache, job, root, context, outputs } = playing;
  const given = (name: string) => filled(String(step.with?.[name] ?? ''), context);
  const lines = (name: string) => given(name).split('\n').filter(Boolean);
  const cached = () => lines('path').map((path) => relative(root, resolve(machine.workspace, path)));
  const env = { ...playing.env, ...filledAll(step.env ?? {}, context) };
  if (step.run !== undefined) return run(step.run, { ...playing, env }, step.id);
  switch (step.uses) {
    case OURS:
      return playAction(step, { ...playing, env });
    case 'actions/checkout@v7':
      await machine.clear(); // a checkout leaves nothing of what was there before
      return machine.write('deepgram-export.yaml', job.configuration);
    case 'actions/setup-node@v7':
      return;
    case 'actions/cache/restore@v6': {
      const found = await cache.restore(root, cached(), given('key'), lines('restore-keys'));
      if (step.id !== undefined)
        outputs[step.id] = { outputs: { 'cache-hit': String(found === given('key')) } };
      return;
    }
    case 'actions/cache/save@v6':
      if (!cache.has(given('key'))) await cache.save(root, cached(), given('key'));
      return;
    case 'actions/upload-artifact@v7':
      Object.assign(playing.ended.artifacts, await folderContents(join(machine.workspace, given('path'))));
      return;
    default:
      throw new Error(`nothing is known here of ${step.uses}`);
  }
}

/** A script by itself: what it writes into `$GITHUB_OUTPUT` is what its step puts out. */
async function run(script: string, playing: Playing, id: string | undefined): Promise<void> {
  const { machine, root, job, context, env, outputs, ended } = playing;
  if (/\$\{\{/.test(script)) throw new Error('an expression in a script would be taken for a command');
  const file = join(root, '_temp', randomUUID());
  await writeFile(file, '');
  const github = {
    GITHUB_OUTPUT: file,
    ...filledAll({ GITHUB_ACTION_PATH: '${{ github.action_path }}' }, context),
  };
  const { code, said } = await machine.run(script, {
    env: { ...env, ...github },
    ...(job.cancelled && { cancelled: job.cancelled, cancelledBy: 'SIGINT' }),
  });
  ended.said += said;
  if (code !== 0) ended.code = code;
  if (id === undefined) return;
  const pairs = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
  outputs[id] = {
    outcome: code === 0 ? 'success' : 'failure',
    outputs: Object.fromEntries(pairs.map((pair) => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)])),
  };
}

/** The steps of the action, which see what it was given and nothing of the steps around it. */
async function playAction(step: Step, playing: Playing): Promise<void> {
  const { root, context, ended, outputs } = playing;
  const folder = join(root, '_actions/deepgram-export');
  await checkOutProgram(folder);
  const action: Action = parse(await readFile(join(folder, 'action.yml'), 'utf8')); // what is not so fails below
  const given = filledAll(step.with ?? {}, context);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(action.inputs, name));
  if (unknown !== undefined) throw new Error(`the action has no input ${unknown}`);
  const inputs = {
    ...Object.fromEntries(Object.entries(action.inputs).map(([name, { default: text }]) => [name, text])),
    ...given,
  };
  const inside: Record<string, ExpressionContext> = {};
  await playSteps(action.runs.steps, { ...playing, context: { ...context, inputs }, outputs: inside });
  const values = Object.fromEntries(Object.entries(action.outputs).map(([name, { value }]) => [name, value]));
  ended.outputs = filledAll(values, { ...context, steps: inside });
  if (step.id !== undefined) outputs[step.id] = { outputs: ended.outputs };
}

function filledAll(
  texts: Readonly<Record<string, unknown>>,
  context: ExpressionContext,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, filled(String(text), context)]),
  );
}
