// Reading qrels and runs.
#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.hpp"
#include "stats/retrieval.hpp"
#include "tokens/line_reader.hpp"
#include "tokens/record.hpp"
#include "tokens/text.hpp"

namespace pairalign::stats {
namespace {

std::vector<std::string_view> split(std::string_view line, std::string_view separators) {
  std::vector<std::string_view> fields;
  for (std::size_t begin = 0;;) {
    const std::size_t end = line.find_first_of(separators, begin);
    fields.push_back(line.substr(begin, end - begin));
    if (end == std::string_view::npos) return fields;
    begin = end + 1;
  }
}

std::vector<std::string_view> split_at_tabs(std::string_view line) {
  return split(line, "\t");
}

std::vector<std::string_view> split_at_blanks(std::string_view line) {
  std::vector<std::string_view> fields = split(line, " \t\r");
  fields.erase(std::remove(fields.begin(), fields.end(), ""), fields.end());
  return fields;
}

template <class Number>
Number parse_number(std::string_view field, const char* what) {
  Number value{};
  if (!tokens::parse_whole(field, value) || !std::isfinite(static_cast<double>(value))) {
    throw Error("", std::string(what) + ": '" + std::string(field) + "' is not a number");
  }
  return value;
}

// Passes each line that is neither blank nor a comment to `take`; errors get file and line.
void for_each_line(const std::string& path, const std::function<void(std::string_view)>& take) {
  tokens::LineReader lines(path);
  std::string_view line;
  while (lines.next(line)) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos || line[0] == '#') continue;
    try {
      take(line);
    } catch (const Error& error) {
      throw Error(lines.name() + ":" + std::to_string(lines.line()), error.reason());
    }
  }
}

}  // namespace

void RetrievalEvaluation::read_qrels(const std::string& path) {
  for_each_line(path, [this](std::string_view line) {
    const auto fields = split_at_blanks(line);
    if (fields.size() != 4) {
      throw Error("", "not a judgement: `query iteration document relevance`");
    }
    add_judgement(fields[0], fields[2], parse_number<int>(fields[3], "relevance"));
  });
}

void RetrievalEvaluation::add_run_line(std::string_view line) {
  const auto columns = split_at_tabs(line);
  // The fifth is the E-value; a sixth says that the place is estimated.
  const bool estimated = columns.size() == 6 && columns[5] == "estimated";
  if (columns.size() == 4 || columns.size() == 5 || estimated) {
    const double score = parse_number<double>(columns[3], "score");
    add_hit(tokens::key_stem(tokens::unescape_key(columns[0])),
            tokens::key_stem(tokens::unescape_key(columns[1])), score);
    return;
  }
  const auto fields = split_at_blanks(line);
  if (fields.size() != 6) {
    throw Error("",
                "neither a TREC run (`query Q0 document rank score tag`) nor a hit of pa-search");
  }
  add_hit(fields[0], fields[2], parse_number<double>(fields[4], "score"));
}

Terms read_terms(const std::string& path) {
  Terms terms;
  for_each_line(path, [&terms](std::string_view line) {
    const auto fields = split_at_tabs(line);
    if (fields.size() < 2) throw Error("", "not a term: `query TAB term`");
    if (!terms.emplace(fields[0], fields[1]).second) {
      throw Error("", "query " + std::string(fields[0]) + " occurs twice");
    }
  });
  return terms;
}

void RetrievalEvaluation::read_run(const std::string& path) {
  for_each_line(path, [this](std::string_view line) { add_run_line(line); });
}

}  // namespace pairalign::stats
