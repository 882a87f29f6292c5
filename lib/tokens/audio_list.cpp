#include "tokens/audio_list.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "tokens/parse.hpp"

namespace pairalign::tokens {
namespace {

constexpr std::string_view kBlanks = " \t";

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool ends_in_samples(std::string_view line) {
  const std::size_t tab = line.rfind('\t');
  return tab != std::string_view::npos && is_number(line.substr(tab + 1));
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

void parse_fairseq(std::string_view line, const std::string& root, ListedAudio& entry) {
  const std::size_t tab = line.rfind('\t');
  if (tab == std::string_view::npos || tab == 0) {
    throw Error("", excerpt(line) + " is not of the form PATH<TAB>SAMPLES");
  }
  if (!is_number(line.substr(tab + 1))) {
    throw Error("", "samples: " + excerpt(line.substr(tab + 1)) + " is not a whole number");
  }
  entry.key = line.substr(0, tab);
  entry.path = entry.key.front() == '/' ? entry.key : root + entry.key;
}

void parse_wav_scp(std::string_view line, ListedAudio& entry) {
  line = trimmed(line);
  const std::size_t blank = std::min(line.find_first_of(kBlanks), line.size());
  const std::string_view key = line.substr(0, blank);
  const std::string_view path = trimmed(line.substr(blank));
  if (path.empty()) throw Error("", excerpt(line) + " is not of the form KEY PATH");
  if (path.front() == '|' || path.back() == '|') {
    throw Error("", excerpt(path) +
                        " is a command, and commands of a list are not run; write its output into "
                        "a file and list that");
  }
  entry.key = key;
  entry.path = path;
}

}  // namespace

AudioListReader::AudioListReader(const std::string& path) : lines_(path) {}

bool AudioListReader::read_ahead() {
  std::string_view line;
  if (!lines_.next(line)) return false;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  ahead_.emplace_back(line);
  return true;
}

bool AudioListReader::next_line() {
  if (ahead_.empty() && !read_ahead()) return false;
  line_ = std::move(ahead_.front());
  ahead_.pop_front();
  ++line_number_;
  return true;
}

// Throws if the first lines show that the file is a list of neither kind.
void AudioListReader::refuse_others() const {
  const auto refuse = [this](const std::string& what) {
    throw NoAudioList(
        lines_.name(),
        "is " + what +
            ", not a fairseq manifest (a root folder, then "
            "PATH<TAB>SAMPLES) nor a wav.scp (KEY PATH); a list of paths goes to standard "
            "input");
  };
  const auto count = [](const std::string& line, char c) {
    return std::count(line.begin(), line.end(), c);
  };
  const std::string& first = ahead_[0];
  const std::string& second = ahead_.size() > 1 ? ahead_[1] : first;
  if (first.find('\0') != std::string::npos) refuse("binary data");
  const std::size_t begin = first.find_first_not_of(kBlanks);
  if (begin != std::string::npos && (first[begin] == '{' || first[begin] == '[')) {
    refuse("JSON (of which jq -r .audio_filepath takes the paths, where NeMo wrote it)");
  }
  const bool listed = ends_in_samples(second) && &second != &first;
  if (listed) return;
  const bool commas = count(first, ',') > 0 && count(first, ',') == count(second, ',');
  if (commas && first.find_first_of(kBlanks) > first.find(',')) refuse("CSV");
  if (count(first, '\t') > 1 && count(first, '\t') == count(second, '\t')) {
    refuse("a table of " + std::to_string(count(first, '\t') + 1) + " columns");
  }
  const bool blanks = first.find_first_of(kBlanks) != std::string::npos ||
                      second.find_first_of(kBlanks) != std::string::npos;
  if (!blanks && ahead_.size() > 1) refuse("a list of single words");
}

// Detects the format, and leaves the first entry to be read next.
void AudioListReader::begin() {
  begun_ = true;
  if (!read_ahead()) return;
  const bool more = read_ahead();
  refuse_others();
  fairseq_ =
      ahead_[0].find_first_of(kBlanks) == std::string::npos || (more && ends_in_samples(ahead_[1]));
  if (!fairseq_) return;
  next_line();
  root_ = line_;
  if (!root_.empty() && root_.back() != '/') root_ += '/';
}

bool AudioListReader::next(ListedAudio& entry) {
  if (!begun_) begin();
  if (!next_line()) return false;
  try {
    if (line_.empty()) throw Error("", "empty line");
    if (fairseq_) {
      parse_fairseq(line_, root_, entry);
    } else {
      parse_wav_scp(line_, entry);
    }
  } catch (const Error& error) {
    throw Error(lines_.name() + ":" + std::to_string(line_number_), error.reason());
  }
  return true;
}

}  // namespace pairalign::tokens
