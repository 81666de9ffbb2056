import type { PlannedSource } from '../catalogue/source.js';
import type { CheckpointView } from '../checkpoints/checkpoints.js';
import type { Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { Window } from '../time/window.js';

/** As much of a sink as planning needs. */
export interface SinkView {
  readonly name: string;
  wants(stream: Stream): boolean;
  /** Days of history that it asks for, today included, where nobody has chosen a window. */
  readonly historyDays?: number | undefined;
  /** True where what is written twice is there twice. Default false. */
  readonly appends?: boolean;
}

export interface PlanInput {
  readonly source: PlannedSource;
  readonly streams: readonly Stream[];
  readonly projects: readonly Project[];
  readonly window: Window;
  readonly sinks: readonly SinkView[];
  readonly checkpoints: CheckpointView;
  /** True for a plan that is cut into shards: what every one of them delivers does not rest. Default false. */
  readonly isCut?: boolean;
  /** True where the plan is also to say what is not read, and why: there may be much of it. Default false. */
  readonly explains?: boolean;
}
