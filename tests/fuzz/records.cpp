// Readers of token strings. Whatever a reader takes for a record must come out the same when it is
// written and read again, in both formats that carry everything.
#include <vector>

#include "base/error.hpp"
#include "harness.hpp"
#include "tokens/reader.hpp"
#include "tokens/writer.hpp"

namespace pairalign::fuzz {
namespace {

using tokens::InputFormat;
using tokens::OutputFormat;
using tokens::Record;

struct Stream {
  tokens::Header header;
  std::vector<Record> records;
};

Stream read(std::string_view text, InputFormat format, bool faults_allowed) {
  const MemoryFile file(text);
  tokens::RecordReader reader(file.path(), format);
  Stream stream;
  Record record;
  for (;;) {
    try {
      if (!reader.next(record)) break;
      stream.records.push_back(record);
    } catch (const Error&) {
      require(faults_allowed, "what was written is read without a fault");
    }
  }
  stream.header = reader.header();
  return stream;
}

bool same(const Record& a, const Record& b) {
  const bool timed = a.seconds >= 0;
  return a.key == b.key && a.tokens == b.tokens && a.starts_ms == b.starts_ms &&
         a.alternatives == b.alternatives && timed == (b.seconds >= 0) &&
         (!timed || tokens::centiseconds(a.seconds) == tokens::centiseconds(b.seconds));
}

void check_round_trip(const Stream& stream, OutputFormat output, InputFormat input) {
  tokens::RecordStream writer(output);
  std::string text = writer.header(stream.header);
  for (const Record& record : stream.records)
    writer.append(record, text);
  const Stream again = read(text, input, false);
  require(again.header == stream.header, "a header survives writing and reading");
  require(again.records.size() == stream.records.size(), "records survive writing and reading");
  for (std::size_t i = 0; i < stream.records.size(); ++i)
    require(same(again.records[i], stream.records[i]), "a record survives writing and reading");
}

}  // namespace
}  // namespace pairalign::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pairalign::fuzz;
  for (const InputFormat format :
       {InputFormat::automatic, InputFormat::tsv, InputFormat::jsonl, InputFormat::kaldi}) {
    const Stream stream = read(as_text(data, size), format, true);
    if (stream.records.empty()) continue;
    check_round_trip(stream, OutputFormat::tsv, InputFormat::tsv);
    check_round_trip(stream, OutputFormat::jsonl, InputFormat::jsonl);
  }
  return 0;
}
