// JSON lines, read and written.
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/json.hpp"
#include "tokens/reader.hpp"
#include "tokens/settings.hpp"
#include "tokens/text.hpp"
#include "tokens/writer.hpp"

namespace pairalign::tokens {
namespace {

using Json = nlohmann::json;

template <class T>
void parse_numbers(const Json& object, const char* field, std::vector<T>& numbers) {
  numbers.clear();
  const Json& array = object.at(field);
  if (!array.is_array()) throw Error("", fmt::format("{}: not an array", field));
  numbers.reserve(array.size());
  for (const Json& item : array) {
    const std::uint64_t largest = std::numeric_limits<T>::max();
    if (!item.is_number_unsigned() || item.get<std::uint64_t>() > largest) {
      throw Error("", fmt::format("{}: {} is not a whole number from 0 to {}", field,
                                  excerpt(item.dump()), largest));
    }
    numbers.push_back(item.get<T>());
  }
}

Alternative parse_alternative(const Json& pair) {
  const bool whole = pair.is_array() && pair.size() == 2 && pair[0].is_number_unsigned() &&
                     pair[1].is_number_unsigned();
  const std::uint64_t token = whole ? pair[0].get<std::uint64_t>() : 0;
  const std::uint64_t weight = whole ? pair[1].get<std::uint64_t>() : 0;
  if (token > std::numeric_limits<Token>::max() || weight == 0 ||
      weight > std::numeric_limits<std::uint16_t>::max()) {
    throw Error("", fmt::format("alternatives: {} is not a token and a weight from 1 to {}",
                                excerpt(pair.dump()), std::numeric_limits<std::uint16_t>::max()));
  }
  return {static_cast<Token>(token), static_cast<std::uint16_t>(weight)};
}

// For each token its parts: [[token, weight], …].
void parse_alternatives(const Json& object, Record& record) {
  const auto check_list = [](const Json& list, const char* of) {
    if (!list.is_array() || list.empty())
      throw Error("", std::string("alternatives: none for a ") + of);
  };
  const Json& places = object.at("alternatives");
  if (!places.is_array()) throw Error("", "alternatives: not an array");
  for (const Json& place : places) {
    check_list(place, "token");
    std::vector<Mixture>& parts = record.alternatives.emplace_back();
    for (const Json& part : place) {
      check_list(part, "part of a token");
      Mixture& mixture = parts.emplace_back();
      for (const Json& pair : part)
        mixture.push_back(parse_alternative(pair));
    }
  }
  check_alternatives(record);
}

std::string parse_key(const Json& object) {
  std::string key;
  if (object.contains("key_bytes")) {
    std::vector<unsigned char> bytes;
    parse_numbers(object, "key_bytes", bytes);
    key.assign(bytes.begin(), bytes.end());
  } else {
    const auto found = object.find("key");
    if (found == object.end()) throw Error("", "key: missing");
    if (!found->is_string()) throw Error("", "key: not a string");
    key = found->get<std::string>();
  }
  if (key.empty()) throw Error("", "key: empty");
  return key;
}

double parse_seconds(const Json& object) {
  const auto found = object.find("seconds");
  if (found == object.end() || found->is_null()) return -1;
  const double seconds = found->is_number() ? found->get<double>() : -1;
  if (seconds >= 0 && seconds <= kMaxSeconds) return seconds;
  throw Error("", fmt::format("seconds: {} is not a number from 0 to {:.0f}",
                              excerpt(found->dump()), kMaxSeconds));
}

void parse_json_record(const Json& object, Record& record) {
  record.key = parse_key(object);
  record.seconds = parse_seconds(object);
  if (!object.contains("tokens")) throw Error("", "tokens: missing");
  parse_numbers(object, "tokens", record.tokens);
  record.starts_ms.clear();
  if (object.contains("starts")) parse_numbers(object, "starts", record.starts_ms);
  if (const auto fault = starts_fault(record)) throw Error("", *fault);
  record.alternatives.clear();
  if (object.contains("alternatives")) parse_alternatives(object, record);
}

Header parse_json_header(const Json& object) {
  const auto number = [&](const char* name) {
    const Json& value = object.at(name);
    if (value.is_number_unsigned()) return value.get<std::uint64_t>();
    throw HeaderError("", fmt::format("header: {} is not a whole number", name));
  };
  const auto string = [](const std::string& name, const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    throw HeaderError("", fmt::format("header: {} is not a string", name));
  };
  check_version(number("pairalign"));
  HeaderFields fields;
  for (const char* name : {"model", "tokenizer"}) {
    if (object.contains(name)) fields.emplace_back(name, string(name, object.at(name)));
  }
  if (object.contains("vocab")) fields.emplace_back("vocab", std::to_string(number("vocab")));
  if (!object.contains("settings") || !object.contains("tokenizer")) return make_header(fields);
  const Json& given = object.at("settings");
  if (!given.is_object()) throw HeaderError("", "header: settings is not an object");
  for (const auto& [name, value] : given.items()) {
    const std::string setting = string("settings." + name, value);
    if (is_setting(name)) fields.emplace_back(name, setting);
  }
  return make_header(fields);
}

template <class T>
void append_array(const std::vector<T>& numbers, std::string& text) {
  text += '[';
  append_numbers(numbers, ',', text);
  text += ']';
}

void append_key(const std::string& key, std::string& text) {
  const Json value(key);
  try {
    text += value.dump();
  } catch (const Json::type_error&) {  // not UTF-8
    text += value.dump(-1, ' ', false, Json::error_handler_t::replace);
    text += ",\"key_bytes\":";
    append_array(std::vector<unsigned char>(key.begin(), key.end()), text);
  }
}

}  // namespace

bool parse_json_line(std::string_view line, Header& header, Record& record) {
  try {
    const Json object = parse_json<Json>(line);
    if (!object.is_object()) throw Error("", "not a JSON object");
    const bool is_record = !object.contains("pairalign");
    if (is_record) {
      parse_json_record(object, record);
    } else {
      header = parse_json_header(object);
    }
    return is_record;
  } catch (const Json::exception& fault) {
    throw Error("", json_fault(fault));
  }
}

std::string json_header(const Header& header) {
  std::string text = "{\"pairalign\":1";
  if (!header.model.empty()) text += ",\"model\":" + Json(header.model).dump();
  if (!header.tokenizer.empty()) text += ",\"tokenizer\":" + Json(tokenizer_name(header)).dump();
  if (header.vocabulary != 0) text += fmt::format(",\"vocab\":{}", header.vocabulary);
  nlohmann::ordered_json own;
  for (const auto& [name, value] : settings(header))
    own[name] = value;
  if (!own.empty()) text += ",\"settings\":" + own.dump();
  return text + "}\n";
}

void append_json_record(const Record& record, std::string& text) {
  text += "{\"key\":";
  append_key(record.key, text);
  text += ",\"seconds\":";
  text += record.seconds < 0 ? "null" : hundredths(centiseconds(record.seconds));
  text += ",\"tokens\":";
  append_array(record.tokens, text);
  if (!record.starts_ms.empty()) {
    text += ",\"starts\":";
    append_array(record.starts_ms, text);
  }
  if (!record.alternatives.empty()) {
    Json places = Json::array();
    for (const std::vector<Mixture>& parts : record.alternatives) {
      Json& place = places.emplace_back(Json::array());
      for (const Mixture& part : parts) {
        Json& mixture = place.emplace_back(Json::array());
        for (const auto& [token, weight] : part)
          mixture.push_back({token, weight});
      }
    }
    text += ",\"alternatives\":" + places.dump();
  }
  text += "}\n";
}

}  // namespace pairalign::tokens
