#include "manual/option_table.hpp"

#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>

#include "cli/help.hpp"
#include "cli/program.hpp"
#include "cli/values.hpp"
#include "index/options.hpp"
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
  OptionRow row;
  for (const std::string& name : option.get_snames())
    row.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames())
    row.names.push_back("--" + name);
  row.value = cli::value_name(option);
  row.choices = cli::choices_of(option);
  row.description = cli::describe(option);
  row.brief = first_clause(option.get_description());
  row.group = option.get_group();
  row.positional = option.get_positional();
  row.required = option.get_required();
  row.many = option.get_expected_max() > 1;
  return row;
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
          make_table<SearchOptions>(search_tool()), make_table<StatsOptions>(stats_tool()),
          make_table<TrainOptions>(train_tool())};
}

Offer offer_for(const OptionRow& row) {
  if (!row.choices.empty()) return Offer::choices;
  static const std::map<std::string, Offer> kOffers = {
      {cli::kPath, Offer::audio},         {cli::kArchive, Offer::archives},
      {cli::kModel, Offer::models},       {cli::kRecipe, Offer::recipes},
      {cli::kFolder, Offer::folders},     {cli::kFile, Offer::files},
      {cli::kArchiveOrFile, Offer::files}};
  const auto found = kOffers.find(row.value);
  return found == kOffers.end() ? Offer::nothing : found->second;
}

}  // namespace pairalign::manual
