/** By these, what is installed is found again: they never change. Each is unique among things of its kind. */
export const DASHBOARD_UID = 'deepgram-export';
export const FOLDER_UID = 'deepgram-export';
/** Of the data source that `grafana export` writes. */
export const DATA_SOURCE_UID = 'deepgram-export';

export const FOLDER_TITLE = 'Deepgram';
export const RULE_GROUP = 'deepgram-export';

/** Schema whose tables the committed dashboard names; the commands put another one in its place. */
export const SCHEMA = 'deepgram';

/** Schema whose queue it names, likewise. */
export const QUEUE_SCHEMA = 'deepgram_state_queue';

/** What of the dashboards is ours. */
export const DASHBOARD_TAG = 'deepgram-export';
