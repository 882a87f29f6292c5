#include "train/natural_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "tokens/line_reader.hpp"
#include "tokens/record.hpp"
#include "tokens/text.hpp"

namespace pairalign::train {
namespace {

constexpr std::size_t kMaxRun = 3;  // words
constexpr double kMaxGap = 0.1;     // seconds: a longer gap may hold an unlisted word
constexpr std::size_t kFaultsNamed = 5;
constexpr double kEndTolerance = 0.05;  // seconds that a span may extend beyond its recording

std::string without_extension(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  const std::size_t name = path.rfind('/') + 1;  // 0 where there is no folder
  return dot == std::string::npos || dot <= name ? path : path.substr(0, dot);
}

std::optional<double> parse_seconds(std::string_view text) {
  double value = 0;
  if (!tokens::parse_whole(text, value) || !std::isfinite(value)) return {};
  return value;
}

bool holds_two_voices(const std::vector<SpokenSpan>& spans) {
  return std::any_of(spans.begin(), spans.end(),
                     [&](const SpokenSpan& span) { return span.voice != spans.front().voice; });
}

}  // namespace

void RecordingNames::add(const std::string& path, const std::string& root,
                         std::optional<std::size_t> recording) {
  const Found found = {recording ? Kind::training : Kind::held_out, recording.value_or(0)};
  std::vector<std::string> names = {path, without_extension(path)};
  if (path.size() > root.size() && path.compare(0, root.size(), root) == 0) {
    const std::string tail = path.substr(path.find_first_not_of('/', root.size()));
    names.push_back(tail);
    names.push_back(without_extension(tail));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& name : names) {
    const auto [at, is_new] = names_.emplace(name, found);
    if (!is_new) at->second.kind = Kind::ambiguous;
  }
}

RecordingNames::Found RecordingNames::find(const std::string& name) const {
  const auto at = names_.find(name);
  return at == names_.end() ? Found{} : at->second;
}

std::size_t NaturalPairs::spans() const {
  std::size_t sum = 0;
  for (const auto& type : types_)
    sum += type.size();
  return sum;
}

std::uint64_t NaturalPairs::fingerprint() const {
  std::vector<std::uint64_t> all;
  if (!empty()) all.push_back(static_cast<std::uint64_t>(slack_));
  for (std::size_t t = 0; t < types_.size(); ++t) {
    for (const SpokenSpan& span : types_[t]) {
      all.insert(all.end(), {t, span.recording, static_cast<std::uint64_t>(span.first),
                             static_cast<std::uint64_t>(span.samples), span.voice});
    }
  }
  return all.empty() ? 0 : hash64(all.data(), all.size() * sizeof(all[0]));
}

NaturalPairs::Pair NaturalPairs::draw(Random& random) const {
  const double target = random.uniform() * weights_.back();
  const auto at = std::upper_bound(weights_.begin(), weights_.end() - 1, target);
  const auto& type = types_[static_cast<std::size_t>(at - weights_.begin())];
  Pair pair;
  pair.a = type[random.below(type.size())];
  std::vector<const SpokenSpan*> partners;
  for (const SpokenSpan& span : type) {
    if (span.voice != pair.a.voice) partners.push_back(&span);
  }
  pair.b = *partners[random.below(partners.size())];
  return pair;
}

void PairCollector::fault(const std::string& text, std::int64_t& counter,
                          std::vector<std::string>& first) {
  ++counter;
  if (first.size() < kFaultsNamed) first.push_back(text);
}

void PairCollector::read_speakers(const std::string& path) {
  using Kind = RecordingNames::Kind;
  tokens::for_each_line(path, "#", [&](std::string_view line) {
    const auto fields = tokens::words_of(line);
    if (fields.size() != 2) throw Error("", "not `recording speaker`");
    const std::string name(fields[0]);
    const auto found = names_.find(name);
    if (found.kind == Kind::held_out) return;
    if (found.kind != Kind::training) {
      fault(name, faults_.stray_speakers, faults_.first_stray);
      return;
    }
    const std::size_t voice = voices_.emplace(std::string(fields[1]), voices_.size()).first->second;
    if (speakers_.emplace(found.recording, voice).first->second != voice)
      throw Error("", name + " has another speaker already");
  });
}

std::optional<SpokenSpan> PairCollector::span_of(const std::string& name, double start, double end,
                                                 const std::string& where) {
  using Kind = RecordingNames::Kind;
  const auto found = names_.find(name);
  if (found.kind == Kind::held_out) return {};
  if (found.kind != Kind::training) {
    const char* reason = found.kind == Kind::ambiguous ? " names several recordings"
                                                       : " is no recording of the training audio";
    fault(where + ": " + name + reason, faults_.unknown_recordings, faults_.first);
    return {};
  }
  const std::int64_t size = store_.size(found.recording);
  const bool inside = start >= 0 && start < end &&
                      to_samples(end) <= size + to_samples(kEndTolerance) &&
                      to_samples(start) < size;
  if (!inside) {
    fault(where + ": the span lies outside " + name, faults_.outside_recording, faults_.first);
    return {};
  }
  const std::int64_t first = to_samples(start);
  // Numbered after the speakers, who are no more than the recordings, a recording without one
  // shares a voice with no other.
  const auto speaker = speakers_.find(found.recording);
  const std::size_t voice =
      speaker == speakers_.end() ? store_.count() + found.recording : speaker->second;
  return SpokenSpan{found.recording, first, std::min(to_samples(end), size) - first, voice};
}

bool PairCollector::has_usable_length(const SpokenSpan& span) const {
  const double seconds = static_cast<double>(span.samples) / audio::kSampleRate;
  return seconds >= config_.low_seconds && seconds <= config_.high_seconds;
}

void PairCollector::read_words(const std::string& path) {
  std::map<std::string, std::vector<Word>>
      recordings;  // sorted by name, so that the order is reproducible
  tokens::for_each_line(path, ";;", [&](std::string_view line) {
    const auto fields = tokens::words_of(line);
    if (fields.size() < 5) throw Error("", "not `recording channel start duration word`");
    const auto start = parse_seconds(fields[2]), duration = parse_seconds(fields[3]);
    if (!start || !duration) throw Error("", "start or duration is no number of seconds");
    recordings[std::string(fields[0])].push_back(
        {*start, *start + *duration, std::string(fields[4])});
  });
  for (auto& [recording, words] : recordings)
    add_runs(recording, words, path);
}

void PairCollector::add_runs(const std::string& recording, std::vector<Word>& words,
                             const std::string& where) {
  std::stable_sort(words.begin(), words.end(),
                   [](const Word& a, const Word& b) { return a.start < b.start; });
  std::size_t used = 0;  // words, of which the last is in a span of usable length
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string text;
    bool inside = false;
    for (std::size_t n = 0; n < kMaxRun && i + n < words.size(); ++n) {
      const Word& word = words[i + n];
      if (n > 0 && word.start - words[i + n - 1].end > kMaxGap) break;
      text += (n > 0 ? " " : "") + word.text;
      const auto span = span_of(recording, words[i].start, word.end, where);
      if (!span) break;
      inside = true;
      if (!has_usable_length(*span)) continue;
      words_[text].push_back(*span);
      used = std::max(used, i + n + 1);
    }
    if (inside && used <= i) ++faults_.other_length;
  }
}

void PairCollector::read_pairs(const std::string& path) {
  tokens::for_each_line(path, "#", [&](std::string_view line) {
    const auto fields = tokens::split(line, '\t');
    if (fields.size() < 2) throw Error("", "not two keys separated by a TAB");
    std::vector<SpokenSpan> spans;
    for (std::size_t i = 0; i < 2; ++i) {
      const std::string key = tokens::unescape_key(fields[i]);
      const tokens::Fragment fragment = tokens::split_fragment(key);
      if (!fragment.end_s) throw Error("", key + " does not end in a time, #t=start,end");
      const auto span =
          span_of(std::string(fragment.path), fragment.start_s, *fragment.end_s, path);
      if (!span) return;
      if (!has_usable_length(*span)) {
        ++faults_.other_length;
        return;
      }
      spans.push_back(*span);
      spans.back().voice = i;  // whoever speaks: the list declares them a pair
    }
    const SpokenSpan &a = spans[0], &b = spans[1];
    if (a.recording == b.recording && a.first < b.first + b.samples &&
        b.first < a.first + a.samples) {
      fault(path + ": " + std::string(fields[0]) + " overlaps its partner", faults_.overlapping,
            faults_.first);
      return;
    }
    found_.push_back(std::move(spans));
  });
}

NaturalPairs PairCollector::finish() {
  if (speakers_.empty() && faults_.stray_speakers > 0) {
    throw Error("", "the lists of speakers name no recording of the training audio; the first: " +
                        faults_.first_stray.front());
  }
  NaturalPairs pairs;
  pairs.slack_ = to_samples(config_.slack_seconds);
  std::map<std::string, std::vector<SpokenSpan>> sorted(words_.begin(), words_.end());
  for (auto& [text, spans] : sorted) {
    if (holds_two_voices(spans)) pairs.types_.push_back(std::move(spans));
  }
  for (auto& spans : found_)
    pairs.types_.push_back(std::move(spans));
  if (pairs.types_.empty()) {
    const std::string voices = speakers_.empty() ? "" : " by two speakers";
    const std::string lengths =
        faults_.other_length == 0
            ? ""
            : fmt::format("; {} are not {} .. {} s long", faults_.other_length, config_.low_seconds,
                          config_.high_seconds);
    const std::string first =
        faults_.first.empty() ? "" : "; the first fault: " + faults_.first.front();
    throw Error("", "the lists of words and pairs hold no pair of the training audio" + voices +
                        lengths + first);
  }
  double sum = 0;
  for (const auto& spans : pairs.types_) {
    sum += std::pow(static_cast<double>(spans.size()), config_.tempering);
    pairs.weights_.push_back(sum);
  }
  return pairs;
}

}  // namespace pairalign::train
