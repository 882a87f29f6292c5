#include "options.hpp"

#include "cli/values.hpp"

namespace pairalign {

void add_options(CLI::App& app, RerankOptions& options) {
  cli::add_paths(app, cli::kFile, options.files,
                 "Hits as pa-search prints them; - or no file reads them from standard input");
  app.add_option("-k", options.k, "Maximum number of hits per query; 0: all")
      ->type_name("N")
      ->check(CLI::Range(0, 1'000'000'000));
  cli::add_number(app, "--min-score", options.min_score, "S",
                  "Only hits with a score of at least S");
  app.add_flag("--whole", options.whole,
               "Compare the query with the whole hit, for searches with --mode global; otherwise "
               "with the best part of the hit and what surrounds it");
  cli::add_model(app, options.model);
  cli::add_manifest(app, options.manifest);
  cli::add_choice(app, "--format", options.format,
                  "Output format: tsv, jsonl, trec, or table (for reading). Default: table on a "
                  "terminal, else tsv",
                  {"tsv", "jsonl", "trec", "table"});
  cli::add_precision(app, options.precision);
}

}  // namespace pairalign
