#include "options.hpp"

namespace pairalign {
namespace {

constexpr const char* kOutput =
    R"(QUERY and KEY are keys as in token strings. start and end say where the match is, in seconds of
the file, from the token times in the archive. Where a record has none (pa-tokenize --no-times), they are
estimated as if all of its tokens were of one length, which may be off by a pause; a sixth field then says
`estimated` (JSON: "place_estimated"). They are missing when the duration is unknown too. A recording that
says the same several times is listed with every place, as far as limits and -k allow: places do not
overlap, and -k and limits count places. In archives of windows that overlap (pa-tokenize --window), a place
that several windows hold is listed once, as the best of them has it. Hits of a query are ordered by score, equal scores by key. There
is no header line, so
that hits of several archives can be merged with sort. trec: query, Q0, document, rank, score, tag;
names without folders and extension, each document once. textgrid and eaf: one document for Praat or ELAN,
with a tier for each recording and a label, QUERY SCORE EVALUE, where each hit is.

On a terminal hits are shown as a table: below each query rank, a bar and a figure for the score, E and
EVALUE, times as h:mm:ss.s, and the recording, cut at its front where the terminal is too narrow. The bar
is green where EVALUE is at most 0.01, and yellow up to 1. --format table writes it into a pipe too,
without colours, as wide as $COLUMNS.)";

constexpr const char* kUnitCosts =
    R"(DISTANCE counts substitutions, insertions and deletions of tokens. SCORE is 1 - DISTANCE / tokens of
the query; in global mode / tokens of the longer string. What has score 0 shares nothing with the query
and is no hit.)";

constexpr const char* kSoftCosts =
    R"(These find more: the model that wrote the strings tells which tokens stand for one another. SCORE
is in bits: how much likelier the tokens found are as another rendering of the query than by chance, 3
bits less for each insertion and deletion; a query's tokens of pauses and noise are left out at no cost.
It grows with what was said alike, so that one --min-score serves queries of any length. What has score 0 or less is no hit. DISTANCE is what the score lacks of
the best that any tokens could reach, in bits.)";

constexpr const char* kEvalue =
    R"(The number of places of that score or a better one to be expected by chance in these archives,
whatever they hold: told from strings of speech that ship with the model, the one that wrote the archives
(--model), and how the query read backwards scores in the archives. A hit with an EVALUE well below 1 means
something, one near or above 1 nothing. Measured, it is right to a factor of two, at 0.001 of three. Without
that model, or where it has no such strings, chance gave twelve (unit costs) to twenty times (soft costs) as
many hits as it says at 0.01; -v says so. A query whose very copy has an EVALUE above 1 is too
short to mean anything, and a message says so.)";

constexpr const char* kFuse =
    R"(With --fuse, queries of one key are renderings of one query: a word said by several people, or one
recording under several warps, as pa-tokenize --renderings writes them. The SCORE of a recording is that of
all renderings, 8 log2 mean 2^(SCORE/8) bits; an edit of unit costs counts 4. Each recording is compared, and
has one hit, at the place where the best of its renderings fits. All queries are read before the first is
answered.)";

constexpr const char* kSpeed =
    R"(Archives hold an index that spares most of the work where hits of unit costs are wanted with a
score of some 0.6 and more: with --min-score or --max-distance, or when there are as many such hits as
are asked for. With soft costs, and for lower scores, every record is compared. Hits are the same with
and without.)";

constexpr const char* kAlignment =
    R"(--alignment adds two columns behind EVALUE: a CIGAR string as in SAM, = the same token, X another, I only
in the query, D only in the recording; and by how many seconds the same is later in the file of the
recording than in that of the query, the median over tokens that meet, or - where times are not known (JSON:
"alignment", "offset"). --between does so for two files of token strings, without an archive: the strings of
the first are looked for in those of the second.)";

constexpr const char* kDuplicates =
    R"(--duplicates S prints pairs of records with a score of at least S, KEY, KEY, DISTANCE, SCORE, EVALUE,
each once: those within one archive; with several those of a record of the first with one of the others.
In global mode, the default here, whole records are compared. In infix mode the first KEY is the record
that is found within the other, and every place where it is makes a pair; with --part parts of the
records are looked for, those that overlap are joined, and the fragments tell what corresponds. Of records
that are windows of a file, pairs that overlap are one too. EVALUE, of looking for the first KEY alone, is
told, and limits, where --max-evalue is given; S may then be 0. Silence, hum and few tokens again and again,
which by the entropy of their tokens have less than 12 bits, or less than 2 for each, make no pairs; -v
counts what was left out.)";

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
        R"(Queries and archives must be of one model and one tokenizer. An argument that ends in .pai or
names a folder is an archive to search in, any other a file of queries.)";
    tool.notes = {{"Output", kOutput},           {"Unit costs", kUnitCosts},
                  {"Soft costs", kSoftCosts},    {"EVALUE", kEvalue},
                  {"Several renderings", kFuse}, {"Speed", kSpeed},
                  {"Alignment", kAlignment},     {"Duplicates", kDuplicates}};
    tool.exit_status =
        R"(0 done; 1 nothing found; 2 wrong use, or an input or a line of one failed (it is named, the
others are searched).)";
    tool.environment = {
        {"PAIRALIGN_MODEL",
         "Model of soft costs and E-values, where --model names none: a file, or the name of an "
         "installed "
         "one."},
        {"NO_COLOR", "When set, tables on a terminal have no colours. No other tool writes any."},
        {"COLUMNS", "Width of a table that is written into a pipe."}};
    tool.files = {{"NAME.pai/", "An archive, a folder; see pairalign-archive(5)."}};
    tool.preparation = R"(pa-tokenize talks/ >talks.tsv
pa-index talks.pai talks.tsv
pa-tokenize query.opus >queries.tsv)";
    tool.examples = {
        {"Ask by voice where this was said", "pa-tokenize query.opus | pa-search talks.pai"},
        {"The three best hits of each query, none below a score",
         "pa-search talks.pai queries.tsv -k 3 --min-score 0.3"},
        {"Every place where a recording says it, from its beginning to its end",
         "pa-search talks.pai queries.tsv -k 0 --min-score 0.6 | sort -t '#' -k 1,1 -k 2.3n"},
        {"Find more, by what the model knows of its tokens",
         "pa-search talks.pai queries.tsv --cost soft -k 5"},
        {"Find more words by other voices, with seven renderings of the query",
         "pa-tokenize --renderings 7 query.opus | pa-search talks.pai --fuse --cost soft -k 5"},
        {"All hits that are hardly chance",
         "pa-search talks.pai queries.tsv -k 0 --max-evalue 0.1"},
        {"The recording most like each one of an archive",
         "pa-index --dump talks.pai | pa-search talks.pai --mode global --no-self -k 1"},
        {"Look at hits in Praat, beside the recordings",
         "pa-search talks.pai queries.tsv -k 3 --format textgrid >hits.TextGrid"},
        {"A run for pa-stats or trec_eval",
         "pa-search talks.pai queries.tsv -k 0 --format trec >run.txt"},
        {"How the recordings of two files correspond, and by how much they are shifted",
         "pa-search --between queries.tsv talks.tsv -k 1"},
        {"What recordings have in common, wherever it begins and ends",
         "pa-search --duplicates 0 --max-evalue 0.01 --mode infix --part 24 talks.pai"},
        {"Recordings that are in two archives",
         "pa-index test.pai talks.tsv; pa-search --duplicates 0.7 test.pai talks.pai"}};
    tool.see_also = {"pa-tokenize(1)", "pa-index(1)",          "pa-stats(1)",
                     "sort(1)",        "pairalign-archive(5)", "pairalign(7)"};
    return tool;
  }();
  return kTool;
}

}  // namespace pairalign
