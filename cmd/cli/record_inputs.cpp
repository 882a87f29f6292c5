#include "cli/record_inputs.hpp"

#include <utility>

namespace pairalign::cli {

RecordInputs::RecordInputs(std::vector<std::string> paths, tokens::InputFormat format,
                           const std::string& expected, Messages& messages, CommonHeader common)
    : paths_(std::move(paths)), format_(format), messages_(messages), common_(std::move(common)) {
  if (!paths_.empty()) return;
  require_piped_stdin(expected);
  paths_ = {"-"};
}

bool RecordInputs::open_next() {
  reader_.reset();
  while (!reader_ && opened_ < paths_.size()) {
    try {
      reader_.emplace(paths_[opened_++], format_);
    } catch (const Error& error) {
      if (paths_.size() == 1) throw;
      messages_.failure(error);
    }
  }
  return reader_.has_value();
}

bool RecordInputs::next(tokens::Record& record) {
  while (reader_ || open_next()) {
    try {
      const bool found = reader_->next(record);
      common_.take(reader_->header(), reader_->name());
      if (found) {
        const auto fault = tokens::vocabulary_fault(record, common_.header().vocabulary);
        if (fault) throw Error(reader_->place(), *fault);
        return true;
      }
      reader_.reset();
    } catch (const tokens::HeaderError&) {
      reader_.reset();
      throw;
    } catch (const Error& error) {
      messages_.failure(error);
    }
  }
  return false;
}

}  // namespace pairalign::cli
