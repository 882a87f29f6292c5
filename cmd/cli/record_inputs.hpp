// Token strings from files and standard input, for all tools that read them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/program.hpp"
#include "tokens/reader.hpp"
#include "tokens/record.hpp"

namespace pairalign::cli {

/// The header of several inputs, which must agree.
class CommonHeader {
 public:
  /// Throws HeaderError(name, reason) if `header` contradicts those taken before; fills in what
  /// these left open.
  void take(const tokens::Header& header, const std::string& name) {
    if (const auto conflict = merge(header_, header)) throw tokens::HeaderError(name, *conflict);
  }
  const tokens::Header& header() const { return header_; }

 private:
  tokens::Header header_;
};

/// The records of several inputs, one after the other. Inputs that cannot be opened and lines that
/// cannot be read are reported and skipped; an only input that cannot be opened is an Error. A
/// header that contradicts an earlier one is a HeaderError: strings of different models are never
/// mixed. The call after that goes on with the next input.
class RecordInputs {
 public:
  /// No `paths`: standard input, unless that is a terminal (UsageError with the text `expected`).
  /// `common` is a header that the inputs must agree with, besides one another.
  RecordInputs(std::vector<std::string> paths, tokens::InputFormat format,
               const std::string& expected, Messages& messages, CommonHeader common = {});

  /// False at the end of the last input.
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

}  // namespace pairalign::cli
