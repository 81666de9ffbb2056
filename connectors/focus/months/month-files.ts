import type { OutputFolder } from '../../../src/files/output-folder.js';
import { pathSegment } from '../../../src/files/path-segment.js';
import type { Project } from '../../../src/streams/partition.js';
import type { Day } from '../../../src/time/day.js';
import { readDayFile } from './day-file.js';
import { daysOfMonth, type Month, monthOf } from './month.js';

/** Where a file is below the sink's folder. */
export type Segments = readonly string[];

/** The charges of one day: kept, so that a run replaces its days and leaves the others. */
export function dayFile(project: Project, day: Day): Segments {
  return ['.parts', `project_id=${pathSegment(project.id)}`, `${day}.part`];
}

/** What the folders and files of days are called, from the sink's folder down. */
export const DAY_FILES = [/^\.parts$/, /^project_id=/, /^\d{4}-\d{2}-\d{2}\.part$/] as const;

/** The charges of one project and month. */
export function monthFile(project: Project, month: Month): Segments {
  return [`focus_${pathSegment(project.id)}_${month}.csv`];
}

/** A month whose file was written, and the days of it that have never been read. */
export interface WrittenMonth {
  readonly project: Project;
  readonly month: Month;
  readonly missing: readonly Day[];
}

/**
 * Writes the files of months anew out of their days. A day is delivered when its month has it: so whatever is killed in
 * between is done again, and no file is left behind its days.
 */
export class MonthFiles {
  readonly #folder: OutputFolder;
  readonly #header: string;
  readonly #latest = new Map<string, Promise<void>>();
  /** Those of them that have not begun: whoever comes now is in time for them. */
  readonly #waiting = new Map<string, Promise<void>>();
  readonly #written = new Map<string, WrittenMonth>();

  constructor(folder: OutputFolder, header: string) {
    this.#folder = folder;
    this.#header = header;
  }

  /** Months that were written so far. */
  get written(): readonly WrittenMonth[] {
    return [...this.#written.values()];
  }

  /** Resolves when the month's file has what its days have now. */
  renew(project: Project, day: Day): Promise<void> {
    const month = monthOf(day);
    const [key = ''] = monthFile(project, month);
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) return waiting;
    const before = this.#latest.get(key) ?? Promise.resolve();
    const renewed = before
      .catch(() => {}) // told to those who waited for it
      .then(() => {
        this.#waiting.delete(key);
        return this.#write(project, month);
      });
    this.#waiting.set(key, renewed);
    this.#latest.set(key, renewed);
    return renewed;
  }

  async #write(project: Project, month: Month): Promise<void> {
    const missing: Day[] = [];
    const segments = monthFile(project, month);
    await this.#folder.replaceFile(segments, async (file) => {
      await file.write(this.#header);
      for (const day of daysOfMonth(month)) {
        const found = await readDayFile(this.#folder.path(dayFile(project, day)), this.#header);
        if (found === undefined) missing.push(day);
        else await file.write(found.lines);
      }
    });
    this.#written.set(segments.join('/'), { project, month, missing });
  }
}
