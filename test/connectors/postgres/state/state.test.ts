import { describe, expect, it } from 'vitest';
import type { StandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import { hasPostgres } from '../postgres-server.js';
import { stateWorld } from './state-world.js';

describe.skipIf(!hasPostgres)('a state in PostgreSQL', () => {
  it('is made by the first run, and the next one reads nothing that is closed', async () => {
    const world = await stateWorld({ window: 'since: 9d' });

    const first = await world.run('sync');
    const days = daysAsked(world.account);
    const second = await world.run('sync');
    const daysOfSecond = daysAsked(world.account).slice(days.length);

    expect([first, second]).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(new Set(days).size).toBe(10);
    expect(new Set(daysOfSecond).size).toBe(1); // today
    const shown = await world.run('state show');
    expect(shown.stdout).toMatch(
      /archive +requests +p-1 +2026-11-11 to 2026-11-16 +2026-11-17 to 2026-11-20 /,
    );
    expect(await world.terminal.files('.deepgram-export')).toEqual({});
  });
});

/** Where the days of the request log begin that were asked for. */
function daysAsked({ calls }: StandIn): readonly string[] {
  return calls.filter(({ path }) => path.endsWith('/requests')).map(({ query }) => query.get('start') ?? '');
}
