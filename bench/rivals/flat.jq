def strings: if . == "" then [] else . end;
def total(name): map(name | values) | add;
def moment: if . == null or length == 27 then . else .[0:19] + "." + (.[20:-1] + "000000")[0:6] + "Z" end;
def microseconds:
  (.[11:13] | tonumber) * 3600000000 + (.[14:16] | tonumber) * 60000000
  + (.[17:19] + .[20:26] | tonumber);

($models[0] | [.stt[], .tts[] | {(.uuid): .canonical_name}] | add) as $model_names
| ($keys[0].api_keys | map({(.api_key.api_key_id): .api_key.comment}) | add) as $key_names
| $job[0].project as $project
| .requests[]
| . as $record
| (.response // {}) as $response
| ($response.details // {}) as $details
| ($response.tts_details // {}) as $speech
| ($speech.speech_segments | if type == "array" then . else [] end) as $segments
| ($response.token_details // []) as $tokens
| (.callback | if type == "object" then . else {} end) as $callback
| ($details.config | if type == "object" then . else {} end) as $config
| ($details.models | if type == "string" then [splits(" +") | select(. != "")] else . end) as $listed
| (if ($listed | length) > 0 then $listed
   else (if ($segments | length) > 0 then $segments else $tokens end | map(.model)
     | reduce .[] as $model ([]; if index($model) then . else . + [$model] end)
     | if length > 0 then . else $listed end)
   end) as $used
| (if $used then [$used[] | $model_names[.] // .] else null end) as $names
| (.created | moment) as $created
| ($response.completed | moment) as $completed
| ($response.code // .code) as $code
| ($details.duration // $speech.duration) as $audio
| ($segments | total(.characters)) as $characters
| ($tokens | total(.input)) as $tokens_in
| (if $code != null and $code >= 400 then "error"
   elif $code != null and $code < 300 then "success"
   elif .response then "unknown"
   else "lost"
   end) as $status
| (.path | split("?")) as $path
| (.api_key_id // .accessor) as $key
| {
    project_id: $project.id,
    project_name: $project.name,
    request_id,
    created_at: $created,
    completed_at: $completed,
    status: $status,
    settled: (if $status == "success"
      then (($details.usd // 0) > 0 or ([$audio, $characters, $tokens_in] | all(. == null or . == 0)))
      else $status != "unknown"
      end),
    endpoint: ($path[0] | split("/")[2] | if IN("listen", "speak", "read", "agent") then . else "other" end),
    path: $path[0],
    method: $details.method,
    deployment: (.deployment // $response.deployment),
    code: $code,
    error_message: $response.message,
    api_key_id: $key,
    api_key_name: $key_names[$key],
    model: $names[0],
    model_ids: $used,
    model_names: $names,
    language: ($config.language // ($path[1] // "" | split("language=")[1] // null | if . then split("&")[0] else null end)),
    tier: ($details.tier // $segments[0].tier),
    tags: ($details.tags | strings),
    features: ($details.features | strings),
    audio_seconds: $audio,
    total_audio_seconds: $details.total_audio,
    channels: $details.channels,
    streams: $details.streams,
    cost_usd: $details.usd,
    tokens_in: $tokens_in,
    tokens_out: ($tokens | total(.output)),
    tts_characters: $characters,
    latency_ms: (if $completed then
      (($completed | microseconds) - ($created | microseconds)
        + (if $completed[0:10] == $created[0:10] then 0 else 86400000000 end)) / 1000
      else null end),
    callback_code: $callback.code,
    callback_attempts: $callback.attempts,
    mip_opt_out: (if .mip_opt_out == null then $config.mip_opt_out else .mip_opt_out end),
    date: $created[0:10]
  }
