#include <algorithm>

#include <CLI/CLI.hpp>

#include "cli/program.hpp"
#include "cli/values.hpp"
#include "index/options.hpp"
#include "manual/manual.hpp"
#include "rerank/options.hpp"
#include "search/options.hpp"
#include "stats/options.hpp"
#include "tokenize/options.hpp"
#include "train/options.hpp"

namespace pairalign::manual {
namespace {

// "Threads; 0 uses all processors." → "Threads".
std::string first_clause(const std::string& description) {
  std::size_t end = description.size();
  for (const char* stop : {". ", "; ", ": ", " ("})
    end = std::min(end, description.find(stop));
  return description.substr(0, end);
}

OptionRow make_row(CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames())
    names.push_back("-" + name);
  for (const std::string& name : option.get_lnames())
    names.push_back("--" + name);
  return {names,
          cli::value_name(option),
          cli::choices_of(option),
          cli::describe(option),
          first_clause(option.get_description()),
          option.get_group(),
          option.get_positional(),
          option.get_required(),
          option.get_expected_max() > 1};
}

template <class Options>
OptionTable make_table(const cli::Tool& tool) {
  Options options;
  cli::CommonOptions common;
  CLI::App app;
  cli::configure(app, tool, common, [&](CLI::App& to) { add_options(to, options); });
  OptionTable table{tool, {}};
  for (CLI::Option* option : app.get_options())
    table.rows.push_back(make_row(*option));
  return table;
}

}  // namespace

std::vector<OptionTable> option_tables() {
  return {make_table<TokenizeOptions>(tokenize_tool()), make_table<IndexOptions>(index_tool()),
          make_table<SearchOptions>(search_tool()),     make_table<RerankOptions>(rerank_tool()),
          make_table<StatsOptions>(stats_tool()),       make_table<TrainOptions>(train_tool())};
}

}  // namespace pairalign::manual
