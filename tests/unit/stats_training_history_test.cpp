#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "stats/report.hpp"
#include "stats/training_history.hpp"

using namespace pairalign;
using namespace pairalign::stats;

namespace {

// A log that is gone when the test is over.
class Log {
 public:
  explicit Log(const std::string& text) {
    const int fd = ::mkstemp(path_);
    REQUIRE(fd >= 0);
    ::close(fd);
    std::ofstream(path_) << text;
  }
  ~Log() { std::remove(path_); }
  TrainingHistory read() {
    return read_training_history(path_, [this](const Error& e) { faults.push_back(e.reason()); });
  }
  std::vector<std::string> faults;

 private:
  char path_[32] = "/tmp/pairalign-log-XXXXXX";
};

std::string start(const std::string& stage, int step) {
  return R"({"event": "start", "stage": ")" + stage + R"(", "step": )" + std::to_string(step) +
         "}\n";
}

std::string step(const std::string& stage, int step, double loss) {
  return R"({"event": "step", "accuracy": 0.5, "stage": ")" + stage + R"(", "step": )" +
         std::to_string(step) + R"(, "steps": 100, "loss": )" + std::to_string(loss) + "}\n";
}

const char kValidation[] =
    R"({"event": "validation", "stage": "one", "step": 20, "agreement": 0.25, "tokenizers": )"
    R"({"vq": {"edit_similarity": 0.5}, "dpvq": {"edit_similarity": 0.75}}})"
    "\n";

std::vector<double> values(const Curve& curve) {
  std::vector<double> all;
  for (const Point& p : curve.points)
    all.push_back(p.y);
  return all;
}

}  // namespace

TEST_CASE("curves of stages that follow one another") {
  Log log(start("one", 0) + step("one", 10, 3) + step("one", 20, 2) + kValidation +
          step("two", 10, 1) + "{\"event\": \"end\", \"model\": \"0123456789abcdef\"}\n");
  const TrainingHistory history = log.read();
  REQUIRE(history.stages.size() == 2);
  const StageHistory& one = history.stages[0];
  CHECK(one.name == "one");
  CHECK(one.step == 20);
  CHECK(one.steps == 100);
  CHECK(one.model.empty());
  REQUIRE(one.training.size() == 2);
  CHECK(one.training[0].name == "loss");
  CHECK(values(one.training[0]) == std::vector<double>{3, 2});
  CHECK(one.training[0].points[1].x == 20);
  REQUIRE(one.validation.size() == 3);
  CHECK(one.validation[0].name == "agreement");
  CHECK(one.validation[2].tokenizer == "dpvq");
  CHECK(values(one.validation[2]) == std::vector<double>{0.75});
  CHECK(history.stages[1].model == "0123456789abcdef");
  CHECK(log.faults.empty());
}

TEST_CASE("a resumed run takes up its stage where the checkpoint was") {
  Log log(start("one", 0) + step("one", 50, 9) + step("one", 100, 8) + step("two", 10, 7) +
          step("two", 20, 6) + step("two", 30, 5) + start("two", 10) + step("two", 20, 4));
  const TrainingHistory history = log.read();
  REQUIRE(history.stages.size() == 2);
  CHECK(values(history.stages[0].training[0]) == std::vector<double>{9, 8});
  CHECK(values(history.stages[1].training[0]) == std::vector<double>{7, 4});
  Log earlier(start("one", 0) + step("one", 50, 9) + step("two", 10, 7) + start("one", 50) +
              step("one", 100, 8));
  CHECK(earlier.read().stages.size() == 1);
  // A run from the beginning is another one.
  Log again(start("one", 0) + step("one", 50, 9) + start("one", 0) + step("one", 10, 8));
  CHECK(again.read().stages.size() == 2);
}

TEST_CASE("a log that is being written, and one that was cut in the middle") {
  const std::string two = start("one", 0) + step("one", 10, 3);
  const std::string whole = two + step("one", 20, 2);
  for (std::size_t cut = two.size(); cut < whole.size() - 1; ++cut) {
    Log log(whole.substr(0, cut));
    REQUIRE(log.read().stages.at(0).step == 10);
    REQUIRE(log.faults.empty());
  }
  Log broken(two + "{\"event\": \"st\n" + step("one", 20, 2) + "{\"no\": 1}\n" + kValidation);
  CHECK(broken.read().stages.at(0).step == 20);
  CHECK(broken.faults == std::vector<std::string>{"not a training log entry: not a JSON object",
                                                  "not a training log entry: no valid \"event\""});
}

TEST_CASE("what is no log is refused") {
  Log empty("");
  CHECK_THROWS_AS(empty.read(), Error);
  Log records("a\t1.00\t1 2\nb\t1.00\t3\n");
  CHECK_THROWS_AS(records.read(), Error);
  CHECK(records.faults.empty());
}

TEST_CASE("a value that is no number leaves a gap") {
  Log log(step("one", 10, 3) +
          "{\"event\": \"step\", \"stage\": \"one\", \"step\": 20, \"loss\": null}\n" +
          step("one", 30, 1));
  CHECK(values(log.read().stages.at(0).training[0]) == std::vector<double>{3, 1});
}

TEST_CASE("spark lines are as long as the stage has come") {
  CHECK(spark_line({}, 100).empty());
  CHECK(spark_line({{100, 1}}, 100) == std::string(39, ' ') + "▅");
  CHECK(spark_line({{1, 0}, {2, 7}, {3, 3}}, 40) == "▁█▄");
  CHECK(spark_line({{1, 0}, {4, 7}}, 40) == "▁▁▁█");  // gaps are filled from the left
  CHECK(spark_line({{1, 5}, {2, 5}}, 80) == "▅");
}

TEST_CASE("panels of a training put its stages side by side") {
  Log log(start("one", 0) + step("one", 50, 3) + kValidation + step("two", 100, 1));
  const std::vector<Panel> all = to_figure(log.read()).panels;
  REQUIRE(all.size() == 3);  // nothing was told of rates, codes and the learning rate
  REQUIRE(all[0].bands.size() == 2);
  CHECK(all[0].bands[1].label == "two");
  REQUIRE(all[0].lines.size() == 2);
  CHECK(all[0].lines[0].points[0].x == doctest::Approx(0.5));
  CHECK(all[0].lines[1].points[0].x == doctest::Approx(2));
  CHECK(all[2].lines[0].name == "vq");
  CHECK(all[2].lines[0].markers);
}

TEST_CASE("a training of many steps has few points in its picture") {
  std::string text;
  for (int i = 1; i <= 2000; ++i)
    text += step("one", i, i % 2);
  Log log(text);
  const Panel panel = to_figure(log.read()).panels[0];
  CHECK(panel.lines[0].points.size() <= 200);
  for (const Point& p : panel.lines[0].points)
    REQUIRE(p.y == doctest::Approx(0.5));
}
