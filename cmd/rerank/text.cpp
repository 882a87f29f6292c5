#include "options.hpp"

namespace pairalign {
namespace {

constexpr const char* kOutput =
    R"(The hits in the format of pa-search: QUERY, KEY#t=start,end, DISTANCE, SCORE, EVALUE. start
and end are measured anew, in frames of 20 ms, within the place given and a margin around it: half a
second and half of the query's length on either side. DISTANCE is the sum of 1 - cosine along the
alignment, divided by the number of frames of the query (with --whole, by the mean of the frame
counts of query and hit); frames of pauses and noise do not count. SCORE is 1 - DISTANCE. Copies of
the same sound score near 1, other speakers' renditions of a word mostly 0.55 to 0.75; but the best
of a hundred chance hits score as high, so trust the ranks and EVALUE more than SCORE. EVALUE is
that of the search, since none can be computed from the audio. What is said several
times in a row is found as often as the search found it. Hits that come to the same place, or to more
than half of it, are listed once, with the smallest of their E-values; --format trec lists each key
once. Hits of a query are sorted by score, ties by key; queries are in the order of their first hit.
All hits are read before the first is written.)";

constexpr const char* kAudio =
    R"(Queries and hits are read from the files that their keys name, relative to the current
folder, or that --manifest lists. Each file is read once, whatever the number of hits in it. Damaged
files are read as far as possible. Hits whose audio, or whose query's audio, cannot be read are left
out, and the file is reported. A query from a pipe (-) cannot be read again: save it to a file. The
model need not be the one that wrote the strings.)";

}  // namespace

const cli::Tool& rerank_tool() {
  static const cli::Tool kTool = [] {
    cli::Tool tool;
    tool.name = "pa-rerank";
    tool.purpose = "re-rank hits of a search by their audio";
    tool.common_options = cli::kJobs | cli::kProgress;
    tool.summary =
        R"(Re-ranks hits of pa-search by comparing the audio of query and hit, where it is still
available: embeddings distinguish more than the tokens made from them. Reads and prints hits, best
first: QUERY, KEY#t=start,end, DISTANCE, SCORE, EVALUE, separated by TAB.)";
    tool.description =
        R"(Archived strings are small and quick to search, at the price of detail that a token
cannot hold. pa-rerank makes up for it: let pa-search find more than is wanted (-k 100), and
pa-rerank choose. It helps most with words spoken by other speakers or over other channels. The
alignment is dynamic time warping of the frames' embeddings.)";
    tool.notes = {{"Output", kOutput}, {"Audio", kAudio}};
    tool.exit_status =
        "0 success; 1 no hits; 2 usage error, or an input, a line or a file failed (it is "
        "reported, "
        "the others are processed).";
    tool.preparation = "pa-tokenize talks/ | pa-index talks.pai";
    tool.examples = {
        {"Ask by voice where this was said, with the best ten of a hundred hits",
         "pa-tokenize --alternatives 16 query.opus | pa-search talks.pai --cost soft -k 100 | "
         "pa-rerank"},
        {"The best hit of each query, for a program",
         "pa-tokenize query.opus | pa-search talks.pai -k 100 | pa-rerank -k 1 --format jsonl"},
        {"Compare whole recordings",
         "pa-index --dump talks.pai | pa-search talks.pai --mode global --no-self --cost soft -k "
         "20 "
         "| pa-rerank --whole -k 1"}};
    tool.see_also = {"pa-search(1)", "pa-tokenize(1)", "pairalign-records(5)", "pairalign(7)"};
    return tool;
  }();
  return kTool;
}

}  // namespace pairalign
