import type { SinkContext } from '../../src/catalogue/sink-type.js';
import { silentLog } from '../../src/log/log.js';
import { systemClock } from '../../src/time/clock.js';
import { STREAMS } from './sample-records.js';

/** What the core would hand to a sink whose relative paths start in `cwd`. */
export function sinkContext(cwd: string, changes: Partial<SinkContext> = {}): SinkContext {
  return {
    name: 'under-test',
    cwd,
    clock: systemClock,
    log: silentLog,
    streams: STREAMS,
    env: {},
    userAgent: 'deepgram-export/test',
    ...changes,
  };
}
