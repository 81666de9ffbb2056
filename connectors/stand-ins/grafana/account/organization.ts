/** A folder, which holds dashboards and alert rules. */
export interface StoredFolder {
  readonly uid: string;
  readonly title: string;
}

export interface StoredDashboard {
  readonly id: number;
  readonly uid: string;
  readonly folderUid: string;
  /** As it was sent, without `id`, `uid` and `version`. */
  readonly model: Readonly<Record<string, unknown>>;
  /** Newest last. */
  readonly versions: readonly { readonly version: number; readonly message: string; readonly by: string }[];
  /** True for one that came from files: nobody can save over it. */
  readonly provisioned: boolean;
}

export interface StoredRule {
  readonly uid: string;
  readonly folderUid: string;
  readonly provenance: string;
  /** As it was sent. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface StoredDataSource {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
}

/** What an organization of Grafana has. */
export interface Organization {
  readonly folders: Map<string, StoredFolder>;
  readonly dashboards: Map<string, StoredDashboard>;
  readonly rules: Map<string, StoredRule>;
  readonly dataSources: StoredDataSource[];
  /** Names of contact points. */
  readonly contactPoints: Set<string>;
}

export function emptyOrganization(): Organization {
  return {
    folders: new Map(),
    dashboards: new Map(),
    rules: new Map(),
    dataSources: [],
    contactPoints: new Set(['grafana-default-email']),
  };
}

/** Uids of what people make may have this many characters. */
export const LONGEST_UID = 40;
