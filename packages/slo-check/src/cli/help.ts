export const HELP = `Usage: slo-check [check] <slo.yaml>... [options]

       slo-check rules <slo.yaml>... [options]      rules and alerts for Prometheus; see slo-check rules --help

Asks PromQL whether the promises of OpenSLO v1 files were kept in a run.

  --run ID|DIR       the run: its id, or its folder          (default: the latest)
  --otlp FILE...     OTLP JSON lines in place of a run's folder; --run ID picks one of several runs in them
  --dir DIR          where runs are kept                     (default: .plimsoll)
  --report FORM      table or json                           (default: table)
  --output FILE      write the report there; without --report, JSON if FILE ends in .json.
                     The table is printed all the same
  --explain          show each query, its raw answer, and how it was counted
  --no-color         no colours; NO_COLOR in the environment does the same
  --debug            show the stack of an error
  --version, --help

Exit codes:
  0  every objective was kept
  1  an objective was broken; there is always a report
  2  it cannot be told (no data, too little data, incomplete run), or the check itself failed
`
