#include "archive/writer.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/segment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"

namespace pairalign::archive {
namespace {

namespace fs = std::filesystem;

bool starts_with(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

// Names that a writer, killed or not, may have left: segments, and the temporary files of
// replace_file.
bool may_be_orphan(const std::string& name) {
  return starts_with(name, "segment-") || starts_with(name, std::string(kManifestFile) + ".");
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code fault;
  for (fs::directory_iterator at(folder, fault), end; !fault && at != end; at.increment(fault)) {
    names.push_back(at->path().filename().string());
  }
  if (fault) throw Error(folder, "cannot list: " + fault.message());
  return names;
}

bool exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

// A folder of somebody else's files must not become an archive by a slip of the hand.
void refuse_other_folder(const std::string& folder) {
  if (exists(folder + "/" + kManifestFile)) return;
  for (const std::string& name : names_in(folder)) {
    if (name != kLockFile && name != kManifestFile && !may_be_orphan(name)) {
      throw Error(folder, "not an archive: a folder with other files and no manifest");
    }
  }
}

tokens::Token largest_in(const Manifest& manifest) {
  tokens::Token largest = 0;
  for (const SegmentEntry& entry : manifest.segments) {
    largest = std::max(largest, entry.largest_token);
  }
  return largest;
}

}  // namespace

ArchiveWriter::ArchiveWriter(const std::string& path, const tokens::Header& header,
                             const WriterOptions& options)
    : path_(path), options_(options) {
  try {
    lock_folder();
    load();
    take_header(header);
  } catch (...) {
    remove_new_folder();
    throw;
  }
}

ArchiveWriter::~ArchiveWriter() {
  drop_written(0);
  remove_new_folder();
}

void ArchiveWriter::remove_new_folder() {
  if (!folder_is_new_) return;
  if (lock_) lock_->remove();
  ::rmdir(path_.c_str());
}

void ArchiveWriter::lock_folder() {
  folder_is_new_ = ::mkdir(path_.c_str(), 0777) == 0;
  if (!folder_is_new_) {
    struct stat info {};
    if (errno != EEXIST || ::stat(path_.c_str(), &info) != 0)
      throw errno_error(path_, "cannot create");
    if (!S_ISDIR(info.st_mode)) throw Error(path_, "not an archive, which is a folder");
    refuse_other_folder(path_);
  }
  lock_ = std::make_unique<FolderLock>(path_, file(kLockFile));
}

void ArchiveWriter::load() {
  changed_ = !exists(file(kManifestFile));
  if (!changed_) manifest_ = read_manifest(path_);
  delete_orphans();
}

void ArchiveWriter::delete_orphans() const {
  std::vector<std::string> named;
  for (const SegmentEntry& entry : manifest_.segments)
    named.push_back(segment_file(entry.number));
  for (const std::string& name : names_in(path_)) {
    const bool known = std::find(named.begin(), named.end(), name) != named.end();
    if (!known && may_be_orphan(name)) ::unlink(file(name).c_str());
  }
}

void ArchiveWriter::take_header(const tokens::Header& header) {
  tokens::Header& own = manifest_.header;
  if (!tokens::compatible(own, header)) {
    throw Error(path_, tokens::describe_mismatch(own, header));
  }
  if (own.vocabulary == 0 && header.vocabulary != 0) {
    tokens::Token largest = std::max(largest_in(manifest_), builder_.largest_token());
    for (const SegmentEntry& entry : written_)
      largest = std::max(largest, entry.largest_token);
    if (largest >= header.vocabulary) {
      throw Error(path_, fmt::format("holds token {}, which is outside the vocabulary of {}",
                                     largest, header.vocabulary));
    }
  }
  const tokens::Header before = own;
  if (own.model.empty()) own.model = header.model;
  if (own.tokenizer.empty()) own.tokenizer = header.tokenizer;
  if (own.vocabulary == 0) own.vocabulary = header.vocabulary;
  changed_ = changed_ || own != before;
}

void ArchiveWriter::add(const tokens::Record& record, const std::optional<Source>& source) {
  const int vocabulary = manifest_.header.vocabulary;
  if (vocabulary != 0) {
    for (const tokens::Token token : record.tokens) {
      if (token < vocabulary) continue;
      throw RefusedRecord(
          record.key, fmt::format("tokens: {} is outside the vocabulary of {}", token, vocabulary));
    }
  }
  builder_.add(record, source);
  if (builder_.bytes() >= options_.segment_bytes) write_segment();
}

std::uint64_t ArchiveWriter::committed() const {
  std::uint64_t records = 0;
  for (const SegmentEntry& entry : manifest_.segments)
    records += entry.records;
  return records;
}

void ArchiveWriter::write_segment() {
  SegmentEntry entry;
  entry.number = manifest_.next_segment + written_.size();
  entry.records = builder_.size();
  entry.tokens = builder_.token_count();
  entry.largest_token = builder_.largest_token();
  const std::string path = file(segment_file(entry.number));
  {
    const std::string bytes = builder_.serialise();
    entry.bytes = bytes.size();
    replace_file(path, bytes);
  }
  written_.push_back(entry);
  written_.back().hash = Segment(path).hash();
  written_records_ += builder_.size();
  builder_ = SegmentBuilder();
}

ArchiveWriter::Mark ArchiveWriter::mark() const {
  return {manifest_.header, written_.size(), builder_.size()};
}

void ArchiveWriter::roll_back(const Mark& mark) {
  manifest_.header = mark.header;
  if (written_.size() == mark.written_segments) {
    builder_.truncate(mark.records_in_builder);
    return;
  }
  // The records to keep went out with the first segment written since.
  SegmentBuilder kept;
  const Segment segment(file(segment_file(written_[mark.written_segments].number)));
  tokens::Record record;
  for (std::size_t i = 0; i < mark.records_in_builder; ++i) {
    segment.record(i, record);
    kept.add(record, segment.source(i));
  }
  builder_ = std::move(kept);
  drop_written(mark.written_segments);
}

void ArchiveWriter::drop_written(std::size_t keep) {
  while (written_.size() > keep) {
    ::unlink(file(segment_file(written_.back().number)).c_str());
    written_records_ -= written_.back().records;
    written_.pop_back();
  }
}

void ArchiveWriter::commit() {
  if (builder_.size() > 0) write_segment();
  if (written_.empty() && !changed_) return;
  Manifest next = manifest_;
  next.segments.insert(next.segments.end(), written_.begin(), written_.end());
  next.next_segment += written_.size();
  // From here on the new manifest may be in place, even if replacing it is reported to have failed
  // (after the rename, the folder may not sync): its segments must not be deleted any more. Should
  // it not be in place, the next writer deletes them.
  written_.clear();
  written_records_ = 0;
  folder_is_new_ = false;
  replace_file(file(kManifestFile), to_text(next));
  manifest_ = std::move(next);
  changed_ = false;
}

}  // namespace pairalign::archive
