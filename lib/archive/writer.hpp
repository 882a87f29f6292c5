// Archives of token strings: writing. archive.hpp describes how an append stays atomic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive/folder.hpp"
#include "archive/manifest.hpp"
#include "archive/pair_index.hpp"
#include "archive/removals.hpp"
#include "archive/segment_builder.hpp"
#include "archive/source.hpp"
#include "base/thread_pool.hpp"
#include "tokens/record.hpp"

namespace pairalign::archive {

struct WriterOptions {
  /// A segment is written when its records take this much memory.
  std::size_t segment_bytes = std::size_t{64} << 20;
  /// Coding of tokens in new segments, by later writers too; nothing: as the archive has it.
  std::optional<TokenCoding> coding;
  /// Likewise whether segments get postings.
  std::optional<Indexing> indexing;
  /// A segment of fewer tokens gets no postings.
  std::size_t min_indexed_tokens = kMinIndexedTokens;
  /// Threads that lay out a segment; 0: one per processor. The result does not depend on it.
  int threads = 1;
  /// How long to wait for another writer, in seconds.
  double wait_seconds = 0;
  /// Whether to merge small segments and rewrite those that consist mostly of removed records, so
  /// that the number of segments grows with the logarithm of the number of appends.
  bool compaction = true;
  /// Whether records replace earlier ones; if not, those of the same key are all kept.
  bool replace = true;
};

/// How archives are merged.
struct MergeOptions {
  /// Prepended to the keys of the other archives, so that those of two machines stay distinct.
  std::string prefix;
  /// Of differing records with the same key, keep the last one. False: throw Error, change nothing.
  bool replace = true;
};

/// Changes an archive, which is created if it does not exist. Everything added and removed becomes
/// visible together, at `commit`; a writer destroyed before that leaves nothing behind. Files that
/// it finds and does not replace are never deleted, whatever state the folder is in. Records are
/// kept in the order in which they are added. They replace earlier ones of the same key, also
/// within this commit (and those of a file that changed; see NewerRecords), and no others. Memory
/// is bounded by a few segments and some 18 bytes for each record of a commit.
///
/// The archive is locked only while it is written to: from when the first segment is full, or
/// `commit`, `remove`, `rename` or `merge` is called, to the end of the commit. What another writer
/// commits before that is kept. The functions that lock throw Error if the archive has meanwhile
/// become one of incompatible strings, or if another writer does not release it.
class ArchiveWriter {
 public:
  /// Throws Error for a folder that is not an archive or cannot be written to, a damaged manifest,
  /// or a `header` that does not match.
  explicit ArchiveWriter(const std::string& path, const tokens::Header& header = {},
                         const WriterOptions& options = {});
  ~ArchiveWriter();
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;

  /// The header of the archive's strings, combined from all headers given so far.
  const tokens::Header& header() const { return manifest_.header; }

  /// Combines a header with the archive's: fields that the archive does not know are adopted, since
  /// strings without a header are trusted; throws Error(path, reason) if it contradicts what is
  /// known, or if a token present is outside its vocabulary.
  void take_header(const tokens::Header& header);

  /// Throws Error(key, reason), and adds nothing, for a record that cannot be stored: a token
  /// outside the vocabulary, times that do not match its tokens.
  void add(const tokens::Record& record, const std::optional<Source>& source = std::nullopt);

  /// Names of files in the archive's folder that look like its own but that its manifest does not
  /// mention, perhaps because an older manifest was put in place of a newer one. They are left
  /// alone.
  const std::vector<std::string>& strays() const { return strays_; }

  /// Records added since the last commit.
  std::size_t pending() const { return written_records_ + builder_.size(); }
  /// Records committed and not removed when this writer last locked the archive, or was
  /// constructed.
  std::uint64_t committed() const;

  /// A state to roll back to: records and headers added since are dropped. Valid until `commit`.
  struct Mark {
    tokens::Header header;
    std::size_t written_segments = 0;
    std::size_t records_in_builder = 0;
  };
  Mark mark() const { return {manifest_.header, written_.size(), builder_.size()}; }
  void roll_back(const Mark& mark);

  /// Removes the committed records of these keys, at the next commit; a key without a media
  /// fragment includes its parts. Returns for each key whether it has records.
  std::vector<bool> remove(const std::vector<std::string>& keys);

  /// Gives the committed records of files that were moved, and of their parts, their new keys, at
  /// the next commit; they move to the end. Returns how many. Nothing may be pending.
  std::size_t rename(const std::vector<MovedFile>& files);

  /// Makes all changes visible, and on disk when this returns; returns how many records were
  /// replaced. An archive that does not exist yet is created even if nothing was added. Can be
  /// tried again after an Error: everything added is kept.
  std::size_t commit();

  /// Rewrites the archive as few segments, without removed records and with those of `others` after
  /// its own, and commits that; nothing may be pending. Records replace earlier ones as if the
  /// archives had been appended one after the other. Returns how many were replaced. Throws Error
  /// for an archive that cannot be read or is damaged, for one whose header does not match, and for
  /// records that differ but have the same key (see MergeOptions).
  std::size_t merge(const std::vector<std::string>& others, const MergeOptions& options = {});

  /// Why segments that should have been merged at the last commit were not: a damaged one, a full
  /// disk. The commit itself succeeded.
  const std::optional<Error>& compaction_failure() const { return compaction_failure_; }

 private:
  void begin();
  void end();
  void check_place() const;
  void apply_options();
  void load();
  void clean_up();
  void write_segment();
  bool is_indexed(std::size_t tokens) const;
  void drop(const std::string& name) const;
  void drop_written(std::size_t keep);
  Archive open_committed() const;
  Removals& removals();
  std::size_t remove_replaced(std::vector<RecordNumbers>& removed_of_written);
  void add_segment(SegmentEntry entry, const Segment& segment, const RecordNumbers& removed,
                   Manifest& next);
  void add_all(const Segment& segment, const RecordNumbers& removed, const std::string& prefix);
  bool is_compact() const;
  void compact();
  void swap_manifest(Manifest next);
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string new_file(const std::string& name) const { return file(name) + kNewSuffix; }

  std::string path_;
  WriterOptions options_;
  ThreadPool pool_;
  bool folder_is_new_ = false;    // created by this writer, which has not committed
  bool manifest_is_new_ = false;  // likewise, and is empty
  bool changed_ = false;          // the manifest on disk, if any, differs from manifest_
  std::optional<Descriptor> lock_;
  Manifest manifest_;
  std::vector<std::string> strays_;
  std::vector<SegmentEntry> written_;  // segments on disk that the manifest does not name yet
  std::size_t written_records_ = 0;
  std::vector<std::uint64_t> removed_files_;  // likewise, files of removed records
  bool may_be_named_ = false;         // replacing it failed, but it may name them all the same
  std::optional<Removals> removals_;  // of what is committed; made when first needed
  SegmentBuilder builder_;
  std::optional<Error> compaction_failure_;
};

constexpr std::size_t kCompactionFan = 8;

/// Segments [first, last).
struct SegmentRange {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Chooses which segments to merge, so that years of nightly appends leave few: a range of at most
/// `segment_bytes`, of small segments at the end or, if there are too few of them, the segment with
/// the most bytes of removed records, provided these outnumber the others in it. Nothing: no
/// rewrite is worthwhile.
///
/// As in a log-structured merge tree (O'Neil et al., 1996), but with segments kept in the order of
/// their records: the segments from the first one that is no larger than all later ones together
/// are merged once there are kCompactionFan of them or more. Each remaining segment is then larger
/// than all later ones together: n appends of equal size leave at most kCompactionFan + log2(n)
/// segments, and each record is rewritten at most log2(n) times. Size is counted in tokens and
/// records, because bytes do not add up: a merged segment that is large enough gets postings, is
/// larger than its parts together, and would never be merged with others of its kind. A range never
/// exceeds a full segment, which bounds the time of a commit: full segments are rewritten only to
/// drop removed records.
std::optional<SegmentRange> segments_to_rewrite(const std::vector<SegmentEntry>& segments,
                                                std::uint64_t segment_bytes);

}  // namespace pairalign::archive
