#include "search_options.hpp"

#include <algorithm>
#include <string_view>

#include <sys/stat.h>

#include "cli/program.hpp"
#include "cli/record_inputs.hpp"

namespace pairalign {
namespace {

constexpr const char* kFooter =
    "Output: QUERY and KEY are keys as in token strings. start and end say where the\n"
    "match is, in seconds of the file: from the token times in the archive, else\n"
    "estimated from the duration; they are missing when that is unknown. Hits of a\n"
    "query are ordered by score, equal scores by key. There is no header line, so\n"
    "that hits of several archives can be merged with sort. trec: query, Q0,\n"
    "document, rank, score, tag; names without folders and extension, each document\n"
    "once.\n"
    "\n"
    "Unit costs: DISTANCE counts tokens replaced, left out and put in. SCORE is 1 -\n"
    "DISTANCE / tokens of the query; in global mode / tokens of the longer string. A\n"
    "record of score 0 shares nothing with the query and is no hit.\n"
    "\n"
    "Soft costs, which find more: the model that wrote the strings tells which tokens\n"
    "stand for one another. SCORE is in bits: how much likelier the tokens found are\n"
    "as another rendering of the query than by chance, 4 bits less for each token\n"
    "left out or put in. It grows with what was said alike, so that one --min-score\n"
    "serves queries of any length. A record of score 0 or less is no hit. DISTANCE is\n"
    "what the score lacks of the best that any tokens could reach, in bits.\n"
    "\n"
    "EVALUE: how many records of that score or a better one chance alone would give\n"
    "in these archives; an estimate for this query from a sample of their records. A\n"
    "hit with an EVALUE well below 1 means something, one near or above 1 nothing.\n"
    "\n"
    "Archives hold an index that spares most of the work where hits of unit costs are\n"
    "wanted with a score of some 0.6 and more: with --min-score or --max-distance, or\n"
    "when there are as many such hits as are asked for. With soft costs, and for\n"
    "lower scores, every record is compared. Hits are the same with and without.\n"
    "\n"
    "Duplicates: --duplicates S prints pairs of records with a score of at least S,\n"
    "KEY, KEY, DISTANCE, SCORE, each once: those within one archive; with several\n"
    "those of a record of the first with one of the others. In global mode, the\n"
    "default here, whole records are compared; in infix mode the first KEY is the\n"
    "record that is found within the other.\n"
    "\n"
    "Exit status: 0 done; 1 nothing found; 2 wrong use, or an input or a line of one\n"
    "failed (it is named, the others are searched).\n"
    "\n"
    "Examples:\n"
    "  pa-tokenize question.wav | pa-search talks.pai\n"
    "  pa-search monday.pai tuesday.pai queries.tsv -k 3 --min-score 0.6\n"
    "  pa-search talks.pai queries.tsv -k 0 --max-evalue 0.01\n"
    "  pa-search talks.pai queries.tsv --cost soft --min-score 40\n"
    "  pa-index --dump talks.pai | pa-search talks.pai --mode global --no-self -k 1\n"
    "  pa-search talks.pai queries.tsv -k 0 --format trec > run.txt\n"
    "  pa-search --duplicates 0.9 talks.pai | cut -f 2 | pa-index --remove talks.pai\n"
    "  pa-search --duplicates 0.7 test.pai train.pai";

// Of hits, of edits: beyond any use, within any type.
constexpr int kMostAsked = 1'000'000'000;

bool names_archive(const std::string& argument) {
  constexpr std::string_view kSuffix = ".pai";
  if (argument.size() > kSuffix.size() &&
      argument.compare(argument.size() - kSuffix.size(), kSuffix.size(), kSuffix) == 0) {
    return true;
  }
  struct stat status {};
  return ::stat(argument.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// What pairs of records are not asked about.
void exclude_queries(CLI::App& app, CLI::Option& duplicates) {
  for (const char* name : {"-k", "--max-distance", "--min-score", "--max-evalue", "--cost",
                           "--model", "--no-self", "--format", "--input-format"}) {
    duplicates.excludes(app.get_option(name));
  }
}

void check_conflicts(const SearchOptions& options, const SearchRequest& request) {
  if (request.archives.empty()) throw cli::UsageError("no archive to search in");
  if (options.duplicates) {
    if (*options.duplicates <= 0 || *options.duplicates > 1) {
      throw cli::UsageError("--duplicates: a score above 0 and up to 1");
    }
    if (!request.files.empty()) {
      throw cli::UsageError("--duplicates compares archives: " + request.files[0] + " is none");
    }
  }
  if (request.cost == search::Cost::soft) return;
  if (!options.model.empty()) throw cli::UsageError("--model goes with --cost soft");
  if (options.search.min_score > 1) {
    throw cli::UsageError("--min-score: the highest score is 1, but with --cost soft");
  }
}

}  // namespace

void add_options(CLI::App& app, SearchOptions& options) {
  cli::add_paths(app, "ARCHIVE", options.arguments,
                 "Archives (folders, or names that end in .pai) and files of token strings to look "
                 "for; - or no file reads these from standard input");
  app.add_option("-k", options.search.k, "Hits per query; 0: all")
      ->type_name("N")
      ->check(CLI::Range(0, kMostAsked));
  app.add_option("--max-distance", options.search.max_distance,
                 "Only hits of at most N edits, with soft costs bits")
      ->type_name("N")
      ->check(CLI::Range(0, kMostAsked));
  app.add_option("--min-score", options.search.min_score, "Only hits of at least this score")
      ->type_name("S")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--max-evalue", options.search.max_evalue,
                 "Only hits of which chance would give at most so many")
      ->type_name("E")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--mode", options.mode,
                 "infix: the query anywhere in a recording. global: query and recording as wholes. "
                 "Default: infix, of duplicates global")
      ->type_name("NAME");
  app.add_option("--cost", options.cost,
                 "unit: every edit costs 1. soft: by the model's log-odds of token pairs")
      ->type_name("NAME");
  app.add_option("--model", options.model,
                 "Of soft costs: file, or name of an installed model, that wrote the strings; "
                 "without it $PAIRALIGN_MODEL, else the one that ships with pairalign")
      ->type_name("FILE");
  app.add_flag("--no-self", options.search.leave_out_self,
               "Leave out hits whose key is the query's key");
  app.add_option("--format", options.format, "tsv, jsonl or trec")->type_name("NAME");
  app.add_option("--input-format", options.input_format, "auto, tsv, jsonl or kaldi")
      ->type_name("NAME");
  app.add_flag("--exhaustive", options.exhaustive,
               "Compare with every record, without the index: the same hits, to check it by");
  CLI::Option* duplicates = app.add_option("--duplicates", options.duplicates,
                                           "No queries: pairs of records with at least this score");
  duplicates->type_name("S");
  exclude_queries(app, *duplicates);
  app.footer(kFooter);
}

SearchRequest parse_request(const SearchOptions& options) {
  SearchRequest request{options.search,
                        search::Cost::unit,
                        search::HitFormat::tsv,
                        tokens::InputFormat::automatic,
                        {},
                        {}};
  const std::string mode = options.mode.value_or(options.duplicates ? "global" : "infix");
  request.search.mode = cli::parse_option("--mode", mode, search::parse_mode);
  request.cost = cli::parse_option("--cost", options.cost, search::parse_cost);
  request.format = cli::parse_option("--format", options.format, search::parse_hit_format);
  request.input_format =
      cli::parse_option("--input-format", options.input_format, tokens::parse_input_format);
  if (options.exhaustive) request.search.postings = search::Postings::never;
  request.search.evalues = request.format != search::HitFormat::trec;
  for (const std::string& argument : options.arguments) {
    (names_archive(argument) ? request.archives : request.files).push_back(argument);
  }
  check_conflicts(options, request);
  return request;
}

}  // namespace pairalign
