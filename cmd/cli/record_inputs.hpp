// Token strings from files and standard input, as the tools that read them take them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/program.hpp"
#include "tokens/reader.hpp"
#include "tokens/record.hpp"

namespace pairalign::cli {

/// What several inputs were written with, which must be one and the same.
class CommonHeader {
 public:
  /// Throws HeaderError(name, reason) when `header` contradicts those taken before; what these left
  /// open, it fills in.
  void take(const tokens::Header& header, const std::string& name);
  const tokens::Header& header() const { return header_; }

 private:
  tokens::Header header_;
};

/// The records of several inputs, one after the other. An input that cannot be opened and a line
/// that cannot be read are named and passed over; a header that contradicts an earlier one is a
/// HeaderError, for strings of two models are never mixed.
class RecordInputs {
 public:
  /// No `paths`: standard input, unless that is a terminal (UsageError, with `expected` for text).
  /// `common` is what the inputs have to agree with besides one another.
  RecordInputs(std::vector<std::string> paths, tokens::InputFormat format,
               const std::string& expected, Messages& messages, CommonHeader common = {});

  /// False when all inputs are used up.
  bool next(tokens::Record& record);

  /// What is known from the inputs so far.
  const CommonHeader& common() const { return common_; }

 private:
  bool open_next();

  std::vector<std::string> paths_;
  tokens::InputFormat format_;
  Messages& messages_;
  std::size_t opened_ = 0;
  std::optional<tokens::RecordReader> reader_;
  CommonHeader common_;
};

/// The value of an option by a parser of the library; its fault becomes a UsageError that names the
/// option.
template <class Value>
Value parse_option(const std::string& option, const std::string& text,
                   Value (*parse)(const std::string&)) {
  try {
    return parse(text);
  } catch (const Error& error) {
    throw UsageError(option + ": " + error.reason());
  }
}

}  // namespace pairalign::cli
