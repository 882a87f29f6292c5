#include "options.hpp"

namespace pairalign {
namespace {

constexpr const char* kOutput =
    R"(QUERY and KEY are keys as in token strings. start and end are the position of the match in
the file, in seconds, from the token times in the archive. If a record has none (pa-tokenize
--no-times), they are estimated as if all its tokens were equally long, which may be off by a pause;
a last field then says `estimated` (JSON: "place_estimated"). If the duration is unknown too, they
are missing. A recording that says the same thing several times is listed with every place, within
the limits and -k: places do not overlap, and -k and limits count places. In archives of overlapping
windows (pa-tokenize --window), a place found in several windows is listed once, as in the best of
them. Hits of a query are sorted by score, ties by key. There is no header line, so that hits from
several archives can be merged with sort. trec: query, Q0, document, rank, score, tag; names have no
folders or extension, and each document is listed once. textgrid and eaf: one document for Praat or
ELAN, with a tier per recording and a label, QUERY SCORE EVALUE, at each hit.

On a terminal, hits are shown as a table: below each query the rank, the score as a bar and a
number, EVALUE after the letter E, times as h:mm:ss.s, and the recording, truncated at the front if
the terminal is too narrow. The bar is green if EVALUE is at most 0.01, and yellow up to 1. --format
table writes the table to a pipe too, without colours and $COLUMNS wide.)";

constexpr const char* kUnitCosts =
    R"(DISTANCE counts substitutions, insertions and deletions of tokens. SCORE is 1 - DISTANCE /
tokens of the query; in global mode, / tokens of the longer string. A score of 0 means nothing in
common with the query, and is not a hit.)";

constexpr const char* kSoftCosts =
    R"(These find more: the model that wrote the strings knows which tokens are easily confused.
SCORE is in bits: how much more likely the tokens found are as another rendering of the query than
by chance, less 3 bits for each insertion and deletion; deleting a query's tokens of pauses and
noise is free. SCORE grows with the length of the match, so one --min-score serves queries of any
length. A score of 0 or less is not a hit. DISTANCE is the gap to the best possible score, in bits.
Queries with alternatives for their tokens (pa-tokenize --alternatives 16) find most: each part of a
token is then aligned by itself, and scored with the mixture of its alternatives.)";

constexpr const char* kEvalue =
    R"(The number of places with the same or a better score expected by chance in these archives. It
is estimated from strings of speech that ship with the model that wrote the archives (--model), and
from how the query read backwards scores in the archives. A hit with an EVALUE well below 1 is
meaningful, one near or above 1 is not. In measurements it was correct to within a factor of two; at
0.001, where hits are few, to within a factor of five. Without that model, or if it has no such
strings, there were twelve (unit costs) to twenty (soft costs) times as many chance hits at 0.01 as
EVALUE predicts; -v reports this case. A query whose exact copy would have an EVALUE above 1 is too
short to be meaningful, and a warning says so.)";

constexpr const char* kFuse =
    R"(With --fuse, queries with the same key are renderings of one query: a word said by several
people, or one recording under several warps, as pa-tokenize --renderings writes them. The SCORE of
a recording is that of all renderings, 8 log2 mean 2^(SCORE/8) bits; with unit costs, an edit counts
as 4 bits. Every recording is compared and has at most one hit, at the place of the best-matching
rendering. All queries are read before the first is answered.)";

constexpr const char* kSpeed =
    R"(Archives have an index that saves most of the work of a search with unit costs for scores of
about 0.6 or more: with --min-score or --max-distance, or if there are as many such hits as -k asks
for. With soft costs, or for lower scores, every record is compared. The hits are the same with and
without the index.)";

constexpr const char* kAlignment =
    R"(--alignment adds two columns after EVALUE: a CIGAR string as in SAM (= the same token, X
another token, I only in the query, D only in the recording), and how many seconds later the match
is in the recording's file than in the query's: the median over aligned tokens, or - if times are
unknown (JSON: "alignment", "offset"). --between does this for two files of token strings, without
an archive: it searches for the strings of the first in those of the second.)";

constexpr const char* kDuplicates =
    R"(--duplicates S prints pairs of records with a score of at least S, each once, as KEY, KEY,
DISTANCE, SCORE, EVALUE: with one archive, pairs within it; with several, pairs of a record of the
first and one of another. In global mode, the default here, whole records are compared. In infix
mode, the first KEY is the record found within the other, and each place where it occurs is a pair:
of two archives, name the one with the shorter records first. With --part, parts of records are
searched for, overlapping matches are joined, and the fragments say what corresponds; --min-tokens
and --min-seconds apply to what was joined. If records are windows of a file, overlapping pairs are
joined too. EVALUE, as of a search for the first KEY alone, is printed (and limits pairs) only with
--max-evalue; S may then be 0. Silence, hum and a few tokens repeated over and over (a token entropy
of less than 12 bits in all, or 2 bits per token) make no pairs; -v counts what was left out.)";

}  // namespace

const cli::Tool& search_tool() {
  static const cli::Tool kTool = [] {
    cli::Tool tool;
    tool.name = "pa-search";
    tool.purpose = "find token strings in archives";
    tool.common_options = cli::kJobs | cli::kProgress;
    tool.summary =
        R"(Finds token strings in archives by edit distance. Prints hits, best first: QUERY,
KEY#t=start,end, DISTANCE, SCORE, EVALUE, separated by TAB.)";
    tool.description =
        R"(Queries and archives must come from the same model and tokenizer. An argument that ends
in .pai or names a folder is an archive to search; any other is a file of queries.)";
    tool.notes = {{"Output", kOutput},           {"Unit costs", kUnitCosts},
                  {"Soft costs", kSoftCosts},    {"EVALUE", kEvalue},
                  {"Several renderings", kFuse}, {"Speed", kSpeed},
                  {"Alignment", kAlignment},     {"Duplicates", kDuplicates}};
    tool.exit_status =
        R"(0 success; 1 nothing found; 2 usage error, or an input or an input line failed (it is
reported, the others are processed).)";
    tool.environment = {
        {"PAIRALIGN_MODEL",
         "Model for soft costs and E-values without --model: a file, or the name of an installed "
         "model."},
        {"NO_COLOR", "If set, tables on a terminal have no colours. No other tool uses colours."},
        {"COLUMNS", "Width of a table written to a pipe."}};
    tool.files = {{"NAME.pai/", "An archive (a folder); see pairalign-archive(5)."}};
    tool.preparation = R"(pa-tokenize talks/ >talks.tsv
pa-index talks.pai talks.tsv
pa-tokenize query.opus >queries.tsv)";
    tool.examples = {
        {"Ask by voice where this was said", "pa-tokenize query.opus | pa-search talks.pai"},
        {"The three best hits of each query with at least a given score",
         "pa-search talks.pai queries.tsv -k 3 --min-score 0.3"},
        {"Every place where it is said, recording by recording, in order of time",
         "pa-search talks.pai queries.tsv -k 0 --min-score 0.6 | sort -t '#' -k 1,1 -k 2.3n"},
        {"Find more, using the model's scores of token pairs",
         "pa-tokenize --alternatives 16 query.opus | pa-search talks.pai --cost soft -k 5"},
        {"Find more words spoken by other speakers, with seven renderings of the query",
         "pa-tokenize --alternatives 16 --renderings 7 query.opus | pa-search talks.pai --fuse "
         "--cost soft -k 5"},
        {"All hits that are unlikely to be chance",
         "pa-search talks.pai queries.tsv -k 0 --max-evalue 0.1"},
        {"For each recording of an archive, the most similar other one",
         "pa-index --dump talks.pai | pa-search talks.pai --mode global --no-self -k 1"},
        {"View hits in Praat, alongside the recordings",
         "pa-search talks.pai queries.tsv -k 3 --format textgrid >hits.TextGrid"},
        {"A run for pa-stats or trec_eval",
         "pa-search talks.pai queries.tsv -k 0 --format trec >run.txt"},
        {"How the recordings of two files correspond, and their offset in time",
         "pa-search --between queries.tsv talks.tsv -k 1"},
        {"What recordings have in common, wherever it begins and ends",
         "pa-search --duplicates 0 --max-evalue 0.01 --mode infix --part 24 talks.pai"},
        {"Recordings that are in two archives",
         "pa-index test.pai talks.tsv; pa-search --duplicates 0.7 test.pai talks.pai"}};
    tool.see_also = {"pa-tokenize(1)", "pa-index(1)",          "pa-rerank(1)", "pa-stats(1)",
                     "sort(1)",        "pairalign-archive(5)", "pairalign(7)"};
    return tool;
  }();
  return kTool;
}

}  // namespace pairalign
