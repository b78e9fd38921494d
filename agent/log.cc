#include "agent/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/text_writer.h"

namespace nephoscope {
namespace {

constexpr std::size_t kQueuedLines = 1024;
constexpr absl::Duration kFlushAtEnd = absl::Milliseconds(200);

// Hands lines to the thread that writes standard error: who does not read it stops nothing, and not the end of the program.
class StderrSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  StderrSink()
      : writer_(2, "standard error", SystemClock(),
                {.blocks = kQueuedLines, .when_full = TextWriter::WhenFull::kDropOldest}) {}
  ~StderrSink() override { writer_.Flush(kFlushAtEnd); }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    const bool ends = line.size() > 0 && line.data()[line.size() - 1] == '\n';  // the writer brings its own
    writer_.Write(std::string(line.data(), line.size() - (ends ? 1 : 0)));
  }
  void flush_() override {}

 private:
  TextWriter writer_;
};

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
  Logger() = std::make_shared<spdlog::logger>("nephoscope", std::make_shared<StderrSink>());
  Json() = format == "json";
  Logger()->set_pattern(Json() ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  Logger()->set_level(spdlog::level::from_str(std::string(level)));
}

void StopLog() {
  Logger().reset();
}

void Log(LogLevel level, absl::string_view message, std::initializer_list<LogField> fields) {
  const std::shared_ptr<spdlog::logger> logger = Logger();
  if (!logger || !logger->should_log(ToSpdlog(level))) return;
  logger->log(ToSpdlog(level), "{}", Json() ? AsJson(message, fields) : AsText(message, fields));
}

}  // namespace nephoscope
