import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseDuration } from '../../src/time/duration.js';
import { Terminal } from '../cli/terminal.js';
import { load } from './load-text.js';

const CONFIG = fileURLToPath(new URL('../../config/', import.meta.url));
const text = (path: string) => readFileSync(`${CONFIG}${path}`, 'utf8');

/** What is relied on in each pod. */
const pod = z.object({
  terminationGracePeriodSeconds: z.number().optional(),
  securityContext: z.object({ runAsNonRoot: z.literal(true) }),
  containers: z.tuple([
    z.object({
      image: z.literal('IMAGE'),
      args: z.array(z.string()),
      envFrom: z.tuple([z.object({ secretRef: z.object({ name: z.literal('deepgram-export') }) })]),
      securityContext: z.object({ readOnlyRootFilesystem: z.literal(true) }),
      volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
    }),
  ]),
  volumes: z.array(z.object({ name: z.string() })),
});
const template = z.object({ template: z.object({ spec: pod }) });
const resource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('CronJob'), spec: z.object({ jobTemplate: z.object({ spec: template }) }) }),
  z.object({ kind: z.literal('Deployment'), spec: template }),
  z.object({
    kind: z.literal('Job'),
    spec: template.extend({
      completionMode: z.literal('Indexed'),
      completions: z.number(),
      parallelism: z.number(),
    }),
  }),
]);

const services = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.string()),
      volumes: z.array(z.string()),
      stop_grace_period: z.string().optional(),
    }),
  ),
  volumes: z.record(z.string(), z.unknown()),
});

const manifests = readdirSync(`${CONFIG}kubernetes`);
const resources = manifests.flatMap((file) =>
  parseAllDocuments(text(`kubernetes/${file}`)).map((document) => resource.parse(document.toJS())),
);
const compose = services.parse(parse(text('compose/compose.yaml'), { merge: true }));

describe('the manifests of Kubernetes', () => {
  it('are of enqueue, workers and shards', () => {
    expect(manifests.sort()).toEqual(['shards.yaml', 'workers.yaml']);
    expect(resources.map((one) => `${one.kind} ${argsOf(one)[0]}`).sort()).toEqual([
      'CronJob enqueue',
      'Deployment worker',
      'Job sync',
    ]);
  });

  it.each(resources.map((one) => [one.kind, one] as const))(
    '%s has command lines of this program',
    async (_, one) => {
      // What Kubernetes puts in place.
      const args = argsOf(one).map((arg) => arg.replace('$(JOB_COMPLETION_INDEX)', '3'));

      expect(await mistakeIn(args)).toBe(undefined);
    },
  );

  it.each(resources.map((one) => [one.kind, one] as const))('%s mounts what it has', (_, one) => {
    const { volumes, containers } = podOf(one);
    const names = containers[0].volumeMounts.map(({ name }) => name);

    expect(names.sort()).toEqual(volumes.map(({ name }) => name).sort());
  });

  it('give a worker longer than it takes to drain', () => {
    const [worker] = resources.filter(({ kind }) => kind === 'Deployment');
    if (worker === undefined) throw new Error('no worker');
    const graceMs = parseDuration(valueAfter(argsOf(worker), '--grace')) ?? Number.NaN;

    expect((podOf(worker).terminationGracePeriodSeconds ?? 0) * 1_000).toBeGreaterThan(graceMs + 10_000);
  });

  it('count as many parts as there are', () => {
    for (const one of resources) {
      if (one.kind !== 'Job') continue;
      const parts = Number(valueAfter(argsOf(one), '--shard').split('/')[1]);
      expect([one.spec.completions, one.spec.parallelism]).toEqual([parts, parts]);
    }
  });
});

describe('compose.yaml', () => {
  it.each(['enqueue', 'worker'])('%s has a command line of this program', async (name) => {
    expect(await mistakeIn(compose.services[name]?.command ?? [])).toBe(undefined);
  });

  it('gives a worker longer than it takes to drain', () => {
    const { command = [], stop_grace_period: stop = '' } = compose.services.worker ?? {};

    const graceMs = parseDuration(valueAfter(command, '--grace')) ?? Number.NaN;
    expect(parseDuration(stop) ?? 0).toBeGreaterThan(graceMs + 10_000);
  });

  it('gives each variable of the configuration, which is right and can be shared', async () => {
    const environment = compose.services.worker?.environment ?? {};
    const env = { DEEPGRAM_API_KEY: 'key', DATABASE_URL: 'postgres://postgres:secret@db:5432/deepgram' };

    const job = await load({ file: 'deepgram-export.yaml', cwd: `${CONFIG}compose`, env, mode: 'resolve' });

    expect(Object.keys(environment).sort()).toEqual(Object.keys(env).sort());
    expect(job.state).toMatchObject({ type: 'postgres' });
    expect(job.sinks.map(({ type }) => type)).toEqual(['postgres']);
    expect(compose.services.worker?.volumes).toEqual(compose.services.enqueue?.volumes);
  });
});

type Resource = z.output<typeof resource>;

function podOf(one: Resource): z.output<typeof pod> {
  return one.kind === 'CronJob' ? one.spec.jobTemplate.spec.template.spec : one.spec.template.spec;
}

function argsOf(one: Resource): readonly string[] {
  return podOf(one).containers[0].args;
}

function valueAfter(args: readonly string[], option: string): string {
  return args[args.indexOf(option) + 1] ?? '';
}

/** What the program says is wrong with a command line; nothing, where it only lacks a configuration. */
async function mistakeIn(args: readonly string[]): Promise<string | undefined> {
  const terminal = await Terminal.open();
  const code = await terminal.run(...args);
  return code === 2 && terminal.stderr.includes('Set DEEPGRAM_API_KEY') ? undefined : terminal.stderr;
}
