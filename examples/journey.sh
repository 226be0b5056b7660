#!/bin/sh
# The victim journey of one area with curl, as CSV and by GraphQL.
#   HUB_URL=http://127.0.0.1:8000 HUB_TOKEN=… sh examples/journey.sh [AREA PERIOD]
set -eu
: "${HUB_URL:?Set HUB_URL to the address of the hub.}"
: "${HUB_TOKEN:?Set HUB_TOKEN to an access token of an analyst.}"
area=${1:-E07000102}
period=${2:-CY2017}

# Saved query: one record a row. --fail-with-body prints the hub's own words when it refuses.
curl --silent --show-error --fail-with-body \
  -H "Authorization: Bearer $HUB_TOKEN" \
  "$HUB_URL/v1/queries/journey.csv?area=$area&period=$period"

# GraphQL: just the fields that are wanted. Values go as variables, never into the text.
curl --silent --show-error --fail-with-body \
  -H "Authorization: Bearer $HUB_TOKEN" -H "Content-Type: application/json" \
  "$HUB_URL/graphql" -d @- <<END
{"query": "query(\$area: String!, \$period: String!) { journey(area: \$area, period: \$period) { stages { title figure { display status } } } }",
 "variables": {"area": "$area", "period": "$period"}}
END
echo
