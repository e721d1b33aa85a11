export const HELP = `Usage: slo-check [check] <slo.yaml>... [options]
       slo-check rules <slo.yaml>... [options]      rules and alerts for Prometheus; see slo-check rules --help

Asks PromQL whether the promises of OpenSLO v1 files were kept in a run.

  --run ID|DIR       the run: its id, or its folder          (default: the latest)
  --otlp FILE...     OTLP JSON lines in place of a run's folder; --run ID picks one of several runs in them
  --dir DIR          where runs are kept                     (default: .plimsoll)
  --window DUR       judge all runs of this time in place of one run; --at TIME is its end
                     (default: the end of the data, or now for a server)
  --report FORM      table or json                           (default: table)
  --output FILE      write the report there; without --report, JSON if FILE ends in .json.
                     The table is printed all the same
  --explain          show each query, its raw answer, and how it was counted
  --no-color         no colours; NO_COLOR in the environment does the same
  --debug            show the stack of an error
  --version, --help

A server in place of files:
  --prometheus URL   ask a Prometheus-compatible HTTP API; a path in front of /api/v1 belongs to the URL
  --run ID           the run                                 (default: PLIMSOLL_RUN_ID, or the only one)
  --wait DUR         how long to wait for the run to end     (default: 30s; 0: not at all)
  --lookback DUR     how far back the run is looked for      (default: 7d)
  --at TIME          the latest time looked at               (default: now)
  --timeout DUR      of each query                           (default: 30s)
  --bearer-token-file FILE, --basic-auth USER:FILE
                     credentials; in the environment SLO_CHECK_BEARER_TOKEN or SLO_CHECK_BASIC_AUTH=user:password
  --header 'Name: value'
                     sent with each query; @FILE holds one a line. May be given several times
  --tenant ID        the tenant, sent as X-Scope-OrgID
  --ca FILE          the authority of the server's certificate, in PEM
  --cert FILE, --key FILE
                     the certificate that is shown to the server, and its key

Exit codes:
  0  every objective was kept
  1  an objective was broken; there is always a report
  2  it cannot be told (no data, too little data, incomplete run), or the check itself failed
`
