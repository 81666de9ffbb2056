# curl and jq: one jq makes the lines, another one the table from them at the same time.
set -euo pipefail
here=$(dirname "$0")
curl --config curl.config
jq -r '.fields | @csv' job.json > requests.csv
jq -c --slurpfile job job.json --slurpfile models models.json --slurpfile keys keys.json -f "$here/flat.jq" pages/*.json |
  tee requests.ndjson |
  jq -r '[.[] | if type == "array" then join("|") else . end] | @csv' >> requests.csv
