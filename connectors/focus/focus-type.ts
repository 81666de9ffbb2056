import { defineSinkType } from '../../src/catalogue/sink-type.js';
import { breakdownMistake } from '../deepgram/streams/billing-breakdown.js';
import { focusSettings } from './focus-settings.js';

/** Cost files in the columns of FOCUS 1.2. */
export const focusType = defineSinkType({
  settings: focusSettings,
  outputPaths: (settings) => [settings.path],
  // The breakdown is no part of it: another stream has a state of its own, and its days replace those there are.
  destination: (settings) => settings.path,
  mistake: breakdownMistake,
  open: async (settings, context) => {
    const { focusSink } = await import('./focus-sink.js');
    return focusSink(settings, context);
  },
});
