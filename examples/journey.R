# The victim journey of one area with R and jsonlite, no other package.
#   HUB_URL=http://127.0.0.1:8000 HUB_TOKEN=... Rscript examples/journey.R [AREA PERIOD]
library(jsonlite)

hub <- Sys.getenv("HUB_URL")
token <- Sys.getenv("HUB_TOKEN")
if (hub == "" || token == "") stop("Set HUB_URL and HUB_TOKEN.")
asked <- commandArgs(trailingOnly = TRUE)
if (length(asked) == 0) asked <- c("E07000102", "CY2017")

read_query <- function(name, ...) {
  # A saved query as text; a refusal of the hub stops with its status.
  values <- vapply(list(...), URLencode, "", reserved = TRUE)
  query <- paste(names(values), values, sep = "=", collapse = "&")
  place <- url(
    paste0(hub, "/v1/queries/", name, "?", query),
    headers = c(Authorization = paste("Bearer", token)), encoding = "UTF-8"
  )
  on.exit(close(place))
  paste(readLines(place, warn = FALSE), collapse = "\n")
}

# As a table. Where a value is withheld it is NA and the status says why: never put 0 there.
table <- read.csv(
  text = read_query("journey.csv", area = asked[1], period = asked[2]),
  na.strings = "", stringsAsFactors = FALSE
)
stages <- table[table$record == "stage", c("code", "period", "unit", "value", "status")]
print(stages, row.names = FALSE)
cat(sum(stages$status == "PUBLISHED"), "of", nrow(stages), "stages have a figure\n")

# As JSON, with the caveats that a ratio never travels without.
journey <- fromJSON(
  read_query("journey.json", area = asked[1], period = asked[2]), simplifyVector = FALSE
)
for (link in journey$links) {
  codes <- vapply(link$caveats, function(caveat) caveat$code, "")
  cat(link$comparability, link$code, paste(codes, collapse = " "), "\n")
}
