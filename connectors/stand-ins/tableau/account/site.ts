import type { ReadTable, TableRow } from '../rules/parquet-table.js';

export interface StoredProject {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  /** Who may publish there; one without an entry is not named by any rule. */
  readonly publishers: Readonly<Record<string, 'Allow' | 'Deny'>>;
  readonly parentId?: string;
}

export interface StoredUser {
  readonly id: string;
  readonly siteRole: string;
  readonly groups: readonly string[];
}

export interface StoredDataSource extends ReadTable {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly type: string;
  readonly bytes: Buffer;
  /** What people have added to it: it goes with a publish, and stays with an update. */
  readonly calculatedFields: string[];
}

export interface Job {
  readonly id: string;
  readonly type: string;
  /** Looks at it that are still answered with `InProgress`. */
  looksLeft: number;
  readonly failedWith: string | undefined;
}

export interface Upload {
  readonly chunks: Buffer[];
}

/** What a site has; a test looks into it, and changes it. */
export interface Site {
  readonly projects: StoredProject[];
  readonly users: Map<string, StoredUser>;
  /** By id. */
  readonly dataSources: Map<string, StoredDataSource>;
  readonly jobs: Map<string, Job>;
  readonly uploads: Map<string, Upload>;
  /** The job of each update by its `RequestID`. */
  readonly updates: Map<string, Job>;
  /** Jobs to come that fail, one entry each, by what they say; '' says nothing. */
  readonly failingJobs: string[];
}

export function emptySite(projects: readonly StoredProject[], users: readonly StoredUser[]): Site {
  return {
    projects: [...projects],
    users: new Map(users.map((user) => [user.id, user])),
    dataSources: new Map(),
    jobs: new Map(),
    uploads: new Map(),
    updates: new Map(),
    failingJobs: [],
  };
}

/** What a reader of a data source sees, by its name; undefined where it is not there. */
export function rowsOf(site: Site, name: string): readonly TableRow[] | undefined {
  return [...site.dataSources.values()].find((one) => one.name === name)?.rows;
}
