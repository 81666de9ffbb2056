import type { Findings } from '../../../src/deliver/tally/findings.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { Project } from '../../../src/streams/partition.js';
import { type Day, dayAt } from '../../../src/time/day.js';
import { type DeepgramApi, projectCall } from '../api/deepgram-api.js';
import { FieldReader } from '../api/field-reader.js';
import { nameOn, withName } from './names/name-history.js';
import { isWithinHour } from './names/remembered-list.js';
import type { ProjectMemory } from './project-memory.js';

export interface ProjectIdentityOptions {
  readonly api: DeepgramApi;
  readonly project: Project;
  readonly memory: ProjectMemory;
  readonly findings: Findings;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type ProjectIdentity = ReturnType<typeof projectIdentity>;

/** What a project was called on which day, as far as it was seen, and what else is known of it. */
export function projectIdentity({ api, project, memory, findings, now }: ProjectIdentityOptions) {
  const known = memory.get('project') ?? { names: [] };
  const names = project.name === null ? known.names : withName(known.names, project.name, dayAt(now));
  memory.set('project', { ...known, names });
  return {
    /** The project as it was called on a day. */
    projectOn: (day: Day): Project => ({ ...project, name: nameOn(names, day) ?? null }),
    /**
     * True where nothing of its requests is kept for training; null where that cannot be told. Asked for once an hour.
     *
     * @see https://developers.deepgram.com/reference/manage/projects/get
     */
    mipOptOut: async (signal: AbortSignal): Promise<boolean | null> => {
      const { mipOptOut = null, readAt } = known;
      if (isWithinHour(readAt, now)) return mipOptOut;
      try {
        const answer = await api.get(projectCall(project, 'read the settings', 'project:read', []), signal);
        const read = new FieldReader('projects', findings, answer).boolean(answer.mip_opt_out, 'mip_opt_out');
        memory.set('project', { names, mipOptOut: read, readAt: now });
        return read;
      } catch (error) {
        // Not worth a project's name: that is known from the list.
        if (error instanceof ExportError && error.kind !== 'interrupted') return mipOptOut;
        throw error;
      }
    },
  };
}
