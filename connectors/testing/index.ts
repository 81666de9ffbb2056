/**
 * What those who write a sink test it with: the conformance suite, a sink in memory, and stand-ins for Deepgram and
 * for Datadog on loopback. It needs no test runner but the one that it is handed.
 *
 * @packageDocumentation
 */

export { type StandIn, startStandIn } from '../stand-ins/deepgram/stand-in.js';
export type { StandInOptions } from '../stand-ins/deepgram/stand-in-options.js';
export { type Intake, type IntakeOptions, startIntake } from './datadog-intake.js';
export { fileSinkUnderTest } from './file-sink-under-test.js';
export { type MemorySink, memorySink } from './memory-sink.js';
export { NOW, partitionOf, rowsOf, SECRET } from './sample-records.js';
export { sentOnce } from './sent-once.js';
export { describeSinkConformance } from './sink-conformance.js';
export { sinkContext } from './sink-context.js';
export type { Particulars, SinkUnderTest, TestRunner } from './sink-under-test.js';
