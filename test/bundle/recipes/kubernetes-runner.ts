import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { folderContents } from '../../../connectors/testing/folder-contents.js';
import { ROOT } from '../program.js';
import type { CacheStore } from './cache-store.js';
import type { Job, JobEnded } from './job.js';
import { ThrowAwayMachine } from './throw-away-machine.js';

const VOLUME = 'deepgram-export-state';

/** What is relied on: anything else in its place is a mistake of the recipe. */
const CLAIM = z.object({
  kind: z.literal('PersistentVolumeClaim'),
  metadata: z.object({ name: z.string() }),
});
const CRON_JOB = z.object({
  kind: z.literal('CronJob'),
  spec: z.object({
    schedule: z.string().regex(/^(\d+,){3}\d+ \* \* \* \*$/),
    concurrencyPolicy: z.literal('Forbid'),
    jobTemplate: z.object({
      spec: z.object({
        backoffLimit: z.literal(0),
        template: z.object({
          spec: z.object({
            restartPolicy: z.literal('Never'),
            securityContext: z.object({ runAsNonRoot: z.literal(true), fsGroup: z.int() }),
            containers: z.tuple([
              z.object({
                image: z.literal('IMAGE'),
                args: z.array(z.string()),
                workingDir: z.literal('/data'),
                envFrom: z.tuple([z.object({ secretRef: z.object({ name: z.string() }) })]),
                securityContext: z.object({
                  readOnlyRootFilesystem: z.literal(true),
                  allowPrivilegeEscalation: z.literal(false),
                }),
                volumeMounts: z.tuple([
                  z.object({ name: z.literal('data'), mountPath: z.literal('/data') }),
                  z.object({
                    name: z.literal('configuration'),
                    mountPath: z.literal('/data/deepgram-export.yaml'),
                    subPath: z.literal('deepgram-export.yaml'),
                  }),
                ]),
              }),
            ]),
            volumes: z.tuple([
              z.object({
                name: z.literal('data'),
                persistentVolumeClaim: z.object({ claimName: z.string() }),
              }),
              z.object({ name: z.literal('configuration'), configMap: z.object({ name: z.string() }) }),
            ]),
          }),
        }),
      }),
    }),
  }),
});

/** Plays the one container of a CronJob: its claim is a folder that outlives it, whatever ends it. */
export async function playOnKubernetes(text: string, volumes: CacheStore, job: Job): Promise<JobEnded> {
  const [claim, cronJob] = parseAllDocuments(text).map((document) => document.toJS());
  const { metadata } = CLAIM.parse(claim);
  const { containers, volumes: named } = CRON_JOB.parse(cronJob).spec.jobTemplate.spec.template.spec;
  if (named[0].persistentVolumeClaim.claimName !== metadata.name) throw new Error('no such claim');
  const [{ args }] = containers;
  const machine = await ThrowAwayMachine.open({ now: job.now, env: job.secrets });
  await volumes.restore(machine.workspace, ['.'], VOLUME);
  await machine.write('deepgram-export.yaml', job.configuration);

  const { code, said } = await machine.run(
    `exec node ${join(ROOT, 'dist/bundle/cli.js')} ${args.join(' ')}`,
    job.cancelled === undefined ? {} : { cancelled: job.cancelled, cancelledBy: 'SIGINT' },
  );

  await volumes.save(machine.workspace, ['.'], VOLUME);
  const artifacts = await folderContents(join(machine.workspace, 'out'));
  await machine.close();
  return { code, said, artifacts };
}
