#include "tokens/label_document.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "tokens/text.hpp"

namespace pairalign::tokens {
namespace {

template <class... Args>
void add_line(std::string& text, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
  text += '\n';
}

// Praat doubles quotes within text and has no other escape; newlines are allowed.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : valid_utf8(text)) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

// Percent-encodes the characters of a path that are special in URLs, and bytes beyond ASCII.
std::string url_path(const std::string& path) {
  constexpr std::string_view kPlain = "-._~/!$&'()*+,;=:@";
  std::string url;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte < 0x80 && std::isalnum(byte) != 0) || kPlain.find(c) != kPlain.npos;
    url += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return url;
}

// Tiers without gaps: Praat's intervals must cover the whole time.
std::vector<Label> without_gaps(const std::vector<Label>& labels, std::int64_t end) {
  std::vector<Label> all;
  std::int64_t reached = 0;
  for (const Label& label : labels) {
    if (label.start_ms > reached) all.push_back({reached, label.start_ms, ""});
    all.push_back(label);
    reached = label.end_ms;
  }
  if (reached < end) all.push_back({reached, end, ""});
  return all;
}

}  // namespace

LabelDocument::Recording& LabelDocument::recording(std::string_view key) {
  const Fragment part = split_fragment(key);
  const std::string path(part.path);
  const std::string name = part.channel > 0 ? with_channel(path, part.channel) : path;
  const auto [place, added] = places_.try_emplace(name, recordings_.size());
  if (added) recordings_.push_back({name, path, 0, {}});
  return recordings_[place->second];
}

void LabelDocument::extend(std::string_view key, std::int64_t length_ms) {
  Recording& there = recording(key);
  there.length_ms = std::max(there.length_ms, length_ms);
}

void LabelDocument::add(std::string_view key, Label label) {
  label.end_ms = std::max(label.end_ms, label.start_ms + 1);
  Recording& there = recording(key);
  there.length_ms = std::max(there.length_ms, label.end_ms);
  there.labels.push_back(std::move(label));
}

void LabelDocument::add(const Record& record) {
  require_starts(record);
  const std::int64_t offset = std::llround(split_fragment(record.key).start_s * 1000);
  extend(record.key, record.seconds < 0 ? 0 : offset + 10 * centiseconds(record.seconds));
  for (std::size_t i = 0; i < record.tokens.size(); ++i) {
    const auto end = static_cast<std::int64_t>(end_of_token(record, i));
    add(record.key, {offset + record.starts_ms[i], offset + end, std::to_string(record.tokens[i])});
  }
}

// Each label goes on the first tier that is free where it starts.
std::vector<LabelDocument::Tier> LabelDocument::tiers() const {
  std::vector<Tier> all;
  for (const Recording& there : recordings_) {
    std::vector<Label> labels = there.labels;
    std::stable_sort(labels.begin(), labels.end(),
                     [](const Label& a, const Label& b) { return a.start_ms < b.start_ms; });
    const std::size_t first = all.size();
    all.push_back({there.name, {}});
    for (Label& label : labels) {
      std::size_t place = first;
      while (place < all.size() && !all[place].labels.empty() &&
             all[place].labels.back().end_ms > label.start_ms) {
        ++place;
      }
      if (place == all.size()) {
        all.push_back({fmt::format("{} ({})", there.name, place - first + 1), {}});
      }
      all[place].labels.push_back(std::move(label));
    }
  }
  return all;
}

std::string LabelDocument::textgrid() const {
  std::int64_t end = 1;
  for (const Recording& there : recordings_)
    end = std::max(end, there.length_ms);
  const std::vector<Tier> all = tiers();
  std::string text;
  add_line(text, "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n");
  add_line(text, "xmin = 0\nxmax = {}\ntiers? <exists>\nsize = {}\nitem []:", thousandths(end),
           all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::vector<Label> intervals = without_gaps(all[i].labels, end);
    add_line(text, "    item [{}]:\n        class = \"IntervalTier\"\n        name = {}", i + 1,
             quoted(all[i].name));
    add_line(text, "        xmin = 0\n        xmax = {}\n        intervals: size = {}",
             thousandths(end), intervals.size());
    for (std::size_t k = 0; k < intervals.size(); ++k) {
      add_line(text, "        intervals [{}]:\n            xmin = {}\n            xmax = {}", k + 1,
               thousandths(intervals[k].start_ms), thousandths(intervals[k].end_ms));
      add_line(text, "            text = {}", quoted(intervals[k].text));
    }
  }
  return text;
}

std::string LabelDocument::eaf() const {
  const std::vector<Tier> all = tiers();
  // Each label gets two time slots of its own, as ELAN does it: with a shared one, moving the end
  // of one label would move the beginning of the next.
  std::vector<std::pair<std::int64_t, std::size_t>> times;  // and which end of which label
  for (const Tier& tier : all) {
    for (const Label& label : tier.labels) {
      times.emplace_back(label.start_ms, times.size());
      times.emplace_back(label.end_ms, times.size());
    }
  }
  std::sort(times.begin(), times.end());
  std::vector<std::size_t> slots(times.size());
  for (std::size_t i = 0; i < times.size(); ++i)
    slots[times[i].second] = i + 1;

  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  // With the current date, the same labels would give different files.
  add_line(text,
           "<ANNOTATION_DOCUMENT AUTHOR=\"pairalign\" DATE=\"1970-01-01T00:00:00+00:00\" "
           "FORMAT=\"3.0\" VERSION=\"3.0\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
           "xsi:noNamespaceSchemaLocation=\"http://www.mpi.nl/tools/elan/EAFv3.0.xsd\">");
  add_line(text, "<HEADER MEDIA_FILE=\"\" TIME_UNITS=\"milliseconds\">");
  std::set<std::string> linked;  // once, whatever the number of its channels
  for (const Recording& there : recordings_) {
    if (!linked.insert(there.path).second) continue;
    const std::string url = xml_attribute(url_path(there.path));
    const bool absolute = !there.path.empty() && there.path.front() == '/';
    add_line(text, "<MEDIA_DESCRIPTOR MEDIA_URL=\"{}{}\" MIME_TYPE=\"audio/*\"{}/>",
             absolute ? "file://" : "", url,
             absolute ? "" : fmt::format(" RELATIVE_MEDIA_URL=\"./{}\"", url));
  }
  add_line(text, "</HEADER>\n<TIME_ORDER>");
  for (std::size_t i = 0; i < times.size(); ++i)
    add_line(text, "<TIME_SLOT TIME_SLOT_ID=\"ts{}\" TIME_VALUE=\"{}\"/>", i + 1, times[i].first);
  add_line(text, "</TIME_ORDER>");
  std::size_t annotation = 0;
  for (const Tier& tier : all) {
    add_line(text, "<TIER LINGUISTIC_TYPE_REF=\"labels\" TIER_ID=\"{}\">",
             xml_attribute(tier.name));
    for (const Label& label : tier.labels) {
      add_line(text,
               "<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a{}\" TIME_SLOT_REF1=\"ts{}\" "
               "TIME_SLOT_REF2=\"ts{}\"><ANNOTATION_VALUE>{}</ANNOTATION_VALUE>"
               "</ALIGNABLE_ANNOTATION></ANNOTATION>",
               annotation + 1, slots[2 * annotation], slots[2 * annotation + 1],
               xml_attribute(label.text));
      ++annotation;
    }
    add_line(text, "</TIER>");
  }
  add_line(text,
           "<LINGUISTIC_TYPE GRAPHIC_REFERENCES=\"false\" LINGUISTIC_TYPE_ID=\"labels\" "
           "TIME_ALIGNABLE=\"true\"/>\n</ANNOTATION_DOCUMENT>");
  return text;
}

}  // namespace pairalign::tokens
