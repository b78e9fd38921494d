#include "agent/log.h"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace nephoscope {
namespace {

constexpr std::size_t kQueuedLines = 1024;  // 400 bytes each, there from the start

std::shared_ptr<spdlog::logger>& Logger() {
  static std::shared_ptr<spdlog::logger> logger;
  return logger;
}

bool& Json() {
  static bool json = false;
  return json;
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

// Control characters cannot break a line out of the log (labels are other people's text).
std::string OneLine(absl::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += '?';
    } else {
      out += c;
    }
  }
  return out;
}

std::string AsText(absl::string_view message, std::initializer_list<LogField> fields) {
  std::string out = OneLine(message);
  for (const LogField& field : fields) {
    std::string value = OneLine(field.value);
    const bool quote = value.empty() || value.find_first_of(" =\"") != std::string::npos;
    absl::StrAppend(&out, " ", field.name, "=", quote ? absl::StrCat("\"", absl::StrReplaceAll(value, {{"\"", "\\\""}}), "\"") : value);
  }
  return out;
}

std::string AsJson(absl::string_view message, std::initializer_list<LogField> fields) {
  nlohmann::ordered_json line;
  line["msg"] = std::string(message);
  for (const LogField& field : fields) line[std::string(field.name)] = field.value;
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).substr(1);  // the pattern brings the brace, time and level
}

}  // namespace

void StartLog(absl::string_view level, absl::string_view format) {
  StopLog();
  spdlog::init_thread_pool(kQueuedLines, 1);
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  Logger() = std::make_shared<spdlog::async_logger>("nephoscope", sink, spdlog::thread_pool(), spdlog::async_overflow_policy::overrun_oldest);
  Json() = format == "json";
  Logger()->set_pattern(Json() ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  Logger()->set_level(spdlog::level::from_str(std::string(level)));
  Logger()->flush_on(spdlog::level::info);
}

void StopLog() {
  if (!Logger()) return;
  Logger()->flush();
  Logger().reset();
  spdlog::shutdown();
}

void Log(LogLevel level, absl::string_view message, std::initializer_list<LogField> fields) {
  const std::shared_ptr<spdlog::logger> logger = Logger();
  if (!logger || !logger->should_log(ToSpdlog(level))) return;
  logger->log(ToSpdlog(level), "{}", Json() ? AsJson(message, fields) : AsText(message, fields));
}

}  // namespace nephoscope
