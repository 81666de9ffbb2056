import { defineSinkType } from '../../../src/catalogue/sink-type.js';
import { breakdownMistake } from '../../deepgram/streams/billing-breakdown.js';
import { datadogCostsSettings } from './costs-settings.js';

/** Billing as custom costs in Datadog's Cloud Cost Management. */
export const datadogCostsType = defineSinkType({
  settings: datadogCostsSettings,
  // The breakdown is no part of it: another stream has a state of its own, and its days replace those there are.
  destination: ({ api_url, site }) => `${api_url ?? site} custom costs`,
  mistake: breakdownMistake,
  open: async (settings, context) => {
    const { datadogCostsSink } = await import('./costs-sink.js');
    return datadogCostsSink(settings, context);
  },
});
