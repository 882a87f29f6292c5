// The option tables of all tools side by side: one option, one meaning.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "align/costs.hpp"
#include "archive/manifest.hpp"
#include "base/error.hpp"
#include "cli/values.hpp"
#include "manual/manual.hpp"
#include "model/tokenizer.hpp"
#include "search/hit_format.hpp"
#include "tokens/reader.hpp"
#include "tokens/writer.hpp"

namespace pairalign::manual {
namespace {

std::string long_name(const OptionRow& row) {
  for (const std::string& name : row.names) {
    if (name.compare(0, 2, "--") == 0) return name;
  }
  return {};
}

// Defaults are the tools' own.
std::string without_default(const std::string& description) {
  return description.substr(0, description.find(" (default: "));
}

TEST_CASE("the same option means the same in every tool") {
  // What a tool reads or writes has its own formats. A log is read by pa-stats and written by
  // pa-train; -o of pa-train is the only output that is no stream. --force does what the tool else
  // refuses to, which each has to name. --pairs of pa-stats are strings, of pa-train are places.
  const std::set<std::string> own_text = {"--format", "--log", "--force", "--pairs"};
  std::map<std::string, OptionRow> seen;
  for (const OptionTable& table : option_tables()) {
    for (const OptionRow& row : table.rows) {
      const std::string name = long_name(row);
      if (name.empty()) continue;
      CAPTURE(table.tool.name);
      CAPTURE(name);
      const auto [first, is_new] = seen.emplace(name, row);
      if (is_new) continue;
      CHECK(row.names == first->second.names);
      CHECK(row.value == first->second.value);
      if (own_text.count(name) > 0 || name == "--version") continue;
      CHECK(row.many == first->second.many);
      CHECK(without_default(row.description) == without_default(first->second.description));
      CHECK(row.choices == first->second.choices);
    }
  }
  CHECK(seen.count("--model") == 1);
}

TEST_CASE("a short name stands for one option") {
  std::map<std::string, std::string> seen;
  for (const OptionTable& table : option_tables()) {
    for (const OptionRow& row : table.rows) {
      for (const std::string& name : row.names) {
        if (name.compare(0, 2, "--") == 0) continue;
        CAPTURE(table.tool.name);
        CAPTURE(name);
        CHECK(seen.emplace(name, long_name(row)).first->second == long_name(row));
      }
    }
  }
}

TEST_CASE("every option says what it is for, and what its value is called") {
  for (const OptionTable& table : option_tables()) {
    CHECK(table.tool.examples.size() >= 3);
    for (const OptionRow& row : table.rows) {
      CAPTURE(table.tool.name);
      CAPTURE(row.description);
      CHECK(row.brief.size() > 5);
      CHECK(row.brief.size() <= 80);
      CHECK(row.brief.find(':') == std::string::npos);
      for (const char* of_cli11 : {"TEXT", "INT", "UINT", "FLOAT"})
        CHECK(row.value != of_cli11);
      for (const std::string& choice : row.choices)
        CHECK(row.description.find(choice) != std::string::npos);
    }
  }
}

// The choices of an option of a tool.
std::vector<std::string> choices(const std::string& tool, const std::string& option) {
  for (const OptionTable& table : option_tables()) {
    if (table.tool.name != tool) continue;
    for (const OptionRow& row : table.rows) {
      if (long_name(row) == option) return row.choices;
    }
  }
  return {};
}

template <class Value>
void check_parsed(const std::string& tool, const std::string& option,
                  Value (*parse)(const std::string&), const std::set<std::string>& of_the_tool) {
  const std::vector<std::string> words = choices(tool, option);
  CHECK(words.size() > 1);
  for (const std::string& word : words) {
    CAPTURE(word);
    if (of_the_tool.count(word) == 0) CHECK_NOTHROW(parse(word));
  }
}

TEST_CASE("what the tables offer is what the library takes") {
  check_parsed("pa-tokenize", "--format", tokens::parse_output_format, {});
  check_parsed("pa-tokenize", "--tokenizer", model::parse_tokenizer_kind, {});
  check_parsed("pa-index", "--format", tokens::parse_output_format, {"text", "json"});
  check_parsed("pa-index", "--input-format", tokens::parse_input_format, {});
  check_parsed("pa-index", "--pack", archive::parse_token_coding, {});
  check_parsed("pa-index", "--index", archive::parse_indexing, {});
  check_parsed("pa-search", "--format", search::parse_hit_format, {"table"});
  check_parsed("pa-rerank", "--format", search::parse_hit_format, {"table"});
  check_parsed("pa-search", "--cost", align::parse_cost, {});
}

TEST_CASE("the word that was meant") {
  const std::vector<std::string> words = {"--tokenizer", "--times", "--rate", "--model"};
  CHECK(cli::nearest("--tokeniser", words) == "--tokenizer");
  CHECK(cli::nearest("--tok", words) == "--tokenizer");
  CHECK(cli::nearest("--rtae", words) == "--rate");
  CHECK(cli::nearest("sotf", {"unit", "soft"}) == "soft");
  CHECK(cli::nearest("xml", {"tsv", "km"}).empty());
  CHECK(cli::nearest("--modle", words) == "--model");
  CHECK(cli::nearest("--colour", words).empty());
  CHECK(cli::nearest("", words).empty());
}

}  // namespace
}  // namespace pairalign::manual
