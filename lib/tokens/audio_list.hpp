// Lists of audio files with keys, as other toolkits write them.
//
//   fairseq (wav2vec, HuBERT), FILE.tsv     Kaldi, wav.scp
//     /corpus                                 talk-01 /corpus/monday/01.flac
//     monday/01.flac<TAB>51840                talk-02 /corpus/monday/02.flac
//     monday/02.flac<TAB>160000
//
// The first line of a fairseq manifest is the folder that the others are relative to; those end in
// a sample count, which must be a number but is not compared with the file. Its keys are the
// relative paths. The first two lines decide which of the two a list is: a line of wav.scp contains
// a blank, and none ends in a TAB and digits.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "tokens/line_reader.hpp"

namespace pairalign::tokens {

/// The file is not such a list; the message names what it is instead. Reading its lines as entries
/// would give as many wrong messages, or wrong records.
class NoAudioList : public Error {
 public:
  using Error::Error;
};

struct ListedAudio {
  std::string key;
  std::string path;
};

/// Reads entries one by one, in order. Every fault is an Error with subject "FILE:LINE", after
/// which the reader may be asked for the next entry. A command in wav.scp (`key sox … |`) is such a
/// fault: a list of files must not be able to run programs.
class AudioListReader {
 public:
  /// `path` "-" is standard input. Throws Error when the file cannot be opened.
  explicit AudioListReader(const std::string& path);

  /// False at the end. Throws NoAudioList, after which nothing can be read, for JSON (as NeMo's
  /// manifests are), CSV and other tables, and binary data.
  bool next(ListedAudio& entry);

 private:
  void begin();
  void refuse_others() const;
  bool read_ahead();
  bool next_line();

  LineReader lines_;
  std::deque<std::string> ahead_;  // lines read but not returned; initially the first two
  std::string line_;
  std::size_t line_number_ = 0;
  bool begun_ = false;
  bool fairseq_ = false;
  std::string root_;  // of fairseq, ends in '/'
};

}  // namespace pairalign::tokens
