#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "stats/groups.hpp"
#include "stats/summary.hpp"

using namespace pairalign;
using stats::parse_grouping;

TEST_CASE("folders of a path") {
  const auto folder = parse_grouping("folder");
  CHECK(folder("corpus/train/ann/1.wav") == "corpus/train/ann");
  CHECK(folder("/corpus/train/1.wav") == "/corpus/train");
  CHECK(folder("1.wav") == ".");
  CHECK(folder("corpus/ann/1.wav#t=0.00,3.00") == "corpus/ann");
  CHECK(parse_grouping("folder:1")("corpus/train/ann/1.wav") == "corpus");
  CHECK(parse_grouping("folder:2")("corpus/train/ann/1.wav") == "corpus/train");
  CHECK(parse_grouping("folder:9")("corpus/train/ann/1.wav") == "corpus/train/ann");
  CHECK(parse_grouping("folder:-1")("corpus/train/ann/1.wav") == "ann");
  CHECK(parse_grouping("folder:-2")("/corpus//train/ann/1.wav") == "train/ann");
  CHECK(parse_grouping("folder:-9")("corpus/ann/1.wav") == "corpus/ann");
  for (const char* wrong : {"folder:", "folder:0", "folder:x", "folder:1x", "folder:99999999999"})
    CHECK_THROWS_AS(parse_grouping(wrong), Error);
}

TEST_CASE("regular expressions") {
  CHECK(parse_grouping("spk([0-9]+)_")("a/spk12_7.wav") == "12");
  CHECK(parse_grouping("spk[0-9]+")("a/spk12_7.wav") == "spk12");
  CHECK(parse_grouping("spk([0-9]+)_")("a/b.wav") == "-");
  CHECK_THROWS_AS(parse_grouping("spk(["), Error);
}

TEST_CASE("a file of groups") {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("pairalign-groups-" + std::to_string(::getpid())))
          .string();
  std::ofstream(path) << "utt-1 ann\nutt-2\tbob b.\r\n\na/utt-3.wav cy\n";
  const auto group = parse_grouping(path);
  CHECK(group("talks/utt-1.wav") == "ann");
  CHECK(group("utt-2") == "bob b.");
  CHECK(group("a/utt-3.wav#t=1.00,2.00") == "cy");
  CHECK(group("b/utt-3.flac") == "cy");
  CHECK(group("utt-4") == "-");
  std::ofstream(path) << "utt-1 ann\nutt-2\n";
  CHECK_THROWS_WITH_AS(parse_grouping(path), (path + ":2: is not KEY GROUP").c_str(), Error);
  std::filesystem::remove(path);
}

TEST_CASE("strings by group") {
  std::map<std::string, stats::StringTotals> groups;
  stats::StringTotals all;
  const auto add = [&](const std::string& group, const tokens::Record& record) {
    groups[group].add(record);
    all.add(record);
  };
  add("ann", {"1", 2.0, {1, 2, 1, 2}, {}});
  add("ann", {"2", -1, {3}, {}});
  add("bob", {"3", 1.0, {7, 7}, {}});
  const stats::GroupTable table = stats::group_table(groups, all);
  REQUIRE(table.rows.size() == 2);
  const auto value = [&](const stats::GroupTable::Row& row, const std::string& name) {
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      if (table.columns[c].name == name) return row.values[c].value_or(-1);
    }
    FAIL("no column " << name);
    return 0.0;
  };
  CHECK(table.rows[0].group == "ann");
  CHECK(value(table.rows[0], "records") == 2);
  CHECK(value(table.rows[0], "tokens") == 5);
  CHECK(value(table.rows[0], "tokens/s") == 2);  // of the record whose duration is known
  CHECK(value(table.rows[0], "vocabulary") == 3);
  CHECK(value(table.rows[0], "entropy") ==
        doctest::Approx(-0.8 * std::log2(0.4) - 0.2 * std::log2(0.2)));
  CHECK(value(table.rows[1], "entropy") == 0);
  CHECK(value(table.total, "records") == 3);
  CHECK(value(table.total, "vocabulary") == 4);
  CHECK(value(table.total, "tokens/s") == 2);
}

TEST_CASE("outliers: one group among many like it") {
  stats::GroupTable table;
  table.columns = {{"records", 0, false}, {"snr", 1}, {"rate", 0}};
  for (int i = 0; i < 9; ++i)
    table.rows.push_back({std::string(1, static_cast<char>('a' + i)), {i, 20 + 0.5 * i, 16000}});
  table.rows[4].values[1] = 3;
  table.rows[7].values[2] = 8000;
  table.rows[8].values[0] = 1000;  // a count is no outlier
  table.total = table.rows[0];
  const auto odd = stats::outliers(table);
  for (std::size_t r = 0; r < odd.size(); ++r) {
    CHECK_FALSE(odd[r][0]);
    CHECK(odd[r][1] == (r == 4));
    CHECK(odd[r][2] == (r == 7));
  }
  CHECK(stats::to_text(table).find("3.0*") != std::string::npos);
  table.rows.resize(4);  // too few to tell
  for (const auto& row : stats::outliers(table))
    CHECK_FALSE(row[1]);
}
