# One method of one R package on one family, for benchmarks/peers.py.
#
#   Rscript benchmarks/peers.R FOLDER METHOD OUT
#
# FOLDER holds cells.csv (cell, value, printed, sensitive and codes), atoms.csv (atom, count and
# codes), sums.csv (atom, cell) and axes.csv (axis, level, code: hierarchies, top down). OUT gets
# the CPU seconds of the method and the numbers of the cells that it hides.

arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
method <- arguments[2]
out <- arguments[3]

csv <- function(name) read.csv(file.path(folder, name), colClasses = c(a = "character",
  b = "character", c = "character"), stringsAsFactors = FALSE)
cells <- csv("cells.csv")
atoms <- csv("atoms.csv")
sensitive <- cells$sensitive == 1
unprinted <- cells$printed == 0

# GaussSuppression: any sums of atoms; cells that nobody prints are hidden or, if small, primary.
# Zeros may be hidden, as ours may. With `intervals` each small count must reach 1 and 5.
gauss <- function(intervals) {
  solver <- if (requireNamespace("highs", quietly = TRUE)) "highs" else "Rglpk"
  suppressMessages(library(GaussSuppression))
  sums <- read.csv(file.path(folder, "sums.csv"))
  x <- Matrix::sparseMatrix(i = sums$atom, j = sums$cell, x = 1,
    dims = c(nrow(atoms), nrow(cells)))
  primary <- function(freq, ...) {
    if (!intervals) return(sensitive)
    limits <- data.frame(lomax_count = ifelse(sensitive, 1, NA),
      upmin_count = ifelse(sensitive, 5, NA))
    list(primary = sensitive, numExtra = limits)
  }
  found <- GaussSuppressionFromData(data = atoms, freqVar = "count", x = x,
    crossTable = data.frame(cell = as.character(cells$cell)), primary = primary,
    hidden = unprinted & !sensitive, maxN = 4, protectZeros = FALSE, secondaryZeros = TRUE,
    singleton = SingletonDefault, singletonMethod = "anySum",
    preAggregate = FALSE, extraAggregate = FALSE, printInc = FALSE,
    lpPackage = if (intervals) solver else NULL)
  as.integer(found$cell[which(found$suppressed)])
}

# sdcTable: one hierarchy for each axis. OPT and HITAS take protection levels for each small
# count (down to 1, up to 5); the others protect against exact recalculation only.
table_of_trees <- function(name) {
  suppressMessages(library(sdcTable))
  axes <- read.csv(file.path(folder, "axes.csv"), stringsAsFactors = FALSE)
  used <- c("a", "b", "c")[sapply(c("a", "b", "c"), function(n) sum(axes$axis == n) > 1)]
  trees <- lapply(used, function(n) data.frame(levels = axes$level[axes$axis == n],
    codes = axes$code[axes$axis == n], stringsAsFactors = FALSE))
  names(trees) <- used
  problem <- makeProblem(data = data.table::as.data.table(atoms[, c(used, "count")]),
    dimList = trees, freqVarInd = "count")
  problem <- primarySuppression(problem, type = "freq", maxN = 4, allowZeros = FALSE)
  status <- getInfo(problem, type = "sdcStatus")
  zeros <- which(status == "z")
  problem <- setInfo(problem, type = "sdcStatus", index = zeros, input = rep("s", length(zeros)))
  if (name %in% c("OPT", "HITAS")) {
    small <- which(status == "u")
    count <- getInfo(problem, type = "freq")[small]
    problem <- setInfo(problem, type = "LPL", index = small, input = count - 1)
    problem <- setInfo(problem, type = "UPL", index = small, input = 5 - count)
    # One of the two ends is 0 for counts of 1; with no sliding level sdcTable then compares NA.
    problem <- setInfo(problem, type = "SPL", index = small, input = rep(1, length(small)))
  }
  found <- as.data.frame(getInfo(protectTable(problem, method = name), type = "finalData"))
  hidden <- found[found$sdcStatus %in% c("u", "x"), used, drop = FALSE]
  key <- function(frame) do.call(paste, c(frame[, used, drop = FALSE], sep = "/"))
  cells$cell[key(cells) %in% key(hidden)]
}

start <- proc.time()
hidden <- switch(method,
  gauss = gauss(FALSE),
  `gauss-intervals` = gauss(TRUE),
  versions = cat(sapply(c("GaussSuppression", "SSBtools", "sdcTable"), function(package)
    paste(package, tryCatch(packageVersion(package), error = function(e) "missing"))),
    sep = "\n"),
  table_of_trees(method))
spent <- proc.time() - start
if (method != "versions") {
  writeLines(c(format(sum(spent[c("user.self", "sys.self", "user.child", "sys.child")])),
    as.character(hidden)), out)
}
