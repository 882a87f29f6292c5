// Several readers in sequence.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "audio/reader.hpp"

namespace pairalign::audio {

class JoinedReader : public Reader {
 public:
  using Open = std::function<std::unique_ptr<Reader>()>;

  void append(std::unique_ptr<Reader> reader) { readers_.push_back(std::move(reader)); }
  /// A reader that is opened when its turn comes; nullptr: there is none after all. An Error thrown
  /// by `open` becomes a fault of the recording: what was read before is valid.
  void append(Open open) { later_.push_back(std::move(open)); }
  void remark(std::string text) { remarks_.push_back(std::move(text)); }
  void fault(std::string text) {
    if (!text.empty()) faults_.push_back(std::move(text));
  }

  SampleFormat format() const override { return readers_[current_]->format(); }
  std::int64_t read(float* interleaved, std::int64_t frames) override {
    return readers_[current_]->read(interleaved, frames);
  }
  bool next_part() override;
  Coding coding() const override {
    Coding coding = readers_.front()->coding();
    if (readers_.size() + later_.size() > 1) coding.frames = -1;
    return coding;
  }
  std::string library() const override { return readers_[current_]->library(); }

 private:
  bool open_next();
  void close_current();

  std::vector<std::unique_ptr<Reader>> readers_;
  std::vector<Open> later_;
  std::size_t current_ = 0;
  std::size_t opened_ = 0;  // of later_
};

}  // namespace pairalign::audio
