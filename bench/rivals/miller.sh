# Miller: one process makes the lines, and the table from the same records.
set -euo pipefail
here=$(dirname "$0")
curl --config curl.config
project_id=$(jq -r .project.id job.json)
project_name=$(jq -r .project.name job.json)
model_names=$(jq -r '.stt[], .tts[] | "\(.uuid)\t\(.canonical_name)"' models.json)
key_names=$(jq -r '.api_keys[].api_key | "\(.api_key_id)\t\(.comment)"' keys.json)
export project_id project_name model_names key_names
mlr --ijson --ocsv put -q -f "$here/flat.mlr" then put --ojsonl -q '
  tee > "requests.ndjson", $*;
  for (name in ["model_ids", "model_names", "tags", "features"]) {
    if (is_array($[name])) {
      $[name] = joinv($[name], "|");
    }
  }
  emit1 $*;
' pages/*.json > requests.csv
