#include "tokens/audio_list.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "tokens/line_reader.hpp"
#include "tokens/text.hpp"

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

ListedAudio parse_fairseq(std::string_view line, const std::string& root) {
  const std::size_t tab = line.rfind('\t');
  if (tab == std::string_view::npos || tab == 0) {
    throw Error("", excerpt(line) + " is not of the form PATH<TAB>SAMPLES");
  }
  if (!is_number(line.substr(tab + 1))) {
    throw Error("", "samples: " + excerpt(line.substr(tab + 1)) + " is not a whole number");
  }
  const std::string key(line.substr(0, tab));
  return {key, key.front() == '/' ? key : root + key};
}

ListedAudio parse_wav_scp(std::string_view line) {
  line = trimmed(line);
  const std::size_t blank = std::min(line.find_first_of(kBlanks), line.size());
  const std::string_view path = trimmed(line.substr(blank));
  if (path.empty()) throw Error("", excerpt(line) + " is not of the form KEY PATH");
  if (path.front() == '|' || path.back() == '|') {
    throw Error("", excerpt(path) +
                        " is a command, and commands in a list are not run; write its output into "
                        "a file and list that");
  }
  return {std::string(line.substr(0, blank)), std::string(path)};
}

// Throws if the first lines, of which there are one or two, show that the file is a list of neither
// kind.
void refuse_others(const std::vector<std::string>& lines, const std::string& name) {
  const auto refuse = [&](const std::string& what) {
    throw Error(name, "is " + what +
                          ", not a fairseq manifest (a root folder, then PATH<TAB>SAMPLES) nor a "
                          "wav.scp (KEY PATH); a list of paths goes to standard input");
  };
  const auto count = [](const std::string& line, char c) {
    return std::count(line.begin(), line.end(), c);
  };
  const std::string& first = lines.front();
  const std::string& second = lines.back();
  if (first.find('\0') != std::string::npos) refuse("binary data");
  const std::size_t begin = first.find_first_not_of(kBlanks);
  if (begin != std::string::npos && (first[begin] == '{' || first[begin] == '[')) {
    refuse("JSON (of which jq -r .audio_filepath takes the paths, where NeMo wrote it)");
  }
  const bool more = lines.size() > 1;
  if (more && ends_in_samples(second)) return;
  const bool commas = count(first, ',') > 0 && count(first, ',') == count(second, ',');
  if (commas && first.find_first_of(kBlanks) > first.find(',')) refuse("CSV");
  if (count(first, '\t') > 1 && count(first, '\t') == count(second, '\t')) {
    refuse("a table of " + std::to_string(count(first, '\t') + 1) + " columns");
  }
  const bool blanks = first.find_first_of(kBlanks) != std::string::npos ||
                      second.find_first_of(kBlanks) != std::string::npos;
  if (!blanks && more) refuse("a list of single words");
}

}  // namespace

void read_audio_list(const std::string& path, const std::function<void(ListedAudio)>& take,
                     const std::function<void(const Error&)>& fail) {
  LineReader lines(path);
  // False at the end, also after a read that failed.
  const auto next = [&](std::string& line) {
    try {
      std::string_view text;
      if (!lines.next(text)) return false;
      line = text;
      return true;
    } catch (const Error& error) {
      fail(error);
      return false;
    }
  };
  std::vector<std::string> start;
  for (std::string line; start.size() < 2 && next(line);)
    start.push_back(line);
  if (start.empty()) return;
  refuse_others(start, lines.name());
  const bool fairseq = start[0].find_first_of(kBlanks) == std::string::npos ||
                       (start.size() > 1 && ends_in_samples(start[1]));
  std::string root = start[0];
  if (!root.empty() && root.back() != '/') root += '/';

  const auto take_line = [&](const std::string& line, std::size_t number) {
    ListedAudio entry;
    try {
      if (line.empty()) throw Error("", "empty line");
      entry = fairseq ? parse_fairseq(line, root) : parse_wav_scp(line);
    } catch (const Error& error) {
      fail(Error(lines.name() + ':' + std::to_string(number), error.reason()));
      return;
    }
    take(std::move(entry));
  };
  for (std::size_t i = fairseq ? 1 : 0; i < start.size(); ++i)
    take_line(start[i], i + 1);
  for (std::string line; next(line);)
    take_line(line, lines.line());
}

}  // namespace pairalign::tokens
