#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "stats/retrieval.hpp"

using namespace pairalign;
using namespace pairalign::stats;

namespace {

// A file that is gone at the end of the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    const int fd = ::mkstemp(path_.data());
    REQUIRE(fd >= 0);
    ::close(fd);
    std::ofstream(path_) << text;
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/pairalign_test_XXXXXX";
};

}  // namespace

TEST_CASE("metrics of three queries, by hand") {
  RetrievalEvaluation evaluation;
  // q1 ranks x, a, b and misses c: AP = (1/2 + 2/3) / 3.
  for (const char* document : {"a", "b", "c"})
    evaluation.add_judgement("q1", document, 1);
  evaluation.add_hit("q1", "x", 0.9);
  evaluation.add_hit("q1", "a", 0.8);
  evaluation.add_hit("q1", "b", 0.7);
  // q2: y is taken out, so a is first.
  evaluation.add_judgement("q2", "a", 2);
  evaluation.add_judgement("q2", "y", -1);
  evaluation.add_judgement("q2", "x", 0);
  evaluation.add_hit("q2", "y", 0.9);
  evaluation.add_hit("q2", "a", 0.5);
  evaluation.add_hit("q2", "x", 0.4);
  // q3 is not in the run, q4 has nothing relevant, q5 no judgement at all.
  evaluation.add_judgement("q3", "a", 1);
  evaluation.add_judgement("q4", "a", 0);
  evaluation.add_hit("q4", "a", 1);
  evaluation.add_hit("q5", "a", 1);

  const RetrievalMetrics m = evaluation.metrics();
  CHECK(m.queries == 3);
  CHECK(m.answered == 2);
  CHECK(m.unjudged == 2);
  CHECK(m.documents == 5);
  CHECK(m.average_precision == doctest::Approx(((1.0 / 2 + 2.0 / 3) / 3 + 1 + 0) / 3));
  CHECK(m.reciprocal_rank == doctest::Approx((0.5 + 1 + 0) / 3));
  CHECK(m.precision_1 == doctest::Approx(1.0 / 3));
  CHECK(m.precision_5 == doctest::Approx((2.0 / 5 + 1.0 / 5) / 3));
  CHECK(m.precision_10 == doctest::Approx((2.0 / 10 + 1.0 / 10) / 3));
  CHECK(m.recall_1 == doctest::Approx(1.0 / 3));
  CHECK(m.recall_10 == doctest::Approx(2.0 / 3));
  CHECK(*m.mean_first_rank == doctest::Approx(1.5));
  CHECK(m.not_found == 1);
}

TEST_CASE("precision at recall is the best at that recall or beyond") {
  RetrievalEvaluation evaluation;
  for (const char* document : {"a", "b", "c"})
    evaluation.add_judgement("q", document, 1);
  evaluation.add_hit("q", "x", 0.9);
  evaluation.add_hit("q", "a", 0.8);  // precision 1/2 at recall 1/3
  evaluation.add_hit("q", "b", 0.7);  // precision 2/3 at recall 2/3
  const PrecisionAtRecall at = evaluation.metrics().precision_at_recall;
  for (std::size_t i = 0; i < at.size(); ++i)
    CHECK(at[i] == doctest::Approx(i <= 6 ? 2.0 / 3 : 0));
  // A query that finds nothing counts too.
  evaluation.add_judgement("r", "a", 1);
  CHECK(evaluation.metrics().precision_at_recall[6] == doctest::Approx(1.0 / 3));
}

TEST_CASE("the least relevance counted can be raised") {
  RetrievalEvaluation evaluation({2, 999.9});
  evaluation.add_judgement("q", "a", 1);
  evaluation.add_judgement("q", "b", 2);
  evaluation.add_hit("q", "a", 0.9);  // stays in the ranking, as something else
  evaluation.add_hit("q", "b", 0.8);
  CHECK(evaluation.metrics().reciprocal_rank == doctest::Approx(0.5));
}

TEST_CASE("equal scores are ranked by document, and a document counts once, at its best") {
  RetrievalEvaluation evaluation;
  evaluation.add_judgement("q", "b", 1);
  evaluation.add_hit("q", "c", 0.5);
  evaluation.add_hit("q", "b", 0.5);
  evaluation.add_hit("q", "a", 0.5);
  evaluation.add_hit("q", "a", 0.1);
  evaluation.add_hit("q", "c", 0.4);
  const RetrievalMetrics m = evaluation.metrics();
  CHECK(m.per_query[0].retrieved == 3);
  CHECK(m.per_query[0].first_relevant == std::size_t{2});
}

TEST_CASE("the term-weighted value, by hand") {
  // One query, relevant a and b of 5 documents; with β = 1.5 a false alarm costs 1.5 / 3.
  RetrievalEvaluation evaluation({1, 1.5});
  evaluation.add_judgement("q", "a", 1);
  evaluation.add_judgement("q", "b", 1);
  evaluation.add_hit("q", "a", 0.9);
  evaluation.add_hit("q", "x", 0.8);
  evaluation.add_hit("q", "b", 0.7);
  evaluation.add_hit("q", "y", 0.6);
  evaluation.add_hit("q", "z", 0.6);
  // At 0.9: 1/2. At 0.8: 1/2 − 1/2. At 0.7: 1 − 1/2. The first of the equal ones is kept.
  CHECK(evaluation.metrics().mtwv == doctest::Approx(0.5));
  CHECK(*evaluation.metrics().mtwv_threshold == doctest::Approx(0.9));

  RetrievalEvaluation hopeless;
  hopeless.add_judgement("q", "a", 1);
  hopeless.add_hit("q", "x", 0.9);
  hopeless.add_hit("q", "a", 0.9);  // no threshold lets in a without x
  CHECK(hopeless.metrics().mtwv == 0);
}

namespace {

using Scores = std::map<std::string, std::map<std::string, double>>;
using Relevance = std::map<std::string, std::map<std::string, int>>;

// Mean over queries of 1 − (P_miss + β · P_fa) at one threshold, straight from the definition.
double term_weighted_value(const Scores& run, const Relevance& qrels,
                           const std::set<std::string>& documents, double beta, double threshold) {
  double sum = 0;
  for (const auto& [query, judged] : qrels) {
    double relevant = 0, correct = 0, others = 0, spurious = 0;
    for (const std::string& document : documents) {
      const int level = judged.count(document) ? judged.at(document) : 0;
      if (level < 0) continue;
      const bool said = run.at(query).count(document) && run.at(query).at(document) >= threshold;
      (level > 0 ? relevant : others) += 1;
      if (said) (level > 0 ? correct : spurious) += 1;
    }
    sum += 1 - ((1 - correct / relevant) + beta * spurious / others);
  }
  return sum / static_cast<double>(qrels.size());
}

// Average precision as a sum over ranks of precision at that rank.
double average_precision(const std::map<std::string, double>& scores,
                         const std::map<std::string, int>& judged) {
  std::vector<std::pair<double, std::string>> ranking;
  for (const auto& [document, score] : scores) {
    if (judged.count(document) && judged.at(document) < 0) continue;
    ranking.emplace_back(-score, document);
  }
  std::sort(ranking.begin(), ranking.end());
  double sum = 0, relevant = 0;
  for (const auto& [document, level] : judged)
    relevant += level > 0;
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    if (!judged.count(ranking[i].second) || judged.at(ranking[i].second) <= 0) continue;
    double found = 0;
    for (std::size_t j = 0; j <= i; ++j) {
      found += judged.count(ranking[j].second) && judged.at(ranking[j].second) > 0;
    }
    sum += found / static_cast<double>(i + 1);
  }
  return sum / relevant;
}

}  // namespace

TEST_CASE("random runs against the definitions") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const double beta = seed % 2 ? 2.5 : 40;
    RetrievalEvaluation evaluation({1, beta});
    Scores run;
    Relevance qrels;
    std::set<std::string> documents;
    std::set<double> thresholds;
    for (int q = 0; q < 6; ++q) {
      const std::string query = "q" + std::to_string(q);
      run[query];
      for (int d = 0; d < 30; ++d) {
        const std::string document = "d" + std::to_string(d);
        const auto draw = random.below(6);
        if (draw == 0 || d == q)
          qrels[query][document] = 1;
        else if (draw == 1)
          qrels[query][document] = -1;
        else if (draw == 2)
          qrels[query][document] = 0;
        if (qrels[query].count(document)) {
          evaluation.add_judgement(query, document, qrels[query][document]);
          documents.insert(document);
        }
        if (random.chance(0.2)) continue;
        const double score = static_cast<double>(random.below(12) + (d == q ? 4 : 0)) / 16;
        run[query][document] = score;
        evaluation.add_hit(query, document, score);
        documents.insert(document);
        thresholds.insert(score);
      }
    }
    double map = 0, mtwv = 0;
    for (const auto& [query, judged] : qrels)
      map += average_precision(run[query], judged) / 6;
    for (const double threshold : thresholds) {
      mtwv = std::max(mtwv, term_weighted_value(run, qrels, documents, beta, threshold));
    }
    const RetrievalMetrics m = evaluation.metrics();
    CHECK(m.average_precision == doctest::Approx(map));
    CHECK(m.mtwv == doctest::Approx(mtwv));
  }
}

TEST_CASE("TREC files and hits of pa-search give the same ranking") {
  const TemporaryFile qrels("q1 0 one 1\nq1\t0\ttwo\t-1\n\n# a comment\nq2 0 two 1\r\n");
  const TemporaryFile trec("q1 Q0 two 1 0.9 tag\nq1 Q0 one 2 0.5 tag\nq2 Q0 one 1 1e-1 tag\n");
  const TemporaryFile hits(
      "in/q1.wav\ta b/two.flac#t=1.00,2.00\t3\t0.9000\n"
      "in/q1.wav\tone.flac#t=0.00,2.00\t9\t0.5000\n"
      "q2.wav\tone.flac\t9\t0.1000\t2.5\testimated\n");
  for (const TemporaryFile* run : {&trec, &hits}) {
    RetrievalEvaluation evaluation;
    evaluation.read_qrels(qrels.path());
    evaluation.read_run(run->path());
    const RetrievalMetrics m = evaluation.metrics();
    CHECK(m.queries == 2);
    CHECK(m.answered == 2);
    CHECK(m.documents == 2);
    CHECK(m.average_precision == doctest::Approx(0.5));
  }
}

TEST_CASE("malformed files name file, line and reason") {
  const auto reason = [](const std::string& text, bool qrels) -> std::string {
    const TemporaryFile file(text);
    RetrievalEvaluation evaluation;
    try {
      if (qrels)
        evaluation.read_qrels(file.path());
      else
        evaluation.read_run(file.path());
    } catch (const Error& error) {
      return error.what() + file.path().size();
    }
    return "accepted";
  };
  CHECK(reason("q 0 d 1\nq 0 d\n", true) ==
        ":2: not a judgement: `query iteration document relevance`");
  CHECK(reason("q 0 d one\n", true) == ":1: relevance: 'one' is not a number");
  CHECK(reason("q 0 d 1\nq 0 d 2\n", true) == ":2: query q has two different judgements of d");
  CHECK(reason("q Q0 d 1 nan tag\n", false) == ":1: score: 'nan' is not a number");
  CHECK(reason("q Q0 d 1 0.5\n", false).find(":1: neither a TREC run") == 0);
  CHECK(reason("q\td\\x\t1\t0.5\n", false).find(":1: key: ") == 0);
}
