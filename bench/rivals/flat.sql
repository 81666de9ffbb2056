CREATE MACRO strings(value) AS
  CASE json_type(value) WHEN 'ARRAY' THEN TRY_CAST(value AS VARCHAR[]) WHEN 'VARCHAR' THEN [] END;
CREATE MACRO moment(text) AS
  CASE length(text) WHEN 27 THEN text WHEN 24 THEN text[:23] || '000Z' WHEN 20 THEN text[:19] || '.000000Z' END;
CREATE MACRO total(numbers) AS list_sum(list_filter(numbers, lambda number: number IS NOT NULL));

SET VARIABLE model_names = (
  SELECT map_from_entries(list((model.uuid, model.canonical_name)))
  FROM (SELECT unnest(stt || tts) AS model FROM read_json('models.json', columns = {
    stt: 'STRUCT(uuid VARCHAR, canonical_name VARCHAR)[]', tts: 'STRUCT(uuid VARCHAR, canonical_name VARCHAR)[]'
  })));
SET VARIABLE key_names = (
  SELECT map_from_entries(list((entry.api_key.api_key_id, entry.api_key."comment")))
  FROM (SELECT unnest(api_keys) AS entry FROM read_json('keys.json', columns = {
    api_keys: 'STRUCT(api_key STRUCT(api_key_id VARCHAR, "comment" VARCHAR))[]'
  })));

CREATE TEMP TABLE flat AS
WITH records AS (
  SELECT unnest(requests) AS r FROM read_json('pages/*.json', maximum_object_size = 67108864, columns = {
    requests: 'STRUCT(
      request_id VARCHAR, created VARCHAR, path VARCHAR, api_key_id VARCHAR, accessor VARCHAR, code INTEGER,
      deployment VARCHAR, callback JSON,
      response STRUCT(
        completed VARCHAR, code INTEGER, message VARCHAR, deployment VARCHAR,
        token_details STRUCT(input BIGINT, output BIGINT, model VARCHAR)[],
        tts_details STRUCT(duration DOUBLE, speech_segments JSON),
        details STRUCT(
          usd DOUBLE, duration DOUBLE, total_audio DOUBLE, channels INTEGER, streams INTEGER, tier VARCHAR,
          models JSON, method VARCHAR, tags JSON, features JSON, config JSON
        )
      )
    )[]'
  })
), parts AS (
  SELECT
    r, r.response AS response, r.response.details AS details,
    coalesce(r.response.token_details, []) AS tokens,
    CASE json_type(r.response.tts_details.speech_segments) WHEN 'ARRAY'
      THEN TRY_CAST(r.response.tts_details.speech_segments AS STRUCT(characters BIGINT, model VARCHAR, tier VARCHAR)[])
      ELSE [] END AS segments,
    CASE json_type(r.response.details.models)
      WHEN 'ARRAY' THEN TRY_CAST(r.response.details.models AS VARCHAR[])
      WHEN 'VARCHAR' THEN string_split(r.response.details.models ->> '$', ' ') END AS listed,
    coalesce(r.response.code, r.code) AS code,
    coalesce(r.response.details.duration, r.response.tts_details.duration) AS audio,
    coalesce(r.api_key_id, r.accessor) AS key
  FROM records
), named AS (
  SELECT
    *,
    CASE
      WHEN len(listed) > 0 THEN listed
      WHEN len(segments) > 0 THEN list_distinct(list_transform(segments, lambda item: item.model))
      WHEN len(tokens) > 0 THEN list_distinct(list_transform(tokens, lambda item: item.model))
      ELSE listed
    END AS models,
    total(list_transform(segments, lambda item: item.characters)) AS characters,
    total(list_transform(tokens, lambda item: item.input)) AS tokens_in,
    CASE WHEN code >= 400 THEN 'error' WHEN code < 300 THEN 'success'
      WHEN response IS NOT NULL THEN 'unknown' ELSE 'lost' END AS status,
    moment(r.created) AS created,
    moment(response.completed) AS completed
  FROM parts
)
SELECT
  getvariable('project_id') AS project_id,
  getvariable('project_name') AS project_name,
  r.request_id AS request_id,
  created AS created_at,
  completed AS completed_at,
  status,
  CASE status
    WHEN 'success' THEN coalesce(details.usd, 0) > 0
      OR (coalesce(audio, 0) = 0 AND coalesce(characters, 0) = 0 AND coalesce(tokens_in, 0) = 0)
    ELSE status <> 'unknown' END AS settled,
  CASE WHEN string_split(r.path, '?')[1].string_split('/')[3] IN ('listen', 'speak', 'read', 'agent')
    THEN string_split(r.path, '?')[1].string_split('/')[3] ELSE 'other' END AS endpoint,
  string_split(r.path, '?')[1] AS path,
  details.method AS method,
  coalesce(r.deployment, response.deployment) AS deployment,
  code,
  response.message AS error_message,
  key AS api_key_id,
  getvariable('key_names')[key] AS api_key_name,
  coalesce(getvariable('model_names')[models[1]], models[1]) AS model,
  models AS model_ids,
  list_transform(models, lambda id: coalesce(getvariable('model_names')[id], id)) AS model_names,
  coalesce(
    CASE json_type(details.config) WHEN 'OBJECT' THEN details.config ->> '$.language' END,
    nullif(regexp_extract(r.path, '[?&]language=([A-Za-z-]+)', 1), '')
  ) AS language,
  coalesce(details.tier, segments[1].tier) AS tier,
  strings(details.tags) AS tags,
  strings(details.features) AS features,
  audio AS audio_seconds,
  details.total_audio AS total_audio_seconds,
  details.channels AS channels,
  details.streams AS streams,
  details.usd AS cost_usd,
  tokens_in,
  total(list_transform(tokens, lambda item: item.output)) AS tokens_out,
  characters AS tts_characters,
  (epoch_us(completed::TIMESTAMP) - epoch_us(created::TIMESTAMP)) / 1000 AS latency_ms,
  CASE json_type(r.callback) WHEN 'OBJECT' THEN (r.callback ->> '$.code')::INTEGER END AS callback_code,
  CASE json_type(r.callback) WHEN 'OBJECT' THEN (r.callback ->> '$.attempts')::INTEGER END AS callback_attempts,
  CASE json_type(details.config) WHEN 'OBJECT' THEN (details.config ->> '$.mip_opt_out')::BOOLEAN END AS mip_opt_out,
  created[:10] AS date
FROM named;

COPY flat TO 'requests.ndjson' (FORMAT json);
COPY (
  SELECT * REPLACE (
    array_to_string(model_ids, '|') AS model_ids, array_to_string(model_names, '|') AS model_names,
    array_to_string(tags, '|') AS tags, array_to_string(features, '|') AS features
  ) FROM flat
) TO 'requests.csv' (HEADER);
