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

#include <functional>
#include <string>

#include "base/error.hpp"

namespace pairalign::tokens {

struct ListedAudio {
  std::string key;
  std::string path;
};

/// Calls `take` for each entry of the list at `path` ("-": standard input), as it is read, and
/// `fail` for each faulty line, with subject "FILE:LINE". A command in wav.scp (`key sox … |`) is
/// such a fault: a list of files must not be able to run programs.
///
/// Throws Error when the file cannot be opened, or is no such list but JSON (as NeMo's manifests
/// are), CSV or another table, or binary data: reading its lines as entries would give as many
/// wrong messages, or wrong records.
void read_audio_list(const std::string& path, const std::function<void(ListedAudio)>& take,
                     const std::function<void(const Error&)>& fail);

}  // namespace pairalign::tokens
