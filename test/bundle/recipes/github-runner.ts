import { join } from 'node:path';
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
  readonly 'working-directory'?: string;
}

interface Workflow {
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: { readonly export: { readonly steps: readonly Step[] } };
}

/** Plays a workflow step by step, on a machine of its own, as GitHub's runner would. */
export async function playOnGithub(text: string, cache: CacheStore, job: Job): Promise<JobEnded> {
  const workflow: Workflow = parse(text); // what is not so fails below
  const machine = await ThrowAwayMachine.open({
    now: job.now,
    env: { GITHUB_RUN_NUMBER: String(job.number) },
  });
  const outputs: Record<string, ExpressionContext> = {};
  const context: ExpressionContext = {
    env: workflow.env,
    secrets: job.secrets,
    github: {
      run_id: String(1_000 + job.number),
      run_attempt: '1',
      run_number: String(job.number),
      event_name: job.byHand ? 'workflow_dispatch' : 'schedule',
    },
    steps: outputs,
  };
  const ended: JobEnded = { code: 0, said: '', artifacts: {} };
  for (const step of workflow.jobs.export.steps) {
    if (isMet(step.if, ended.code !== 0, context))
      await play(step, { machine, cache, job, context, outputs, ended });
  }
  await machine.close();
  return ended;
}

interface Playing {
  readonly machine: ThrowAwayMachine;
  readonly cache: CacheStore;
  readonly job: Job;
  readonly context: ExpressionContext;
  readonly outputs: Record<string, ExpressionContext>;
  readonly ended: JobEnded;
}

async function play(step: Step, playing: Playing): Promise<void> {
  const { machine, cache, job, context, outputs, ended } = playing;
  const given = (name: string) => filled(String(step.with?.[name] ?? ''), context);
  const lines = (name: string) => given(name).split('\n').filter(Boolean);
  if (step.run !== undefined) {
    const env = Object.entries({ ...objectOf(context.env), ...step.env });
    const { code, said } = await machine.run(filled(step.run, context), {
      folder: step['working-directory'] ?? '.',
      env: Object.fromEntries(env.map(([name, value]) => [name, filled(value, context)])),
      ...(job.cancelled && { cancelled: job.cancelled, cancelledBy: 'SIGINT' }),
    });
    ended.said += said;
    if (code !== 0) ended.code = code;
    if (step.id !== undefined) outputs[step.id] = { outcome: code === 0 ? 'success' : 'failure' };
    return;
  }
  switch (step.uses) {
    case 'actions/checkout@v7':
      if (step.with?.repository !== undefined) return checkOutProgram(join(machine.workspace, given('path')));
      await machine.clear(); // a checkout leaves nothing of what was there before
      return machine.write('deepgram-export.yaml', job.configuration);
    case 'actions/setup-node@v7':
      return;
    case 'actions/cache/restore@v6': {
      const found = await cache.restore(
        machine.workspace,
        lines('path'),
        given('key'),
        lines('restore-keys'),
      );
      if (step.id !== undefined)
        outputs[step.id] = { outputs: { 'cache-hit': String(found === given('key')) } };
      return;
    }
    case 'actions/cache/save@v6':
      if (!cache.has(given('key'))) await cache.save(machine.workspace, lines('path'), given('key'));
      return;
    case 'actions/upload-artifact@v7':
      Object.assign(ended.artifacts, await folderContents(join(machine.workspace, given('path'))));
      return;
    default:
      throw new Error(`nothing is known here of ${step.uses}`);
  }
}

function objectOf(value: string | ExpressionContext | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(typeof value === 'object' ? value : {}).map(([name, text]) => [name, String(text)]),
  );
}
