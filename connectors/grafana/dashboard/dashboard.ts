import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DASHBOARD_TAG, DASHBOARD_UID } from '../assets/identity.js';
import { cost } from './rows/cost.js';
import { now } from './rows/now.js';
import { quality } from './rows/quality.js';
import { queue } from './rows/queue.js';
import { reconciliation } from './rows/reconciliation.js';
import { requests } from './rows/requests.js';
import { usage } from './rows/usage.js';
import { variables } from './variables.js';

/** From "is it all right?" to "which request was it?", and then how it comes to be here. */
const ROWS = {
  Now: now,
  Cost: cost,
  Usage: usage,
  Quality: quality,
  Requests: requests,
  'Does it add up': reconciliation,
  Queue: queue,
};

/** The dashboard as it is committed, for the schema `deepgram`. It is made while developing: see `npm run dashboard`. */
export function deepgramDashboard(): dashboard.Dashboard {
  const built = new dashboard.DashboardBuilder('Deepgram')
    .uid(DASHBOARD_UID)
    .id(null)
    .description(
      'Usage, costs and requests of a Deepgram account, as deepgram-export has written them to PostgreSQL.',
    )
    .tags([DASHBOARD_TAG, 'deepgram'])
    .timezone('utc')
    .weekStart('monday')
    .time({ from: 'now-30d', to: 'now' })
    .refresh('15m')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .annotations([])
    .variables([...variables]);
  let id = 1;
  for (const [title, panels] of Object.entries(ROWS)) {
    built.withRow(new dashboard.RowBuilder(title).id(id++));
    for (const panel of panels) built.withPanel(panel.id(id++));
  }
  return built.build();
}
