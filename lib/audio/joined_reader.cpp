#include "audio/joined_reader.hpp"

#include "base/error.hpp"

namespace pairalign::audio {

bool JoinedReader::next_part() {
  if (readers_[current_]->next_part()) return true;
  close_current();
  if (current_ + 1 == readers_.size() && !open_next()) return false;
  ++current_;
  return true;
}

// Takes over what the reader has found.
void JoinedReader::close_current() {
  const Reader& reader = *readers_[current_];
  faults_.insert(faults_.end(), reader.faults().begin(), reader.faults().end());
  remarks_.insert(remarks_.end(), reader.remarks().begin(), reader.remarks().end());
}

bool JoinedReader::open_next() {
  if (opened_ == later_.size()) return false;
  try {
    std::unique_ptr<Reader> reader = later_[opened_++]();
    if (reader == nullptr) return false;
    readers_.push_back(std::move(reader));
    return true;
  } catch (const Error& error) {
    faults_.push_back("another recording joined to it was not read: " + error.reason());
    return false;
  }
}

}  // namespace pairalign::audio
