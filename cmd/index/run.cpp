// pa-index: writes archives of token strings, and reports what is in them.
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "actions.hpp"
#include "archive/archive.hpp"
#include "archive/summary.hpp"
#include "cli/program.hpp"
#include "cli/record_inputs.hpp"
#include "options.hpp"
#include "tokens/writer.hpp"

namespace pairalign {

void dump(const IndexOptions& options, cli::Context& context) {
  const std::string name = options.format.empty() ? "tsv" : options.format;
  tokens::RecordStream stream(cli::parse_option("--format", name, tokens::parse_output_format));
  const archive::Archive archive = archive::Archive::open(options.archive);
  context.out.write(stream.header(archive.header()));
  tokens::Record record;
  std::string text;
  for (std::size_t i = 0; i < archive.size(); ++i) {
    text.clear();
    try {
      archive.record(i, record);
      stream.append(record, text);
    } catch (const Error& error) {
      context.messages.failure(error);
    }
    context.out.write(text);
  }
  context.out.write(stream.finish());
}

void info(const IndexOptions& options, cli::Context& context) {
  const std::string format = options.format.empty() ? "text" : options.format;
  if (format != "text" && format != "json") {
    throw cli::UsageError("--format: '" + format + "' is not a format of --info: text or json");
  }
  const archive::Summary summary = archive::summarise(archive::Archive::open(options.archive));
  context.out.write(format == "json" ? archive::to_json(summary) : archive::to_text(summary));
}

namespace {

cli::ExitStatus index(const IndexOptions& options, cli::Context& context) {
  check_usage(options);
  const std::pair<bool, void (*)(const IndexOptions&, cli::Context&)> actions[] = {
      {options.dump, dump},
      {options.info, info},
      {options.check, check},
      {options.missing, missing},
      {options.remove, remove},
      {options.merge, merge},
      {options.prune, prune},
      {!options.salvage.empty(), salvage},
      {true, append}};
  std::find_if(std::begin(actions), std::end(actions), [](const auto& action) {
    return action.first;
  })->second(options, context);
  return cli::kDone;
}

}  // namespace
}  // namespace pairalign

int pairalign::cli::tool_main(int argc, char** argv) {
  IndexOptions options;
  return cli::run(
      argc, argv, index_tool(), [&](CLI::App& app) { add_options(app, options); },
      [&](cli::Context& context) { return index(options, context); });
}
