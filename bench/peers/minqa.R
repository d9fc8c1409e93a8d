# R's minqa (Powell's NEWUOA, BOBYQA and UOBYQA), asked as run.py says: jobs and answers on the standard input, questions and
# {"done":true} on the standard output. rhobeg is minqa's default where that is positive (it is 0 at a start of zeros, and
# too long for a narrow box), rhoend 1e-8 of it instead of 1e-6; npt = 2n + 1 as Powell advises (minqa: n + 2).
suppressMessages({library(minqa); library(jsonlite)})
options(warn = -1)  # of a small maxfun
input <- fifo("/dev/stdin", "r", blocking = TRUE)
output <- stdout()
say <- function(line) { writeLines(line, output); flush(output) }

while (length(line <- readLines(input, 1)) == 1) {
  job <- fromJSON(line)
  f <- function(x) {
    say(paste0('{"x":[', paste(sprintf("%.17g", x), collapse = ","), "]}"))
    answer <- fromJSON(readLines(input, 1))
    if (is.null(answer$f)) quit(save = "no")  # UOBYQA goes on beyond maxfun; an error may not cross its Fortran
    min(as.numeric(answer$f), .Machine$double.xmax)
  }
  rho <- min(0.95, 0.2 * max(abs(job$start)))
  if (rho == 0) rho <- 0.95
  if (!is.null(job$lower)) rho <- min(rho, 0.49 * min(job$upper - job$lower))
  control <- list(npt = 2 * job$n + 1, maxfun = job$budget, rhobeg = rho, rhoend = 1e-8 * rho)
  try(switch(job$method,
    newuoa = newuoa(job$start, f, control = control),
    bobyqa = if (is.null(job$lower)) bobyqa(job$start, f, control = control)
             else bobyqa(job$start, f, job$lower, job$upper, control = control),
    uobyqa = uobyqa(job$start, f, control = control[c("maxfun", "rhobeg", "rhoend")])), silent = TRUE)
  say('{"done":true}')
}
