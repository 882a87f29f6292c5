#include "archive/record_coding.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <queue>
#include <tuple>

#include "base/error.hpp"

namespace pairalign::archive {
namespace {

constexpr unsigned kMaxBits = 24;
constexpr std::size_t kMaxValues = 4096;
constexpr unsigned kValueBits = 32;
constexpr std::uint64_t kMaxStart = std::numeric_limits<std::uint32_t>::max();

// The lengths of the Huffman code for symbols that occur `counts` times. Of equally frequent nodes
// the one made first goes first, so the lengths are the same everywhere.
std::vector<unsigned> code_lengths(const std::vector<std::uint64_t>& counts) {
  using Node = std::tuple<std::uint64_t, std::size_t>;  // count, index
  std::priority_queue<Node, std::vector<Node>, std::greater<>> nodes;
  std::vector<std::size_t> parent(2 * counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i)
    nodes.emplace(counts[i], i);
  std::size_t next = counts.size();
  while (nodes.size() > 1) {
    const auto [a, first] = nodes.top();
    nodes.pop();
    const auto [b, second] = nodes.top();
    nodes.pop();
    parent[first] = parent[second] = next;
    nodes.emplace(a + b, next++);
  }
  std::vector<unsigned> depth(2 * counts.size(), 0);
  for (std::size_t i = next - 1; i-- > 0;)
    depth[i] = depth[parent[i]] + 1;
  depth.resize(counts.size());
  if (counts.size() == 1) depth[0] = 1;
  return depth;
}

}  // namespace

void append_key(std::string_view previous, std::string_view key, std::string& bytes) {
  const std::size_t limit = std::min(previous.size(), key.size());
  const auto differ = std::mismatch(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(limit),
                                    previous.begin());
  const auto shared = static_cast<std::size_t>(differ.first - key.begin());
  append_varint(shared, bytes);
  append_varint(key.size() - shared, bytes);
  bytes.append(key.substr(shared));
}

bool next_key(ByteReader& bytes, std::string& key) {
  const std::uint64_t shared = bytes.varint();
  const std::uint64_t rest = bytes.varint();
  const unsigned char* text = bytes.bytes(rest);
  if (!bytes.ok() || shared > key.size()) return false;
  key.resize(static_cast<std::size_t>(shared));
  key.append(reinterpret_cast<const char*>(text), static_cast<std::size_t>(rest));
  return true;
}

void append_source(const Source& previous, const Source& source, std::string& bytes) {
  append_varint(zigzag(source.size - previous.size), bytes);
  const auto mtime = static_cast<std::uint64_t>(source.mtime_ns);
  append_varint(zigzag(mtime - static_cast<std::uint64_t>(previous.mtime_ns)), bytes);
  bytes.append(reinterpret_cast<const char*>(&source.hash), sizeof source.hash);
}

void next_source(ByteReader& bytes, Source& source) {
  source.size += unzigzag(bytes.varint());
  const auto mtime = static_cast<std::uint64_t>(source.mtime_ns);
  source.mtime_ns = static_cast<std::int64_t>(mtime + unzigzag(bytes.varint()));
  const unsigned char* hash = bytes.bytes(sizeof source.hash);
  if (hash != nullptr) std::memcpy(&source.hash, hash, sizeof source.hash);
}

StartCode::StartCode(const std::map<std::uint32_t, std::uint64_t>& counts) {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> order(counts.begin(), counts.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::uint64_t others = 0;
  std::vector<std::uint64_t> weights;
  for (const auto& [value, count] : order) {
    if (weights.size() == kMaxValues) {
      others += count;
      continue;
    }
    weights.push_back(count);
    symbols_.push_back({value, 0, false, 0});
  }
  if (others > 0) {
    weights.push_back(others);
    symbols_.push_back({0, 0, true, 0});
  }
  if (symbols_.empty()) return;
  std::vector<unsigned> lengths = code_lengths(weights);
  while (*std::max_element(lengths.begin(), lengths.end()) > kMaxBits) {
    for (std::uint64_t& weight : weights)
      weight = weight / 2 + 1;  // flatter, until the longest code is short enough
    lengths = code_lengths(weights);
  }
  for (std::size_t i = 0; i < symbols_.size(); ++i)
    symbols_[i].bits = lengths[i];
  assign_codes();
}

StartCode::StartCode(Span<const unsigned char> table) {
  ByteReader bytes(table.data(), table.data() + table.size());
  const auto check = [](bool good) {
    if (!good) throw Error("", "not a table of starts");
  };
  const auto length = [&](unsigned least) -> unsigned {
    const unsigned char* byte = bytes.bytes(1);
    check(byte != nullptr && *byte >= least && *byte <= kMaxBits);
    return *byte;
  };
  const std::uint64_t count = bytes.varint();
  check(count <= kMaxValues);
  std::uint64_t value = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t more = bytes.varint();
    check(more <= kMaxStart && value + more <= kMaxStart && (i == 0 || more > 0));
    value += more;
    symbols_.push_back({static_cast<std::uint32_t>(value), length(1), false, 0});
  }
  const unsigned announcing = length(0);
  if (announcing > 0) symbols_.push_back({0, announcing, true, 0});
  check(bytes.ok() && assign_codes());
  table_size_ = table.size() - bytes.left();
}

// False if there is no prefix code with these lengths.
bool StartCode::assign_codes() {
  std::sort(symbols_.begin(), symbols_.end(), [](const Symbol& a, const Symbol& b) {
    return std::tie(a.bits, a.announces, a.value) < std::tie(b.bits, b.announces, b.value);
  });
  std::uint64_t next = 0;
  unsigned bits = 0;
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    Symbol& symbol = symbols_[i];
    next <<= symbol.bits - bits;
    bits = symbol.bits;
    if (next >> bits != 0) return false;
    symbol.code = static_cast<std::uint32_t>(next++);
    if (!symbol.announces) at_[symbol.value] = i;
  }
  return true;
}

std::vector<StartCode::Symbol>::const_iterator StartCode::escape() const {
  return std::find_if(symbols_.begin(), symbols_.end(),
                      [](const Symbol& symbol) { return symbol.announces; });
}

std::string StartCode::table() const {
  std::string bytes;
  append_varint(at_.size(), bytes);
  std::uint32_t before = 0;
  for (const auto& [value, index] : at_) {
    append_varint(value - before, bytes);
    bytes += static_cast<char>(symbols_[index].bits);
    before = value;
  }
  bytes += static_cast<char>(escape() == symbols_.end() ? 0 : escape()->bits);
  return bytes;
}

void StartCode::append(const std::vector<std::uint32_t>& steps, std::string& bytes) const {
  std::size_t used = 0;
  const auto add = [&](std::uint32_t bit) {
    if (used % 8 == 0) bytes += '\0';
    bytes.back() = static_cast<char>(bytes.back() | (bit & 1U) << used % 8);
    ++used;
  };
  for (const std::uint32_t step : steps) {
    const auto known = at_.find(step);
    const Symbol& symbol = known != at_.end() ? symbols_[known->second] : *escape();
    for (unsigned bit = symbol.bits; bit-- > 0;)
      add(symbol.code >> bit);
    for (unsigned bit = 0; symbol.announces && bit < kValueBits; ++bit)
      add(step >> bit);
  }
}

bool StartCode::read(const unsigned char* begin, const unsigned char* end, std::size_t count,
                     std::vector<std::uint32_t>& starts_ms) const {
  const std::size_t size = 8 * static_cast<std::size_t>(end - begin);
  std::size_t at = 0;
  const auto next = [&] {  // past the end, zeros
    const std::size_t bit = at++;
    return bit < size ? begin[bit / 8] >> bit % 8 & 1U : 0U;
  };
  std::uint64_t start = 0;
  starts_ms.clear();
  while (starts_ms.size() < count && at <= size) {
    std::uint32_t code = 0;
    unsigned length = 0;
    auto symbol = symbols_.begin();
    for (; symbol != symbols_.end(); ++symbol) {
      for (; length < symbol->bits; ++length)
        code = code << 1 | next();
      if (code == symbol->code) break;
    }
    if (symbol == symbols_.end()) return false;
    std::uint64_t step = symbol->value;
    for (unsigned bit = 0; symbol->announces && bit < kValueBits; ++bit)
      step |= std::uint64_t{next()} << bit;
    start += step;
    if (start > kMaxStart) return false;
    starts_ms.push_back(static_cast<std::uint32_t>(start));
  }
  return starts_ms.size() == count && at <= size && size - at < 8;
}

}  // namespace pairalign::archive
