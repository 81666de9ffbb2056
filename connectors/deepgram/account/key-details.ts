import { ExportError } from '../../../src/errors/export-error.js';
import { projectCall } from '../api/deepgram-api.js';
import { FieldReader } from '../api/field-reader.js';
import { type Json, objectOf } from '../api/tolerant-json.js';
import type { ReadingContext } from '../reading-context.js';

/** Asks for when each listed key expires, and for its tags, where that was not asked since the keys were listed. */
export async function readKeyDetails(context: ReadingContext, signal: AbortSignal): Promise<void> {
  const { apiKeys } = context.directory;
  const lacking = apiKeys
    .all()
    .filter(({ details, lastSeen }) => details !== undefined && lastSeen === null && !('tags' in details));
  await Promise.all(
    lacking.map(async ({ id, details }) => {
      const key = await keyOf(id, context, signal);
      if (details === undefined) return;
      const read = new FieldReader('api_keys', context.findings, key);
      const more = {
        expires_at: read.timestampOrDay(key.expiration_date, 'api_key.expiration_date'),
        tags: read.texts(key.tags, 'api_key.tags'),
      };
      apiKeys.told([{ id, name: null, details: { ...details, ...more } }]);
    }),
  );
}

/**
 * A key as it is given alone: `{item: {member: {…, api_key: {…}}}}`. One that was deleted since it was listed is empty.
 *
 * @see https://developers.deepgram.com/reference/manage/keys/get
 */
async function keyOf(id: string, { api, project }: ReadingContext, signal: AbortSignal): Promise<Json> {
  try {
    const answer = await api.get(projectCall(project, 'read an API key', 'keys:read', ['keys', id]), signal);
    const item = objectOf(answer.item) ?? answer;
    return objectOf(objectOf(item.member)?.api_key) ?? objectOf(item.api_key) ?? item;
  } catch (error) {
    if (error instanceof ExportError && error.status === 404) return {};
    throw error;
  }
}
